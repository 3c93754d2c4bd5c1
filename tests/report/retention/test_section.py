from dataclasses import replace

import pytest

from aleator.report.results import Collection
from aleator.report.retention.comparing import Line
from aleator.report.retention.section import RetentionSection, retention_section


@pytest.fixture(scope="module")
def section(retained: Collection, retained_lines: tuple[Line, ...]) -> RetentionSection:
    found = retention_section(retained, retained_lines)
    assert found is not None
    return found


def test_a_row_holds_both_figures_the_change_and_the_verdict(section: RetentionSection) -> None:
    rows = {(row.name, row.place): row for row in section.panels[0].rows}
    cloze = rows["cloze", 1]
    assert (cloze.base.text, cloze.own.text, cloze.change) == ("65%", "50%", "−15.0")
    assert float(cloze.exact) == pytest.approx(-0.15) and cloze.count == "400"
    assert cloze.verdict == "worse" and "rows/knowledge.jsonl" in cloze.source
    slices = {(row.name, row.place): row for row in section.panels[1].rows}
    facts = slices["facts", 1]
    assert facts.change.startswith("1.0") and len(facts.bits) == 2
    assert float(facts.exact) == pytest.approx(float(facts.own.exact) / float(facts.base.exact))
    assert slices["lists & more", 2].interval == "1.0000 … 1.0000"  # three would hide it nearby


def test_places_are_those_compared(section: RetentionSection) -> None:
    assert section.places == (1, 2, 3)
    assert [panel.part for panel in section.panels] == ["Task", "Slice"]


def test_everything_that_was_measured_is_in_a_table(
    section: RetentionSection, retained: Collection
) -> None:
    knowledge, perplexity = section.tables
    rows = {row.measure.title: row.groups[0] for row in knowledge.table.rows}
    assert set(rows) >= {"cloze, acc", "cloze, acc_norm"} and len(rows) == 6
    assert rows["cloze, acc_norm"][0].source == (
        f"{retained.results[0].directory}/result.json: bench.knowledge.tasks[2].others.acc_norm"
    )
    assert knowledge.table.counts == (("1,200 items",) * 4,)
    titles = [row.measure.title for row in perplexity.table.rows]
    assert titles[:2] == ["facts, perplexity", "facts, bits per byte"]
    assert perplexity.table.counts == (("120 documents",) * 4,)


def test_a_base_alone_is_shown_without_comparisons(retained: Collection) -> None:
    section = retention_section(Collection(retained.results[:1]), ())
    assert section is not None and section.panels == () and len(section.tables) == 2
    assert section.told.details == () and section.unpaired == ()


def test_one_benchmark_alone_makes_a_section(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    results = [replace(result, perplexity=None) for result in retained.results]
    lines = [line for line in retained_lines if line.bench == "knowledge"]
    section = retention_section(Collection(tuple(results)), lines)
    assert section is not None
    assert [panel.bench for panel in section.panels] == ["knowledge"]
    assert len(section.tables) == 1


def test_without_either_there_is_none(retained: Collection) -> None:
    bare = [replace(one, knowledge=None, perplexity=None) for one in retained.results]
    assert retention_section(Collection(tuple(bare)), ()) is None
