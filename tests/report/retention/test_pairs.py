"""Against `metrics.paired` itself, against closed forms, and for what is left out."""

import math

import numpy as np
import pytest
from scipy import stats

from aleator.metrics.paired import paired_difference
from aleator.metrics.perplexity import perplexity_ratio
from aleator.report.estimates import Estimate
from aleator.report.retention.pairs import (
    mean_change,
    mean_ratio,
    paired_answers,
    paired_documents,
)
from aleator.report.retention.perplexity import Document


def _answers(values: list[float | None]) -> dict[str, float | None]:
    return {f"{number:03}": value for number, value in enumerate(values)}


def test_answers_are_matched_by_key_and_the_rest_is_counted() -> None:
    ours = _answers([1.0, 0.0, 1.0, None, 1.0, 1.0, 0.0])
    theirs = {"006": 0.0, "005": 0.0, "004": 1.0, "003": 1.0, "002": 1.0, "001": 1.0, "x": 1.0}
    found = paired_answers(ours, theirs)
    expected = paired_difference([0.0, 1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0, 0.0])
    assert found.change == Estimate(expected.value, expected.low, expected.high)
    assert (found.count, found.left_out) == (5, 3)  # 000, 003 and x


def test_too_few_answers_have_no_interval_and_decide_nothing() -> None:
    found = paired_answers(_answers([1.0] * 4), _answers([0.0] * 4))
    assert found.change == Estimate(1.0) and found.verdict == "undecided"


def test_nothing_shared_is_not_compared() -> None:
    found = paired_answers({"a": 1.0}, {"b": 1.0})
    assert (found.change, found.count, found.left_out) == (Estimate(None), 0, 2)
    assert found.verdict == "not compared"
    assert paired_documents({}, {"b": Document(1.0, 1, 1)}).verdict == "not compared"


@pytest.mark.parametrize(
    ("lost", "won", "items", "verdict"),
    [
        (0, 0, 400, "unchanged"),  # at most 0.92 points at 97.5%
        (0, 0, 100, "undecided"),
        (60, 0, 400, "worse"),
        (0, 60, 400, "better"),
        (12, 10, 400, "undecided"),
    ],
)
def test_unchanged_is_only_said_where_a_loss_beyond_a_point_is_excluded(
    lost: int, won: int, items: int, verdict: str
) -> None:
    ours = [0.0] * lost + [1.0] * (items - lost)
    theirs = [1.0] * (items - won) + [0.0] * won
    assert paired_answers(_answers(list(ours)), _answers(list(theirs))).verdict == verdict


def test_documents_are_compared_where_they_are_the_same_text() -> None:
    rng = np.random.default_rng(0)
    tokens = rng.integers(20, 60, 30)
    base, own = rng.normal(100, 9, 30), rng.normal(101, 9, 30)
    sides = [
        {f"{n}": Document(float(nats[n]), int(tokens[n]), 9, f"t{n}") for n in range(30)}
        for nats in (own, base)
    ]
    expected = perplexity_ratio(own[4:], base[4:], tokens[4:])
    sides[0]["0"] = Document(1.0, int(tokens[0]), 9, "another")
    sides[0]["1"] = Document(1.0, int(tokens[1]) + 1, 9, "t1")
    sides[0]["2"] = Document(None, int(tokens[2]), 9, "t2")
    sides[1]["3"] = Document(1.0, int(tokens[3]), 10, "t3")
    found = paired_documents(*sides)
    assert found.change == Estimate(expected.value, expected.low, expected.high)
    assert (found.count, found.left_out) == (26, 4)


def test_a_mean_of_normal_estimates_has_their_closed_form() -> None:
    """Of independent normal differences the mean's standard error is the root sum of squares."""
    errors = (0.5, 1.0, 2.0)
    z = float(stats.norm.ppf(0.975))
    parts = zip((1.0, 2.0, 6.0), errors, strict=True)
    found = mean_change([Estimate(v, v - z * e, v + z * e) for v, e in parts])
    half = z * math.sqrt(sum(error**2 for error in errors)) / 3
    assert found.value == 3.0 and found.low is not None and found.high is not None
    assert abs(found.low - (3 - half)) <= 1e-12 and abs(found.high - (3 + half)) <= 1e-12


def test_a_mean_of_skewed_estimates_keeps_its_skew() -> None:
    """Against drawing from the two parts, each a difference of a normal and an exponential."""
    rng = np.random.default_rng(1)
    parts = [rng.exponential(scale, 400_000) - scale for scale in (1.0, 2.0)]
    ends = [np.quantile(-part, [0.025, 0.975]) for part in parts]
    found = mean_change([Estimate(0.0, float(low), float(high)) for low, high in ends])
    low, high = np.quantile(-(parts[0] + parts[1]) / 2, [0.025, 0.975])
    assert found.low is not None and found.high is not None
    assert abs(found.low - low) <= 0.06 * abs(low)
    assert abs(found.high - high) <= 0.2 * high  # MOVER is conservative on the short side


def test_one_part_is_its_own_mean_and_one_undefined_makes_all_undefined() -> None:
    one = Estimate(1.25, 1.0, 1.5)
    mean = mean_ratio([one])
    pairs = zip((mean.value, mean.low, mean.high), (1.25, 1.0, 1.5), strict=True)
    assert all(a is not None and abs(a - b) <= 1e-12 for a, b in pairs)
    assert mean_ratio([one, Estimate(None)]) == Estimate(None) == mean_change([])
    without = mean_ratio([Estimate(4.0, 3.0, 5.0), Estimate(1.0)])
    assert without.value is not None and abs(without.value - 2.0) <= 1e-12
    assert (without.low, without.high) == (None, None)
