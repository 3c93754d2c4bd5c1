"""The table of categories keeps its promises."""

import pytest

from aleator.errors import UnknownNameError
from aleator.sandbox.categories import CATEGORIES, OUTSIDERS, Category, category

EVERY = pytest.mark.parametrize("kind", CATEGORIES.values(), ids=lambda kind: kind.name)


def test_there_are_enough_of_them() -> None:
    assert len(CATEGORIES) >= 70
    held_out = {name for name, kind in CATEGORIES.items() if kind.held_out}
    assert {"weekday", "city", "planet", "colour"} <= held_out
    assert 10 <= len(held_out) <= 14


@EVERY
def test_a_category_is_sound(kind: Category) -> None:
    assert len(set(kind.members)) == len(kind.members) >= 2
    assert kind.favourite in kind.members
    assert kind.runner_up in kind.members
    assert kind.favourite != kind.runner_up
    assert kind.article in {"a", "the", "none"}
    for word in (*kind.members, kind.plural, kind.group, *kind.singulars):
        assert isinstance(word, str)
        assert word == word.strip() != ""
        assert word.isascii()
        assert "," not in word and "\n" not in word


@EVERY
def test_outsiders_are_outside(kind: Category) -> None:
    inside = {word.casefold() for word in kind.members + kind.also}
    outsiders = OUTSIDERS[kind.name]
    assert len(outsiders) > 500
    for word, owner in outsiders:
        assert word in owner.members
        assert owner.group != kind.group
        assert word.casefold() not in inside


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("planet", "Pluto"), ("metal", "mercury"), ("colour", "lavender"), ("bird", "turkey"),
        ("surname", "baker"), ("organ", "organ"), ("profession", "king"), ("animal", "trout"),
        ("first name", "violet"), ("weapon", "hammer"), ("Greek god", "Uranus"),
        ("language", "python"), ("first name", "Victoria"), ("rock", "rock"), ("fruit", "tomato"),
    ],
)  # fmt: skip
def test_what_might_be_true_is_never_called_wrong(name: str, word: str) -> None:
    assert word.casefold() not in {other.casefold() for other, _ in OUTSIDERS[name]}


def test_words_in_a_sentence() -> None:
    assert category("animal").phrase == "an animal"
    assert category("US state").phrase == "a US state"
    assert category("bird").a_member("owl") == "an owl"
    assert category("bird").the_member("owl") == "the owl"
    assert category("river").a_member("Nile") == "the Nile"
    assert category("metal").a_member("gold") == category("metal").the_member("gold") == "gold"
    assert category("weekday").singulars == ("weekday", "day of the week")
    assert category("fish").plurals == ("fish",)


def test_an_unknown_category_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="weekday"):
        category("weekdays")
