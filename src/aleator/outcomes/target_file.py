"""A target file as a user writes it: sets of prompts and outcomes, checked field by field.

YAML holds the sets in a list under `sets`, JSONL one set a line. What a set means is in
`language.py`; here its keys and their types are checked, and every problem names file and line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aleator.errors import RecipeError
from aleator.files import JsonValue
from aleator.outcomes.marked_file import (
    Items,
    Leaf,
    Node,
    Section,
    read_marked_lines,
    read_marked_yaml,
)

Role: TypeAlias = Literal["train", "held_out"]

KEYS = ("name", "split", "system", "prompts", "prompt", "outcomes")
"""What a set may say."""

_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class WrittenOutcome(BaseModel):
    """An outcome and how often it should come, compared with the others."""

    model_config = _STRICT
    text: str
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Fields(BaseModel):
    model_config = _STRICT
    name: str
    prompts: tuple[str, ...]
    outcomes: tuple[WrittenOutcome, ...]
    system: str | None = None
    split: Role = "train"


@dataclass(frozen=True)
class WrittenSet:
    """One set of a file.

    Attributes:
        name: what it is called.
        prompts: wordings of one question.
        outcomes: what may be answered; weights are all 1 where only a list is written.
        system: a system message before every prompt.
        split: "held_out" is never trained on.
        line: where the set begins.
        prompt_lines: where each prompt stands.
        outcome_lines: where each outcome stands.
    """

    name: str
    prompts: tuple[str, ...]
    outcomes: tuple[WrittenOutcome, ...]
    system: str | None
    split: Role
    line: int
    prompt_lines: tuple[int, ...]
    outcome_lines: tuple[int, ...]


def read_written_sets(path: Path) -> list[WrittenSet]:
    """The sets of a target file, in its order.

    Raises:
        InputError: The file cannot be read.
        RecipeError: It is no target file, or a value is not what its key takes.
    """
    if path.suffix == ".jsonl":
        nodes: Sequence[Node] = list(read_marked_lines(path))
    elif path.suffix in (".yaml", ".yml"):
        nodes = _listed_sets(path, read_marked_yaml(path))
    else:
        raise RecipeError(f"{path} is no target file: its name should end in .yaml or .jsonl.")
    if not nodes:
        raise RecipeError(f"{path} holds no sets: write at least one.")
    return [_written_set(path, node) for node in nodes]


def _listed_sets(path: Path, root: Node) -> Sequence[Node]:
    if isinstance(root, Section):
        for key, value in root.entries:
            if key.value != "sets":
                raise RecipeError(f"{path}:{key.line}: {_unknown(str(key.value), ('sets',))}.")
            if isinstance(value, Items):
                return value.nodes
    raise RecipeError(f"{path}:{root.line}: a target file holds one list, under the key 'sets'.")


def _written_set(path: Path, node: Node) -> WrittenSet:
    if not isinstance(node, Section):
        raise RecipeError(f"{path}:{node.line}: a set is a section of keys: {', '.join(KEYS)}.")
    values: dict[str, object] = {}
    lines: dict[str, tuple[int, ...]] = {}
    for key, value in node.entries:
        name = str(key.value)
        if name not in KEYS:
            raise RecipeError(f"{path}:{key.line}: {_unknown(name, KEYS)}.")
        if name in ("prompt", "prompts"):
            if "prompts" in values:
                raise RecipeError(f"{path}:{key.line}: give either prompt or prompts, not both.")
            name, leaves = "prompts", _prompts(path, value)
            values[name] = tuple(leaf.value for leaf in leaves)
            lines[name] = tuple(leaf.line for leaf in leaves)
        elif name == "outcomes":
            weighted = _weighted(path, value)
            values[name] = tuple({"text": text, "weight": weight} for text, weight, _ in weighted)
            lines[name] = tuple(line for _, _, line in weighted)
        elif isinstance(value, Leaf):
            values[name], lines[name] = value.value, (value.line,)
        else:
            raise RecipeError(f"{path}:{value.line}: {name} should be a single text.")
    try:
        checked = _Fields.model_validate(values)
    except ValidationError as error:
        raise RecipeError(_explain(error, path, node.line, lines, values)) from error
    return WrittenSet(
        name=checked.name,
        prompts=checked.prompts,
        outcomes=checked.outcomes,
        system=checked.system,
        split=checked.split,
        line=node.line,
        prompt_lines=lines["prompts"],
        outcome_lines=lines["outcomes"],
    )


def _prompts(path: Path, node: Node) -> tuple[Leaf, ...]:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    leaves = tuple(one for one in nodes if isinstance(one, Leaf))
    if len(leaves) < len(nodes):
        raise RecipeError(f"{path}:{node.line}: prompts should be a list of texts.")
    return leaves


def _weighted(path: Path, node: Node) -> list[tuple[JsonValue, JsonValue, int]]:
    """Text, weight and line of each outcome; what is no number is left for the check to refuse."""
    found: list[tuple[JsonValue, JsonValue, int]] = []
    if isinstance(node, Items):
        for one in node.nodes:
            if not isinstance(one, Leaf):
                raise RecipeError(f"{path}:{one.line}: an outcome should be a single text.")
            found.append((one.value, 1.0, one.line))
    elif isinstance(node, Section):
        for key, weight in node.entries:
            if not isinstance(weight, Leaf):
                raise RecipeError(f"{path}:{weight.line}: a weight should be a single number.")
            number = weight.value if weight.number is None else weight.number
            found.append((key.value, number, key.line))
    else:
        raise RecipeError(
            f"{path}:{node.line}: outcomes should be a list, or weights by outcome, such as "
            "{heads: 1, tails: 2}."
        )
    return found


def _unknown(key: str, known: Sequence[str]) -> str:
    close = get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown key {key!r}; {hint}known: {', '.join(known)}"


def _explain(
    error: ValidationError,
    path: Path,
    line: int,
    lines: Mapping[str, tuple[int, ...]],
    values: Mapping[str, object],
) -> str:
    """The first problem as one sentence."""
    first = error.errors(include_url=False)[0]
    location = first["loc"]
    name, kind, given = str(location[0]), first["type"], first["input"]
    place = location[1] if len(location) > 1 and isinstance(location[1], int) else 0
    where = f"{path}:{lines[name][place] if lines.get(name) else line}"
    if kind in ("missing", "missing_argument"):
        return f"{where}: the set has no {name}: give {name}."
    if kind == "literal_error":
        return f"{where}: split should be train or held_out, not {given!r}."
    if location[-1] == "weight":
        outcomes = values["outcomes"]
        assert isinstance(outcomes, tuple)
        text = outcomes[place]["text"]
        return (
            f"{where}: the outcome {text!r} has the weight {given!r}: a weight is a number, 0 or "
            "more."
        )
    what = {"prompts": "a prompt", "outcomes": "an outcome"}.get(name, name)
    if given is None:
        return f"{where}: {what} is empty: write it, in quotes if it is the word null."
    return f"{where}: {what} should be a text, not {given!r}: put it in quotes."
