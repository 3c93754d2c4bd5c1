from pathlib import Path

from aleator.cli.gauge import Gauge


def test_rows_are_counted_while_the_log_grows_and_after(tmp_path: Path) -> None:
    gauge = Gauge((tmp_path / "rows.jsonl",), 3)
    assert gauge.done() == 0
    partial = tmp_path / "rows.jsonl.partial"
    partial.write_text('{"key": "a"}\n{"key": "b"}\n{"ke')
    assert gauge.done() == 2
    partial.rename(tmp_path / "rows.jsonl")
    assert gauge.done() == 2


def test_the_last_whole_row_says_how_far(tmp_path: Path) -> None:
    gauge = Gauge((tmp_path / "metrics.jsonl",), 100, "step")
    (tmp_path / "metrics.jsonl.partial").write_text('{"step": 10}\n{"step": 20}\n{"step": 3')
    assert gauge.done() == 20
    (tmp_path / "metrics.jsonl.partial").write_text('{"step"')
    assert gauge.done() == 0


def test_never_more_than_there_is(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("{}\n" * 9)
    assert Gauge((tmp_path / "rows.jsonl",), 5).done() == 5


def test_rows_of_several_logs_are_added(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n" * 3)
    (tmp_path / "b.jsonl.partial").write_text("{}\n{}\n{")
    assert Gauge((tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "c.jsonl"), 9).done() == 5
