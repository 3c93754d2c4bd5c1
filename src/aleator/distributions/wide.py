"""Fresh parameters over wide ranges, for a model that shall be used rather than tested.

The published grids test extrapolation; who uses a calibrated model wants coverage. Each range spans
about twice what the grids of all splits span: twice the width for locations, twice up and down for
scales and shapes. Nothing is known here about which parameters people really ask for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aleator.distributions.coordinates import parameters_at
from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution, Family

_ATTEMPTS = 1_000
_LARGEST = 1e5
_NARROWEST = 0.1


@dataclass(frozen=True)
class Range:
    """Where a coordinate is drawn: evenly, evenly in its logarithm, or the same over integers."""

    low: float
    high: float
    spacing: Literal["even", "log", "integers"]

    def draw(self, rng: np.random.Generator) -> float:
        """One value."""
        if self.spacing == "even":
            return float(rng.uniform(self.low, self.high))
        if self.spacing == "log":
            return math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        # Up to high + 1, so that the last integer gets its share; exp may round up onto it.
        value = math.exp(rng.uniform(math.log(self.low), math.log(self.high + 1)))
        return float(min(max(math.floor(value), self.low), self.high))


def wide_distribution(
    rng: np.random.Generator, family: Family | None = None, *, full_float: float = 0.2
) -> Distribution:
    """One distribution with fresh parameters; without `family`, one of the thirty at random.

    A fraction `full_float` of the distributions print their real parameters in all digits, as the
    published prompts do (0.9059745795971196); the others are rounded to about two digits. Kept are
    those whose 0.001..0.999 quantiles lie within 1e5 and at least 0.1 apart.
    """
    if family is None:
        family = FAMILIES[list(FAMILIES)[rng.integers(len(FAMILIES))]]
    for _ in range(_ATTEMPTS):
        point = {name: one.draw(rng) for name, one in RANGES[family.name].items()}
        parameters = parameters_at(family.name, point)
        if rng.random() >= full_float:
            parameters = _shortened(parameters, int(rng.integers(3)))
        if family.problem(parameters) is not None:
            continue
        distribution = family.distribution(**parameters)
        if _is_sensible(distribution):
            return distribution
    raise RuntimeError(f"no sensible {family.name} in {_ATTEMPTS} attempts: its ranges are wrong")


def _shortened(parameters: Mapping[str, float], decimals: int) -> dict[str, float]:
    """All parameters with equally many decimals: `decimals`, or more where that changes too much.

    Equally many, because rounding then keeps the order of parameters such as a <= c <= b.
    """
    while True:
        short = {name: round(value, decimals) for name, value in parameters.items()}
        if all(abs(short[name] - v) <= max(0.1 * abs(v), 0.05) for name, v in parameters.items()):
            return short
        decimals += 1


def _is_sensible(distribution: Distribution) -> bool:
    low, high = distribution.ppf([0.001, 0.999]).tolist()
    return low > -_LARGEST and high < _LARGEST and high - low >= _NARROWEST


def _even(low: float, high: float) -> Range:
    return Range(low, high, "even")


def _log(low: float, high: float) -> Range:
    return Range(low, high, "log")


def _integers(low: int, high: int) -> Range:
    return Range(low, high, "integers")


def _location_scale(location: str, scale: str) -> Mapping[str, Range]:
    return {location: _even(-5.0, 7.0), scale: _log(0.25, 7.0)}


RANGES: Mapping[str, Mapping[str, Range]] = {
    "uniform": {"a": _even(-10.0, 9.0), "width": _log(0.5, 16.0)},
    "gaussian": _location_scale("mu", "sigma"),
    "bernoulli": {"p": _even(0.02, 0.98)},
    "beta": {"alpha": _log(0.25, 16.0), "beta": _log(0.25, 16.0)},
    "binomial": {"n": _integers(2, 60), "p": _even(0.05, 0.95)},
    "poisson": {"lambda": _log(0.5, 24.0)},
    "exponential": {"lambda": _log(0.25, 16.0)},
    "geometric": {"p": _even(0.03, 0.97)},
    "negative_binomial": {"r": _integers(1, 40), "p": _even(0.05, 0.95)},
    "lognormal": {"mu": _even(-2.5, 4.5), "sigma": _log(0.12, 4.0)},
    "triangular": {
        "a": _even(-7.0, 7.0),
        "width": _log(0.5, 16.0),
        "mode_fraction": _even(0.0, 1.0),
    },
    "rayleigh": {"sigma": _log(0.25, 7.0)},
    "cauchy": _location_scale("x0", "gamma"),
    "student_t": {"nu": _log(1.25, 40.0)},
    "chi_square": {"nu": _log(1.0, 80.0)},
    "f_distribution": {"d1": _log(1.5, 30.0), "d2": _log(2.5, 60.0)},
    "gamma": {"alpha": _log(0.5, 16.0), "beta": _log(0.5, 16.0)},
    "weibull": {"k": _log(0.25, 6.0), "lambda": _log(0.25, 6.0)},
    "laplace": _location_scale("mu", "b"),
    "logistic": _location_scale("mu", "s"),
    "pareto": {"alpha": _log(1.0, 16.0), "xm": _log(0.25, 8.0)},
    "hypergeometric": {
        "M": _integers(15, 240),
        "N": _integers(2, 50),
        "success_fraction": _even(0.1, 0.9),
    },
    "gumbel": _location_scale("mu", "beta"),
    "skellam": {"mu1": _log(0.5, 24.0), "mu2": _log(0.5, 24.0)},
    "beta_binomial": {"n": _integers(5, 100), "alpha": _log(0.25, 16.0), "beta": _log(0.25, 16.0)},
    "lomax": {"alpha": _log(0.75, 14.0), "lambda": _log(0.25, 10.0)},
    "inverse_gaussian": {"mu": _log(0.25, 12.0), "lambda": _log(0.25, 16.0)},
    "maxwell": {"scale": _log(0.35, 10.0)},
    "chi": {"df": _log(0.75, 40.0)},
    "truncnorm": {
        "mu": _even(-2.0, 3.0),
        "sigma": _log(0.5, 3.0),
        "lower": _even(-5.0, 0.5),
        "upper": _even(-0.5, 5.0),
    },
}
