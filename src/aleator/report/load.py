"""Directories to a `Collection`: which evaluations a page is about, and in which order.

A directory is either an evaluation or holds several of them, directly or under `eval/`, as
`aleator demo` leaves it, each in a folder of its own or, with `--adapter-scale`, in one a scale.
Where it has a `demo.json`, that file says in which order they are shown and what that run left out.
Of a matrix of runs, or of a part of one, every cell's evaluation is taken; its `matrix.json` says
what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aleator.errors import InputError
from aleator.files import read_json
from aleator.report.fields import Field
from aleator.report.joining import called, joined
from aleator.report.matrix_folder import (
    absent_cells,
    cell_of,
    in_plans_order,
    matrix_of,
    plans_of,
)
from aleator.report.method_costs import asked_otherwise
from aleator.report.read_result import read_result
from aleator.report.results import Collection, Result
from aleator.report.scales import SCALE_FOLDERS, told_apart

NOTES_FILE = "demo.json"
"""The file beside several evaluations that says how they belong together."""

COMPARISON_FILE = "comparison.json"
"""What `aleator compare` leaves; `comparison.results` has the layout."""

_PLACES = ("*", f"*/{SCALE_FOLDERS}*", "eval/*", f"eval/*/{SCALE_FOLDERS}*")
"""Where evaluations lie below a directory."""
_CELLS = ("*/*", "*/*/*", "eval/*/*/*")
"""The same where it is a matrix of runs, or a part of one."""


@dataclass(frozen=True)
class Notes:
    """What `demo.json` says; its other fields are the demo's own.

    Attributes:
        evaluations: Directories below, in the order to show them.
        left_out: Sentences on what this run did not do.
    """

    evaluations: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def load_results(directories: Sequence[Path]) -> Collection:
    """Read evaluation directories, and directories that hold some.

    Args:
        directories: As the user named them.

    Returns:
        The conditions, models as they are first, otherwise in the order given.

    Raises:
        InputError: There is no evaluation, one was given twice, or a file is not as it should be;
            the message names the directory and what is missing.
    """
    found: dict[Path, Path] = {}
    left_out: list[str] = []
    for directory in directories:
        left_out += [*read_notes(directory).left_out, *_of_comparison(directory)]
        for evaluation in find_evaluations(directory):
            if evaluation.resolve() in found:
                raise InputError(f"{evaluation} is given twice; name it once")
            found[evaluation.resolve()] = evaluation
    if not found:
        raise InputError("no evaluation directory was given; name what `aleator eval` wrote")
    read = [read_result(one) for one in found.values()]
    results, scaled = told_apart(_labelled(joined(read)))
    results.sort(key=lambda result: not result.is_base)
    absent = [one for directory in directories for one in absent_cells(directory)]
    plan = plans_of(directories)
    return Collection(tuple(results), tuple(left_out), scaled, tuple(absent), plan)


def find_evaluations(directory: Path) -> list[Path]:
    """The evaluation directories at or below `directory`, as its notes order them.

    Those that the notes do not name come last, in alphabetical order.

    Raises:
        InputError: There is none.
    """
    if not directory.is_dir():
        raise InputError(f"{directory} is no directory; name one that `aleator eval` wrote")
    if (directory / "result.json").is_file():
        return [directory]
    matrix = matrix_of(directory)
    places = _PLACES if matrix is None else {*_PLACES, *_CELLS}
    files = {file for place in places for file in directory.glob(f"{place}/result.json")}
    found = sorted(file.parent for file in files)
    if found and matrix is not None:
        return in_plans_order(matrix, found)
    if matrix == directory.resolve():
        raise InputError(
            f"{directory} is a matrix of runs without any result so far; go on with "
            "`aleator matrix`, its status.json says how far it is"
        )
    if found:
        named = [directory / name for name in read_notes(directory).evaluations]
        return [path for path in named if path in found] + sorted(set(found) - set(named))
    if (directory / "rows").is_dir():
        raise InputError(
            f"{directory} holds an unfinished evaluation: result.json is missing; "
            "run the same `aleator eval` again to complete it"
        )
    raise InputError(
        f"{directory} holds no evaluation: result.json is missing, here and one level below; "
        "name a directory that `aleator eval` or `aleator demo` wrote"
    )


def read_notes(directory: Path) -> Notes:
    """What the directory's `demo.json` says; empty where there is none."""
    path = directory / NOTES_FILE
    if not path.is_file():
        return Notes()
    top = Field(read_json(path), path)
    evaluations, left_out = top.find("evaluations"), top.find("left_out")
    return Notes(
        evaluations=evaluations.texts() if evaluations else (),
        left_out=left_out.texts() if left_out else (),
    )


def _of_comparison(directory: Path) -> tuple[str, ...]:
    """What `aleator compare` left has an answer of its own, which a page on it should not hide."""
    path = directory / COMPARISON_FILE
    if not path.is_file():
        return ()
    return (
        f"{directory} holds a comparison of soft with hard targets: trainings among themselves, "
        f"without their base. Its answer, over all seeds and with tests, is in {path}; this page "
        "has the figures of every single training.",
    )


def _labelled(results: Sequence[Result]) -> list[Result]:
    """Labels that tell conditions apart: a directory's name; where names repeat, the model's, too.

    Where that does not tell them apart either, the path. Several models of a matrix are always
    named. A scale is called after the folder that
    its folder lies in.

    Another way of asking than plainly is named, unless the directory's name says it.
    """
    named = [_named(result) for result in results]
    short = [one.condition for one in named]
    long = [f"{one.model_name} · {one.condition}" for one in named]
    several = len({one.named for one in named} - {""}) > 1
    labelled = []
    for result, name, longer in zip(named, short, long, strict=True):
        label = str(result.directory)
        if short.count(name) == 1 and not (several and result.named):
            label = name
        elif long.count(longer) == 1:
            label = longer
        asked = asked_otherwise(result.methods)
        told = f"{label} · {asked}" if asked and asked not in label else label
        labelled.append(replace(result, label=told))
    return labelled


def _named(result: Result) -> Result:
    """The condition with its short name and, in a matrix, with the matrix's name of its model."""
    cell, name, asked = cell_of(result.directory), called(result), asked_otherwise(result.methods)
    told = f"{name} · {asked}" if asked and asked not in name else name
    return replace(result, condition=told, named=cell.model if cell else "")
