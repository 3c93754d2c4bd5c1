from pathlib import Path

import pytest

from aleator.report.load import load_results
from aleator.report.mcq_positions.section import McqSection, mcq_section
from tests.report.language import bench_of, changed, copied
from tests.report.questions import mcq_result

SKEWED = {"A": 60, "B": 10, "C": 10, "D": 0}
EVEN = {"A": 20, "B": 20, "C": 20, "D": 20}


@pytest.fixture
def section(language_runs: Path, tmp_path: Path) -> McqSection:
    """A skewed base, and a condition that is even but parses less."""
    base, even = copied(language_runs, tmp_path, "base", "even")
    changed(base, {"mcq_positions": mcq_result(tmp_path / "1", SKEWED, unread=0)})
    changed(even, {"mcq_positions": mcq_result(tmp_path / "2", EVEN, unread=20)})
    found = mcq_section(load_results([base, even]))
    assert found is not None
    return found


def test_the_parse_rate_stands_beside_tv(section: McqSection) -> None:
    rows = {row.measure.key: row.groups[0] for row in section.table.rows}
    assert [cell.text for cell in rows["parse_rate"]] == ["100.0%", "80%"]
    assert [cell.exact for cell in rows["total_variation"]] == ["0.5", "0.0"]
    assert all(cell.interval for cell in rows["total_variation"])
    assert all(cell.interval for cell in rows["perfect_total_variation"])
    assert section.table.counts[0] == ("80 of 80 draws", "80 of 100 draws")
    assert section.cut == ("base 0.0% of 80 draws", "even 20% of 100 draws")


def test_words_claim_no_pairing(section: McqSection) -> None:
    assert section.told.details[0].endswith(
        "below base's, the intervals lie apart (separate draws, unpaired)."
    )
    assert section.told.failures == (
        "even, answer positions: fewer questions parse, 100.0% before, 80% after.",
    )
    assert section.told.changes == (
        "Answer positions: even has TV 0.000 with 80% parsed, base 0.500 with 100.0%.",
    )


def test_overlapping_intervals_are_said(language_runs: Path, tmp_path: Path) -> None:
    base, even = copied(language_runs, tmp_path, "base", "even")
    for number, directory in enumerate((base, even)):
        letters = {"A": 3 + number, "B": 2, "C": 3, "D": 2}
        result = mcq_result(tmp_path / str(number), letters, unread=40)
        changed(directory, {"mcq_positions": result})
    section = mcq_section(load_results([base, even]))
    assert section is not None
    assert "its interval and base's overlap" in section.told.details[0]
    assert "so few that TV says little" in section.told.details[0]


def test_what_nothing_parses_of_is_undefined(language_runs: Path) -> None:
    section = mcq_section(load_results([language_runs / "base", language_runs / "even"]))
    assert section is not None
    rows = {row.measure.key: row.groups[0][0] for row in section.table.rows}
    assert rows["total_variation"].text == "undefined" and rows["total_variation"].exact == ""
    assert rows["parse_rate"].text == "0.0%"
    assert "0.0% of the questions parse strictly, so that TV is undefined" in section.told.base[0]
    assert "nothing parsed, undefined" in section.drawing


def test_undefined_stands_beside_what_is_defined(language_runs: Path, tmp_path: Path) -> None:
    base, even = copied(language_runs, tmp_path, "base", "even")
    changed(base, {"mcq_positions": mcq_result(tmp_path / "1", SKEWED, unread=0)})
    section = mcq_section(load_results([base, even]))
    assert section is not None
    rows = {row.measure.key: row.groups[0] for row in section.table.rows}
    assert [cell.text for cell in rows["total_variation"]] == ["0.500", "undefined"]
    written = bench_of(even, "mcq_positions")["strict"]["total_variation"]
    assert written["value"] is None


def test_without_the_benchmark_there_is_no_section(language_runs: Path) -> None:
    assert mcq_section(load_results([language_runs / "hot"])) is None
