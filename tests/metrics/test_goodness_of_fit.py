"""KS and chi-square against scipy, against sums written out, and under the null."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.distributions.families import family
from aleator.metrics.goodness_of_fit import chi_square, kolmogorov_smirnov

UNIFORM = family("uniform").distribution(a=0, b=1)


@given(st.lists(st.floats(-1, 2), min_size=1, max_size=40))
def test_ks_is_scipys(sample: list[float]) -> None:
    found = kolmogorov_smirnov(np.array(sample), UNIFORM.cdf)
    statistic, p_value = np.asarray(stats.ks_1samp(sample, stats.uniform.cdf, method="exact"))
    assert found.statistic == pytest.approx(float(statistic), abs=1e-12)
    assert found.p_value == pytest.approx(float(p_value), abs=1e-9)
    assert found.count == len(sample)


def test_ks_written_out() -> None:
    found = kolmogorov_smirnov(np.array([0.9, 0.1]), UNIFORM.cdf)
    assert found.statistic == pytest.approx(0.4)


def test_ks_of_nothing_is_undefined_and_of_nan_an_error() -> None:
    empty = kolmogorov_smirnov(np.array([]), UNIFORM.cdf)
    assert math.isnan(empty.statistic)
    assert math.isnan(empty.p_value)
    assert empty.count == 0
    with pytest.raises(ValueError, match="not finite"):
        kolmogorov_smirnov(np.array([0.5, math.nan]), UNIFORM.cdf)


def test_rounded_draws_meet_the_floor_that_the_file_speaks_of(rng: np.random.Generator) -> None:
    sample = np.round(rng.random(50_000), 1)
    # Rounding to tenths: the step at 0.5 carries mass 0.1, half of it on each side of the cdf.
    assert kolmogorov_smirnov(sample, UNIFORM.cdf).statistic >= 0.04


def test_chi_square_without_pooling_is_scipys() -> None:
    counts, p = np.array([18, 30, 52]), np.array([0.2, 0.3, 0.5])
    found = chi_square(counts, p)
    expected = stats.chisquare(counts, 100 * p)
    assert found.statistic == pytest.approx(float(expected.statistic))
    assert found.p_value == pytest.approx(float(expected.pvalue))
    assert found.count == 100


def test_chi_square_pools_neighbours_and_gives_the_last_the_remainder() -> None:
    counts = np.array([2, 5, 1, 0, 2])
    p = np.array([0.3, 0.25, 0.3, 0.1, 0.05])
    # Of 10 draws 3, 2.5, 3, 1, 0.5 are expected: cells of at least 5 are the first two, the rest
    # does not reach 5 and joins them, so only one cell is left.
    assert math.isnan(chi_square(counts, p).statistic)
    # Cells of at least 4: {0, 1} with 5.5 expected, {2, 3} and the remainder 4 with 4.5.
    found = chi_square(counts, p, smallest_expected=4)
    statistic = (7 - 5.5) ** 2 / 5.5 + (3 - 4.5) ** 2 / 4.5
    assert found.statistic == pytest.approx(statistic)
    assert found.p_value == pytest.approx(float(stats.chi2.sf(statistic, 1)))


def test_chi_square_of_nothing_is_undefined() -> None:
    found = chi_square(np.zeros(3, dtype=np.int64), np.full(3, 1 / 3))
    assert math.isnan(found.statistic)
    assert found.count == 0


def test_chi_square_of_different_outcomes_is_refused() -> None:
    with pytest.raises(ValueError, match="probabilities"):
        chi_square(np.zeros(3, dtype=np.int64), np.full(2, 0.5))


def test_p_values_of_a_perfect_sampler_are_even(rng: np.random.Generator) -> None:
    """400 samples each: the KS gap of their p-values to even exceeds 0.1 once in 1,400 times."""
    poisson = family("poisson").distribution(**{"lambda": 4.0})
    counts = np.arange(25)
    pmf = poisson.pmf(counts)
    pmf[-1] += float(poisson.sf(24))
    drawn = rng.multinomial(1_000, pmf, size=400)
    chi = np.array([chi_square(row, pmf).p_value for row in drawn])
    ks = np.array([kolmogorov_smirnov(rng.random(100), UNIFORM.cdf).p_value for _ in range(400)])
    assert kolmogorov_smirnov(chi, UNIFORM.cdf).statistic <= 0.1
    assert kolmogorov_smirnov(ks, UNIFORM.cdf).statistic <= 0.1
