"""Plain prose: little stories, descriptions, letters, recipes, from a grammar.

The wording is in `data/prose.yaml`. It teaches grammatical English and the company that words
keep; it does not teach facts.
"""

from __future__ import annotations

from importlib import resources
from typing import cast

import numpy as np
import yaml

from aleator.sandbox.categories import CATEGORIES
from aleator.sandbox.draws import chance, pick
from aleator.sandbox.grammar import Grammar

WOMEN = (
    "Emma", "Anna", "Sara", "Clara", "Eva", "Grace", "Julia", "Laura",
    "Maria", "Nina", "Rosa", "Tina", "Wendy", "Alice", "Lucy", "Nora",
)  # fmt: skip
MEN = (
    "Liam", "Tom", "Ben", "David", "Frank", "Henry", "Ivan", "Karl",
    "Oscar", "Peter", "Quentin", "Simon", "Victor", "George", "Max", "Paul",
)  # fmt: skip
MALE_RELATIONS = ("father", "brother", "uncle", "grandfather", "cousin", "nephew")
FEMALE_RELATIONS = ("mother", "sister", "aunt", "grandmother", "cousin", "niece")

_PEOPLE = ("name", "he", "his", "him", "relation", "friend", "she")


def _read() -> Grammar:
    text = resources.files("aleator.sandbox").joinpath("data", "prose.yaml").read_text("utf-8")
    rules = cast("dict[str, list[str]]", yaml.safe_load(text))
    words = {name: list(category.members) for name, category in CATEGORIES.items()}
    people = {word: [word] for word in _PEOPLE}
    return Grammar({**words, **people, **rules})


_GRAMMAR = _read()


def _people(rng: np.random.Generator, name: str | None = None) -> dict[str, str]:
    """The hero and a friend of the other sex, with their pronouns."""
    if name is None:
        name = pick(rng, WOMEN + MEN)
    if name in WOMEN:
        pronouns = {"he": "she", "his": "her", "him": "her", "she": "he"}
        relation, friend = pick(rng, FEMALE_RELATIONS), pick(rng, MEN)
    else:
        pronouns = {"he": "he", "his": "his", "him": "him", "she": "she"}
        relation, friend = pick(rng, MALE_RELATIONS), pick(rng, WOMEN)
    return {"name": name, "relation": relation, "friend": friend, **pronouns}


def short_story(rng: np.random.Generator, name: str | None = None) -> str:
    """A story of two sentences; `name` is the hero's if given."""
    return _GRAMMAR.expand(rng, "short story", _people(rng, name))


def describe(rng: np.random.Generator) -> str:
    """Some sentences on an imagined place."""
    return _GRAMMAR.expand(rng, "place", _people(rng))


def prose(rng: np.random.Generator) -> str:
    """A story or description of one to three paragraphs."""
    rule = "story" if chance(rng, 0.5) else "description"
    paragraphs = [_GRAMMAR.expand(rng, rule, _people(rng))]
    while len(paragraphs) < 3 and chance(rng, 0.3):
        paragraphs.append(_GRAMMAR.expand(rng, rule, _people(rng)))
    return "\n\n".join(paragraphs)
