from dataclasses import replace
from pathlib import Path

import pytest

from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.retention.comparing import (
    Line,
    lines_of,
    overall,
    retention_lines,
    shifted,
)
from tests.report.retaining import DOCUMENTS, ITEMS, SLICES, TASKS, shorten, written_again


def _of(lines: tuple[Line, ...], label: str, name: str) -> Line:
    [found] = [line for line in lines if (line.label, line.name) == (label, name)]
    return found


def test_every_task_and_slice_of_every_condition_has_a_line(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    found = [(line.label, line.name) for line in retained_lines]
    names = [*TASKS], [*SLICES]
    assert found == [
        (label, name) for part in names for label in ("soft", "hard", "dial") for name in part
    ]
    assert all(line.paired.left_out == 0 for line in retained_lines)


def test_what_was_lost_is_found_again(retained_lines: tuple[Line, ...]) -> None:
    cloze = _of(retained_lines, "soft", "cloze")
    assert cloze.shift.value == pytest.approx(-100 * 60 / ITEMS) and cloze.verdict == "worse"
    assert cloze.paired.count == ITEMS
    assert cloze.base is not None and cloze.own is not None
    assert cloze.base.estimate.value == pytest.approx(0.65)
    assert cloze.own.estimate.value == pytest.approx(0.5)
    facts = _of(retained_lines, "soft", "facts")
    assert facts.paired.count == DOCUMENTS and facts.verdict == "worse"
    assert facts.own is not None and facts.base is not None
    before, after = facts.base.estimate.value, facts.own.estimate.value
    assert before and after and facts.paired.change.value == pytest.approx(after / before)
    assert _of(retained_lines, "hard", "cloze").verdict == "better"
    assert _of(retained_lines, "hard", "arithmetic").verdict == "unchanged"
    assert _of(retained_lines, "soft", "arithmetic").verdict == "undecided"


def test_sources_lead_to_the_files(retained_runs: Path, retained_lines: tuple[Line, ...]) -> None:
    line = _of(retained_lines, "soft", "stories")
    assert line.own is not None and line.base_bits is not None
    assert (
        line.own.source
        == f"{retained_runs}/soft/result.json: bench.perplexity.slices[1].perplexity"
    )
    assert line.base_bits.source.endswith(
        "base/result.json: bench.perplexity.slices[1].bits_per_byte"
    )
    assert line.source == (
        f"{retained_runs}/base/rows/perplexity.jsonl and {retained_runs}/soft/rows/perplexity.jsonl"
    )


def test_means_weigh_tasks_and_slices_equal(retained_lines: tuple[Line, ...]) -> None:
    mine = [line for line in retained_lines if line.label == "soft"]
    tasks = [line for line in mine if line.bench == "knowledge"]
    points = [line.shift.value or 0.0 for line in tasks]
    assert overall(tasks, "knowledge").value == pytest.approx(sum(points) / 3)
    slices = [line for line in mine if line.bench == "perplexity"]
    product = 1.0
    for line in slices:
        product *= line.paired.change.value or 0.0
    assert overall(slices, "perplexity").value == pytest.approx(100 * (product ** (1 / 3) - 1))


def test_shifts_are_points_and_per_cent() -> None:
    assert shifted(Estimate(-0.12, -0.16, None), "knowledge") == Estimate(-12.0, -16.0, None)
    assert shifted(Estimate(1.25, 1.0, 1.5), "perplexity") == Estimate(25.0, 0.0, 50.0)


def test_items_of_one_side_only_are_counted(retained_runs: Path, tmp_path: Path) -> None:
    base, soft = written_again(retained_runs, tmp_path, "base", "soft")
    shorten(soft, "knowledge", "arithmetic", keep=150)
    [line] = [one for one in _lines(base, soft, "knowledge") if one.name == "arithmetic"]
    assert (line.paired.count, line.paired.left_out) == (150, ITEMS - 150)


def test_other_settings_are_refused_other_limits_are_not(
    retained_runs: Path, tmp_path: Path
) -> None:
    base, soft = written_again(
        retained_runs, tmp_path, "base", "soft", perplexity={"stride_used": 128, "limit": 40}
    )
    lines = _lines(base, soft, "perplexity")
    assert {line.verdict for line in lines} == {"not compared"}
    assert lines[0].refused == "other settings: stride_used 128, base's 256"
    assert lines[0].own is not None and lines[0].paired.change == Estimate(None)
    base, soft = written_again(
        retained_runs, tmp_path / "2", "base", "soft", perplexity={"limit": 40}
    )
    assert "not compared" not in {line.verdict for line in _lines(base, soft, "perplexity")}


def test_a_task_of_one_side_only_and_another_metric_are_said(
    retained_runs: Path, tmp_path: Path
) -> None:
    base, soft = (
        load_results([path]).results[0]
        for path in written_again(retained_runs, tmp_path, "base", "soft")
    )
    assert soft.knowledge is not None
    tasks = dict(soft.knowledge.tasks)
    tasks["new"] = tasks.pop("cloze")
    tasks["categories"] = replace(tasks["categories"], metric="exact")
    odd = replace(soft, knowledge=replace(soft.knowledge, tasks=tasks))
    told = {line.name: line.refused for line in lines_of(odd, base, "knowledge")}
    assert told == {
        "arithmetic": "",
        "categories": "its metric is exact, base's acc",
        "cloze": "only base has it",
        "new": "base lacks it",
    }


def test_without_the_benchmark_there_are_no_lines(retained: Collection) -> None:
    bare = [replace(result, knowledge=None) for result in retained.results]
    assert retention_lines(Collection(tuple(bare)), "knowledge") == ()
    assert lines_of(bare[1], bare[0], "knowledge") == ()


def _lines(base: Path, other: Path, bench: str) -> tuple[Line, ...]:
    collection = load_results([base, other])
    assert bench in ("knowledge", "perplexity")
    return retention_lines(collection, "knowledge" if bench == "knowledge" else "perplexity")
