"""Recipes as YAML files: the edge where what a user wrote is checked.

A value of a recipe can be replaced by `key=value` with a dotted key; the value is read as YAML, so
`supervision={kind: paths, paths: 4}` replaces a whole section; a length (epochs, max_steps,
max_tokens) replaces the file's, whichever of the three that is. Every problem is one sentence that
names the file (or the override) and the field; an unknown key is answered with the known ones.
"""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

import yaml
from pydantic import TypeAdapter, ValidationError

from aleator.distributions.families import family
from aleator.errors import RecipeError, UnknownNameError
from aleator.files import JsonValue, Row, as_object, read_yaml
from aleator.training.recipe import (
    LENGTHS,
    Anchor,
    DrawSupervision,
    Lora,
    Optimiser,
    PathSupervision,
    PublishedData,
    PublishedSupervision,
    Recipe,
    Sharding,
    TreeSupervision,
    Validation,
    WideData,
)

Location: TypeAlias = tuple[int | str, ...]

_RECIPE = TypeAdapter(Recipe)

# Sections by the place that pydantic names: where a section is one of several kinds, the kind comes
# last, and a key of its own chooses it.
_CHOICES: Mapping[tuple[str, str], type] = {
    ("data", "published"): PublishedData,
    ("data", "wide"): WideData,
    ("supervision", "tree"): TreeSupervision,
    ("supervision", "paths"): PathSupervision,
    ("supervision", "published"): PublishedSupervision,
    ("supervision", "draws"): DrawSupervision,
}
_CHOSEN_BY: Mapping[str, str] = {"data": "source", "supervision": "kind"}
_SECTIONS: Mapping[Location, type] = {
    (): Recipe,
    ("anchor",): Anchor,
    ("lora",): Lora,
    ("optimiser",): Optimiser,
    ("sharding",): Sharding,
    ("validation",): Validation,
    **_CHOICES,
}
_EXPECTED: Mapping[str, str] = {
    "dataclass_type": "should be a section of keys",
    "tuple_type": "should be a list, such as [a, b]",
}


def read_recipe(path: Path, overrides: Mapping[str, str] | None = None) -> Recipe:
    """Read a recipe and replace some of its values.

    Args:
        path: A YAML file.
        overrides: Values as YAML text by dotted key, such as ``{"lora.rank": "8"}``.

    Raises:
        InputError: The file cannot be read or is not YAML.
        RecipeError: A key is unknown, a value is not what its key takes, or two contradict.
    """
    return parse_recipe(as_object(read_yaml(path), path), str(path), overrides)


def parse_recipe(
    values: Mapping[str, JsonValue], source: str, overrides: Mapping[str, str] | None = None
) -> Recipe:
    """Check the values of a recipe; `source` is what messages call them.

    Raises:
        RecipeError: As `read_recipe`.
    """
    overrides = overrides or {}
    told = {key: _override_value(key, text) for key, text in overrides.items()}
    merged: JsonValue = values
    if any(told.get(length) is not None for length in LENGTHS):
        merged = {**values, **dict.fromkeys(LENGTHS)}
    for key, value in told.items():
        merged = _replace(merged, key.split("."), value, key)
    try:
        recipe = _RECIPE.validate_python(merged)
    except ValidationError as error:
        raise RecipeError(_explain(error, source, overrides)) from error
    for name in recipe.data.families or ():
        try:
            family(name)
        except UnknownNameError as error:
            where = _blamed("data.families", source, overrides)
            raise RecipeError(f"{where}: data.families: {error}") from error
    return recipe


def recipe_values(recipe: Recipe) -> Row:
    """The recipe as what YAML and JSON hold, every field written out; `parse_recipe` reads it."""
    return _RECIPE.dump_python(recipe, mode="json")


def flat_values(values: Mapping[str, JsonValue], prefix: str = "") -> dict[str, JsonValue]:
    """Nested values by dotted key, lists whole."""
    flat: dict[str, JsonValue] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flat_values(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _override_value(key: str, text: str) -> JsonValue:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {key}: {text!r} is not YAML; quote it") from error


def _replace(values: JsonValue, keys: list[str], value: JsonValue, override: str) -> JsonValue:
    """A copy of `values` with `value` at the place that `keys` lead to."""
    if not keys:
        return value
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise RecipeError(f"--set {override}: {keys[0]!r} lies in a single value, not in a section")
    key, *rest = keys
    return {**values, key: _replace(values.get(key), rest, value, override)}


def _explain(error: ValidationError, source: str, overrides: Mapping[str, str]) -> str:
    """The first problem as one sentence."""
    first = error.errors(include_url=False)[0]
    dotted = _dotted(first["loc"])
    where = _blamed(dotted, source, overrides)
    kind, given, section = first["type"], first["input"], first["loc"][:-1]
    if kind == "unexpected_keyword_argument" and section in _SECTIONS:
        return f"{where}: {_unknown_key(str(first['loc'][-1]), section)}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        known = [str(tag) for choice, tag in _CHOICES if choice == dotted]
        return f"{where}: {dotted}.{_CHOSEN_BY[dotted]} should be one of {', '.join(known)}"
    message = _EXPECTED.get(kind, first["msg"].removeprefix("Value error, "))
    message = message[:1].lower() + message[1:]
    if kind != "value_error" and isinstance(given, str | int | float | None):
        message += f", not {given!r}"
    return f"{where}: {dotted}: {message}" if dotted else f"{where}: {message}"


def _blamed(dotted: str, source: str, overrides: Mapping[str, str]) -> str:
    """Who says what is at a place: the file, or what replaced it; both, if they contradict."""
    if not dotted and overrides:
        told = " ".join(f"--set {key}={text}" for key, text in overrides.items())
        return f"{source} with {told}"
    where = source
    for key, text in overrides.items():
        if f"{dotted}.".startswith(f"{key}.") or f"{key}.".startswith(f"{dotted}."):
            where = f"--set {key}={text}"
    return where


def _dotted(location: Location) -> str:
    """A place as users write it: without the kinds that pydantic puts in."""
    if location[:2] in _CHOICES:
        location = (location[0], *location[2:])
    return ".".join(map(str, location))


def _unknown_key(key: str, section: Location) -> str:
    known = [field.name for field in fields(_SECTIONS[section])]
    close = get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    inside = f" in {section[0]}" if section else ""
    return f"unknown key {key!r}{inside}; {hint}known: {', '.join(known)}"
