"""What an anchor is laid on: ordinary prompts and texts, from three sources.

- `sandbox`: those that came with aleator, the sandbox model's own chat and prose; made by
  `aleator.sandbox.anchor_prompts`.
- A JSONL file: `{"prompt": …}`, if wanted with `"system": …`, or `{"text": …}` for raw text; one a
  line.
- A data set of the hub, `owner/name` or `owner/name:split` ("train" by default), whose rows have a
  `prompt`, `messages` (the first user turn and a system message before it are taken) or a `text`.

Answers to prompts are drawn from the model; raw text is taken as it stands. The hub itself was not
tried, for want of a network; the interface of `datasets` is used as documented.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files as package_files
from pathlib import Path
from unicodedata import normalize

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aleator.distributions.grids import SPLITS, split_distributions
from aleator.errors import InputError, RecipeError
from aleator.files import JsonValue, as_object, read_text
from aleator.hub_data import hub_rows
from aleator.training.recipe import Anchor
from aleator.training.target_files import TargetFile, all_targets

SANDBOX_PROMPTS = "sandbox"
"""The source that came with aleator."""

_FINAL = " .!?:;,\u3002\u3001\u0964\u061f"
"""Punctuation that ends a prompt, and the spaces before it; not "%", which means something."""

_HUB_NAME = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(?::(?P<split>[\w.\[\]%:-]+))?")


@dataclass(frozen=True)
class AnchorItem:
    """One prompt, or one raw text.

    Attributes:
        content: the prompt, or the text.
        system: a system message before the prompt.
        raw: it is a text, not a prompt.
        place: where it stands, for messages.
    """

    content: str
    system: str | None = None
    raw: bool = False
    place: str = ""


@dataclass(frozen=True)
class AnchorSource:
    """The items that a recipe's anchor is laid on.

    Attributes:
        items: in the order of their source.
        digest: SHA-256 of them, in hexadecimal.
    """

    items: tuple[AnchorItem, ...]
    digest: str


class _Line(BaseModel):
    """A line of a user's file."""

    model_config = ConfigDict(strict=True, extra="forbid")

    prompt: str | None = Field(None, pattern=r"\S")
    system: str | None = Field(None, pattern=r"\S")
    text: str | None = Field(None, pattern=r"\S")

    @model_validator(mode="after")
    def _one_kind(self) -> "_Line":
        if (self.prompt is None) == (self.text is None):
            raise ValueError("give either prompt or text")
        if self.text is not None and self.system is not None:
            raise ValueError("a text has no system message")
        return self


def read_anchor_source(anchor: Anchor) -> AnchorSource:
    """The items of a recipe's anchor, at most `limit`, spread evenly over their source.

    Raises:
        InputError: The file cannot be read, the hub gives no such data set, or there is neither.
        RecipeError: A line is wrong, or nothing is there.
    """
    items = _items(anchor.prompts)
    if not items:
        raise RecipeError(f"{anchor.prompts} holds nothing to anchor on: give at least one prompt.")
    places = np.linspace(0, len(items) - 1, min(anchor.limit, len(items))).round().astype(int)
    chosen = tuple(items[place] for place in places)
    said = json.dumps([[one.content, one.system, one.raw] for one in chosen])
    return AnchorSource(chosen, sha256(said.encode()).hexdigest())


def check_not_trained_on(source: AnchorSource, files: Sequence[TargetFile]) -> None:
    """Refuse an anchor on what is to be calibrated: it would be kept as it is.

    Looked at are the prompts of the thirty families (of every split) and of all target files; case,
    white space, final punctuation and Unicode's other ways to write a character do not make another
    question. Fresh parameters of a run on wide data, and other wordings, cannot be told.

    Raises:
        RecipeError: A prompt of the anchor is one of them; the message names both.
    """
    asked = {
        same_question(one.prompt()): f"a prompt of the family {one.family.name}"
        for split in SPLITS
        for one in split_distributions(split)
    }
    for target in all_targets(files):
        where = f"of the set {target.name!r} in {target.place}"
        asked |= dict.fromkeys(map(same_question, target.prompts), where)
    for item in source.items:
        what = None if item.raw else asked.get(same_question(item.content))
        if what is not None:
            raise RecipeError(
                f"{item.place}: the anchor's prompt {item.content.strip()!r} is {what}, which the "
                "anchor would keep as it is: leave it out of the anchor."
            )


def same_question(prompt: str) -> str:
    """What prompts have in common that differ only in looks."""
    # Twice, since either can undo the other: NFKC of a folded text may be no folded text.
    folded = normalize("NFKC", normalize("NFKC", prompt).casefold()).casefold()
    words = " ".join(folded.split())
    return words.rstrip(_FINAL) or words


def packaged_prompts() -> Path:
    """Where the prompts lie that came with aleator."""
    return Path(str(package_files("aleator"))) / "training" / "data" / "anchor_sandbox.jsonl"


def _items(name: str) -> list[AnchorItem]:
    if name == SANDBOX_PROMPTS:
        return read_anchor_file(packaged_prompts())
    if Path(name).is_file():
        return read_anchor_file(Path(name))
    hub = _HUB_NAME.fullmatch(name)
    if hub is None or name.endswith((".jsonl", ".json")):
        raise InputError(
            f"there are no anchor prompts {name!r}: give a JSONL file, {SANDBOX_PROMPTS!r}, or a "
            "data set of the hub as owner/name"
        )
    return _from_hub(name, hub["name"], hub["split"] or "train")


def read_anchor_file(path: Path) -> list[AnchorItem]:
    """The items of a JSONL file, in its order.

    Raises:
        InputError: It cannot be read.
        RecipeError: A line is wrong; the message names it.
    """
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [_parse(text, f"{path}:{number}") for number, text in lines if text.strip()]


def _parse(text: str, place: str) -> AnchorItem:
    try:
        line = _Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        wrong = {
            "json_invalid": "this is not JSON",
            "model_type": "this is not a JSON object",
            "extra_forbidden": f"unknown key {key!r}",
            "string_pattern_mismatch": f"{key} is empty",
            "string_type": f"{key} should be a text",
            "value_error": first["msg"].removeprefix("Value error, "),
        }
        raise RecipeError(
            f"{place}: {wrong.get(first['type'], first['msg'])}; a line is "
            '{"prompt": …}, if wanted with "system": …, or {"text": …}.'
        ) from error
    if line.text is not None:
        return AnchorItem(line.text, raw=True, place=place)
    assert line.prompt is not None
    return AnchorItem(line.prompt, line.system, place=place)


def _from_hub(asked: str, name: str, split: str) -> list[AnchorItem]:
    what, instead = f"the source of anchor prompts {asked}", "the prompts as a file"
    rows = hub_rows(name, split=split, what=what, instead=instead)
    found = (item_of_row(row, f"{asked}, row {number}") for number, row in enumerate(rows))
    return [item for item in found if item is not None]


def item_of_row(row: Mapping[str, JsonValue], place: str) -> AnchorItem | None:
    """What a row of a hub data set gives; None where its column is empty, as some rows' are.

    Raises:
        InputError: It has none of the columns that are known.
    """
    prompt, messages, text = row.get("prompt"), row.get("messages"), row.get("text")
    if isinstance(prompt, str):
        return AnchorItem(prompt, place=place) if prompt.strip() else None
    if isinstance(messages, Sequence) and not isinstance(messages, str):
        turns = [as_object(one, Path(place)) for one in reversed(messages)]
        said = {str(one.get("role")): str(one.get("content") or "") for one in turns}
        user, system = said.get("user", ""), said.get("system", "")
        return AnchorItem(user, system.strip() or None, place=place) if user.strip() else None
    if isinstance(text, str):
        return AnchorItem(text, raw=True, place=place) if text.strip() else None
    raise InputError(
        f"{place} has no prompt, messages or text to anchor on; its columns are "
        f"{', '.join(row)}: choose another data set, or give the prompts as a file"
    )
