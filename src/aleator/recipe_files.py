"""Where the recipes and target files that come with aleator lie.

In a checkout that is `recipes/` at the root, where a user looks for them; in an installed wheel the
same folder travels inside the package. A recipe is named by its path there, without ending:
`wide`, `paper/soft`. A target file (`language/closed_sets`) is told from a recipe by its list of
`sets`, a matrix of runs (`paper/matrix`) by its `models`.
"""

import re
from pathlib import Path
from typing import Literal

import aleator
from aleator.errors import InputError, RecipeError, UnknownNameError
from aleator.files import read_text

_ENDING = ".yaml"
_TELLING = re.compile(r"^(sets|models):", re.MULTILINE)
_KINDS: dict[str, Literal["target file", "matrix"]] = {"sets": "target file", "models": "matrix"}


def recipes_folder() -> Path:
    """The folder that holds the recipes.

    Raises:
        InputError: This installation came without them.
    """
    package = Path(aleator.__file__).resolve().parent
    for folder in (package / "recipes", package.parents[1] / "recipes"):
        if folder.is_dir():
            return folder
    raise InputError(f"no recipes came with aleator in {package}; install it again.")


def recipe_names() -> tuple[str, ...]:
    """The names of all recipes, sorted."""
    return _names("recipe")


def target_file_names() -> tuple[str, ...]:
    """The names of all target files, sorted."""
    return _names("target file")


def matrix_names() -> tuple[str, ...]:
    """The names of all matrices, sorted."""
    return _names("matrix")


def _names(kind: Literal["recipe", "target file", "matrix"]) -> tuple[str, ...]:
    folder = recipes_folder()
    found = (
        path.relative_to(folder) for path in folder.rglob(f"*{_ENDING}") if _kind(path) == kind
    )
    return tuple(sorted(path.with_suffix("").as_posix() for path in found))


def _kind(path: Path) -> Literal["recipe", "target file", "matrix"]:
    telling = _TELLING.search(read_text(path))
    return "recipe" if telling is None else _KINDS[telling[1]]


def recipe_path(name: str) -> Path:
    """The file of the recipe called `name`.

    Raises:
        UnknownNameError: There is none of that name.
    """
    return _path("recipe", name, recipe_names())


def target_file_path(name: str) -> Path:
    """The target file called `name`.

    Raises:
        UnknownNameError: There is none of that name.
    """
    return _path("target file", name, target_file_names())


def matrix_path(name: str) -> Path:
    """The matrix called `name`.

    Raises:
        UnknownNameError: There is none of that name.
    """
    return _path("matrix", name, matrix_names())


def _path(kind: str, name: str, names: tuple[str, ...]) -> Path:
    if name not in names:
        raise UnknownNameError(kind, name, names)
    return recipes_folder() / f"{name}{_ENDING}"


def find_recipe(name_or_file: str) -> Path:
    """The user's own file where there is one, otherwise the recipe of that name.

    Raises:
        UnknownNameError: It is neither.
        RecipeError: It is a matrix.
        InputError: It is a directory.
    """
    own = _own_file("recipe", name_or_file, recipe_names())
    if name_or_file in matrix_names() if own is None else _kind(own) == "matrix":
        raise RecipeError(
            f"{name_or_file} is a matrix of runs, not a recipe: `aleator matrix {name_or_file}` "
            "runs it"
        )
    return own or recipe_path(name_or_file)


def find_target_file(name_or_file: str) -> Path:
    """The user's own file where there is one, otherwise the target file of that name.

    Raises:
        UnknownNameError: It is neither.
        InputError: It is a directory.
    """
    own = _own_file("target file", name_or_file, target_file_names())
    return own or target_file_path(name_or_file)


def find_matrix(name_or_file: str) -> Path:
    """The user's own file where there is one, otherwise the matrix of that name.

    Raises:
        UnknownNameError: It is neither.
        InputError: It is a directory.
    """
    own = _own_file("matrix", name_or_file, matrix_names())
    return own or matrix_path(name_or_file)


def _own_file(kind: str, name_or_file: str, names: tuple[str, ...]) -> Path | None:
    own = Path(name_or_file)
    if own.is_dir() and name_or_file not in names:
        raise InputError(
            f"{own} is a directory: give a {kind}, or a name of `aleator recipes list`"
        )
    return own if own.is_file() else None


def recipe_summary(path: Path) -> str:
    """What a recipe or a target file says it is: its first comment line, or nothing."""
    first = read_text(path).partition("\n")[0]
    return first.removeprefix("#").strip() if first.startswith("#") else ""
