from pathlib import Path

import pytest

from aleator.files import read_rows
from aleator.report.fields import Field
from aleator.report.open_ended.reading import read_open_ended
from tests.report.language import bench_of


def test_real_results_are_read_as_written(language_runs: Path) -> None:
    written = bench_of(language_runs / "base", "open_ended")
    read = read_open_ended(Field(written, Path("result.json")), language_runs / "base")
    assert read.prompts == 8 == len(read.rows)
    assert read.mean["top_share"].high == written["mean"]["top_share"]["high"]
    assert read.median["support_size"].value == written["median"]["support_size"]["value"]
    for row in read_rows(language_runs / "base" / "rows" / "open_ended.jsonl"):
        mine = read.rows[str(row["key"])]
        assert mine.figures["support_size"] == row["support_size"]
        assert mine.answers[0].share == pytest.approx(row["top_share"])
        assert sum(one.share for one in mine.answers) == pytest.approx(row["top4_share"])


def test_prompts_without_an_answer_have_none(language_runs: Path) -> None:
    written = bench_of(language_runs / "seeds", "open_ended")
    read = read_open_ended(Field(written, Path("result.json")), language_runs / "seeds")
    assert all(row.answers == () for row in read.rows.values())
    assert (
        set(read.column("top_share").values())
        == {None}
        == set(read.column("support_size").values())
    )
