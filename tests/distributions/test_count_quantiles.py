"""Quantiles from a table against scipy's own, one by one, and against the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.count_quantiles import FloatArray, count_quantiles
from aleator.distributions.families import FAMILIES, family
from tests.distributions.members import some_members

DISCRETE = [name for name, row in FAMILIES.items() if row.discrete]


@pytest.mark.parametrize("name", DISCRETE)
def test_they_are_scipys(name: str, rng: np.random.Generator) -> None:
    for one in some_members(name):
        levels = np.concatenate([rng.random(40), [1e-9, 0.001, 0.5, 0.999, 1 - 1e-9]])
        slow = [float(one.family.scipy.ppf(level, *one.shapes)) for level in levels]
        assert one.ppf(levels).tolist() == slow


@given(st.lists(st.floats(0.001, 0.999), min_size=4, max_size=30), st.floats(0.5, 20.0))
def test_they_are_the_smallest_counts_that_reach_the_level(
    levels: list[float], mean: float
) -> None:
    poisson = family("poisson").distribution(**{"lambda": mean})
    counts = poisson.ppf(levels)
    assert np.all(poisson.cdf(counts) >= np.array(levels) - 1e-12)
    assert np.all(poisson.cdf(counts - 1) < np.array(levels) + 1e-12)


def test_levels_keep_their_shape() -> None:
    binomial = family("binomial").distribution(n=10, p=0.5)
    assert binomial.ppf(np.full((2, 3), 0.5)).tolist() == [[5.0] * 3] * 2
    assert binomial.ppf(0.5).shape == ()


def test_the_ends_are_scipys() -> None:
    geometric = family("geometric").distribution(p=0.5)
    assert geometric.ppf([0.0, 0.5, 0.75, 1.0, 0.9]).tolist() == [0.0, 1.0, 2.0, np.inf, 4.0]
    assert np.isnan(geometric.ppf([np.nan, 0.5, 0.5, 0.5])[0])


def test_a_range_too_wide_for_a_table_is_searched() -> None:
    asked: list[int] = []

    def ppf(q: FloatArray) -> FloatArray:
        asked.append(q.size)
        return np.floor(q * 1e9)

    levels = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert count_quantiles(levels, ppf, np.isfinite).tolist() == np.floor(levels * 1e9).tolist()
    assert asked == [2, 5]
