"""The 102 prompts of the open-ended benchmark, in our own wording, by kind of what they ask for.

Kinds and number follow the published benchmark (arXiv 2605.11845), the words do not, so that
figures compare models with each other, not with the paper's tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import cast

import yaml

from aleator.benchmarks.spread import spread_places
from aleator.errors import InputError


@dataclass(frozen=True)
class OpenPrompt:
    """A prompt that asks for one answer out of many.

    Attributes:
        key: Names it in the rows, the same in every evaluation.
        place: Its place among all prompts.
        kind: What it asks for, such as "places".
        text: As it is put to the model.
    """

    key: str
    place: int
    kind: str
    text: str


@cache
def all_prompts() -> tuple[OpenPrompt, ...]:
    """Every prompt, in the order of the file."""
    folder = resources.files("aleator.benchmarks")
    text = folder.joinpath("data", "open_ended.yaml").read_text("utf-8")
    kinds = cast("dict[str, list[str]]", yaml.safe_load(text))
    found = [
        (f"{kind}/{index:02d}", kind, text)
        for kind, texts in kinds.items()
        for index, text in enumerate(texts)
    ]
    return tuple(OpenPrompt(key, place, *rest) for place, (key, *rest) in enumerate(found))


def prompt_set() -> str:
    """Tells this set of prompts from one worded otherwise, such as an older version's."""
    texts = "\n".join(f"{prompt.key} {prompt.text}" for prompt in all_prompts())
    return sha256(texts.encode()).hexdigest()[:12]


def some_prompts(limit: int | None) -> tuple[OpenPrompt, ...]:
    """At most `limit` prompts, spread evenly over all of them; None for all.

    Raises:
        InputError: `limit` is below 1.
    """
    prompts = all_prompts()
    if limit is None:
        return prompts
    if limit < 1:
        raise InputError(f"limit={limit}: ask at least 1 prompt, or leave the limit out")
    return tuple(prompts[place] for place in spread_places(len(prompts), limit))
