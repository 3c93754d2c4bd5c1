from io import StringIO
from pathlib import Path

from rich.console import Console, RenderableType

from aleator.cli.gauge import Gauge
from aleator.cli.stage_display import stage_display, stage_table
from aleator.cli.stages import Stage, StageRun


def _printed(what: RenderableType) -> str:
    console = Console(width=160, record=True, file=StringIO())
    console.print(what)
    return console.export_text()


def _runs(tmp_path: Path) -> list[StageRun]:
    log = tmp_path / "rows.jsonl.partial"
    log.write_text("{}\n" * 30)
    gauge = Gauge((tmp_path / "rows.jsonl",), 60)
    stages = [
        Stage("evaluate base", (), tmp_path / "a", gauge=gauge),
        Stage("train [soft]", (), tmp_path / "b"),
        Stage("evaluate soft", (), tmp_path / "c", needs=("train [soft]",)),
    ]
    runs = [StageRun(stage, tmp_path / "log") for stage in stages]
    runs[0].status, runs[0].seconds = "running", 12.4
    runs[1].status, runs[1].seconds = "finished", 61.0
    return runs


def test_every_stage_says_how_it_stands(tmp_path: Path) -> None:
    lines = _printed(stage_table(_runs(tmp_path))).splitlines()
    assert "evaluate base" in lines[0] and "30 of 60, 12 s" in lines[0]
    assert "train [soft]" in lines[1] and "61 s" in lines[1]
    assert "waits for train [soft]" in lines[2]


def test_without_a_terminal_every_change_is_one_line(tmp_path: Path) -> None:
    console = Console(width=160, record=True, file=StringIO(), force_terminal=False)
    runs = _runs(tmp_path)
    with stage_display(console) as watch:
        watch(runs)
        watch(runs)
        runs[0].status = "failed"
        watch(runs)
    assert console.export_text().splitlines() == [
        "▸ evaluate base",
        "✓ train [soft]: 61 s",
        "✗ evaluate base: failed after 12 s",
    ]
