"""`aleator demo`: the sandbox model as it is and calibrated, measured and put on one page.

Trainings and evaluations are processes of their own with a core each: on a model this small, two
processes with one thread do more than one with two. Finished stages are kept; the same command
goes on where it was interrupted.
"""

import time
from pathlib import Path
from typing import Annotated

import typer

from aleator.cli.console import STDERR, STDOUT
from aleator.cli.demo_display import goals_table
from aleator.cli.demo_plan import demo_stages
from aleator.cli.demo_settings import DemoSettings, left_out, note_settings
from aleator.cli.stage_display import stage_display
from aleator.cli.stages import cores, run_stages, threads_environment
from aleator.report.comparisons import goal_lines
from aleator.report.load import load_results
from aleator.report.page import write_page
from aleator.report.retention.comparing import BENCHES, retention_lines
from aleator.report.verdict_lines import verdict_lines

_LANES = 4
"""Base and the three adapters: there is never more to do at a time."""


def demo(
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where everything goes; runs/demo by default."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer prompts and updates: about a minute.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of trainings and evaluations.")] = 11,
) -> None:
    """Calibrate the sandbox model and prove it."""
    began = time.monotonic()
    folder = out or Path("runs", "demo-quick" if quick else "demo")
    settings = DemoSettings.chosen(seed, quick=quick)
    note_settings(folder, settings)
    lanes = min(_LANES, cores())
    with stage_display(STDERR) as watch:
        run_stages(
            demo_stages(folder, settings),
            folder / "logs",
            lanes=lanes,
            environment=threads_environment(cores() // lanes),
            watch=watch,
        )
    results = load_results([folder])
    page = folder / "report.html"
    write_page(results, page)
    for sentence in left_out(settings):
        STDOUT.print(sentence, highlight=False, soft_wrap=True)
    STDOUT.print(goals_table(goal_lines(results)))
    kept = [line for bench in BENCHES for line in retention_lines(results, bench)]
    for line in verdict_lines(results, kept):
        label = results.results[line.place].label
        STDOUT.print(f"{label}: {line.text}", highlight=False, markup=False, soft_wrap=True)
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    STDERR.print(f"{minutes} min {seconds} s on {lanes} processes", highlight=False)
    STDOUT.print(f"report: {page}", highlight=False, markup=False, soft_wrap=True)
