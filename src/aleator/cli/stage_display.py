"""How stages are shown while they run: a live table, or lines where there is no terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from aleator.cli.stages import StageRun, Status

MARKS: dict[Status, tuple[str, str]] = {
    "waiting": ("·", "dim"),
    "running": ("▸", "bold cyan"),
    "finished": ("✓", "green"),
    "skipped": ("✓", "dim"),
    "stopped": ("■", "yellow"),
    "failed": ("✗", "bold red"),
}
"""The sign of each status and its style."""
_BAR = 24


@contextmanager
def stage_display(console: Console) -> Iterator[Callable[[Sequence[StageRun]], None]]:
    """Give what shows the state of all stages: a live table, or lines where there is no terminal.

    Args:
        console: Of stderr.
    """
    if console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            yield lambda runs: live.update(stage_table(runs))
    else:
        seen: dict[str, Status] = {}
        yield lambda runs: _print_changes(console, runs, seen)


def stage_table(runs: Sequence[StageRun]) -> Table:
    """All stages, a row each."""
    table = Table.grid(padding=(0, 2))
    for run in runs:
        mark, style = MARKS[run.status]
        gauge = run.stage.gauge
        bar: ProgressBar | str = ""
        if gauge is not None and run.status == "running":
            done = gauge.done()
            bar = ProgressBar(total=gauge.total, completed=done, width=_BAR)
        table.add_row(Text(mark, style), Text(run.stage.name, style), bar, _told(run))
    return table


def _told(run: StageRun) -> Text:
    if run.status == "waiting":
        needs = " and ".join(run.stage.needs)
        return Text(f"waits for {needs}" if needs else "waits for a core", "dim")
    if run.status == "skipped":
        return Text("done before", "dim")
    seconds = f"{run.seconds:.0f} s"
    gauge = run.stage.gauge
    if run.status == "running" and gauge is not None:
        return Text(f"{gauge.done():,} of {gauge.total:,}, {seconds}")
    return Text(seconds if run.status == "finished" else f"{run.status} after {seconds}")


def _print_changes(console: Console, runs: Sequence[StageRun], seen: dict[str, Status]) -> None:
    """One line for every stage whose status is not what it was."""
    for run in runs:
        if seen.get(run.stage.name, "waiting") != run.status:
            seen[run.stage.name] = run.status
            mark, _ = MARKS[run.status]
            told = "" if run.status == "running" else f": {_told(run)}"
            console.print(f"{mark} {run.stage.name}{told}", highlight=False, markup=False)
