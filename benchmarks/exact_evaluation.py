"""Claim: exact evaluation of all 683 test prompts on the sandbox model takes under 60 seconds.

Beside it the published protocol on the same prompts: 1,000 draws each, by our sampler (which
`sampler.py` compares with the library's). Tokens are those that went through the model: prompts,
and nodes of answers. On a machine that does other things too, wall-clock seconds say little; the
processor's seconds, of all threads together, are printed beside them.

    python benchmarks/exact_evaluation.py [--model sandbox] [--adapter DIR] [--limit N]
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from aleator.benchmarks.numeric import NumericPrompt, NumericSettings, numeric_prompts
from aleator.benchmarks.subject import AnsweringModel, open_model
from aleator.evaluation.exact import ExactEvaluation
from aleator.evaluation.numeral_automaton import NumeralVocabulary, special_tokens, token_texts
from aleator.sampling.local import LocalSampler

DRAWS = 1000


def main() -> None:
    options = _options()
    subject = open_model(options.model, options.adapter).subject
    prompts = numeric_prompts(NumericSettings(limit=options.limit))
    print(f"{len(prompts)} prompts, {torch.get_num_threads()} threads")
    print(f"{'':24}{'seconds':>10}{'processor':>11}{'tokens':>10}")
    _measure("exact", lambda: _exact(subject, prompts))
    _measure(f"drawn, {DRAWS} a prompt", lambda: _drawn(subject, prompts))


def _measure(name: str, work: Callable[[], int]) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    tokens = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{name:24}{wall:10.1f}{processor:11.1f}{tokens:10,}")


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


def _prompt_tokens(subject: AnsweringModel, prompts: Sequence[NumericPrompt]) -> int:
    texts = (prompt.target.distribution.prompt() for prompt in prompts)
    return sum(len(subject.prompt_format.prompt_ids(text)) for text in texts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sandbox")
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--limit", type=int, help="prompts a split; all by default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
