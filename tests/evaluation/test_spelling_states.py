"""Walking the states is compared with listing every tokenisation of every spelling."""

from collections.abc import Sequence

import pytest

from aleator.evaluation.spelling_states import START, SpellingStates, TextVocabulary
from aleator.evaluation.spellings import Spellings
from tests.word_model import tokenisations, word_format, word_tokenizer


@pytest.fixture(scope="module")
def vocabulary() -> TextVocabulary:
    return TextVocabulary.of(word_tokenizer())


def _states(outcomes: Sequence[str], vocabulary: TextVocabulary) -> SpellingStates:
    answers = word_format().answer_ids(outcomes)
    return SpellingStates(Spellings.of(outcomes), answers, vocabulary)


def _ends(states: SpellingStates) -> dict[tuple[int, ...], tuple[int, bool]]:
    """Outcome of every token path that ends in one, and whether it is as listed."""
    found: dict[tuple[int, ...], tuple[int, bool]] = {}
    stack: list[tuple[int, tuple[int, ...]]] = [(START, ())]
    while stack:
        state, path = stack.pop()
        place = states.outcome(state)
        if place is not None:
            found[path] = (place, states.listed(state))
        moves = states.moves(state)
        pairs = zip(moves.tokens.tolist(), moves.states.tolist(), strict=True)
        stack += [(following, (*path, token)) for token, following in pairs]
    return found


@pytest.mark.parametrize("outcomes", [["1", "12", "2.5"], ["no", "On"], ["b", "b."], ["model"]])
def test_all_ways_to_write_all_spellings_are_there(
    outcomes: list[str], vocabulary: TextVocabulary
) -> None:
    spellings = Spellings.of(outcomes)
    expected = {
        path: (place, text in outcomes)
        for text, place in spellings.places.items()
        for path in tokenisations(text)
    }
    assert len(expected) >= len(spellings.places)
    assert _ends(_states(outcomes, vocabulary)) == expected


def test_parts_of_characters_are_followed_as_the_tokenizer_writes_them(
    vocabulary: TextVocabulary,
) -> None:
    outcomes = ["日本", "日", "naïve", "no"]
    states = _states(outcomes, vocabulary)
    ends = _ends(states)
    for place, tokens in enumerate(word_format().answer_ids(outcomes)):
        assert ends[tokens] == (place, True)
        assert any(not vocabulary.later.texts[token] for token in tokens) == (place < 3)
    # Other spellings of 日本 go through parts of characters, and are not followed.
    assert sum(place == 0 for place, _ in ends.values()) == 1
    assert sum(place == 3 for place, _ in ends.values()) > 100


def test_special_tokens_are_no_text(vocabulary: TextVocabulary) -> None:
    stop = word_format().stop_token_id
    assert vocabulary.first.texts[stop] == vocabulary.later.texts[stop] == ""
    assert all(stop not in tokens for tokens in vocabulary.later.tokens.values())
