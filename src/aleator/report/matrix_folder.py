"""What a matrix of runs leaves, as a report reads it: which cells there should be, and where.

``OUT/eval/MODEL/CONDITION/BENCH`` is an evaluation of one benchmark, and ``OUT/matrix.json`` names
the models, conditions and benchmarks: those of `benchmarks.matrix_file`, here or under ``matrix``,
as lists of names, of objects with a ``name``, or as objects by name. Of a list that is missing
nothing is expected, and what lies there is shown. ``OUT/status.json`` says what failed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aleator.files import read_json
from aleator.report.fields import Field

MATRIX_FILE = "matrix.json"
"""What marks the folder."""
STATUS_FILE = "status.json"
"""How each task ended, in a list ``tasks`` of objects with ``key``, ``status`` and ``error``."""

EVALUATIONS = "eval"
_DEPTH = 4
"""Levels from a cell up to the matrix."""


@dataclass(frozen=True)
class Cell:
    """One model in one condition on one benchmark, by their folders' names."""

    model: str
    condition: str
    bench: str

    @property
    def folder(self) -> Path:
        """Where its evaluation lies, from the matrix's folder."""
        return Path(EVALUATIONS, self.model, self.condition, self.bench)


@dataclass(frozen=True)
class Absent:
    """A cell without a result; `why` says so in words."""

    cell: Cell
    why: str


@dataclass(frozen=True)
class Plan:
    """What a matrix is made of, in its order; empty where its file does not say."""

    models: tuple[str, ...]
    conditions: tuple[str, ...]
    benches: tuple[str, ...]

    def cells(self) -> tuple[Cell, ...]:
        """Every cell that there should be."""
        return tuple(
            Cell(model, condition, bench)
            for model in self.models
            for condition in self.conditions
            for bench in self.benches
        )


def matrix_of(directory: Path) -> Path | None:
    """The matrix that a directory is, or whose evaluations it holds or is; None without one."""
    whole = directory.resolve()
    for folder in [whole, *whole.parents[:_DEPTH]]:
        if (folder / MATRIX_FILE).is_file():
            within = whole.relative_to(folder).parts
            return folder if within[:1] in ((), (EVALUATIONS,)) else None
    return None


def cell_of(evaluation: Path) -> Cell | None:
    """Which cell of a matrix an evaluation is; None where it is none."""
    folder = evaluation.resolve()
    root = matrix_of(folder)
    if root is None:
        return None
    names = folder.relative_to(root).parts
    return Cell(*names[1:]) if len(names) == _DEPTH else None


def read_plan(matrix: Path) -> Plan:
    """What the matrix's file says.

    Raises:
        InputError: It cannot be read, or a list in it is not as it should be.
    """
    path = matrix / MATRIX_FILE
    top = Field(read_json(path), path)
    inner = top.find("matrix")
    if inner is not None and isinstance(inner.value, Mapping):
        top = inner
    return Plan(*(_names(top.find(part)) for part in ("models", "conditions", "benches")))


def plans_of(directories: Sequence[Path]) -> Plan:
    """What the matrices say that the directories are or lie in, taken together.

    Raises:
        InputError: A matrix's file is not as it should be.
    """
    matrices = dict.fromkeys(matrix_of(directory) for directory in directories)
    plans = [read_plan(matrix) for matrix in matrices if matrix is not None]
    return Plan(
        models=tuple(dict.fromkeys(name for plan in plans for name in plan.models)),
        conditions=tuple(dict.fromkeys(name for plan in plans for name in plan.conditions)),
        benches=tuple(dict.fromkeys(name for plan in plans for name in plan.benches)),
    )


def in_order_of(listed: Sequence[str], names: Iterable[str]) -> list[str]:
    """Names as a plan lists them, those that it does not list last, each once."""
    order = {name: place for place, name in enumerate(listed)}
    return sorted(dict.fromkeys(names), key=lambda name: order.get(name, len(order)))


def in_plans_order(matrix: Path, evaluations: list[Path]) -> list[Path]:
    """Evaluations as the matrix orders them, those that it does not name last.

    Raises:
        InputError: The matrix's file is not as it should be.
    """
    order = {matrix / cell.folder: place for place, cell in enumerate(read_plan(matrix).cells())}
    last = len(order)
    return sorted(evaluations, key=lambda one: (order.get(one.resolve(), last), one))


def absent_cells(directory: Path) -> tuple[Absent, ...]:
    """The cells of its matrix at or below a directory that have no result.

    Raises:
        InputError: The matrix's file is not as it should be.
    """
    matrix = matrix_of(directory)
    if matrix is None:
        return ()
    within = directory.resolve()
    ended = _ended(matrix)
    return tuple(
        Absent(cell, ended.get(cell.folder.as_posix()) or _why(matrix / cell.folder))
        for cell in read_plan(matrix).cells()
        if (matrix / cell.folder).is_relative_to(within)
        and not (matrix / cell.folder / "result.json").is_file()
    )


def absent_told(absent: Sequence[Absent]) -> tuple[str, ...]:
    """A sentence a model and condition on the benchmarks without a result."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in absent:
        of_cell = found.setdefault((one.cell.model, one.cell.condition), {})
        of_cell.setdefault(one.why, []).append(one.cell.bench)
    return tuple(
        f"{model} · {condition}: "
        + "; ".join(f"{', '.join(benches)} ({why})" for why, benches in reasons.items())
        + "."
        for (model, condition), reasons in found.items()
    )


def _ended(matrix: Path) -> dict[str, str]:
    """How cells ended that are not finished, as far as ``status.json`` says it."""
    path = matrix / STATUS_FILE
    if not path.is_file():
        return {}
    tasks = Field(read_json(path), path).find("tasks")
    found: dict[str, str] = {}
    for task in () if tasks is None else tasks.parts():
        key, status, error = (task.find(name) for name in ("key", "status", "error"))
        if key is not None and status is not None and status.text() != "finished":
            state, why = status.text(), "" if error is None else error.text()
            found[key.text()] = why if why.startswith(state) else f"{state}: {why}".rstrip(": ")
    return found


def _why(folder: Path) -> str:
    return "not finished" if (folder / "rows").is_dir() else "no result"


def _names(item: Field | None) -> tuple[str, ...]:
    if item is None:
        return ()
    if isinstance(item.value, Mapping):
        return tuple(item.items())
    return tuple(
        one.get("name").text() if isinstance(one.value, Mapping) else one.text()
        for one in item.parts()
    )
