"""The prompts of NoveltyBench: the two published sets from the hub, a small one of ours, a file.

``curated`` (100 prompts) and ``wildchat`` (1,000) come from the hub through `datasets` and are
asked as they are. ``sandbox`` is our own: 40 short prompts that a small model can answer, half of
them with a list of their right answers for the validity scorer. A file has one prompt a line,
``{"id": …, "prompt": …}`` and, if wanted, ``"valid": […]``; other fields are left alone, so that a
copy of a published set can be given as it is.

Not tried here: the hub itself, for want of a network; its interface is used as documented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aleator.benchmarks.spread import spread_places
from aleator.errors import InputError, UnknownNameError
from aleator.files import read_text
from aleator.hub_data import hub_rows

HUB_DATASET = "yimingzhang/novelty-bench"
HUB_SETS = ("curated", "wildchat")
SANDBOX_SET = "sandbox"
SETS = (*HUB_SETS, SANDBOX_SET)
"""The names of all sets; a file's set is called as the file, without its ending."""

_STREAMS_A_SET = 100_000


@dataclass(frozen=True)
class NoveltyPrompt:
    """One prompt.

    Attributes:
        set_name: The set it is of.
        index: Its place in the whole set.
        id: Its name in the set.
        text: What is asked.
        valid: All right answers, where they can be listed.
    """

    set_name: str
    index: int
    id: str
    text: str
    valid: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """Names it in the rows."""
        return f"{self.set_name}/{self.id}"

    @property
    def stream(self) -> int:
        """Tells its draws from other prompts', whatever else is asked."""
        place = SETS.index(self.set_name) if self.set_name in SETS else len(SETS)
        return place * _STREAMS_A_SET + self.index


class _Line(BaseModel):
    """A line of a user's file."""

    model_config = ConfigDict(strict=True)

    id: str | int
    prompt: str = Field(pattern=r"\S")
    valid: list[str] | None = None


def check_sets(names: Sequence[str]) -> None:
    """Refuse names of no set.

    Raises:
        UnknownNameError: One is not known; the message lists those that are.
        InputError: None is given.
    """
    for name in names:
        if name not in SETS:
            raise UnknownNameError("prompt set", name, SETS)
    if not names:
        raise InputError(f"no prompt set was given; known: {', '.join(SETS)}")


def read_set(name: str) -> list[NoveltyPrompt]:
    """All prompts of a named set.

    Raises:
        UnknownNameError: There is no such set.
        InputError: The hub cannot be reached, or `datasets` is not installed.
    """
    check_sets([name])
    return _from_hub(name) if name in HUB_SETS else read_file(sandbox_file())


def sandbox_file() -> Path:
    """Where our own set lies."""
    return Path(str(files("aleator"))) / "benchmarks" / "data" / "novelty_sandbox.jsonl"


def read_file(path: Path) -> list[NoveltyPrompt]:
    """The prompts of a file, one a line.

    Raises:
        InputError: It cannot be read, is empty, or a line is wrong; the message names the line.
    """
    name = SANDBOX_SET if path == sandbox_file() else path.stem
    found: dict[str, NoveltyPrompt] = {}
    lines: dict[str, int] = {}
    for number, text in enumerate(read_text(path).split("\n"), start=1):
        if not text.strip():
            continue
        line = _parse(text, f"{path}, line {number}")
        key = str(line.id)
        if key in found:
            raise InputError(
                f"{path}, line {number}: the id {key!r} is that of line {lines[key]}; give each "
                "prompt an id of its own"
            )
        lines[key] = number
        valid = None if line.valid is None else tuple(line.valid)
        found[key] = NoveltyPrompt(name, len(found), key, line.prompt, valid)
    if not found:
        raise InputError(f'{path} holds no prompts; give one {{"id": …, "prompt": …}} a line')
    return list(found.values())


def spread(prompts: Sequence[NoveltyPrompt], limit: int | None) -> list[NoveltyPrompt]:
    """At most `limit` prompts, spread evenly over the set."""
    return [prompts[place] for place in spread_places(len(prompts), limit)]


def _parse(text: str, place: str) -> _Line:
    try:
        return _Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][:1])
        if first["type"] == "json_invalid":
            raise InputError(f"{place} is not JSON; give one object a line") from error
        if not field:
            raise InputError(f"{place} is not a JSON object; give one a line") from error
        wrong = {"missing": "is missing", "string_pattern_mismatch": "is empty"}
        what = wrong.get(first["type"], "is not what it should be")
        raise InputError(
            f"{place}: {field} {what}; a line has an id, a prompt and, if wanted, valid, a list "
            "of answers"
        ) from error


def _from_hub(name: str) -> list[NoveltyPrompt]:
    rows = hub_rows(
        HUB_DATASET, split=name, what=f"the set {name}", instead="the prompts as a file"
    )
    return [
        NoveltyPrompt(name, index, str(row["id"]), str(row["prompt"]))
        for index, row in enumerate(rows)
    ]
