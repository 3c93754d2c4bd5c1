"""Claim: merging equal prefixes draws the same answers with a fraction of the forward tokens.

Our sampler beside the library's batched `generate`, on numbers and on a word: tokens after the
prompt that went through the model, for 1,000 draws. A draw costs `generate` every token of its
answer; a row that has ended is computed until the longest has, which is counted apart, because a
server that fills such rows anew would not pay it. It costs us only the tokens that no other draw
has begun with. A line draws from all prompts together, under a memory budget.

How many prefixes are shared is the model's affair: one that is collapsed shares nearly all, and a
calibrated one as many as its target has. The last column is what a perfect model would save.

``--mcq`` adds answers of a hundred tokens, where few prefixes are shared and only time can be won:
1,000 questions would fill the memory of `generate`, which draws them 100 at a time.

    python benchmarks/sampler.py [--model sandbox] [--adapter DIR] [--draws 1000] [--memory BYTES]
                                 [--mcq]
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from parts.library_draws import generate

from aleator.benchmarks.subject import AnsweringModel, open_model
from aleator.distributions.families import family
from aleator.distributions.family import Distribution
from aleator.evaluation.mcq import MCQ_PROMPT
from aleator.outcomes.lattice import NumericTarget
from aleator.sampling.draws import Draws
from aleator.sampling.local import LocalSampler

NUMERIC = "Generate exactly ONE random number from a "
DISTRIBUTIONS = (
    family("bernoulli").distribution(p=0.5),
    family("poisson").distribution(**{"lambda": 4.0}),
    family("gaussian").distribution(mu=0.0, sigma=1.0),
    family("gamma").distribution(alpha=7.0, beta=7.0),
)
WORD = "Name a random city. Output ONLY the answer."
PROMPTS = (*(one.prompt() for one in DISTRIBUTIONS), WORD)
LONGEST = 32
LONGEST_QUESTION = 256
QUESTIONS_AT_ONCE = 100


@dataclass(frozen=True)
class Cost:
    """What some draws took; tokens for 1,000 draws, ``padded`` with rows that have ended."""

    seconds: float
    tokens: float
    padded: float


def main() -> None:
    options = _options()
    subject = open_model(options.model, options.adapter).subject
    sampler = _sampler(subject, LONGEST, options.memory)
    print(f"{options.draws} draws a prompt, {torch.get_num_threads()} threads")
    print("forward tokens per 1,000 draws; generate's in brackets: ended rows counted too")
    columns = f"{'':42}{'ours: s':>9}{'tokens':>9}{'generate: s':>13}{'tokens':>17}"
    print(f"{columns}{'fewer':>8}{'perfect':>9}")
    perfect = [_perfect(subject, one, options.draws) for one in DISTRIBUTIONS]
    for prompt, best in zip(PROMPTS, [*perfect, None], strict=True):
        ours = _ours(lambda prompt=prompt: sampler.draw([prompt], options.draws, seed=0))
        _print(
            prompt, ours, _generate(subject, prompt, LONGEST, options.draws, options.draws), best
        )
    together = _ours(lambda: sampler.draw(PROMPTS, options.draws, seed=0))
    print(f"{'all together':42}{together.seconds:9.2f}{together.tokens:9,.0f}")
    if options.mcq:
        asking = _sampler(subject, LONGEST_QUESTION, options.memory)
        ours = _ours(lambda: asking.draw([MCQ_PROMPT], options.draws, seed=0))
        plain = _generate(subject, MCQ_PROMPT, LONGEST_QUESTION, options.draws, QUESTIONS_AT_ONCE)
        _print("a multiple-choice question", ours, plain, None)


def _sampler(subject: AnsweringModel, longest: int, memory: int | None) -> LocalSampler:
    return LocalSampler(
        subject.model,
        subject.tokenizer,
        subject.prompt_format,
        max_new_tokens=longest,
        memory_bytes=memory,
    )


def _perfect(subject: AnsweringModel, distribution: Distribution, draws: int) -> float:
    """Tokens a distinct prefix, in draws from the target itself."""
    outcomes = NumericTarget.of(distribution).outcomes()
    rng = np.random.default_rng(0)
    tokens = 0
    prefixes: set[tuple[int, ...]] = set()
    for place in rng.choice(len(outcomes.strings), size=draws, p=outcomes.probabilities).tolist():
        ids = subject.tokenizer.encode(outcomes.strings[place], add_special_tokens=False)
        tokens += len(ids)
        prefixes |= {tuple(ids[:length]) for length in range(1, len(ids) + 1)}
    return tokens / len(prefixes)


def _print(prompt: str, ours: Cost, plain: Cost, perfect: float | None) -> None:
    tokens = f"{plain.tokens:,.0f} ({plain.padded:,.0f})"
    line = f"{prompt.removeprefix(NUMERIC)[:40]:42}{ours.seconds:9.2f}{ours.tokens:9,.0f}"
    fewer = f"{plain.tokens / ours.tokens:.1f} x" if ours.tokens else "all"
    best = "" if perfect is None else f"{perfect:.1f} x"
    print(f"{line}{plain.seconds:13.2f}{tokens:>17}{fewer:>8}{best:>9}")


def _ours(draw: Callable[[], list[Draws]]) -> Cost:
    began = time.perf_counter()
    drawn = draw()
    seconds = time.perf_counter() - began
    tokens = sum(one.forward_tokens or 0 for one in drawn)
    tokens = 1000 * tokens / sum(one.count for one in drawn)
    return Cost(seconds, tokens, tokens)


def _generate(subject: AnsweringModel, prompt: str, longest: int, draws: int, at_once: int) -> Cost:
    began = time.perf_counter()
    drawn = generate(subject, prompt, longest=longest, draws=draws, at_once=at_once)
    seconds = time.perf_counter() - began
    return Cost(seconds, 1000 * drawn.own / draws, 1000 * drawn.padded / draws)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sandbox")
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--memory", type=int, help="bytes; 2 GiB on a CPU by default")
    parser.add_argument("--mcq", action="store_true", help="also draw multiple-choice questions")
    return parser.parse_args()


if __name__ == "__main__":
    main()
