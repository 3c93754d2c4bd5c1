from dataclasses import replace
from pathlib import Path

from aleator.report.comparisons import goal_lines
from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.retention.comparing import BENCHES, Line, retention_lines
from aleator.report.summary import COLUMNS, SummaryRow, summary_rows


def _rows(collection: Collection) -> tuple[SummaryRow, ...]:
    kept = [line for bench in BENCHES for line in retention_lines(collection, bench)]
    return summary_rows(collection, goal_lines(collection), kept)


def _texts(row: SummaryRow) -> dict[str, list[str]]:
    return {
        column: [f"{entry.bench}: {entry.text}" for entry in entries]
        for column, entries in zip(COLUMNS, row.columns, strict=True)
    }


def test_a_row_a_condition_says_what_became_of_what(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    soft, hard, dial = summary_rows(retained, goal_lines(retained), retained_lines)
    assert [soft.place, hard.place, dial.place] == [1, 2, 3]
    told = _texts(soft)
    assert told["better"] == ["Numbers: shape KL, value TV, normalised W1, valid mass"]
    assert told["unchanged"] == ["Knowledge: categories +0.2 points"]
    assert told["worse"] == ["Knowledge: cloze −15.0 points", "Perplexity: all 3 slices"]
    assert told["undecided"] == ["Knowledge: arithmetic −2.0 points"]
    assert soft.calibration == "normalised W1, held-out families: 0.800 → 0.080"
    assert soft.failed == ()
    perplexity = soft.columns[COLUMNS.index("worse")][1]
    assert perplexity.told.count("%") == 3 and "facts: +2.9%, " in perplexity.told
    assert "Knowledge: cloze +10.0 points" in _texts(hard)["better"]


def test_what_failed_or_is_missing_is_said(matrix: Path) -> None:
    (matrix / "eval" / "small" / "soft" / "knowledge" / "result.json").unlink()
    (matrix / "eval" / "small" / "base" / "perplexity" / "result.json").unlink()
    soft, hard = _rows(load_results([matrix / "eval" / "small"]))
    assert soft.failed == (
        "knowledge: not finished",
        "perplexity: not compared, it was not measured of base",
    )
    assert hard.failed == ("perplexity: not compared, it was not measured of base",)


def test_missed_goals_and_refused_comparisons(retained: Collection) -> None:
    base, soft = retained.results[:2]
    rows = tuple(replace(one, metrics={**one.metrics, "shape_kl": 9.0}) for one in soft.rows)
    settings = {**soft.settings, "perplexity: stride_used": "128"}
    [row] = _rows(Collection((base, replace(soft, rows=rows, settings=settings))))
    assert row.failed[0] == "2 of 5 goals not met"
    assert row.failed[1].startswith("perplexity, facts, stories and lists & more not compared: ")
    assert row.failed[1].endswith("other settings: stride_used 128, base's 256")
    bare = replace(soft, knowledge=None)
    [row] = _rows(Collection((base, bare)))
    assert row.failed == ("knowledge: not measured",)


def test_a_part_is_named_where_others_moved_otherwise(retained: Collection) -> None:
    base, soft = retained.results[:2]
    rows = tuple(
        replace(one, metrics={**one.metrics, "shape_kl": 9.0})
        if one.split == "unseen_parameters"
        else one
        for one in soft.rows
    )
    [row] = _rows(Collection((base, replace(soft, rows=rows))))
    told = _texts(row)
    assert told["better"][0] == (
        "Numbers: shape KL (held-out families), value TV, normalised W1, valid mass"
    )
    assert told["worse"][0] == "Numbers: shape KL (unseen parameters)"


def test_without_a_base_or_with_nothing_else_there_are_no_rows(retained: Collection) -> None:
    base, soft = retained.results[:2]
    assert _rows(Collection((base,))) == () and _rows(Collection((soft,))) == ()


def test_closed_sets_stand_in_for_numbers(language_runs: Path) -> None:
    results = load_results([language_runs / "base", language_runs / "even"]).results
    [row] = _rows(Collection(tuple(replace(one, splits={}, rows=()) for one in results)))
    assert row.calibration.startswith("total variation, held-out sets: ")
