"""Claim: merging equal prefixes draws the same answers with a fraction of the forward tokens.

Our sampler beside the library's batched `generate`, on numbers and on a word: tokens after the
prompt that went through the model, for 1,000 draws. A draw costs `generate` every token of its
answer; a row that has ended is computed until the longest has, which is counted apart, because a
server that fills such rows anew would not pay it. It costs us only the tokens that no other draw
has begun with. The last line draws from all prompts together, under a memory budget.

    python benchmarks/sampler.py [--model sandbox] [--adapter DIR] [--draws 1000] [--memory BYTES]
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch

from aleator.benchmarks.subject import AnsweringModel, open_model
from aleator.distributions.families import family
from aleator.models.attention import language_model
from aleator.sampling.draws import Draws
from aleator.sampling.local import LocalSampler

NUMERIC = "Generate exactly ONE random number from a "
PROMPTS = (
    family("bernoulli").distribution(p=0.5).prompt(),
    family("poisson").distribution(**{"lambda": 4.0}).prompt(),
    family("gaussian").distribution(mu=0.0, sigma=1.0).prompt(),
    family("gamma").distribution(alpha=7.0, beta=7.0).prompt(),
    "Name a random city. Output ONLY the answer.",
)
LONGEST = 32


@dataclass(frozen=True)
class Cost:
    """What some draws took; tokens for 1,000 draws, ``padded`` with rows that have ended."""

    seconds: float
    tokens: float
    padded: float


def main() -> None:
    options = _options()
    subject = open_model(options.model, options.adapter).subject
    sampler = LocalSampler(
        subject.model,
        subject.tokenizer,
        subject.prompt_format,
        max_new_tokens=LONGEST,
        memory_bytes=options.memory,
    )
    print(f"{options.draws} draws a prompt, {torch.get_num_threads()} threads")
    print("forward tokens per 1,000 draws; generate's in brackets: ended rows counted too")
    print(f"{'':42}{'ours: s':>9}{'tokens':>9}{'generate: s':>13}{'tokens':>17}{'fewer':>8}")
    for prompt in PROMPTS:
        ours = _ours(lambda prompt=prompt: sampler.draw([prompt], options.draws, seed=0))
        _print(prompt, ours, _generate(subject, prompt, options.draws))
    together = _ours(lambda: sampler.draw(PROMPTS, options.draws, seed=0))
    print(f"{'all together':42}{together.seconds:9.2f}{together.tokens:9,.0f}")


def _print(prompt: str, ours: Cost, plain: Cost) -> None:
    tokens = f"{plain.tokens:,.0f} ({plain.padded:,.0f})"
    line = f"{prompt.removeprefix(NUMERIC)[:40]:42}{ours.seconds:9.2f}{ours.tokens:9,.0f}"
    fewer = f"{plain.tokens / ours.tokens:.1f} x" if ours.tokens else "all"
    print(f"{line}{plain.seconds:13.2f}{tokens:>17}{fewer:>8}")


def _ours(draw: Callable[[], list[Draws]]) -> Cost:
    began = time.perf_counter()
    drawn = draw()
    seconds = time.perf_counter() - began
    tokens = sum(one.forward_tokens or 0 for one in drawn)
    tokens = 1000 * tokens / sum(one.count for one in drawn)
    return Cost(seconds, tokens, tokens)


def _generate(subject: AnsweringModel, prompt: str, draws: int) -> Cost:
    """Draw with `generate`; the first token of an answer comes from the prompt's own pass."""
    inner, stop = language_model(subject.model), subject.prompt_format.stop_token_id
    rows = torch.tensor([subject.prompt_format.prompt_ids(prompt)], device=inner.device)
    torch.manual_seed(0)
    began = time.perf_counter()
    written = cast(Callable[..., torch.Tensor], inner.generate)(
        rows,
        attention_mask=torch.ones_like(rows),
        do_sample=True,
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        max_new_tokens=LONGEST,
        num_return_sequences=draws,
        eos_token_id=stop,
        pad_token_id=stop,
    )
    seconds = time.perf_counter() - began
    answers = written[:, rows.shape[1] :]
    # The last token of an answer, its stop token included, is written and not read again.
    own = (answers != stop).sum(dim=1).clamp(max=LONGEST - 1)
    padded = draws * (answers.shape[1] - 1)
    return Cost(seconds, 1000 * int(own.sum()) / draws, 1000 * padded / draws)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sandbox")
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--memory", type=int, help="bytes; 2 GiB on a CPU by default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
