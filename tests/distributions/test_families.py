"""Every family against formulas written out by hand, in value, in both tails and in its draws."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from aleator.distributions.families import FAMILIES, family
from aleator.distributions.family import Distribution
from aleator.errors import UnknownNameError
from tests.distributions.members import some_members
from tests.distributions.references import CONTINUOUS, DISCRETE

LEVELS = [1e-9, 1e-6, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999]


def _arguments(distribution: Distribution) -> tuple[float, ...]:
    return tuple(value for _, value in distribution.parameters)


def test_there_are_thirty() -> None:
    assert len(FAMILIES) == 30
    assert set(FAMILIES) == set(CONTINUOUS) | set(DISCRETE)
    kinds = {name: row.kind for name, row in FAMILIES.items()}
    assert {name for name, kind in kinds.items() if kind == "discrete"} == set(DISCRETE)


def test_an_unknown_family_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="gausian.*uniform.*truncnorm"):
        family("gausian")


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_continuous_family_is_its_formula(name: str) -> None:
    for one in some_members(name):
        lower = one.ppf(LEVELS)
        below = [float(CONTINUOUS[name].below(x, *_arguments(one))) for x in lower]
        np.testing.assert_allclose(one.cdf(lower), below, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(below, LEVELS, rtol=1e-5, atol=1e-13)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_right_tail_does_not_cancel(name: str) -> None:
    for one in some_members(name):
        # The x are found by bisection on the hand-written tail: scipy's own isf may cancel.
        upper = np.array([_isf(name, one, level) for level in LEVELS])
        above = [float(CONTINUOUS[name].above(x, *_arguments(one))) for x in upper]
        np.testing.assert_allclose(one.sf(upper), above, rtol=1e-6)


def _isf(name: str, one: Distribution, level: float) -> float:
    low, high = (float(x) for x in one.ppf([0.001, 0.999]))
    end = one.support()[1]
    while high < end and CONTINUOUS[name].above(high, *_arguments(one)) > level:
        high = min(end, high + 2 * (high - low))
    for _ in range(60):
        middle = (low + high) / 2
        if CONTINUOUS[name].above(middle, *_arguments(one)) > level:
            low = middle
        else:
            high = middle
    return low


def _table(one: Distribution) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts and their hand-written probabilities, far enough out that nothing is missing."""
    low, high = one.support()
    first = int(low) if math.isfinite(low) else int(one.ppf(1e-9)) - 600
    last = int(high) if math.isfinite(high) else int(one.ppf(1 - 1e-9)) + 600
    counts = np.arange(first, last + 1)
    formula = DISCRETE[one.family.name]
    return counts, np.array([formula(int(k), *_arguments(one)) for k in counts])


@pytest.mark.parametrize("name", DISCRETE)
def test_a_discrete_family_is_its_formula(name: str) -> None:
    for one in some_members(name):
        counts, pmf = _table(one)
        below, above = np.cumsum(pmf), np.cumsum(pmf[::-1])[::-1] - pmf
        seen = (below > 1e-12) & (above > 1e-12)
        seen[0] = True
        np.testing.assert_allclose(one.pmf(counts[seen]), pmf[seen], rtol=1e-9)
        np.testing.assert_allclose(one.cdf(counts[seen]), below[seen], rtol=1e-9)
        np.testing.assert_allclose(one.sf(counts[seen]), above[seen], rtol=1e-7)


@pytest.mark.parametrize("name", FAMILIES)
def test_draws_follow_the_formula(name: str) -> None:
    """Dvoretzky-Kiefer-Wolfowitz: a gap over 0.04 in 4,000 draws has probability 6e-6."""
    one = some_members(name)[1]
    drawn = np.sort(one.rvs(4_000, np.random.default_rng(5)))
    if name in DISCRETE:
        points, pmf = _table(one)
        expected = np.cumsum(pmf)
    else:
        points = one.ppf(np.linspace(0.01, 0.99, 99))
        expected = np.array([CONTINUOUS[name].below(x, *_arguments(one)) for x in points])
    found = np.searchsorted(drawn, points, side="right") / len(drawn)
    assert np.all(np.abs(found - expected) <= 0.04)


@pytest.mark.parametrize(
    ("name", "parameters", "support"),
    [
        ("uniform", {"a": 0.1, "b": 0.3}, (0.1, 0.3)),
        ("triangular", {"a": -0.7, "c": 0.1, "b": 0.2}, (-0.7, 0.2)),
        ("truncnorm", {"mu": 0.3, "sigma": 0.7, "lower": -0.1, "upper": 0.2}, (-0.1, 0.2)),
        ("pareto", {"alpha": 2.0, "xm": 0.7}, (0.7, math.inf)),
        ("binomial", {"n": 7, "p": 0.5}, (0.0, 7.0)),
        ("geometric", {"p": 0.5}, (1.0, math.inf)),
        ("hypergeometric", {"M": 10, "K": 7, "N": 5}, (2.0, 5.0)),
        ("skellam", {"mu1": 1.0, "mu2": 2.0}, (-math.inf, math.inf)),
        ("student_t", {"nu": 3.0}, (-math.inf, math.inf)),
        ("lognormal", {"mu": 0.0, "sigma": 1.0}, (0.0, math.inf)),
    ],
)
def test_the_support_is_exact(
    name: str, parameters: dict[str, float], support: tuple[float, float]
) -> None:
    one = family(name).distribution(**parameters)
    assert one.support() == support
    assert one.cdf(support[1]) == 1.0


def test_gamma_takes_a_scale_and_exponential_a_rate() -> None:
    gamma = family("gamma").distribution(alpha=2.0, beta=3.0)
    assert float(gamma.sf(6.0)) == pytest.approx(math.exp(-2) * 3)
    exponential = family("exponential").distribution(**{"lambda": 4.0})
    assert float(exponential.sf(0.5)) == pytest.approx(math.exp(-2))
