from io import StringIO
from pathlib import Path

from rich.console import Console

from aleator.cli.matrix_display import matrix_display, plan_table, summary
from aleator.cli.matrix_plan import MatrixTask, Resources
from aleator.cli.matrix_run import TaskRun


def runs() -> list[TaskRun]:
    keys = {
        "train/a/soft": None,
        "eval/a/base/numeric": None,
        "eval/a/soft/numeric": "train/a/soft",
    }
    return [
        TaskRun(MatrixTask(key, (), Path("r"), Path("l"), "a", needs, Resources(1, 0)))
        for key, needs in keys.items()
    ]


def test_a_line_for_every_change() -> None:
    out = StringIO()
    one, two, three = all_runs = runs()
    with matrix_display(Console(file=out, width=200)) as watch:
        watch(all_runs)
        one.state, two.state = "running", "skipped"
        watch(all_runs)
        watch(all_runs)
        one.state, one.error, one.attempts = "waiting", "its process was lost", 1
        watch(all_runs)
        one.state, one.error = "running", None
        watch(all_runs)
        one.state, one.error, one.seconds, one.node = "finished", None, 12.3, "left"
        three.state, three.error = "not run", "train/a/soft failed, which it needs"
        watch(all_runs)
    assert out.getvalue().splitlines() == [
        "▸ train/a/soft",
        "✓ eval/a/base/numeric: done before",
        "· train/a/soft: its process was lost; it is tried again",
        "▸ train/a/soft",
        "✓ train/a/soft: 12 s on left",
        "✗ eval/a/soft/numeric: train/a/soft failed, which it needs",
    ]
    assert summary(all_runs) == "2 done, 1 not run"


def test_a_terminal_shows_what_is_running() -> None:
    out = StringIO()
    all_runs = runs()
    all_runs[0].state, all_runs[0].node = "running", "left"
    with matrix_display(Console(file=out, width=100, force_terminal=True)) as watch:
        all_runs[1].state = "skipped"
        watch(all_runs)
    text = out.getvalue()
    assert "train/a/soft" in text and "s on left" in text
    assert "eval/a/base/numeric: done before" in text
    assert "1 running, 1 done, 1 waiting" in text


def test_the_plan() -> None:
    all_runs = runs()
    all_runs[1].state = "skipped"
    console = Console(file=StringIO(), width=120, record=True)
    console.print(plan_table(all_runs))
    lines = console.export_text().splitlines()
    assert any(
        line.split() == ["eval/a/base/numeric", "done", "1", "CPU,", "0", "GPUs"] for line in lines
    )
    assert any("eval/a/soft/numeric" in line and "to do" in line for line in lines)
