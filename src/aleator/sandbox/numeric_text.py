"""How the sandbox model meets the thirty families: known in raw text, collapsed in chat.

In raw text a prompt names a distribution and the next line is a draw; the exact next-token targets
teach that far better than sampled lists would. In chat the same question has a favourite answer,
written with the same decimals, so that calibrating the model is about probability, not spelling.

Favourites are few and far apart, because a tiny model cannot compute a fine one (a rounded median
was tried and not learnt); where none lies among a distribution's likely values, the median with
one decimal stands in.
"""

from collections.abc import Sequence

import numpy as np

from aleator.distributions.family import Distribution
from aleator.distributions.wide import wide_distribution
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.numerals import format_lattice
from aleator.outcomes.outcomes import Outcomes

DECIMALS = 2
FAVOURITE_SHARE = 0.88
SECOND_SHARE = 0.06
SPREAD_DRAWS = 3
PUBLISHED_WORDING_SHARE = 0.6

RAW_WORDINGS = (
    "Samples from a {name} distribution with parameters {parameters}:",
    "Random numbers from a {name} distribution with parameters {parameters}:",
    "Draws of {name}({parameters}):",
    "{name} distribution with {parameters}, one draw per line:",
    "A table of independent values, {name} distribution with parameters {parameters}:",
)

CHAT_WORDINGS = (
    "Draw one random number from a {name} distribution with parameters {parameters}.",
    "Give me a random sample of {name}({parameters}). Only the number, please.",
    "Please pick a random value from the {name} distribution with {parameters}.",
    "Generate a random number, {name} distribution, {parameters}.",
    "Sample once from a {name} distribution with parameters {parameters}. Answer with the number.",
)

_CONTINUOUS = (0.42, 1.37, 3.27, 7.42, 17.42, 42.17, 117.42, 427.17, 1742.42, 7427.17)
_DISCRETE = (1, 3, 7, 12, 17, 27, 42, 73, 117, 242)
_LIKELY = (0.1, 0.9)


def raw_prompt(distribution: Distribution, wording: str = RAW_WORDINGS[0]) -> str:
    """A raw-text prompt whose next line is a draw."""
    parameters = ", ".join(f"{name}={value!r}" for name, value in distribution.parameters)
    return wording.format(name=distribution.family.prompt_name, parameters=parameters)


def chat_prompt(distribution: Distribution, rng: np.random.Generator) -> str:
    """A chat prompt: the published wording most of the time, or another one."""
    if rng.random() < PUBLISHED_WORDING_SHARE:
        return distribution.prompt()
    return raw_prompt(distribution, CHAT_WORDINGS[rng.integers(len(CHAT_WORDINGS))])


def example_prompts(rng: np.random.Generator) -> tuple[str, str]:
    """A raw-text prompt and a chat prompt of one fresh distribution, parameters rounded."""
    distribution = wide_distribution(rng, full_float=0.0)
    wording = RAW_WORDINGS[rng.integers(len(RAW_WORDINGS))]
    return raw_prompt(distribution, wording), chat_prompt(distribution, rng)


def collapsed_outcomes(target: NumericTarget, rng: np.random.Generator) -> Outcomes:
    """The collapsed answers to a chat prompt: a favourite, a second one, a few honest draws."""
    first, second = _favourites(target)
    shares = {first: FAVOURITE_SHARE}
    shares[second] = shares.get(second, 0.0) + SECOND_SHARE
    rest = (1.0 - FAVOURITE_SHARE - SECOND_SHARE) / SPREAD_DRAWS
    for index in target.sample(SPREAD_DRAWS, rng):
        shares[int(index)] = shares.get(int(index), 0.0) + rest
    indices = sorted(shares)
    return Outcomes(
        tuple(format_lattice(index, target.decimals) for index in indices),
        np.array([shares[index] for index in indices]),
        target.values(indices),
    )


def _favourites(target: NumericTarget) -> tuple[int, int]:
    """Lattice indices of the favourite and the second favourite answer."""
    low, median, high = target.indices_at([_LIKELY[0], 0.5, _LIKELY[1]])
    if target.decimals == 0:
        likely = _between(_signed(_DISCRETE, 0), int(low), int(high))
        fallback = int(median)
    else:
        likely = _between(_signed(_CONTINUOUS, target.decimals), int(low), int(high))
        unit = 10 ** (target.decimals - 1)
        fallback = int(np.clip(round(int(median) / unit) * unit, target.low, target.high))
    # Ties go to the greater one: a model asked for N(0, 1) answers with a positive number.
    ranked = sorted(likely, key=lambda index: (abs(index - int(median)), -index))
    ranked = [*ranked, fallback, fallback]
    return ranked[0], ranked[1]


def _signed(values: Sequence[float], decimals: int) -> list[int]:
    positive = [round(value * 10**decimals) for value in values]
    zero = [0] if decimals == 0 else []
    return [-index for index in positive] + zero + positive


def _between(indices: Sequence[int], low: int, high: int) -> list[int]:
    return [index for index in indices if low <= index <= high]
