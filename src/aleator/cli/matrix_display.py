"""How a matrix is shown: a line whenever a task ends, and in a terminal what is running now."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from aleator.cli.matrix_run import State, TaskRun
from aleator.cli.stage_display import MARKS

_MARKS: dict[State, tuple[str, str]] = {**MARKS, "not run": ("✗", "red")}
Seen = tuple[State, str | None]
"""What was last told of a task: its state, and what had gone wrong."""

_SHOWN = 16
"""Of the running tasks, lest the table outgrow the terminal."""


@contextmanager
def matrix_display(console: Console) -> Iterator[Callable[[Sequence[TaskRun]], None]]:
    """Give what shows the state of all tasks.

    Args:
        console: Of stderr.
    """
    seen: dict[str, Seen] = {}
    if console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:

            def watch(runs: Sequence[TaskRun]) -> None:
                _print_changes(console, runs, seen, quiet=("running",))
                live.update(_running(runs))

            yield watch
    else:
        yield lambda runs: _print_changes(console, runs, seen)


def plan_table(runs: Sequence[TaskRun]) -> Table:
    """What would run: every task, whether it is done, and what it takes."""
    table = Table("task", "state", "takes", "needs", box=SIMPLE_HEAD)
    for run in runs:
        done = run.state == "skipped"
        table.add_row(
            Text(run.task.key),
            Text("done" if done else "to do", "dim" if done else ""),
            Text(str(run.task.takes)),
            Text(run.task.needs or ""),
        )
    return table


def summary(runs: Sequence[TaskRun]) -> str:
    """How many tasks are how far."""
    counts = Counter("done" if run.state in ("finished", "skipped") else run.state for run in runs)
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def _running(runs: Sequence[TaskRun]) -> Table:
    table = Table.grid(padding=(0, 2))
    running = [run for run in runs if run.state == "running"]
    mark, style = _MARKS["running"]
    for run in running[:_SHOWN]:
        told = f"{monotonic() - run.began:.0f} s{_where(run)}"
        table.add_row(Text(mark, style), Text(run.task.key, style), Text(told))
    table.add_row("", Text(summary(runs), "dim"), "")
    return table


def _print_changes(
    console: Console, runs: Sequence[TaskRun], seen: dict[str, Seen], quiet: Sequence[State] = ()
) -> None:
    """One line for every task whose state is not what it was; waiting is told where it is again."""
    for run in runs:
        now = (run.state, run.error)
        if now == seen.get(run.task.key, ("waiting", None)):
            continue
        seen[run.task.key] = now
        if run.state not in quiet:
            mark, _ = _MARKS[run.state]
            line = f"{mark} {run.task.key}{_told(run)}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _told(run: TaskRun) -> str:
    if run.state == "skipped":
        return ": done before"
    if run.state == "finished":
        return f": {run.seconds:.0f} s{_where(run)}"
    if run.state == "waiting":
        return f": {run.error}; it is tried again"
    return "" if run.error is None else f": {run.error}"


def _where(run: TaskRun) -> str:
    return "" if run.node is None else f" on {run.node}"
