"""Numeric prompts of the sandbox: known in raw text, collapsed in chat."""

import numpy as np

from aleator.distributions.families import FAMILIES, family
from aleator.distributions.wide import wide_distribution
from aleator.outcomes.lattice import NumericTarget
from aleator.sandbox.numeric_text import (
    DECIMALS,
    FAVOURITE_SHARE,
    PUBLISHED_WORDING_SHARE,
    chat_prompt,
    collapsed_outcomes,
    raw_prompt,
)


def test_raw_prompts_name_the_distribution() -> None:
    weibull = family("weibull").distribution(k=1.5, **{"lambda": 2.0})
    assert raw_prompt(weibull) == (
        "Samples from a Weibull distribution with parameters k=1.5, lambda=2.0:"
    )


def test_most_chat_prompts_are_worded_as_published(rng: np.random.Generator) -> None:
    """A seeded share of 2,000; 4 standard errors are 0.044."""
    gaussian = family("gaussian").distribution(mu=0.0, sigma=1.0)
    prompts = [chat_prompt(gaussian, rng) for _ in range(2000)]
    share = np.mean([prompt == gaussian.prompt() for prompt in prompts])
    assert abs(share - PUBLISHED_WORDING_SHARE) <= 0.044


def test_collapsed_answers_are_valid_and_have_a_favourite(rng: np.random.Generator) -> None:
    for row in FAMILIES.values():
        for _ in range(5):
            target = NumericTarget.of(wide_distribution(rng, row), DECIMALS)
            outcomes = collapsed_outcomes(target, rng)
            assert outcomes.probabilities.max() >= FAVOURITE_SHARE - 1e-12
            assert outcomes.values is not None
            assert all(target.accepts(float(value)) for value in outcomes.values)
            decimals = {len(string.partition(".")[2]) for string in outcomes.strings}
            assert decimals == {target.decimals}


def test_the_favourite_is_a_likely_value(rng: np.random.Generator) -> None:
    for row in FAMILIES.values():
        distribution = wide_distribution(rng, row)
        target = NumericTarget.of(distribution, DECIMALS)
        outcomes = collapsed_outcomes(target, rng)
        assert outcomes.values is not None
        favourite = outcomes.values[int(outcomes.probabilities.argmax())]
        slack = 0.5 * 10.0**-target.decimals
        low, high = distribution.ppf([0.1, 0.9])
        assert low - slack <= favourite <= high + slack
