"""Small tables of general knowledge, as sentences and as questions.

A table in `data/knowledge.yaml` pairs subjects with answers, and says how to state and how to
ask each pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TypedDict, cast

import numpy as np
import yaml

from aleator.sandbox.draws import pick
from aleator.sandbox.grammar import capitalise_sentences

_MOST_STATEMENTS = 5


class _Row(TypedDict):
    sentences: list[str]
    questions: list[str]
    facts: dict[str, str]


@dataclass(frozen=True)
class Fact:
    """A subject, what is said of it, and the wordings of its table (slots x and y)."""

    subject: str
    answer: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


def _read() -> tuple[Fact, ...]:
    text = resources.files("aleator.sandbox").joinpath("data", "knowledge.yaml").read_text("utf-8")
    tables = cast("dict[str, _Row]", yaml.safe_load(text))
    return tuple(
        Fact(subject, answer, tuple(table["sentences"]), tuple(table["questions"]))
        for table in tables.values()
        for subject, answer in table["facts"].items()
    )


FACTS = _read()
"""Every fact, in the order of the file; drawn with equal probability."""


def question_and_answer(rng: np.random.Generator) -> tuple[str, str]:
    """A question and its answer, which is a bare word or phrase."""
    fact = pick(rng, FACTS)
    return pick(rng, fact.questions).format(x=fact.subject), fact.answer


def statements(rng: np.random.Generator) -> str:
    """One to five true sentences."""
    sentences: list[str] = []
    for _ in range(1 + int(rng.random() * _MOST_STATEMENTS)):
        fact = pick(rng, FACTS)
        sentences.append(pick(rng, fact.sentences).format(x=fact.subject, y=fact.answer))
    return capitalise_sentences(" ".join(sentences))
