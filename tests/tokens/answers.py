"""Prompt formats and targets that the tests of this folder share."""

import functools

from aleator.distributions.families import family
from aleator.outcomes.lattice import NumericTarget
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from tests.tiny_models import tiny_tokenizer


@functools.cache
def speller(digits: int = 1) -> Speller:
    """A speller whose tokenizer writes single digits, or groups of up to three."""
    template = "chatml" if digits == 1 else "llama3"
    return Speller(ChatFormat(tiny_tokenizer(template, digits=digits)))


def targets() -> list[NumericTarget]:
    """Targets of all shapes: both signs, several integer digits, discrete, heavy right tail."""
    members = [
        (family("gaussian").distribution(mu=0.3, sigma=1.2), 2),
        (family("uniform").distribution(a=12.3, b=130.2), 1),
        (family("skellam").distribution(mu1=3.0, mu2=9.0), 2),
        (family("lognormal").distribution(mu=1.5, sigma=1.2), 1),
        (family("cauchy").distribution(x0=-5.0, gamma=1.0), 0),
        (family("poisson").distribution(**{"lambda": 12.0}), 2),
        (family("beta").distribution(alpha=0.5, beta=0.5), 3),
    ]
    return [NumericTarget.of(distribution, decimals) for distribution, decimals in members]
