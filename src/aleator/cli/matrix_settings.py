"""`matrix.json`: what a matrix's results are results of, kept beside them.

What may be added to a finished matrix are models, conditions and benchmarks: nothing computed is
touched. What is there already must stay as it was. Where cells run, and on how much of a machine,
is not kept: it does not decide the figures.
"""

from collections.abc import Mapping
from pathlib import Path

from aleator.benchmarks.matrix_file import Matrix, checked_options
from aleator.benchmarks.record import current_versions
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import JsonValue, Row, as_object, read_json, write_json
from aleator.recipe_files import find_recipe
from aleator.training.recipe_yaml import flat_values, read_recipe, recipe_values

MATRIX_FILE = "matrix.json"
SCHEMA_VERSION = 1
_SECTIONS = ("models", "conditions", "benches")


def matrix_record(matrix: Matrix) -> Row:
    """What decides the results: models, recipes as they read, benchmarks, the seed."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "matrix",
        "seed": matrix.seed,
        "models": {
            one.name: {"model": one.model, "set": {**one.overrides}} for one in matrix.models
        },
        "conditions": {
            name: None if recipe is None else recipe_values(read_recipe(find_recipe(recipe)))
            for name, recipe in matrix.conditions.items()
        },
        "benches": {name: checked_options(name, given) for name, given in matrix.benches.items()},
    }


def check_matrix(out: Path, matrix: Matrix) -> Row:
    """Refuse a folder of something else; what `keep_matrix` will write.

    Raises:
        ConfigurationChangedError: `out` holds another matrix; the message names what differs.
        InputError: `out` holds something else.
    """
    path, wanted = out / MATRIX_FILE, matrix_record(matrix)
    if not path.exists():
        if out.is_dir() and any(not one.name.startswith(".") for one in out.iterdir()):
            raise InputError(f"{out} is not empty and holds no {MATRIX_FILE}: choose another --out")
        return wanted
    there = as_object(read_json(path), path)
    if changed := _changes(there, wanted, path):
        raise ConfigurationChangedError(
            f"{out} holds a matrix with other settings: {', '.join(changed)}; name another folder "
            "with --out, or remove that one"
        )
    return wanted


def keep_matrix(out: Path, record: Row) -> None:
    """Write `matrix.json`, unless it says so already.

    Raises:
        OutputError: The place cannot be written.
    """
    path = out / MATRIX_FILE
    if path.exists():
        there = as_object(read_json(path), path)
        if {name: there.get(name) for name in record} == record:
            return
    write_json(path, {**record, "versions": dict(current_versions())})


def _changes(there: Row, wanted: Row, path: Path) -> list[str]:
    """A phrase for everything that is not as it was; what was added is none."""
    changes = [
        _phrase(name, there.get(name), wanted[name])
        for name in ("schema_version", "kind", "seed")
        if there.get(name) != wanted[name]
    ]
    for section in _SECTIONS:
        old, new = as_object(there.get(section, {}), path), as_object(wanted[section], path)
        for name, value in old.items():
            if name not in new:
                kept = "keep it, and choose cells with --only"
                changes.append(f"{section} has {name!r} there and not here ({kept})")
            else:
                changes += _differences(f"{section}.{name}", value, new[name])
    return changes


def _differences(place: str, old: JsonValue, new: JsonValue) -> list[str]:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return [] if old == new else [_phrase(place, _short(old), _short(new))]
    left, right = flat_values(old), flat_values(new)
    return [
        _phrase(f"{place}.{key}", left.get(key), right.get(key))
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    ]


def _short(value: JsonValue) -> JsonValue:
    return "a recipe" if isinstance(value, Mapping) else value


def _phrase(name: str, there: JsonValue, here: JsonValue) -> str:
    return f"{name}={there} there and {here} here"
