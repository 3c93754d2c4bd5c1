"""`aleator compare`: soft against hard targets with equal updates and with equal forward tokens.

Trainings and evaluations are processes of their own, as in `aleator demo`. Finished ones are kept;
the same command goes on where it was interrupted.
"""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from aleator.benchmarks.record import current_versions
from aleator.cli.assignments import parse_assignments
from aleator.cli.compare_plan import compare_stages, finished_runs, keep_settings, run_entries
from aleator.cli.console import STDERR, STDOUT, print_json
from aleator.cli.stage_display import stage_display
from aleator.cli.stages import cores, run_stages, threads_environment
from aleator.comparison.figures import FinishedRun, matched_figures
from aleator.comparison.matching import plan_runs
from aleator.comparison.results import SCHEMA_VERSION, Comparison
from aleator.comparison.settings import CompareSettings
from aleator.comparison.tables import (
    TextTable,
    budget_table,
    family_table,
    measure_tables,
    reading,
)
from aleator.errors import InputError
from aleator.files import check_folder, read_json
from aleator.models.loading import SANDBOX

_DEFAULT_SEEDS = "11,12,13"

_Model = Annotated[str, typer.Argument(metavar="MODEL", help="sandbox, a directory or a hub id.")]
_Out = Annotated[Path, typer.Option(metavar="DIR", help="Where everything goes.")]
_Recipe = Annotated[
    str | None,
    typer.Option(
        metavar="RECIPE",
        help="A file or a name of `aleator recipes list`; the model's own by default.",
    ),
]
_Seeds = Annotated[str, typer.Option(metavar="A,B,…", help="Of the trainings, 2 or more.")]
_Limit = Annotated[
    int | None, typer.Option(min=1, help="Evaluate at most so many prompts a split.")
]
_Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Replace a value in both recipes, as lora.rank=8; a length counts for soft, which "
        "hard is matched to.",
    ),
]
_Processes = Annotated[
    int | None,
    typer.Option(
        min=1, help="At a time; by default a core each for the sandbox, 1 for other models."
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print comparison.json instead of tables.")]
_TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
]


def compare(
    model: _Model,
    out: _Out,
    recipe_soft: _Recipe = None,
    recipe_hard: _Recipe = None,
    seeds: _Seeds = _DEFAULT_SEEDS,
    limit: _Limit = None,
    overrides: _Overrides = None,
    processes: _Processes = None,
    as_json: _Json = False,
    trust_remote_code: _TrustRemoteCode = False,
) -> None:
    """Compare soft and hard targets with equal budgets."""
    settings = CompareSettings(
        model=model,
        seeds=_seeds(seeds),
        recipes={"soft": recipe_soft, "hard": recipe_hard},
        overrides=parse_assignments(overrides or (), "max_steps=100"),
        limit=limit,
    )
    settings.check()
    check_folder(out)
    STDERR.print("counting what each training will read …", highlight=False)
    runs = plan_runs(settings, trust_remote_code=trust_remote_code)
    keep_settings(out, settings)
    lanes = min(processes or _processes(model), len(runs))
    trusted = ("--trust-remote-code",) if trust_remote_code else ()
    with stage_display(STDERR) as watch:
        run_stages(
            compare_stages(out, settings, runs, trusted),
            out / "logs",
            lanes=lanes,
            environment=threads_environment(max(cores() // lanes, 1)),
            watch=watch,
        )
    comparison = _compared(settings, finished_runs(out, runs))
    path = comparison.write(out)
    if as_json:
        print_json(read_json(path))
    else:
        _print(comparison, path)


def _compared(settings: CompareSettings, finished: Sequence[FinishedRun]) -> Comparison:
    return Comparison(
        schema_version=SCHEMA_VERSION,
        model=settings.model,
        seeds=settings.seeds,
        limit=settings.limit,
        command=shlex.join(["aleator", *sys.argv[1:]]),
        versions=current_versions(),
        recipes=settings.recipes,
        overrides=settings.overrides,
        runs=run_entries(finished),
        matchings=matched_figures(finished),
    )


def _seeds(listed: str) -> tuple[int, ...]:
    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names:
        if not (name.isascii() and name.isdigit()):
            raise InputError(f"--seeds {listed}: {name!r} is no whole number from 0 up")
    return tuple(int(name) for name in names)


def _processes(model: str) -> int:
    """As many as there are cores for a model that is small for sure, where they have no GPU."""
    return cores() if model == SANDBOX and not torch.accelerator.is_available() else 1


def _print(comparison: Comparison, path: Path) -> None:
    STDOUT.print(_shown(budget_table(comparison)))
    for table in measure_tables(comparison):
        STDOUT.print(_shown(table))
    STDOUT.print(_shown(family_table(comparison)))
    STDOUT.print(reading(comparison), highlight=False, soft_wrap=True)
    STDOUT.print(f"comparison: {path}", highlight=False, markup=False, soft_wrap=True)


def _shown(table: TextTable) -> Table:
    about, *columns = table.columns
    shown = Table(title=about, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    shown.add_column(no_wrap=True)
    for column in columns:
        shown.add_column(column)
    for row in table.rows:
        shown.add_row(*map(Text, row))
    return shown
