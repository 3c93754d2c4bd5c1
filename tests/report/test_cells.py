from pathlib import Path

from aleator.report.cells import Column, Group, figure_cell, measures_table, place_in, tint
from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.measures import Measure, percent

MEASURES = (
    Measure("share", "Share", "Of all.", "neither", percent),
    Measure("nobody", "Nobody", "Has it.", "lower"),
)


def test_a_cell_has_text_number_interval_and_source() -> None:
    cell = figure_cell(percent, Estimate(0.5, 0.25, 0.75), "file: place", 7)
    assert (cell.text, cell.exact, cell.interval) == ("50%", "0.5", "25% … 75%")
    assert (cell.source, cell.tint) == ("file: place", 7)
    missing = figure_cell(percent, Estimate(None), "file: place")
    assert (missing.text, missing.exact, missing.interval) == ("–", "", "")


def test_measures_that_nobody_has_are_left_away() -> None:
    columns = (Column("3 prompts", {"share": Estimate(0.5)}, "f: a"), Column("–", {}, "f: b"))
    table = measures_table(MEASURES, [Group("Held out", columns)])
    assert table.titles == ("Held out",) and table.counts == (("3 prompts", "–"),)
    (row,) = table.rows
    assert [cell.text for cell in row.groups[0]] == ["50%", "–"]
    assert [cell.source for cell in row.groups[0]] == ["f: a.share", "f: b.share"]


def test_a_place_names_the_file(three_conditions: list[Path]) -> None:
    result = load_results(three_conditions).results[0]
    assert place_in(result, "numeric.splits") == (
        f"{three_conditions[0]}/result.json: bench.numeric.splits"
    )


def test_tints_run_from_nothing_to_full() -> None:
    assert [tint(value, 0.5) for value in (None, -1.0, 0.25, 0.5, 3.0)] == [0, 0, 50, 100, 100]
    assert tint(1.0, 0.0) == 0
