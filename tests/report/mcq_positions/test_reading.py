from pathlib import Path

from aleator.report.fields import Field
from aleator.report.mcq_positions.reading import read_mcq_positions
from tests.report.language import bench_of
from tests.report.questions import mcq_result


def test_nothing_parsed_leaves_figures_undefined(language_runs: Path) -> None:
    written = bench_of(language_runs / "base", "mcq_positions")
    read = read_mcq_positions(Field(written, Path("result.json")))
    strict = read.readings["strict"]
    assert (read.drawn, strict.parsed) == (30, 0)
    assert strict.figures["total_variation"].value is None
    assert strict.figures["parse_rate"].value == 0.0
    assert all(share.value is None for share in strict.letters.values())


def test_letters_are_read_as_written(tmp_path: Path) -> None:
    written = mcq_result(tmp_path, {"A": 30, "B": 10, "C": 0, "D": 0}, unread=10)
    read = read_mcq_positions(Field(written, Path("result.json")))
    strict = read.readings["strict"]
    assert strict.parsed == 40 and strict.letters["A"].value == 0.75
    assert strict.figures["total_variation"].value == 0.5
    assert strict.figures["distinct_questions"].value == 2
