"""The prefix trie of listed outcomes: exact next-token probabilities at every prefix.

Paper: arXiv 2605.11845, soft target. Built level by level on the outcomes sorted by tokens, so the
cost is a few array operations a level, whatever the number of outcomes.
"""

from collections.abc import Sequence

import numpy as np

from aleator.errors import InputError
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.forest import FloatArray, IntArray, PrefixForest

_PADDING = -1


class PrefixTrie(PrefixForest):
    """All prefixes of one target's listed outcomes; ``first`` and ``last`` are outcome places."""

    def __init__(self, outcomes: Outcomes, answers: Sequence[Sequence[int]], stop: int) -> None:
        """Build the trie.

        Args:
            outcomes: the ``K`` outcomes.
            answers: tokens of each outcome, without the stop token.
            stop: token that ends every answer.

        Raises:
            InputError: two outcomes have the same tokens, or one has none.
        """
        super().__init__(owners=1)
        matrix, lengths = _pad(answers, stop)
        order = np.lexsort(matrix.T[::-1])
        self._matrix = matrix[order]
        self._places = order
        self._lengths = lengths[order]
        same = (self._matrix[1:] == self._matrix[:-1]).all(axis=1)
        if same.any() or (lengths < 2).any():
            index = int(order[1:][np.argmax(same)]) if same.any() else int(np.argmax(lengths < 2))
            raise InputError(
                f"The outcome {outcomes.strings[index]!r} has no tokens of its own: the tokenizer "
                "writes it as it writes another outcome, or as nothing."
            )
        self._probabilities = outcomes.probabilities[order]
        self._floats["step_mass"][0] = float((self._probabilities / self._lengths).sum())
        self._integers["last"][0] = len(outcomes.strings) - 1
        self._build()

    def _grow(self, rows: IntArray) -> None:
        raise AssertionError("a trie is complete: every row has its children from the start")

    def _build(self) -> None:
        count, depth = self._matrix.shape
        row_of = np.zeros(count, dtype=np.int64)  # deepest prefix so far of each sorted outcome
        alive = np.ones(count, dtype=np.bool_)
        for level in range(depth):
            members = np.flatnonzero(alive)
            if members.size == 0:
                return
            tokens, parents = self._matrix[members, level], row_of[members]
            changes = (tokens[1:] != tokens[:-1]) | (parents[1:] != parents[:-1])
            starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
            terminal = self._lengths[members[starts]] == level + 1
            base = self.size
            self._append_children(
                {
                    "owner": np.zeros(len(starts), dtype=np.int64),
                    "parent": parents[starts],
                    "token": tokens[starts],
                    "first": np.minimum.reduceat(self._places[members], starts),
                    "last": np.maximum.reduceat(self._places[members], starts),
                },
                np.add.reduceat(self._probabilities[members], starts),
                np.add.reduceat((self._probabilities / self._lengths)[members], starts),
                terminal,
            )
            group = np.cumsum(np.concatenate(([0], changes.astype(np.int64))))
            row_of[members] = base + group
            alive[members] = ~terminal[group]


def _pad(answers: Sequence[Sequence[int]], stop: int) -> tuple[IntArray, IntArray]:
    """Tokens and stop of each answer as a padded matrix ``[K, longest + 1]``, and the lengths."""
    lengths = np.array([len(answer) + 1 for answer in answers], dtype=np.int64)
    matrix = np.full((len(answers), int(lengths.max())), _PADDING, dtype=np.int64)
    flat = np.fromiter(
        (token for answer in answers for token in (*answer, stop)), np.int64, int(lengths.sum())
    )
    matrix[np.arange(matrix.shape[1]) < lengths[:, None]] = flat
    return matrix, lengths


def next_token_probabilities(trie: PrefixForest, row: int) -> tuple[IntArray, FloatArray]:
    """Next tokens and their probabilities at a row (the soft target of the paper)."""
    rows = np.array([row], dtype=np.int64)
    trie.expand(rows)
    children, _ = trie.children(rows)
    masses = trie.floats("mass")[children]
    return trie.integers("token")[children], masses / masses.sum()
