"""Slots, articles, remembered words and capitals."""

import numpy as np
import pytest

from aleator.errors import UnknownNameError
from aleator.sandbox.grammar import Grammar, capitalise_sentences, with_article


@pytest.mark.parametrize(
    "words",
    [
        "an apple", "a city", "an hour", "an honest man", "a unicorn", "a US state", "a euro",
        "an M", "a K", "an X", "a U", "an owl", "an 8", "a 7", "a ukulele", "an island",
        "an organ", "a one-way street", "a Greek god", "an art form",
    ],
)  # fmt: skip
def test_articles_follow_the_sound(words: str) -> None:
    assert with_article(words.split(" ", 1)[1]) == words


def test_sentences_start_with_a_capital() -> None:
    text = 'he came. "I am here." she left! was it true? yes\nnew line, this one. 7 of them.'
    assert capitalise_sentences(text) == (
        'He came. "I am here." She left! Was it true? Yes\nNew line, this one. 7 of them.'
    )


def test_a_question_in_quotes_does_not_end_the_sentence() -> None:
    assert capitalise_sentences('"Where?" he asked.') == '"Where?" he asked.'


def test_remembered_words_stay(rng: np.random.Generator) -> None:
    grammar = Grammar({"animal": ["owl", "cat"], "text": ["{a x=animal} is {a x}, the {x}."]})
    texts = {grammar.expand(rng, "text") for _ in range(50)}
    assert texts == {"An owl is an owl, the owl.", "A cat is a cat, the cat."}


def test_words_given_from_outside_win_over_rules(rng: np.random.Generator) -> None:
    grammar = Grammar({"name": ["Nobody"], "text": ["{name} sleeps."]})
    assert grammar.expand(rng, "text", {"name": "Anna"}) == "Anna sleeps."
    assert grammar.expand(rng, "text") == "Nobody sleeps."


def test_rules_nest_and_every_alternative_is_used(rng: np.random.Generator) -> None:
    grammar = Grammar({"text": ["{part one} and {part one}"], "part one": ["a", "b"]})
    assert {grammar.expand(rng, "text") for _ in range(100)} == {
        "A and a", "A and b", "B and a", "B and b",
    }  # fmt: skip


def test_an_unknown_rule_is_named_with_the_known_ones(rng: np.random.Generator) -> None:
    with pytest.raises(UnknownNameError, match="wrong"):
        Grammar({"text": ["{wrong}"]})
    with pytest.raises(UnknownNameError, match="text"):
        Grammar({"text": ["x"]}).expand(rng, "other")


def test_a_slot_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        Grammar({"text": ["{a-b}"]})
