"""Claim: exact evaluation of all 683 test prompts on the sandbox model takes under 60 seconds.

Beside it the published protocol on the same prompts: 1,000 draws each, by our sampler (which
`sampler.py` compares with the library's). Tokens are those that went through the model: prompts,
and nodes of answers. On a machine that does other things too, wall-clock seconds say little; the
processor's seconds, of all threads together, are printed beside them.

`--shape` takes a model of Qwen3's shape in bfloat16 that writes random numbers (`parts/qwen3.py`),
and draws with the library's `generate`, too, `--rows` of the 1,000 at once.

    python benchmarks/exact_evaluation.py [--model sandbox | --shape qwen3-0.6b] [--adapter DIR]
        [--device cuda] [--limit N] [--prompts N] [--rows 250]
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from parts.library_draws import generate
from parts.meters import Stopwatch, device_name
from parts.qwen3 import SHAPES, random_qwen3, writes_numbers

from aleator.benchmarks.numeric import NumericPrompt, NumericSettings, numeric_prompts
from aleator.benchmarks.subject import AnsweringModel, open_model
from aleator.evaluation.exact import ExactEvaluation
from aleator.evaluation.numeral_automaton import NumeralVocabulary, special_tokens, token_texts
from aleator.models.loading import SANDBOX, load_tokenizer
from aleator.sampling.local import LocalSampler
from aleator.tokens.chat import ChatFormat

DRAWS = 1000
LONGEST = 32


def main() -> None:
    options = _options()
    subject = _subject(options)
    prompts = numeric_prompts(NumericSettings(limit=options.limit))[: options.prompts]
    print(f"{len(prompts)} prompts, {device_name(options.device)}")
    print(f"{'':24}{'seconds':>10}{'processor':>11}{'tokens':>10}")
    _measure(options.device, "exact", lambda: _exact(subject, prompts))
    _measure(options.device, f"drawn, {DRAWS} a prompt", lambda: _drawn(subject, prompts))
    if options.shape is not None:
        _measure(
            options.device,
            f"generate, {DRAWS} a prompt",
            lambda: _generated(subject, prompts, options.rows),
        )


def _subject(options: argparse.Namespace) -> AnsweringModel:
    if options.shape is None:
        return open_model(options.model, options.adapter).subject
    tokenizer = load_tokenizer(SANDBOX)
    model, chat = random_qwen3(options.shape, options.device).eval(), ChatFormat(tokenizer)
    writes_numbers(model, tokenizer, chat)
    return AnsweringModel(model, tokenizer, chat)


def _measure(device: str, name: str, work: Callable[[], int]) -> None:
    watch = Stopwatch(device)
    tokens = work()
    spent = watch.read()
    print(f"{name:24}{spent.clock:10.1f}{spent.processor:11.1f}{tokens:10,}", flush=True)


def _exact(subject: AnsweringModel, prompts: Sequence[NumericPrompt]) -> int:
    vocabulary = NumeralVocabulary.of(
        token_texts(subject.tokenizer),
        subject.prompt_format.stop_token_id,
        special_tokens(subject.tokenizer),
    )
    evaluation = ExactEvaluation(subject.model, subject.prompt_format, vocabulary)
    tokens, unexpanded = _prompt_tokens(subject, prompts), []
    for _, results in evaluation.batches([prompt.target for prompt in prompts], seed=0):
        tokens += sum(result.nodes for result in results)
        unexpanded += [result.figures.unexpanded_mass for result in results]
    print(f"unexpanded mass: mean {np.mean(unexpanded):.4f}, largest {np.max(unexpanded):.4f}")
    return tokens


def _drawn(subject: AnsweringModel, prompts: Sequence[NumericPrompt]) -> int:
    sampler = LocalSampler(subject.model, subject.tokenizer, subject.prompt_format)
    texts = [prompt.target.distribution.prompt() for prompt in prompts]
    forwarded = sum(draws.forward_tokens or 0 for draws in sampler.draw_each(texts, DRAWS, seed=0))
    return forwarded + _prompt_tokens(subject, prompts)


def _generated(subject: AnsweringModel, prompts: Sequence[NumericPrompt], rows: int) -> int:
    texts = [prompt.target.distribution.prompt() for prompt in prompts]
    drawn = [generate(subject, text, longest=LONGEST, draws=DRAWS, at_once=rows) for text in texts]
    return sum(one.padded for one in drawn) + _prompt_tokens(subject, prompts)


def _prompt_tokens(subject: AnsweringModel, prompts: Sequence[NumericPrompt]) -> int:
    texts = (prompt.target.distribution.prompt() for prompt in prompts)
    return sum(len(subject.prompt_format.prompt_ids(text)) for text in texts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sandbox")
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--shape", choices=SHAPES, help="random weights instead of a model")
    parser.add_argument("--device", default="cpu", help="of a shape")
    parser.add_argument("--limit", type=int, help="prompts a split; all by default")
    parser.add_argument("--prompts", type=int, help="the first so many; all by default")
    parser.add_argument("--rows", type=int, default=250, help="of generate, at once")
    return parser.parse_args()


if __name__ == "__main__":
    main()
