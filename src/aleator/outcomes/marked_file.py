"""YAML and JSONL with the line of every value, and text as it is written.

YAML is parsed into marked nodes and nothing is constructed from it: an unquoted `1`, `yes` or
`1.50` stays the text it is, whatever YAML would make of it, and a key that comes twice is refused
rather than overwritten. JSON keeps its types, for `1.50` is not its text there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from aleator.errors import RecipeError
from aleator.files import JsonValue, read_text

_NULL = "tag:yaml.org,2002:null"
_DEEPEST = 8


@dataclass(frozen=True)
class Leaf:
    """A single value.

    Attributes:
        value: of YAML, the text as written, or None for null; of JSON, the value.
        line: where it stands, from 1.
        number: the number that it is without quotes, or None.
    """

    value: JsonValue
    line: int
    number: float | None = None


@dataclass(frozen=True)
class Items:
    """A list."""

    nodes: tuple["Node", ...]
    line: int


@dataclass(frozen=True)
class Section:
    """Values by key; no key comes twice."""

    entries: tuple[tuple[Leaf, "Node"], ...]
    line: int


Node: TypeAlias = Leaf | Items | Section


def read_marked_yaml(path: Path) -> Node:
    """The one document of a YAML file.

    Raises:
        InputError: The file cannot be read.
        RecipeError: It is not YAML, or a key comes twice; the message names the line.
    """
    text = read_text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        reason = " ".join(f"{error.context or ''} {error.problem or ''}".split())
        raise RecipeError(f"{where}: this is not YAML: {reason}.") from error
    except yaml.YAMLError as error:
        raise RecipeError(f"{path} is not YAML: {' '.join(str(error).split())}.") from error
    return Leaf(None, 1) if root is None else _marked(path, root, 0)


def read_marked_lines(path: Path) -> Iterator[Node]:
    """The values of a JSONL file, line by line; empty lines are passed over.

    Raises:
        InputError: The file cannot be read.
        RecipeError: A line is not JSON, or a key comes twice; the message names the line.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=_Pairs)
        except json.JSONDecodeError as error:
            raise RecipeError(f"{path}:{number}: this is not JSON: {error.msg}.") from error
        yield _placed(path, value, number)


class _Pairs(list[tuple[str, JsonValue]]):
    """A JSON object as it stands, keys that come twice included."""


def _marked(path: Path, node: yaml.Node, depth: int) -> Node:
    line = node.start_mark.line + 1
    if depth > _DEEPEST:
        raise RecipeError(f"{path}:{line}: lists and sections lie too deep in one another here.")
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_marked(path, one, depth + 1) for one in node.value), line)
    if isinstance(node, yaml.MappingNode):
        entries = [
            (_marked(path, key, depth + 1), _marked(path, value, depth + 1))
            for key, value in node.value
        ]
        return _section(path, entries, line)
    text = str(node.value)
    value = None if node.tag == _NULL else text
    return Leaf(value, line, None if node.style else _number(text))


def _placed(path: Path, value: object, line: int) -> Node:
    if isinstance(value, _Pairs):
        entries = [(Leaf(key, line), _placed(path, one, line)) for key, one in value]
        return _section(path, list(entries), line)
    if isinstance(value, list):
        return Items(tuple(_placed(path, one, line) for one in value), line)
    assert value is None or isinstance(value, bool | int | float | str)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Leaf(value, line, _number(str(value)) if is_number else None)


def _section(path: Path, entries: "list[tuple[Node, Node]]", line: int) -> Section:
    seen: dict[str, int] = {}
    checked: list[tuple[Leaf, Node]] = []
    for key, value in entries:
        if not isinstance(key, Leaf) or not isinstance(key.value, str):
            raise RecipeError(f"{path}:{key.line}: a key should be a text: put it in quotes.")
        if key.value in seen:
            raise RecipeError(
                f"{path}:{key.line}: {key.value!r} comes twice, here and in line "
                f"{seen[key.value]}: list it once."
            )
        seen[key.value] = key.line
        checked.append((key, value))
    return Section(tuple(checked), line)


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None
