"""Paired differences: coverage where few items change, exact bounds where none does, verdicts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from aleator.metrics.intervals import Interval
from aleator.metrics.paired import (
    accuracy_verdict,
    paired_difference,
    perplexity_verdict,
    score_limits,
    verdict,
)


def _interval(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, 10, 0)


def test_values_written_out() -> None:
    found = paired_difference([1, 1, 0, 0.5], [1, 0, 0, 0.75])
    assert found.value == pytest.approx(0.75 / 4)
    assert found.low < found.value < found.high
    assert (found.count, found.left_out) == (4, 0)


def test_items_need_both_scores() -> None:
    found = paired_difference([1, math.nan, 0, 1], [0, 1, math.nan, 1])
    assert found.value == 0.5 and (found.count, found.left_out) == (2, 2)
    nothing = paired_difference([math.nan], [1])
    assert math.isnan(nothing.value) and nothing.left_out == 1
    assert accuracy_verdict(nothing) == "undecided"
    with pytest.raises(ValueError, match="outside 0 to 1"):
        paired_difference([1.5], [0])


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30),
    st.integers(0, 3),
)
def test_ends_are_numbers_around_the_value_and_the_sides_mirror(
    pairs: list[tuple[float, float]], seed: int
) -> None:
    values, baseline = zip(*pairs, strict=True)
    found = paired_difference(values, baseline, seed=seed, resamples=200)
    if found.count > 1 or found.value in (-1, 0, 1):
        assert -1 <= found.low <= found.value + 1e-12 and found.value - 1e-12 <= found.high <= 1
    other = paired_difference(baseline, values, seed=seed, resamples=200)
    mirrored = (other.low, other.value, other.high)
    assert mirrored == pytest.approx((-found.high, -found.value, -found.low), abs=1e-12)


@pytest.mark.parametrize("items", [1, 100, 368])
def test_where_no_item_changes_the_bound_is_that_of_unseen_ones(items: int) -> None:
    """If a share of 1.0001 times the bound lost, nobody would see none of them in 97.5% of runs."""
    found = paired_difference(np.ones(items), np.ones(items))
    assert found.value == 0 and found.low == -found.high
    assert (1 + found.low * 1.0001) ** items < 0.025 <= (1 + found.low * 0.9999) ** items
    assert accuracy_verdict(found) == ("unchanged" if items >= 368 else "undecided")


def test_all_lost_is_not_certain_either() -> None:
    found = paired_difference(np.zeros(20), np.ones(20))
    assert found.value == -1 == found.low
    unseen = 1 - 0.025 ** (1 / 20)
    assert found.high == pytest.approx(-1 + 2 * unseen)
    assert accuracy_verdict(found) == "worse"


def test_equal_changes_of_graded_scores() -> None:
    found = paired_difference(np.full(50, 0.5), np.full(50, 0.25))
    unseen = 1 - 0.025 ** (1 / 50)
    assert found.value == 0.25
    assert found.low == pytest.approx((1 - unseen) * 0.25 - unseen)
    assert found.high == pytest.approx((1 - unseen) * 0.25 + unseen)


@pytest.mark.parametrize(("gained", "lost", "items"), [(0, 1, 100), (9, 2, 40), (30, 50, 400)])
def test_score_limits_are_where_the_score_test_turns(gained: int, lost: int, items: int) -> None:
    """The likelihood's maximum under each difference is searched for, not taken from a formula."""

    def score(delta: float) -> float:
        def unlikely(losses: float) -> float:
            shares = np.array([losses + delta, losses, 1 - 2 * losses - delta])
            counts = np.array([gained, lost, items - gained - lost])
            kept = counts > 0
            return -float((counts[kept] * np.log(np.maximum(shares[kept], 1e-300))).sum())

        bounds = (max(0.0, -delta), (1 - delta) / 2)
        losses = optimize.minimize_scalar(
            unlikely, bounds=bounds, method="bounded", options={"xatol": 1e-12}
        ).x
        return (gained - lost - items * delta) / math.sqrt(items * (2 * losses + delta - delta**2))

    low, high = score_limits(gained, lost, items)
    assert score(low) == pytest.approx(stats.norm.ppf(0.975), abs=1e-3)
    assert score(high) == pytest.approx(stats.norm.ppf(0.025), abs=1e-3)


def test_score_limits_need_two_kinds_of_items() -> None:
    for gained, lost in ((0, 0), (5, 0), (0, 5)):
        with pytest.raises(ValueError, match="two kinds"):
            score_limits(gained, lost, 5)


@pytest.mark.parametrize(("gains", "losses"), [(0.0, 0.01), (0.005, 0.02), (0.1, 0.1)])
def test_it_covers_where_few_items_change(
    gains: float, losses: float, rng: np.random.Generator
) -> None:
    """Of 100 items, at least 95% less 3 standard errors; of the first, a bootstrap holds 64%."""
    inside = 0
    for seed in range(400):
        kind = rng.random(100)
        baseline = np.where(kind < gains, 0.0, 1.0)
        values = np.where((kind >= gains) & (kind < gains + losses), 0.0, 1.0)
        found = paired_difference(values, baseline, seed=seed, resamples=300)
        inside += found.low <= gains - losses <= found.high
    assert inside / 400 >= 0.918


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.05, -0.01, "better"),
        (-0.05, 0.0, "unchanged"),
        (-0.05, 0.01, "unchanged"),
        (0.002, 0.008, "unchanged"),
        (0.002, 0.012, "worse"),
        (0.02, 0.05, "worse"),
        (0.0, 0.012, "undecided"),
        (-0.5, 0.5, "undecided"),
        (math.nan, math.nan, "undecided"),
        (math.nan, 0.0, "undecided"),
    ],
)
def test_verdicts(low: float, high: float, said: str) -> None:
    assert verdict(low, high, margin=0.01) == said
    assert accuracy_verdict(_interval(-high, -low)) == said
    if math.isfinite(low):  # sums with 1 are rounded
        assert perplexity_verdict(_interval(1 + low, 1 + high - 1e-12)) in (said, "better")


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_unchanged_is_only_said_when_a_greater_loss_is_excluded(
    low: float, width: float, margin: float
) -> None:
    said = verdict(low, low + width, margin=margin)
    assert (said in ("better", "unchanged")) == (low + width <= margin)
    assert (low > 0) or said != "worse"


def test_a_negative_margin_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="margin=-1"):
        verdict(0, 0, margin=-1)
