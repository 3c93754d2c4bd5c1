from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.closed_sets.reading import read_closed_sets
from aleator.report.fields import Field
from tests.report.language import bench_of, copied


def test_real_results_are_read_as_written(language_runs: Path) -> None:
    written = bench_of(language_runs / "base", "closed_sets")
    read = read_closed_sets(Field(written, Path("result.json")), language_runs / "base")
    assert set(read.splits) == {"train", "held_out", "all"}
    held_out = written["splits"]["held_out"]
    assert read.splits["held_out"].sets == 7 and read.splits["held_out"].prompts == 14
    assert read.splits["held_out"].mean["tv"].low == held_out["mean"]["tv"]["low"]
    digit = read.sets["digit"]
    assert dict(digit.answers) == written["sets"]["digit"]["answers"]
    assert list(digit.target) == list("0123456789") and digit.outcomes == 10
    assert digit.figures["top_share"] == written["sets"]["digit"]["top_share"]
    assert len(read.rows) == 16 and read.rows["digit/01"].split == "train"


def test_undefined_figures_are_none(language_runs: Path) -> None:
    written = bench_of(language_runs / "seeds", "closed_sets")
    read = read_closed_sets(Field(written, Path("result.json")), language_runs / "seeds")
    assert read.splits["all"].mean["tv"].value is None
    assert read.sets["digit"].figures["top_share_sampled"] is None
    assert sum(read.sets["digit"].answers.values()) == 0


def test_missing_rows_are_named(language_runs: Path, tmp_path: Path) -> None:
    (base,) = copied(language_runs, tmp_path, "base")
    (base / "rows" / "closed_sets.jsonl").unlink()
    with pytest.raises(InputError, match=r"rows/closed_sets\.jsonl is missing"):
        read_closed_sets(Field(bench_of(base, "closed_sets"), Path("f")), base)
