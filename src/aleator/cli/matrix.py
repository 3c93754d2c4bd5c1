"""`aleator matrix`: every model in every condition on every benchmark, on one machine or many.

Tasks are `aleator train` and `aleator eval` as one would type them, carried out by Ray. What is
finished is kept; the same command goes on where it was interrupted or killed.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from aleator.benchmarks.matrix_file import read_matrix
from aleator.cli.console import STDERR, STDOUT, print_json
from aleator.cli.matrix_display import matrix_display, plan_table, summary
from aleator.cli.matrix_plan import (
    MatrixTask,
    PlanOptions,
    check_cells,
    chosen_cells,
    evaluation_key,
    matrix_tasks,
)
from aleator.cli.matrix_ray import (
    RayPool,
    check_cluster,
    check_machines,
    check_ray,
    cluster_ray,
    driver_lock,
    local_ray,
    untouched_if_refused,
)
from aleator.cli.matrix_run import StatusFile, TaskRun, problems, run_tasks, task_runs
from aleator.cli.matrix_settings import check_matrix, keep_matrix
from aleator.cli.matrix_worker import holding
from aleator.cli.stages import cores, interrupted_by_termination
from aleator.errors import CheckFailedError, InputError
from aleator.files import check_folder
from aleator.recipe_files import find_matrix

_DRIVER_PATIENCE = 0.0

_File = Annotated[
    str, typer.Argument(metavar="FILE", help="A matrix file, or a name of `aleator recipes list`.")
]
_Out = Annotated[
    Path, typer.Option(metavar="DIR", help="Where everything goes; on a cluster, a shared folder.")
]
_Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Only the cells MODEL/CONDITION/BENCH that fit, as 'qwen3-0.6b' or '*/soft/numeric'.",
    ),
]
_Address = Annotated[
    str | None,
    typer.Option(help="Of a Ray cluster, or auto for the one of this machine; none: this machine."),
]
_Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Cells at a time on this machine, a core each; all cores by default."),
]
_Gpus = Annotated[
    float | None, typer.Option(min=0, max=1, help="Of each cell, instead of what the file says.")
]
_Cpus = Annotated[
    int | None, typer.Option(min=1, help="Of each cell, instead of what the file says.")
]
_Retries = Annotated[int, typer.Option(min=0, help="How often a task that failed is tried again.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would run, and run nothing.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
_TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that comes with the models.")
]


def matrix(
    file: _File,
    out: _Out,
    only: _Only = None,
    address: _Address = None,
    workers: _Workers = None,
    gpus: _Gpus = None,
    cpus: _Cpus = None,
    retries: _Retries = 2,
    dry_run: _DryRun = False,
    as_json: _Json = False,
    trust_remote_code: _TrustRemoteCode = False,
) -> None:
    """Train and measure many models, on one machine or many."""
    if address is not None and workers is not None:
        raise InputError("--workers is for this machine: a cluster at --address has its own")
    folder = Path(os.path.abspath(out))  # links stay as they are
    read = read_matrix(find_matrix(file))
    further = ("--trust-remote-code",) if trust_remote_code else ()
    options = PlanOptions(gpus, cpus, further)
    cells = chosen_cells(read, only or ())
    tasks = matrix_tasks(read, cells, folder, options)
    check_folder(folder)
    record = check_matrix(folder, read)
    if dry_run:
        _show_plan(task_runs(tasks), StatusFile(folder), as_json=as_json)
        return
    check_ray()
    left = [run.task for run in task_runs(tasks) if run.state == "waiting"]
    keys = {task.key for task in left}
    check_cells([cell for cell in cells if evaluation_key(cell) in keys])
    with untouched_if_refused(folder), holding(driver_lock(folder), _DRIVER_PATIENCE, {}):
        statuses = StatusFile(folder)
        with _pool(left, folder, address, workers or cores()) as pool:
            keep_matrix(folder, record)
            runs = _run(tasks, pool, statuses, retries)
    if as_json:
        print_json(statuses.values())
    else:
        STDOUT.print(f"{summary(runs)}: {folder}", highlight=False, markup=False, soft_wrap=True)
    if told := problems(runs):
        raise CheckFailedError(told)


def _run(
    tasks: Sequence[MatrixTask], pool: RayPool, statuses: StatusFile, retries: int
) -> list[TaskRun]:
    with matrix_display(STDERR) as watch:

        def note(runs: Sequence[TaskRun]) -> None:
            watch(runs)
            statuses.update(runs)

        return run_tasks(tasks, pool, retries=retries, watch=note)


@contextmanager
def _pool(
    left: Sequence[MatrixTask], folder: Path, address: str | None, workers: int
) -> Iterator[RayPool]:
    """Ray where it was asked for, large enough for what is to do; not begun where that is nothing.

    Raises:
        InputError: It cannot be had, or no machine is large enough.
    """
    if not left:
        yield RayPool(folder, None)
        return
    takes = min((task.takes for task in left), key=lambda one: one.cpus)
    started = local_ray(workers, takes, folder) if address is None else cluster_ray(address)
    with started, interrupted_by_termination():
        check_machines(left)
        if address is not None:
            check_cluster(folder)
        yield RayPool(folder, takes if address is None else None)


def _show_plan(runs: Sequence[TaskRun], statuses: StatusFile, *, as_json: bool) -> None:
    if as_json:
        print_json([statuses.row(run) for run in runs])
    else:
        STDOUT.print(plan_table(runs))
        STDOUT.print(summary(runs), highlight=False)
