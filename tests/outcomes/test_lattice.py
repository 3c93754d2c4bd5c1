"""Distributions on the decimal lattice: masses, edges, tails, draws."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from aleator.distributions.families import FAMILIES, family
from aleator.distributions.grids import split_distributions
from aleator.errors import InputError, ParameterError
from aleator.outcomes.lattice import LatticeBatch, NumericTarget

EXAMPLES = [
    next(
        d
        for d in (
            *split_distributions("unseen_parameters"),
            *split_distributions("held_out_families"),
        )
        if d.family.name == name
    )
    for name in FAMILIES
]


@pytest.mark.parametrize("distribution", EXAMPLES, ids=str)
def test_masses_are_a_distribution(distribution) -> None:  # noqa: ANN001
    outcomes = NumericTarget.of(distribution, 1).outcomes()
    assert abs(outcomes.probabilities.sum() - 1.0) <= 1e-12
    assert outcomes.values is not None
    lower, upper = distribution.support()
    assert lower <= outcomes.values[0]
    assert outcomes.values[-1] <= upper
    assert "-0.0" not in outcomes.strings


def test_mass_is_the_integral_of_the_density() -> None:
    target = NumericTarget.of(family("gaussian").distribution(mu=0.3, sigma=1.2), 2)
    for first, last in ((-50, 20), (31, 31), (200, 350)):
        integral, _ = integrate.quad(
            lambda x: stats.norm.pdf(x, 0.3, 1.2),
            (first - 0.5) / 100,
            (last + 0.5) / 100,
            epsabs=1e-14,
        )
        assert abs(float(target.mass(first, last)) - integral) <= 1e-12


def test_edges_take_the_tails() -> None:
    target = NumericTarget.of(family("exponential").distribution(**{"lambda": 2.0}), 1)
    upper = -math.log(0.001) / 2
    assert target.low == 1
    assert target.high == math.floor(upper * 10)
    assert abs(float(target.mass(1, 1)) - (1 - math.exp(-2 * 0.15))) <= 1e-14
    last = math.exp(-2 * (target.high - 0.5) / 10)
    assert abs(float(target.mass(target.high, target.high)) - last) <= 1e-14


def test_the_right_tail_does_not_cancel() -> None:
    """Far right, 1 - cdf has no digits left; the survival function has all of them."""
    target = NumericTarget(family("gaussian").distribution(mu=0.0, sigma=1.0), 1, -200, 200)
    left, right = target.mass([-120, -90], [-120, -90]), target.mass([120, 90], [120, 90])
    assert (left > 0).all()
    assert np.abs(right / left - 1.0).max() <= 1e-12


def test_both_tails_of_an_unbounded_discrete_support_go_to_the_edges() -> None:
    distribution = family("skellam").distribution(mu1=8.5, mu2=12.0)
    target = NumericTarget.of(distribution)
    masses = target.discrete_masses
    scipy = stats.skellam(8.5, 12.0)
    assert target.low == scipy.ppf(0.001)
    assert abs(masses[0] - scipy.cdf(target.low)) <= 1e-12
    assert abs(masses[-1] - scipy.sf(target.high - 1)) <= 1e-12


def test_a_run_is_the_sum_of_its_points() -> None:
    rng = np.random.default_rng(3)
    targets = [NumericTarget.of(d, 1) for d in EXAMPLES]
    batch = LatticeBatch(targets)
    owner = rng.integers(len(targets), size=200)
    first = batch.low[owner] + rng.integers(-3, 40, size=200)
    last = first + rng.integers(-2, 30, size=200)
    runs = batch.mass(owner, first, last)
    for i in range(200):
        points = np.arange(first[i], last[i] + 1)
        alone = targets[owner[i]].mass(points, points).sum()
        assert abs(runs[i] - alone) <= 1e-12


def test_draws_follow_the_masses() -> None:
    """Chi-square at the 0.001 level, seeded."""
    target = NumericTarget.of(family("weibull").distribution(k=1.5, **{"lambda": 2.0}), 0)
    draws = target.sample(20_000, np.random.default_rng(7))
    outcomes = target.outcomes()
    counts = np.bincount(draws - target.low, minlength=target.count)
    assert stats.chisquare(counts, outcomes.probabilities * 20_000).pvalue > 0.001


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (0.0, True),
        (5.0, True),
        (5.5, False),
        (25.0, True),
        (26.0, False),
        (-1.0, False),
        (math.nan, False),
    ],
)
def test_support_of_a_discrete_family(value: float, accepted: bool) -> None:
    target = NumericTarget.of(family("binomial").distribution(n=25, p=0.5))
    assert target.accepts(value) is accepted


def test_bad_decimals_are_named() -> None:
    gaussian = family("gaussian").distribution(mu=0.0, sigma=1.0)
    with pytest.raises(ParameterError, match="decimals=-1"):
        NumericTarget.of(gaussian, -1)
    beta = family("beta").distribution(alpha=30.0, beta=30.0)
    with pytest.raises(ParameterError, match="use more decimals"):
        NumericTarget.of(beta, 0)


def test_a_hopeless_listing_is_refused() -> None:
    target = NumericTarget.of(family("gaussian").distribution(mu=0.0, sigma=1.0), 9)
    with pytest.raises(InputError, match="max_bins"):
        target.outcomes()
