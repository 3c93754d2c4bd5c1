"""TV from uniform: values, undefined without draws, and intervals that keep their promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.metrics.uniformity import perfect_variation, uniform_variation


@pytest.mark.parametrize(
    ("counts", "value"),
    [([5, 5, 5, 5], 0.0), ([10, 0, 0, 0], 0.75), ([6, 2, 1, 1], 0.35), ([3, 1], 0.25)],
)
def test_values_written_out(counts: list[int], value: float) -> None:
    assert uniform_variation(counts).value == pytest.approx(value)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=6).filter(any))
def test_the_interval_holds_its_value(counts: list[int]) -> None:
    found = uniform_variation(counts)
    assert 0 <= found.low <= found.value <= found.high <= 1 - 1 / len(counts) + 1e-12
    assert found == uniform_variation(counts[::-1])
    assert found.count == sum(counts)


def test_without_draws_it_is_undefined() -> None:
    found = uniform_variation([0, 0, 0, 0])
    assert math.isnan(found.value) and math.isnan(found.low) and math.isnan(found.high)
    assert math.isnan(perfect_variation(0, 4, 0).median)


@pytest.mark.parametrize("counts", [[], [3], [1] * 13])
def test_too_few_or_too_many_cells(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="cells"):
        uniform_variation(counts)


@pytest.mark.parametrize("draws", [7, 100, 1000])
@pytest.mark.parametrize(
    "shares", [(0.25, 0.25, 0.25, 0.25), (0.12, 0.22, 0.52, 0.14), (0.3, 0.25, 0.25, 0.2)]
)
def test_intervals_hold_the_truth(draws: int, shares: tuple[float, ...]) -> None:
    """300 samples: 95% is promised, and 0.95 less three standard errors (0.038) is 0.912."""
    truth = 0.5 * sum(abs(share - 0.25) for share in shares)
    counts = np.random.default_rng(1).multinomial(draws, shares, size=300)
    found = [uniform_variation(row) for row in counts.tolist()]
    assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.912


def test_many_draws_give_a_narrow_interval() -> None:
    found = uniform_variation([1200, 2200, 5200, 1400])
    assert found.high - found.low <= 0.03


def test_a_perfect_sampler_scores_above_nought() -> None:
    """E|f - 1/4| of one cell is near sqrt(2 p q / (pi n)): half the sum over four cells is 0.0218
    at 1,000 draws; the median lies a little below the mean."""
    row = perfect_variation(1000, 4, seed=0)
    assert abs(row.median - 0.0218) <= 0.002
    assert 0 < row.low < row.median < row.high < 0.05
    assert perfect_variation(1000, 4, seed=0) == row
    assert perfect_variation(10, 4, seed=0).median > 0.15
