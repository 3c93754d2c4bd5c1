"""Which texts are one number, as a finite automaton over characters and over tokens.

The automaton accepts exactly what ``outcomes.numerals.parse_numeral`` reads: white space, sign,
digits, optional fraction, optional exponent, white space. ``NumeralVocabulary`` lifts it to a
vocabulary, so that a model's own tree over *all* spellings of numbers can be walked token by token,
and the mass that has left the numbers is known the moment it leaves.

A token's text is what it adds behind a digit when decoded, so that tokenizers that drop a leading
space at the start of a text (SentencePiece) are read right. Special tokens are never part of a
number here, and drawn answers are decoded with them left in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from aleator.outcomes.numerals import WHITESPACE

DIGITS = frozenset("0123456789")
FRACTION_CAP = 20
"""Fraction digits told apart: more than any float is printed with."""

ALPHABET = DIGITS | frozenset(WHITESPACE) | frozenset("+-.eE")


@dataclass(frozen=True)
class NumeralAutomaton:
    """The automaton over characters; its states are small integers.

    Fraction states count digits behind the point up to ``fraction_cap``, from which on they are
    one state. The last state is ``dead``: no number begins like this.
    """

    fraction_cap: int

    start = 0
    sign = 1
    point = 2  # a point without digits before it: ".5" is a number, "." is none
    integer = 3
    fraction = 4  # with no digit behind the point; fraction + j has j of them

    @property
    def exponent(self) -> int:
        """After "e"."""
        return self.fraction + self.fraction_cap + 1

    @property
    def exponent_sign(self) -> int:
        """After "e" and a sign."""
        return self.exponent + 1

    @property
    def exponent_digits(self) -> int:
        """With digits in the exponent."""
        return self.exponent + 2

    @property
    def end(self) -> int:
        """After the white space behind a number."""
        return self.exponent + 3

    @property
    def dead(self) -> int:
        """No continuation is a number."""
        return self.exponent + 4

    @property
    def size(self) -> int:
        """Number of states, ``dead`` included."""
        return self.dead + 1

    @cached_property
    def accepting(self) -> NDArray[np.bool_]:
        """Whether the text so far is one number, by state: bool ``[size]``."""
        accepting = np.zeros(self.size, dtype=np.bool_)
        accepting[self.integer : self.exponent] = True
        accepting[[self.exponent_digits, self.end]] = True
        return accepting

    def step(self, state: int, character: str) -> int:
        """The state after one more character."""
        if character in DIGITS:
            return self._after_digit(state)
        if character in WHITESPACE:
            return self._after_space(state)
        if character in "+-":
            return {self.start: self.sign, self.exponent: self.exponent_sign}.get(state, self.dead)
        if character == ".":
            if state in (self.start, self.sign):
                return self.point
            return self.fraction if state == self.integer else self.dead
        if character in "eE" and self.integer <= state < self.exponent:
            return self.exponent
        return self.dead

    def run(self, text: str, state: int = start) -> int:
        """The state after ``text``."""
        for character in text:
            state = self.step(state, character)
        return state

    def _after_digit(self, state: int) -> int:
        if state in (self.start, self.sign, self.integer):
            return self.integer
        if state == self.point:
            return min(self.fraction + 1, self.exponent - 1)
        if self.fraction <= state < self.exponent:
            return min(state + 1, self.exponent - 1)
        if self.exponent <= state <= self.exponent_digits:
            return self.exponent_digits
        return self.dead

    def _after_space(self, state: int) -> int:
        if state == self.start:
            return self.start
        return self.end if self.accepting[state] else self.dead


@dataclass(frozen=True)
class NumeralVocabulary:
    """The automaton over a vocabulary's tokens.

    Attributes:
        automaton: The automaton over characters.
        tokens: int64 ``[M]``, ids of the tokens that can stand in some number, ascending.
        texts: Their texts.
        next_state: int64 ``[automaton.size, M]``.
        stop: The stop token's id; it is not among ``tokens``, whatever its text.
        digits: int64 ``[M]``, how many digits each has.
        digits_behind_point: int64 ``[M]``, how many of them stand behind a point of its own.
        digit_values: float64 ``[M]``, its digits as one whole number.
        minus: bool ``[M]``, whether it has a minus.
    """

    automaton: NumeralAutomaton
    tokens: NDArray[np.int64]
    texts: tuple[str, ...]
    next_state: NDArray[np.int64]
    stop: int
    digits: NDArray[np.int64]
    digits_behind_point: NDArray[np.int64]
    digit_values: NDArray[np.float64]
    minus: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        stop: int,
        special: frozenset[int],
        fraction_cap: int = FRACTION_CAP,
    ) -> "NumeralVocabulary":
        """Lift the automaton to a vocabulary.

        Args:
            texts: What each token id adds to a text, from ``token_texts``.
            stop: The token that ends an answer.
            special: Ids that are never part of an answer's text.
            fraction_cap: Fraction digits told apart; more than those of the target.
        """
        automaton = NumeralAutomaton(max(fraction_cap, 1))
        candidates = [
            (token, text)
            for token, text in enumerate(texts)
            if text and token != stop and token not in special and ALPHABET.issuperset(text)
        ]
        columns = [
            [automaton.run(text, state) for state in range(automaton.size)]
            for _, text in candidates
        ]
        moves = np.array(columns, dtype=np.int64).reshape(len(candidates), automaton.size).T
        alive = np.flatnonzero((moves != automaton.dead).any(axis=0))
        kept = [candidates[i][1] for i in alive]
        numbers = [_digits(text) for text in kept]
        return cls(
            automaton=automaton,
            tokens=np.array([candidates[i][0] for i in alive], dtype=np.int64),
            texts=tuple(kept),
            next_state=moves[:, alive],
            stop=stop,
            digits=np.array([len(number) for number in numbers], dtype=np.int64),
            digits_behind_point=np.array(
                [len(_digits(text.partition(".")[2])) for text in kept], dtype=np.int64
            ),
            digit_values=np.array([float(number or 0) for number in numbers], dtype=np.float64),
            minus=np.array(["-" in text for text in kept], dtype=np.bool_),
        )


def token_texts(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """What each token of a vocabulary adds to a text when it stands behind a digit.

    Tokens that are no text by themselves (parts of a character) give a replacement character.
    """
    anchor = tokenizer.encode("0", add_special_tokens=False)
    before = _decode(tokenizer, [anchor])[0]
    pairs = [[*anchor, token] for token in range(len(tokenizer))]
    return [text[len(before) :] for text in _decode(tokenizer, pairs)]


def special_tokens(tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Ids of the tokens that mark structure, such as ends of turns, and are no text."""
    added = {token for token, entry in tokenizer.added_tokens_decoder.items() if entry.special}
    return frozenset(added | set(tokenizer.all_special_ids))


def _digits(text: str) -> str:
    return "".join(character for character in text if character in DIGITS)


def _decode(tokenizer: PreTrainedTokenizerBase, ids: list[list[int]]) -> list[str]:
    return tokenizer.batch_decode(
        ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
