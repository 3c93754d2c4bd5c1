from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aleator.report.closed_sets.reading import ClosedRow, ClosedSets
from aleator.report.closed_sets.words import closed_sets_told, compare_sets
from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.results import Collection, Result


def _two(runs: Path) -> tuple[Result, Result]:
    base, even = load_results([runs / "base", runs / "even"]).results
    return base, even


def _with_valid(result: Result, estimate: Estimate) -> Result:
    """The same with another valid mass in its means."""
    bench = result.closed_sets
    assert bench is not None
    splits = {
        name: replace(split, mean={**split.mean, "valid_mass": estimate})
        for name, split in bench.splits.items()
    }
    return replace(result, closed_sets=replace(bench, splits=splits))


def _with_rows(result: Result, rows: dict[str, ClosedRow]) -> Result:
    bench = result.closed_sets
    assert bench is not None
    return replace(result, closed_sets=replace(bench, rows=rows))


def _rows(result: Result) -> dict[str, ClosedRow]:
    bench: ClosedSets | None = result.closed_sets
    assert bench is not None
    return dict(bench.rows)


def test_sets_weigh_equal_in_the_ratio(language_runs: Path) -> None:
    base, even = _two(language_runs)
    found = compare_sets(even, base, "held_out")
    means = []
    for result in (even, base):
        rows = [row for row in _rows(result).values() if row.split == "held_out"]
        by_set: dict[str, list[float]] = {}
        for row in rows:
            by_set.setdefault(row.name, []).append(row.figures["top_share"] or 0.0)
        means.append(np.mean([np.mean(shares) for shares in by_set.values()]))
    assert found.top is not None and found.top.count == 7
    assert found.top.change.value == pytest.approx(means[0] / means[1])
    assert found.unpaired == 0


def test_exact_figures_are_not_compared_with_drawn_ones(language_runs: Path) -> None:
    base, even = _two(language_runs)
    drawn = {
        key: replace(row, figures={**row.figures, "top_share": None})
        for key, row in _rows(even).items()
    }
    exact = {
        key: replace(row, figures={**row.figures, "top_share_sampled": None})
        for key, row in _rows(base).items()
    }
    one = compare_sets(_with_rows(even, drawn), base, "held_out")
    assert one.top is not None and one.top.mean is not None and one.top.mean > 0.3
    none = compare_sets(_with_rows(even, drawn), _with_rows(base, exact), "held_out")
    assert none.top is None
    told = closed_sets_told(Collection((_with_rows(base, exact), _with_rows(even, drawn))))
    assert "not compared with base" in told.details[0]


def test_the_goal_is_about_language_targets_only(language_runs: Path) -> None:
    base, even = _two(language_runs)
    plain = compare_sets(even, base, "held_out")
    assert plain.goal is None
    language = replace(even, training={"targets.mine": "abc"})
    cases = {
        Estimate(0.95, 0.9, 0.97): "met",
        Estimate(0.8, 0.7, 0.9): "undecided",
        Estimate(0.1, 0.0, 0.2): "not met",
        Estimate(None): "not met",  # the valid rate of draws stands in, and is low
    }
    for valid, verdict in cases.items():
        assert compare_sets(_with_valid(language, valid), base, "held_out").goal == verdict
    assert compare_sets(language, base, "all").goal is None
    told = closed_sets_told(Collection((base, language)))
    assert any(sentence.startswith("even, not met: the top answer's") for sentence in told.failures)
    assert told.details[0].endswith("with valid mass at 80% or more: not met.")


def test_prompts_that_only_one_has_are_said(language_runs: Path) -> None:
    base, even = _two(language_runs)
    rows = _rows(even)
    del rows["one to 3/00"]
    told = closed_sets_told(Collection((base, _with_rows(even, rows))))
    assert "paired over 7 sets, 1 prompt not compared" in told.details[0]


def test_few_sets_give_no_interval_and_no_verdict(language_runs: Path) -> None:
    base, even = _two(language_runs)
    rows = {key: row for key, row in _rows(even).items() if row.name == "one to 3"}
    few = _with_rows(replace(even, training={"targets.mine": "abc"}), rows)
    assert "too few for an interval" in closed_sets_told(Collection((base, few))).details[0]
    sure = _with_valid(few, Estimate(0.95, 0.9, 0.97))
    assert compare_sets(sure, base, "held_out").goal == "not measured"


def test_lost_valid_answers_are_a_failure(language_runs: Path) -> None:
    base, even = _two(language_runs)
    told = closed_sets_told(Collection((base, even)))
    assert told.failures[0].startswith("even lost valid answers on closed sets (held-out sets): ")
    assert "% after, 0." in told.failures[0] and "(95% interval 0." in told.failures[0]
    assert told.base[0].startswith("base, closed sets (held-out sets): the top answer takes 9")
    assert told.changes[0].startswith("Closed sets (held-out sets): the top answer's share is 0.")


def test_no_right_answer_at_all_is_said(language_runs: Path) -> None:
    (seeds,) = load_results([language_runs / "seeds"]).results
    told = closed_sets_told(Collection((replace(seeds, methods={}),)))
    assert told.base == (
        "seeds · ssot, closed sets: no right answer was given, so nothing can be said.",
    )
    assert told.changes == () and told.details == ()
