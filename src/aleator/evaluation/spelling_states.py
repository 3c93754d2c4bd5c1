"""Which tokens go on with an accepted spelling: all ways to write it, not one tokenisation only.

A state is what has been written so far, a text that some accepted spelling begins with. From there
every token leads on whose text does too, so that a model's tree covers all tokenisations of all
spellings. Moves are found when they are first asked for: models keep to a few.

Some tokens are no text by themselves (parts of a character). Outcomes as listed are therefore
followed through the tokenizer's own tokens in any case; other spellings, and other tokenisations,
only through tokens that are whole text.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from aleator.evaluation.numeral_automaton import special_tokens, token_texts
from aleator.evaluation.spellings import Spellings

IntArray = NDArray[np.int64]

START = 0
"""The state before anything is written."""

_LAST_CHARACTER = chr(0x10FFFF)


@dataclass(frozen=True)
class TokenPieces:
    """Tokens by their text.

    Attributes:
        texts: What each token id adds to a text; empty for those that are no text.
        tokens: The token ids that add each text.
        longest: Characters of the longest text.
    """

    texts: tuple[str, ...]
    tokens: dict[str, tuple[int, ...]]
    longest: int

    @classmethod
    def of(cls, texts: Sequence[str], special: frozenset[int]) -> "TokenPieces":
        """Sort tokens by text; special ones are no text, nor are parts of a character."""
        plain = tuple(
            "" if token in special or "\ufffd" in text else text for token, text in enumerate(texts)
        )
        tokens: dict[str, list[int]] = defaultdict(list)
        for token, text in enumerate(plain):
            if text:
                tokens[text].append(token)
        sorted_tokens = {text: tuple(ids) for text, ids in tokens.items()}
        return cls(plain, sorted_tokens, max(map(len, tokens), default=0))


@dataclass(frozen=True)
class TextVocabulary:
    """A tokenizer's tokens by the text that they add: as an answer's first token, and later."""

    first: TokenPieces
    later: TokenPieces

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> "TextVocabulary":
        """Read a tokenizer's vocabulary."""
        special = special_tokens(tokenizer)
        alone = tokenizer.batch_decode(
            [[token] for token in range(len(tokenizer))],
            skip_special_tokens=False,
            clean_up_tokenization_spaces=False,
        )
        later = token_texts(tokenizer)
        return cls(TokenPieces.of(alone, special), TokenPieces.of(later, special))

    def behind(self, text: str) -> TokenPieces:
        """The tokens as they go on behind a text."""
        return self.later if text else self.first


@dataclass(frozen=True)
class Moves:
    """Tokens that lead on from a state, ascending, and where to: int64 ``[n]`` each."""

    tokens: IntArray
    states: IntArray


@dataclass(frozen=True)
class _Written:
    """What a state stands for: a text, and tokens behind it that show no text of the outcome."""

    text: str
    hidden: tuple[int, ...] = ()


class SpellingStates:
    """States of the spellings of one target for one tokenizer.

    Args:
        spellings: What is accepted.
        answers: The tokenizer's own tokens of each outcome as listed, without the stop token.
        vocabulary: The tokenizer's tokens by their text.
    """

    def __init__(
        self,
        spellings: Spellings,
        answers: Sequence[tuple[int, ...]],
        vocabulary: TextVocabulary,
    ) -> None:
        self._spellings = spellings
        self._vocabulary = vocabulary
        self._sorted = sorted(spellings.places)
        pairs = zip(self._sorted, self._sorted[1:], strict=False)
        self._shared = [0, *(_common(one, other) for one, other in pairs)]
        self._written: list[_Written] = []
        self._ids: dict[_Written, int] = {}
        self._moves: dict[int, Moves] = {}
        self._hidden_moves: dict[int, dict[int, int]] = defaultdict(dict)
        self._own_ends: dict[int, int] = {}
        self._state(_Written(""))
        for place, tokens in enumerate(answers):
            self._follow(place, tokens)

    def outcome(self, state: int) -> int | None:
        """The place of the outcome that is written when an answer ends in `state`, if any."""
        if state in self._own_ends:
            return self._own_ends[state]
        written = self._written[state]
        return None if written.hidden else self._spellings.place(written.text)

    def listed(self, state: int) -> bool:
        """Whether an answer that ends in `state` is an outcome as listed."""
        return state in self._own_ends

    def moves(self, state: int) -> Moves:
        """The tokens that lead on from `state`."""
        if state not in self._moves:
            self._moves[state] = self._find_moves(state)
        return self._moves[state]

    def _state(self, written: _Written) -> int:
        if written not in self._ids:
            self._ids[written] = len(self._written)
            self._written.append(written)
        return self._ids[written]

    def _follow(self, place: int, tokens: tuple[int, ...]) -> None:
        """See to it that an outcome's own tokens lead to it."""
        outcome, here = self._spellings.listed[place], _Written("")
        for token in tokens:
            state = self._state(here)
            piece = self._vocabulary.behind(here.text).texts[token]
            if not here.hidden and piece and outcome.startswith(here.text + piece):
                here = _Written(here.text + piece)
            else:
                here = _Written(here.text, (*here.hidden, token))
                self._hidden_moves[state][token] = self._state(here)
        self._own_ends[self._state(here)] = place
        self._own_ends[self._state(_Written(outcome))] = place

    def _find_moves(self, state: int) -> Moves:
        found: dict[int, int] = {}
        written = self._written[state]
        if not written.hidden:
            for piece, tokens in self._pieces(written.text):
                found.update(dict.fromkeys(tokens, self._state(_Written(written.text + piece))))
        found.update(self._hidden_moves.get(state, {}))
        ordered = sorted(found)
        return Moves(
            np.array(ordered, dtype=np.int64),
            np.array([found[token] for token in ordered], dtype=np.int64),
        )

    def _pieces(self, text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Texts of tokens with which a spelling goes on behind `text`, each once."""
        pieces, begun = self._vocabulary.behind(text), len(text)
        first = bisect_left(self._sorted, text)
        last = bisect_left(self._sorted, text + _LAST_CHARACTER)
        for place in range(first, last):
            spelling = self._sorted[place]
            # What it shares with the spelling before it has been looked up there.
            shared = begun if place == first else max(self._shared[place], begun)
            for end in range(shared + 1, min(len(spelling), begun + pieces.longest) + 1):
                piece = spelling[begun:end]
                if piece in pieces.tokens:
                    yield piece, pieces.tokens[piece]


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    shorter = min(len(one), len(other))
    for place in range(shorter):
        if one[place] != other[place]:
            return place
    return shorter
