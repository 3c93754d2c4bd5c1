"""W1 against scipy, against brute force over quantiles, and against closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.distributions.families import family
from aleator.metrics.transport import (
    distance_to_median,
    expected_quantiles,
    normalised_wasserstein,
    sampled_wasserstein,
    sampled_wassersteins,
    wasserstein,
)
from tests.metrics.discrete import FloatArray, Weighted, weighted_values


@given(weighted_values(), weighted_values())
def test_it_is_scipys(one: Weighted, other: Weighted) -> None:
    found = wasserstein(*one, *other)
    expected = stats.wasserstein_distance(one[0], other[0], one[1], other[1])
    assert found == pytest.approx(float(expected), abs=1e-9)


@given(weighted_values(), weighted_values())
def test_it_is_the_integral_between_the_two_cdfs(one: Weighted, other: Weighted) -> None:
    points = np.arange(-20, 20, 0.25)  # all values are multiples of a quarter

    def cdf(weighted: Weighted) -> FloatArray:
        return (weighted.probabilities * (weighted.values <= points[:, None])).sum(axis=1)

    integral = float(np.abs(cdf(one) - cdf(other)).sum()) / 4
    assert wasserstein(*one, *other) == pytest.approx(integral, abs=1e-9)


@given(weighted_values(), weighted_values(), st.floats(-5, 5), st.floats(0.1, 9))
def test_it_is_a_distance_that_follows_shift_and_scale(
    one: Weighted, other: Weighted, shift: float, scale: float
) -> None:
    distance = wasserstein(*one, *other)
    assert distance == pytest.approx(wasserstein(*other, *one), abs=1e-9)
    assert wasserstein(*one, *one) == pytest.approx(0, abs=1e-9)
    assert wasserstein(*one, one.values + shift, one.probabilities) == pytest.approx(
        abs(shift), abs=1e-9
    )
    moved = [(row.values * scale + shift, row.probabilities) for row in (one, other)]
    assert wasserstein(*moved[0], *moved[1]) == pytest.approx(scale * distance, abs=1e-8)


@given(weighted_values())
def test_the_median_is_the_nearest_single_value(one: Weighted) -> None:
    nearest = min(
        wasserstein(*one, np.array([value]), np.array([1.0])) for value in one.values.tolist()
    )
    assert distance_to_median(*one) == pytest.approx(nearest, abs=1e-9)


def test_the_normal_closed_form() -> None:
    """W1 of two normals of equal width is their shift; mean |x - median| is sigma sqrt(2/pi)."""
    grid = np.arange(-12, 14, 0.01)
    first, second = (np.diff(stats.norm.cdf(np.append(grid, 14) - mu)) for mu in (0.0, 0.5))
    first, second = first / first.sum(), second / second.sum()
    assert wasserstein(grid, first, grid, second) == pytest.approx(0.5, abs=1e-6)
    assert distance_to_median(grid, first) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-4)
    assert normalised_wasserstein(grid, first, grid, second) == pytest.approx(
        0.5 / math.sqrt(2 / math.pi), abs=1e-4
    )


def test_collapse_on_the_median_is_one_and_the_target_is_zero() -> None:
    values, p = np.array([0.0, 1.0]), np.array([0.7, 0.3])
    median = np.array([0.0]), np.array([1.0])
    assert normalised_wasserstein(values, p, *median) == pytest.approx(1)
    assert normalised_wasserstein(values, p, values, p) == 0


def test_a_target_of_one_value_has_no_scale() -> None:
    one = np.array([3.0]), np.array([1.0])
    assert distance_to_median(*one) == 0
    assert math.isnan(normalised_wasserstein(*one, np.array([4.0]), np.array([1.0])))


@pytest.mark.parametrize(
    ("values", "p"),
    [([0.0, 1.0], [0.5, 0.4]), ([0.0, math.nan], [0.5, 0.5]), ([0.0, 1.0], [0.5, math.nan])],
)
def test_what_is_no_distribution_is_refused(values: list[float], p: list[float]) -> None:
    with pytest.raises(ValueError, match="not a distribution"):
        wasserstein(np.array(values), np.array(p), np.array([0.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="probabilities"):
        distance_to_median(np.array([0.0, 1.0]), np.array([1.0]))


def test_the_published_form_written_out() -> None:
    uniform = family("uniform").distribution(a=0, b=1)
    quantiles = expected_quantiles(uniform.ppf, 4)
    np.testing.assert_allclose(quantiles, [0.125, 0.375, 0.625, 0.875])
    sample = np.array([0.9, 0.1, 0.4, 0.5])
    expected = (0.025 + 0.025 + 0.125 + 0.025) / 4
    assert sampled_wasserstein(sample, quantiles) == pytest.approx(expected)


def test_many_samples_are_the_same_as_one_by_one(rng: np.random.Generator) -> None:
    quantiles = expected_quantiles(family("cauchy").distribution(x0=0, gamma=1).ppf, 50)
    samples = rng.standard_cauchy((6, 50))
    together = sampled_wassersteins(samples, quantiles)
    assert together.tolist() == [sampled_wasserstein(row, quantiles) for row in samples]


def test_the_published_form_tends_to_the_exact_one(rng: np.random.Generator) -> None:
    """200,000 draws of N(1, 1) against N(0, 1): the distance is 1; its error is below 0.02."""
    gaussian = family("gaussian").distribution(mu=0, sigma=1)
    quantiles = expected_quantiles(gaussian.ppf, 200_000)
    assert sampled_wasserstein(rng.normal(1, 1, 200_000), quantiles) == pytest.approx(1, abs=0.02)


def test_without_draws_it_is_undefined() -> None:
    quantiles = expected_quantiles(family("uniform").distribution(a=0, b=1).ppf, 0)
    assert math.isnan(sampled_wasserstein(np.array([]), quantiles))


def test_other_counts_of_quantiles_are_refused() -> None:
    with pytest.raises(ValueError, match="expected quantiles"):
        sampled_wasserstein(np.zeros(3), np.zeros(4))
