"""Chat about categories is true, and varied where it may be."""

import re
from collections import Counter

import numpy as np
from scipy import stats

from aleator.sandbox.categories import CATEGORIES, Category, category
from aleator.sandbox.grammar import with_article
from aleator.sandbox.membership import (
    NUMBER_WORDS,
    another,
    kind_of_thing,
    listing,
    odd_one_out,
    one_more,
    two_examples,
    which_one,
    yes_or_no,
)

DRAWS = 3000


def _kinds_with(words: set[str]) -> list[Category]:
    return [kind for kind in CATEGORIES.values() if words <= set(kind.members)]


def _named_in(prompt: str, kinds: list[Category]) -> list[Category]:
    return [kind for kind in kinds if any(name in prompt for name in kind.singulars + kind.plurals)]


def test_lists_hold_the_number_of_distinct_members_asked_for(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        talk = listing(rng)
        separator = "\n" if "line" in talk.prompt else ", "
        words = talk.answer.split(separator)
        assert len(set(words)) == len(words)
        number = NUMBER_WORDS[len(words)]
        assert re.search(rf"\b({number}|{len(words)})\b", talk.prompt), talk
        assert _named_in(talk.prompt, _kinds_with(set(words))), talk


def test_lists_are_uniform_over_members(rng: np.random.Generator) -> None:
    first: Counter[str] = Counter()
    for _ in range(30_000):
        talk = listing(rng)
        if "weekdays" in talk.prompt or "days of the week" in talk.prompt:
            first[re.split(r", |\n", talk.answer)[0]] += 1
    assert set(first) == set(category("weekday").members)
    assert stats.chisquare(list(first.values())).pvalue > 0.001


def test_another_member_is_another(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        talk = another(rng)
        assert _named_in(talk.prompt, _kinds_with({talk.answer})), talk
        given = rf"(than|not|besides|of|know) {re.escape(talk.answer)}[.?]"
        assert not re.search(given, talk.prompt), talk


def test_one_more_is_new(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        talk = one_more(rng)
        listed = re.sub(r"^.*: |\. Name one more.*$|[.,]$", "", talk.prompt).split(", ")
        assert talk.answer not in listed
        assert _kinds_with({talk.answer, *listed}), talk


def test_yes_and_no_are_true_and_equally_frequent(rng: np.random.Generator) -> None:
    phrases = {
        phrase: kind for kind in CATEGORIES.values() for phrase in map(with_article, kind.singulars)
    }
    yes = 0
    for _ in range(DRAWS):
        talk = yes_or_no(rng)
        body = re.sub(r"^(Yes or no: is|True or not:|Is) ", "", talk.prompt)
        body = re.sub(r"[?.]( Answer yes or no\.)?$", "", body)
        phrase = max((p for p in phrases if body.endswith(p)), key=len)
        kind = phrases[phrase]
        member = body.removesuffix(phrase).strip().removesuffix(" is")
        words = {word for word in kind.members if member in (word, kind.a_member(word))}
        assert talk.answer.startswith("Yes" if words else "No"), talk
        yes += talk.answer.startswith("Yes")
    assert abs(yes / DRAWS - 0.5) < 4 * np.sqrt(0.25 / DRAWS)


def test_kinds_of_things_are_right(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        talk = kind_of_thing(rng)
        stated = talk.answer.removesuffix(".")
        possible = [kind for kind in CATEGORIES.values() if stated.endswith(kind.phrase)]
        assert any(
            kind.a_member(member) in talk.prompt for kind in possible for member in kind.members
        ), talk


def test_the_one_that_fits_is_the_only_one(rng: np.random.Generator) -> None:
    places: Counter[int] = Counter()
    for _ in range(DRAWS):
        talk = which_one(rng)
        options = re.sub(r"^.*?: |[?.]( Which one\?)?$", "", talk.prompt).split(", ")
        kinds = _named_in(talk.prompt.split(":")[0], _kinds_with({talk.answer}))
        assert any(
            [word for word in options if word in kind.members] == [talk.answer] for kind in kinds
        ), talk
        if len(options) == 3:
            places[options.index(talk.answer)] += 1
    assert stats.chisquare([places[i] for i in range(3)]).pvalue > 0.001


def test_the_odd_one_is_out(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        talk = odd_one_out(rng)
        options = re.sub(r"^.*?: |[?.]$", "", talk.prompt).split(", ")
        rest = {word for word in options if word != talk.answer}
        assert len(rest) == len(options) - 1 >= 2
        assert any(talk.answer not in kind.members for kind in _kinds_with(rest)), talk


def test_two_examples_fit_their_categories(rng: np.random.Generator) -> None:
    phrases = {kind.phrase: kind for kind in CATEGORIES.values()}
    for _ in range(500):
        talk = two_examples(rng)
        found = re.fullmatch(r"Give an example of (.*) and an example of (.*)\.", talk.prompt)
        assert found
        first, second = talk.answer.split(", ")
        assert first in phrases[found[1]].members
        assert second in phrases[found[2]].members
