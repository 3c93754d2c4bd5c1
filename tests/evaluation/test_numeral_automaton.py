import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.evaluation.numeral_automaton import (
    NumeralAutomaton,
    NumeralVocabulary,
)
from aleator.outcomes.numerals import parse_numeral

# Texts near numbers: pieces in any order, so that both sides of the border are met often.
NEAR = ["", " ", "\n", "\t", "+", "-", ".", "0", "7", "12", "e", "E", "e5", "1.5", "a", "٣"]
PIECES = [*NEAR, "\x1c"]
texts = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(texts, st.integers(1, 4))
def test_accepts_what_the_strict_parse_reads(text: str, cap: int) -> None:
    automaton = NumeralAutomaton(cap)
    assert bool(automaton.accepting[automaton.run(text)]) == (parse_numeral(text) is not None)


@given(texts)
def test_dead_is_final_and_only_where_no_number_follows(text: str) -> None:
    automaton = NumeralAutomaton(3)
    if automaton.run(text) == automaton.dead:
        assert all(parse_numeral(text + tail) is None for tail in ("", "1", ".5", "5e3", " "))
    else:
        tails = ("", "1", ".5", "0")
        assert any(parse_numeral(text + tail) is not None for tail in tails)


@pytest.mark.parametrize(("text", "digits"), [("5.", 0), ("-0.25", 2), (".125", 3), ("1.23456", 3)])
def test_fraction_states_count_digits_up_to_the_cap(text: str, digits: int) -> None:
    automaton = NumeralAutomaton(3)
    assert automaton.run(text) == automaton.fraction + digits


@given(st.lists(st.sampled_from(range(len(PIECES) - 1)), max_size=6))
def test_tokens_walk_as_their_characters_do(ids: list[int]) -> None:
    vocabulary = PIECES[1:]
    tokens = NumeralVocabulary.of(vocabulary, stop=0, special=frozenset({1}), fraction_cap=2)
    assert set(tokens.tokens) == {
        i for i, piece in enumerate(vocabulary) if i > 1 and re.fullmatch(r"[\s0-9+.eE-]+", piece)
    } - {vocabulary.index("٣"), vocabulary.index("\x1c")}
    state, text = tokens.automaton.start, ""
    for token in ids:
        at = np.flatnonzero(tokens.tokens == token)
        if at.size == 0:
            continue
        state = int(tokens.next_state[state, at[0]])
        text += tokens.texts[at[0]]
    assert state == tokens.automaton.run(text)
