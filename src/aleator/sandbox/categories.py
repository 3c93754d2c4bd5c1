"""The categories of things that the sandbox model knows.

A table of words, read from `data/categories.yaml` when this module is imported. Each category
says how to speak about it ("a card suit", "card suits"), what belongs to it, and which answer a
collapsed chat model gives. About a dozen are marked `held_out`: the sandbox model learns them
like the others, but trainings that spread answers leave them out, so that transfer can be
measured. The lists are samples of the world, not complete (there are more rivers than ours).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Literal, NotRequired, TypedDict, cast

import yaml

from aleator.errors import UnknownNameError
from aleator.sandbox.grammar import with_article

Article = Literal["a", "the", "none"]


@dataclass(frozen=True)
class Category:
    """A kind of thing and the members that the sandbox model knows.

    `favourite` is the collapsed chat answer and `runner_up` the next one. `article` is what a
    member takes in a sentence ("a trout", "the Nile", or nothing: "gold"). Wrong examples for a
    category are never taken from its own `group`, nor from `also` (true members not listed).
    """

    name: str
    plural: str
    group: str
    article: Article
    favourite: str
    runner_up: str
    members: tuple[str, ...]
    held_out: bool = False
    alias: tuple[str, str] | None = None
    also: tuple[str, ...] = ()

    @property
    def phrase(self) -> str:
        """The name with its article: "an animal"."""
        return with_article(self.name)

    @property
    def singulars(self) -> tuple[str, ...]:
        """Every way to name one: the name, then the alias."""
        return (self.name,) if self.alias is None else (self.name, self.alias[0])

    @property
    def plurals(self) -> tuple[str, ...]:
        """Every way to name several."""
        return (self.plural,) if self.alias is None else (self.plural, self.alias[1])

    def a_member(self, member: str) -> str:
        """A member as it stands in a sentence: "a trout", "the Nile", "gold"."""
        if self.article == "a":
            return with_article(member)
        return f"the {member}" if self.article == "the" else member

    def the_member(self, member: str) -> str:
        """A member as a kind: "the trout", "the Nile", "gold"."""
        return member if self.article == "none" else f"the {member}"


class _Row(TypedDict):
    plural: str
    group: str
    article: Article
    held_out: NotRequired[bool]
    favourites: list[str]
    alias: NotRequired[list[str]]
    also: NotRequired[list[str]]
    members: list[str]


def _read() -> dict[str, Category]:
    text = resources.files("aleator.sandbox").joinpath("data", "categories.yaml").read_text("utf-8")
    rows = cast("dict[str, _Row]", yaml.safe_load(text))
    return {name: _category(name, row) for name, row in rows.items()}


def _category(name: str, row: _Row) -> Category:
    favourite, runner_up = row["favourites"]
    alias = row.get("alias")
    return Category(
        name=name,
        plural=row["plural"],
        group=row["group"],
        article=row["article"],
        favourite=favourite,
        runner_up=runner_up,
        members=tuple(row["members"]),
        held_out=row.get("held_out", False),
        alias=None if alias is None else (alias[0], alias[1]),
        also=tuple(row.get("also", ())),
    )


def _outsiders(category: Category, others: Iterable[Category]) -> tuple[tuple[str, Category], ...]:
    inside = {word.casefold() for word in category.members + category.also}
    return tuple(
        (member, other)
        for other in others
        if other.group != category.group
        for member in other.members
        if member.casefold() not in inside
    )


CATEGORIES: Mapping[str, Category] = MappingProxyType(_read())
"""Every category by name, in the order of the file."""

OUTSIDERS: Mapping[str, tuple[tuple[str, Category], ...]] = MappingProxyType(
    {name: _outsiders(category, CATEGORIES.values()) for name, category in CATEGORIES.items()}
)
"""For each category, the things that do not belong to it, each with its own category."""


def category(name: str) -> Category:
    """The category of that name; UnknownNameError lists the known ones."""
    if name not in CATEGORIES:
        raise UnknownNameError("category", name, CATEGORIES)
    return CATEGORIES[name]
