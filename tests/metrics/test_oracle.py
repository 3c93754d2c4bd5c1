"""The oracle row against theory, and its average over families against a loop."""

import math

import numpy as np
import pytest

from aleator.distributions.families import family
from aleator.metrics.oracle import family_balanced_oracle, oracle_row, oracle_statistics
from aleator.metrics.transport import expected_quantiles, sampled_wassersteins


def test_the_mean_of_draws_spreads_as_theory_says(rng: np.random.Generator) -> None:
    """The mean of 100 standard normals: 95% within 0.196 of 0; 2,000 repetitions."""
    gaussian = family("gaussian").distribution(mu=0, sigma=1)
    found = oracle_row(
        oracle_statistics(gaussian.rvs, lambda rows: rows.mean(axis=1), 100, rng, repetitions=2_000)
    )
    assert found.median == pytest.approx(0, abs=0.02)
    assert found.low == pytest.approx(-0.196, abs=0.03)
    assert found.high == pytest.approx(0.196, abs=0.03)


def test_the_floor_of_w1_is_that_of_theory(rng: np.random.Generator) -> None:
    """E W1 of S uniform draws is about ∫ sqrt(2 F (1 − F) / (π S)) dx = sqrt(2 / π S) π / 8."""
    uniform = family("uniform").distribution(a=0, b=1)
    quantiles = expected_quantiles(uniform.ppf, 1_000)
    found = oracle_statistics(
        uniform.rvs, lambda rows: sampled_wassersteins(rows, quantiles), 1_000, rng
    )
    assert found.shape == (200,)
    expected = math.sqrt(2 / (math.pi * 1_000)) * math.pi / 8
    assert float(found.mean()) == pytest.approx(expected, rel=0.08)
    row = oracle_row(found)
    assert 0 < row.low < row.median < row.high


def test_the_generator_decides() -> None:
    uniform = family("uniform").distribution(a=0, b=1)
    first, again = (
        oracle_statistics(uniform.rvs, lambda rows: rows.max(axis=1), 5, np.random.default_rng(1))
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)


def test_one_statistic_a_row_is_demanded(rng: np.random.Generator) -> None:
    uniform = family("uniform").distribution(a=0, b=1)
    with pytest.raises(ValueError, match="one statistic a row"):
        oracle_statistics(uniform.rvs, lambda rows: rows.mean(axis=0), 5, rng)


def test_families_weigh_equal_within_every_repetition() -> None:
    statistics = np.array([[1.0, 2.0], [3.0, 6.0], [10.0, 0.0], [7.0, 7.0]])
    families = ["a", "a", "b", "c"]
    # Family means [2, 4], [10, 0], [7, 7]: averages 19/3 and 11/3, medians 7 and 4.
    assert family_balanced_oracle(statistics, families).median == pytest.approx(5.0)
    assert family_balanced_oracle(statistics, families, aggregate="median").median == (
        pytest.approx(5.5)
    )


def test_an_average_is_surer_than_its_prompts(rng: np.random.Generator) -> None:
    statistics = rng.random((50, 200))
    whole = family_balanced_oracle(statistics, ["a", "b"] * 25)
    single = oracle_row(statistics[0])
    assert whole.high - whole.low < (single.high - single.low) / 4


def test_as_many_families_as_prompts() -> None:
    with pytest.raises(ValueError, match="2 prompts, but 1 families"):
        family_balanced_oracle(np.zeros((2, 3)), ["a"])
