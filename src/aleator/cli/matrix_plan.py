"""What `aleator matrix` runs: a training a model and condition, an evaluation a cell.

```
OUT/train/MODEL/CONDITION                    as `aleator train` leaves it
OUT/eval/MODEL/CONDITION/BENCH/result.json   as `aleator eval` leaves it
OUT/logs/train/MODEL/CONDITION.log           what each command printed
OUT/logs/eval/MODEL/CONDITION/BENCH.log
OUT/matrix.json                              what the results are results of
OUT/status.json                              how each task ended, and where
```
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

from aleator.benchmarks import knowledge
from aleator.benchmarks.evaluation import RESULT_FILE
from aleator.benchmarks.knowledge_tasks import check_installed
from aleator.benchmarks.matrix_file import Cell, Matrix
from aleator.benchmarks.matrix_options import eval_arguments
from aleator.benchmarks.novelty_sets import HUB_SETS
from aleator.benchmarks.perplexity_texts import PALOMA
from aleator.errors import InputError
from aleator.training.run import METRICS


@dataclass(frozen=True)
class Resources:
    """What a task takes of a machine.

    Attributes:
        cpus: Processor cores.
        gpus: GPUs; one at most.
    """

    cpus: int = 1
    gpus: float = 0.0

    def __str__(self) -> str:
        """As a person says it."""
        return (
            f"{self.cpus} CPU{'' if self.cpus == 1 else 's'}, "
            f"{self.gpus:g} GPU{'' if self.gpus == 1 else 's'}"
        )


@dataclass(frozen=True)
class MatrixTask:
    """One command of the matrix.

    Attributes:
        key: Its folder from OUT, such as `train/MODEL/CONDITION`.
        arguments: Of the `aleator` command.
        result: What exists once it is finished.
        log: What it printed.
        model: The model's name in the matrix.
        needs: The key of the training that must be finished before.
        takes: What it needs of a machine.
    """

    key: str
    arguments: tuple[str, ...]
    result: Path
    log: Path
    model: str
    needs: str | None = None
    takes: Resources = Resources()


@dataclass(frozen=True)
class PlanOptions:
    """What the user may say beside the matrix file.

    Attributes:
        gpus: GPUs of every task instead of those in the file.
        cpus: Cores of every task instead of those in the file.
        further: Options given to every command.
    """

    gpus: float | None = None
    cpus: int | None = None
    further: tuple[str, ...] = ()


def matrix_tasks(
    matrix: Matrix, cells: Sequence[Cell], out: Path, options: PlanOptions
) -> tuple[MatrixTask, ...]:
    """The tasks of some cells, trainings first: others wait for them.

    Args:
        matrix: What the cells are of.
        cells: Those to run.
        out: The folder of everything.
        options: What the user said beside.
    """
    trainings: dict[str, MatrixTask] = {}
    evaluations = []
    for cell in cells:
        task = None
        if cell.recipe is not None:
            task = _training(matrix, cell, cell.recipe, out, options)
            trainings[task.key] = task
        evaluations.append(_evaluation(matrix, cell, out, options, task))
    return (*trainings.values(), *evaluations)


def chosen_cells(matrix: Matrix, patterns: Sequence[str]) -> tuple[Cell, ...]:
    """The cells whose key fits one of the patterns; all of them where there is none.

    A key is `MODEL/CONDITION/BENCH`; a pattern may leave out its end.

    Raises:
        InputError: A pattern fits no cell.
    """
    cells = matrix.cells()
    for pattern in patterns:
        if not any(_fits(cell, pattern) for cell in cells):
            models = ", ".join(model.name for model in matrix.models)
            raise InputError(
                f"--only {pattern!r} fits no cell: cells are called MODEL/CONDITION/BENCH, of the "
                f"models {models}, the conditions {', '.join(matrix.conditions)} and the "
                f"benchmarks {', '.join(matrix.benches)}; * stands for anything"
            )
    if not patterns:
        return cells
    return tuple(cell for cell in cells if any(_fits(cell, one) for one in patterns))


def evaluation_key(cell: Cell) -> str:
    """The key of the task that measures a cell."""
    return f"eval/{cell.key}"


def check_cells(cells: Sequence[Cell]) -> None:
    """Refuse cells that cannot be run here, before the first one is.

    Raises:
        InputError: A package that a benchmark needs is not installed, or a model's folder is not
            there.
    """
    for cell in cells:
        model = cell.model.model
        if model.startswith((".", "/", "~")) and not Path(model).expanduser().is_dir():
            raise InputError(
                f"{cell.model.name}: there is no directory {model}; correct it, or choose other "
                "cells with --only"
            )
        if cell.bench == knowledge.NAME:
            check_installed()
        if _of_the_hub(cell) and find_spec("datasets") is None:
            raise InputError(
                f"{cell.bench} takes its prompts from the hub, which needs another package: "
                "pip install 'aleator[hub]'"
            )


def _of_the_hub(cell: Cell) -> bool:
    sets = cell.options.get("novelty_sets", ())
    assert isinstance(sets, Sequence)
    own = {"novelty_file", "perplexity_files"} & cell.options.keys()
    asked = bool(set(HUB_SETS).intersection(sets)) or cell.options.get("perplexity_texts") == PALOMA
    return asked and not own


def _fits(cell: Cell, pattern: str) -> bool:
    return fnmatchcase(cell.key, pattern) or fnmatchcase(cell.key, f"{pattern}/*")


def _training(
    matrix: Matrix, cell: Cell, recipe: str, out: Path, options: PlanOptions
) -> MatrixTask:
    key = f"train/{cell.model.name}/{cell.condition}"
    method = matrix.recipe(cell.model, recipe).method
    arguments = ["train", cell.model.model, "--method", method, "--recipe", recipe]
    arguments += ["--out", str(out / key)]
    for name, value in matrix.overrides(cell.model).items():
        arguments += ["--set", f"{name}={value}"]
    result = out / key / METRICS  # it gets this name when the adapter is saved
    return _task(key, arguments, result, cell, out, options)


def _evaluation(
    matrix: Matrix, cell: Cell, out: Path, options: PlanOptions, training: MatrixTask | None
) -> MatrixTask:
    key = evaluation_key(cell)
    arguments = ["eval", cell.model.model, "--bench", cell.bench, "--out", str(out / key)]
    if training is not None:
        arguments += ["--adapter", str(out / training.key)]  # rounded as it was trained
    elif cell.model.quantisation is not None:
        arguments += ["--quantisation", cell.model.quantisation]
    if matrix.seed is not None:
        arguments += ["--seed", str(matrix.seed)]
    arguments += eval_arguments(cell.options)
    needs = None if training is None else training.key
    return _task(key, arguments, out / key / RESULT_FILE, cell, out, options, needs)


def _task(
    key: str,
    arguments: Sequence[str],
    result: Path,
    cell: Cell,
    out: Path,
    options: PlanOptions,
    needs: str | None = None,
) -> MatrixTask:
    gpus = cell.model.gpus if options.gpus is None else options.gpus
    return MatrixTask(
        key=key,
        arguments=(*arguments, *options.further),
        result=result,
        log=out / "logs" / f"{key}.log",
        model=cell.model.name,
        needs=needs,
        takes=Resources(options.cpus or cell.model.cpus, gpus),
    )
