from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.report.comparisons import compare
from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.findings import Finding, apart, by_gain, by_ratio, findings
from aleator.report.load import load_results
from aleator.report.measures import significant
from aleator.report.results import Collection
from aleator.report.retention.comparing import Line
from tests.report.conftest import EvaluationMaker


def _of(found: Sequence[Finding], bench: str, measure: str, part: str = "") -> Finding:
    [one] = [
        one
        for one in found
        if (one.bench, one.measure) == (bench, measure) and one.part in (part or one.part,)
    ]
    return one


@pytest.mark.parametrize(
    ("estimate", "ratio", "gain"),
    [
        (Estimate(0.5, 0.4, 0.9), "better", "better"),
        (Estimate(1.5, 1.1, 1.9), "worse", "better"),
        (Estimate(0.9, 0.7, 1.1), "undecided", "better"),
        (Estimate(-0.5, -0.9, -0.1), "better", "worse"),
        (Estimate(0.1, -0.1, 0.3), "better", "undecided"),
        (Estimate(0.5), "undecided", "undecided"),
        (UNDEFINED, "not compared", "not compared"),
    ],
)
def test_what_an_interval_allows_to_be_said(estimate: Estimate, ratio: str, gain: str) -> None:
    assert (by_ratio(estimate), by_gain(estimate)) == (ratio, gain)


def test_intervals_that_are_not_paired_must_lie_apart() -> None:
    low, middle, high = (Estimate(n, n - 0.1, n + 0.1) for n in (0.3, 0.45, 0.7))
    assert (apart(low, high), apart(high, low)) == ("better", "worse")
    assert apart(low, middle) == "undecided" and apart(low, UNDEFINED) == "not compared"


def test_numbers_and_retention(retained: Collection, retained_lines: tuple[Line, ...]) -> None:
    base, soft = retained.results[:2]
    found = findings(retained, soft, retained_lines)
    w1 = _of(found, "numeric", "normalised W1", "held-out families")
    expected = compare(soft, base, "w1_normalised", "held_out_families")
    assert expected.base_mean is not None and expected.mean is not None
    assert w1.told == f"{significant(expected.base_mean)} → {significant(expected.mean)}"
    assert w1.outcome == "better"
    assert _of(found, "numeric", "valid mass", "held-out families").outcome == "better"
    assert not [one for one in found if one.measure == "families"]
    for line in retained_lines:
        if line.label == "soft":
            assert _of(found, line.bench, line.name).outcome == line.verdict
    assert findings(retained, base, retained_lines) == ()


def test_lost_valid_mass_and_families_that_got_worse(make_evaluation: EvaluationMaker) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir", collapse=0.1)
    for row in base.rows:
        row["valid_mass"] = 1.0
    for row in soft.rows:
        row["valid_mass"] = 0.985 if row["split"] == "held_out_families" else 0.995
        if row["family"] == "chi":
            row["w1_normalised"] = 2.0 + 0.01 * int(row["key"][-1])
        if row["family"] == "poisson" and row["key"].endswith("0"):
            row["w1_normalised"] = 9.0
    collection = load_results([base.write(), soft.write()])
    found = findings(collection, collection.results[1], ())
    assert _of(found, "numeric", "valid mass", "held-out families").outcome == "worse"
    assert _of(found, "numeric", "valid mass", "unseen parameters").outcome == "unchanged"
    named = {one.told: one.outcome for one in found if one.measure == "families"}
    assert named == {"chi": "worse", "poisson": "undecided"}


def test_draws_stand_in_where_nothing_is_exact(make_evaluation: EvaluationMaker) -> None:
    base, asked = make_evaluation("base"), make_evaluation("asked", adapter="dir", collapse=0.1)
    for row in asked.rows:
        row |= dict.fromkeys(("shape_kl", "value_tv", "w1_normalised", "valid_mass"))
    collection = load_results([base.write(), asked.write()])
    found = findings(collection, collection.results[1], ())
    assert {one.measure for one in found} == {
        "normalised W1, from draws",
        "valid rate, from draws",
    }


def test_the_benchmarks_of_language(language_runs: Path) -> None:
    """Against what the sections say of the same runs: even answers, from a collapsed base."""
    collection = load_results([language_runs / "base", language_runs / "even"])
    found = findings(collection, collection.results[1], ())
    assert _of(found, "closed_sets", "total variation").outcome == "better"
    assert _of(found, "closed_sets", "valid mass").outcome == "worse"
    assert _of(found, "open_ended", "top answer's share").outcome == "better"
    assert _of(found, "novelty", "different answers").outcome in ("better", "undecided")
    tv = _of(found, "mcq_positions", "total variation")
    assert (tv.outcome, tv.told) == ("not compared", "too few questions parse")


def test_without_a_base_nothing_is_found(retained: Collection) -> None:
    soft = replace(retained.results[1], model="other")
    assert findings(Collection((soft,)), soft, ()) == ()
