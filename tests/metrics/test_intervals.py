"""Family-balanced averages and their bootstrap, against loops, theory and coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.metrics.intervals import (
    Interval,
    family_balanced_mean,
    family_means,
    family_median,
    paired_ratio,
)

FAMILIES = ["a", "b", "a", "c", "b", "a"]
VALUES = [1.0, 10.0, 2.0, 100.0, 20.0, 6.0]


def test_values_written_out() -> None:
    assert family_means(VALUES, FAMILIES) == {"a": 3.0, "b": 15.0, "c": 100.0}
    assert family_balanced_mean(VALUES, FAMILIES).value == pytest.approx(118 / 3)
    assert family_median(VALUES, FAMILIES).value == 15.0
    assert family_balanced_mean(VALUES, FAMILIES).count == 6


def test_what_is_not_finite_is_counted_and_not_averaged() -> None:
    values = [1.0, 10.0, math.inf, math.nan, -math.inf, 6.0]
    found = family_balanced_mean(values, FAMILIES)
    assert found.value == pytest.approx((3.5 + 10) / 2)
    assert (found.count, found.left_out) == (3, 3)
    means = family_means(values, FAMILIES)
    assert (means["a"], means["b"]) == (3.5, 10.0)
    assert math.isnan(means["c"])


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, math.nan]])
def test_nothing_to_average_is_undefined(values: list[float]) -> None:
    for found in (
        family_balanced_mean(values, ["a"] * len(values)),
        family_median(values, ["a"] * len(values)),
        paired_ratio(values, values, ["a"] * len(values)),
    ):
        assert math.isnan(found.value)
        assert math.isnan(found.low)
        assert math.isnan(found.high)
        assert (found.count, found.left_out) == (0, len(values))


def _slow(values: list[float], families: list[str], seed: int, resamples: int) -> Interval:
    """The same bootstrap as loops: families in order of appearance, one block of indices each."""
    rng = np.random.default_rng(seed)
    totals = [0.0] * resamples
    names = list(dict.fromkeys(families))
    for name in names:
        own = [value for value, one in zip(values, families, strict=True) if one == name]
        for row, indices in enumerate(rng.integers(len(own), size=(resamples, len(own)))):
            totals[row] += math.fsum(own[i] for i in indices) / len(own) / len(names)
    low, high = np.quantile(totals, [0.025, 0.975])
    value = math.fsum(family_means(values, families).values()) / len(names)
    return Interval(value, float(low), float(high), len(values), 0)


def test_the_bootstrap_is_the_loop() -> None:
    found = family_balanced_mean(VALUES, FAMILIES, seed=3, resamples=100)
    expected = _slow(VALUES, FAMILIES, seed=3, resamples=100)
    assert found.value == pytest.approx(expected.value)
    assert found.low == pytest.approx(expected.low)
    assert found.high == pytest.approx(expected.high)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.integers(0, 3))
def test_the_interval_lies_within_the_values_and_follows_the_seed(
    values: list[float], seed: int
) -> None:
    families = [str(index % 3) for index in range(len(values))]
    for average in (family_balanced_mean, family_median):
        found = average(values, families, seed=seed, resamples=200)
        assert found == average(values, families, seed=seed, resamples=200)
        assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
        assert min(values) - 1e-9 <= found.value <= max(values) + 1e-9


def test_the_width_is_that_of_theory(rng: np.random.Generator) -> None:
    """Two families of 400 and 100 standard normals: standard error sqrt(1/400 + 1/100) / 2."""
    values = rng.normal(size=500)
    found = family_balanced_mean(values, ["a"] * 400 + ["b"] * 100)
    expected = 2 * 1.96 * math.sqrt(1 / 400 + 1 / 100) / 2
    assert found.high - found.low == pytest.approx(expected, rel=0.1)


def test_the_interval_covers(rng: np.random.Generator) -> None:
    """95% of 300 intervals, less 4 standard errors and the bootstrap's known optimism."""
    families = ["a"] * 40 + ["b"] * 40
    hits = 0
    for _ in range(300):
        found = family_balanced_mean(rng.normal(size=80), families, resamples=400)
        hits += found.low <= 0 <= found.high
    assert 0.88 <= hits / 300 <= 0.99


def test_a_ratio_cancels_what_makes_prompts_hard(rng: np.random.Generator) -> None:
    baseline = np.exp(rng.normal(0, 2, 60))
    families = ["a", "b", "c"] * 20
    found = paired_ratio(baseline / 5, baseline, families)
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.2)
    assert found.high == pytest.approx(0.2)


@pytest.mark.parametrize("aggregate", ["mean", "median"])
def test_a_ratio_is_that_of_the_two_aggregates(aggregate: str, rng: np.random.Generator) -> None:
    values, baseline = rng.random(30), 3 + rng.random(30)
    families = ["a", "b", "c"] * 10
    average = family_balanced_mean if aggregate == "mean" else family_median
    expected = average(values, families).value / average(baseline, families).value
    found = paired_ratio(
        values, baseline, families, aggregate="mean" if aggregate == "mean" else "median"
    )
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high


def test_a_ratio_counts_prompts_with_both_values() -> None:
    found = paired_ratio([1.0, math.nan, 3.0], [2.0, 2.0, math.inf], ["a", "a", "a"])
    assert found.value == 0.5
    assert (found.count, found.left_out) == (1, 2)


def test_a_ratio_to_nothing_is_undefined() -> None:
    found = paired_ratio([1.0, 2.0], [0.0, 0.0], ["a", "b"])
    assert math.isnan(found.value)
    assert math.isnan(found.high)
    assert found.count == 2


def test_as_many_families_as_values() -> None:
    with pytest.raises(ValueError, match="3 values, but 2 families"):
        family_balanced_mean([1.0, 2.0, 3.0], ["a", "b"])
