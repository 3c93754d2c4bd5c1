"""The digit rule is found where it holds and refused where it does not."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.outcomes.numerals import format_lattice
from aleator.tokens.chat import ChatFormat
from aleator.tokens.numeral_tokens import numeral_tokens
from tests.tiny_models import tiny_tokenizer
from tests.tokens.answers import speller


@pytest.mark.parametrize("digits", [1, 3])
def test_the_rule_is_found(digits: int) -> None:
    rule = speller(digits).numerals
    assert rule is not None
    assert rule.group == digits


@pytest.mark.parametrize("digits", [1, 3])
@given(index=st.integers(-(10**12), 10**12), decimals=st.integers(0, 7))
def test_the_rule_is_the_tokenizer(digits: int, index: int, decimals: int) -> None:
    rule = speller(digits).numerals
    assert rule is not None
    written = format_lattice(index, decimals)
    assert [rule.encode(written)] == speller(digits).encode([written])


def test_pairs_of_digits_are_no_known_rule() -> None:
    chat = ChatFormat(tiny_tokenizer("chatml", digits=2))
    assert numeral_tokens(chat.answer_ids) is None


def test_one_exception_breaks_the_rule() -> None:
    chat = ChatFormat(tiny_tokenizer("chatml"))

    def encode(strings: Sequence[str]) -> list[tuple[int, ...]]:
        whole = {"-0.5": (399,)}
        pairs = zip(strings, chat.answer_ids(strings), strict=True)
        return [whole.get(string, ids) for string, ids in pairs]

    assert numeral_tokens(chat.answer_ids) is not None
    assert numeral_tokens(encode) is None
