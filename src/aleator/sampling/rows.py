"""Draws that go on as ordinary rows with a key-value cache, one for each distinct prefix.

For long answers, whose prefixes have stopped being shared. Rows of several prompts go together. A
row with several draws splits where they part, and takes its cache along (``slots``).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from aleator.sampling.slots import IntArray, Path, Slots
from aleator.sampling.split import next_tokens

FloatArray = NDArray[np.float64]

Levels = Callable[[int, int], FloatArray]
"""By owner and step: a variate for each of the owner's draws."""


@dataclass(frozen=True)
class Row:
    """A prefix at which draws stand.

    Attributes:
        owner: Whose draws.
        prompt: The prompt's tokens.
        path: Those of the answer so far, at least one.
        draws: The draws' numbers, ascending.
    """

    owner: int
    prompt: Path
    path: Path
    draws: IntArray


@dataclass(frozen=True)
class RowsResult:
    """What became of draws.

    Attributes:
        finished: How many draws of an owner ended with a path, and whether they were cut off.
        forwarded: Tokens of an owner's answers that went through the model, those of the prefixes
            again.
    """

    finished: Counter[tuple[int, Path, bool]]
    forwarded: Counter[int]


def continue_as_rows(
    model: nn.Module,
    rows: Sequence[Row],
    stop: int,
    max_new_tokens: int,
    levels: Levels,
    *,
    temperature: float = 1.0,
    draws_at_once: int = 64,
) -> RowsResult:
    """Draw what follows some prefixes of answers.

    Args:
        model: In evaluation mode.
        rows: The prefixes; none has ended.
        stop: The stop token.
        max_new_tokens: Most tokens of an answer, those of its prefix included.
        levels: Decide the draws.
        temperature: Logits are divided by it.
        draws_at_once: Most draws, and so rows, computed together; bounds the cache's memory.
    """
    result = RowsResult(Counter(), Counter())
    for chunk in _chunks(rows, draws_at_once):
        standing = _Standing(chunk, max_new_tokens, result)
        prompts = list(dict.fromkeys(row.prompt for row in chunk))
        slots = Slots(
            model,
            prompts,
            np.array([prompts.index(row.prompt) for row in chunk]),
            [row.path for row in chunk],
            size=sum(len(row.draws) for row in chunk),
            room=max_new_tokens - 1 - min(len(row.path) for row in chunk),
        )
        while True:
            moves = standing.step(slots.logits, stop, levels, temperature)
            if not len(moves.tokens):
                break
            slots.advance(moves.taken, moves.sources, moves.tokens)
    return result


def columns_of(rows: Sequence[Row], max_new_tokens: int) -> int:
    """How many tokens of each row are kept, if all of them go together."""
    longest = max(len(row.prompt) for row in rows) + max(len(row.path) for row in rows)
    return longest + max_new_tokens - min(len(row.path) for row in rows)


def _chunks(rows: Sequence[Row], most: int) -> Iterator[list[Row]]:
    """Rows by as many draws at a time; a row with more is cut, its prefix computed again."""
    chunk: list[Row] = []
    held = 0
    for row in rows:
        for start in range(0, len(row.draws), most):
            part = replace(row, draws=row.draws[start : start + most])
            if held + len(part.draws) > most:
                yield chunk
                chunk, held = [], 0
            chunk.append(part)
            held += len(part.draws)
    if chunk:
        yield chunk


@dataclass(frozen=True)
class _Moves:
    """What rows do next: copies to other slots, then the token of each slot, from the first on."""

    taken: IntArray
    sources: IntArray
    tokens: IntArray


class _Standing:
    """Which draws stand at which slots, and what they have written; arrays go by slot or draw."""

    def __init__(self, rows: Sequence[Row], max_new_tokens: int, result: RowsResult) -> None:
        counts = [len(row.draws) for row in rows]
        size = sum(counts)
        self._result = result
        self._limit = max_new_tokens
        self._draws = np.concatenate([row.draws for row in rows])
        self._slots = np.repeat(np.arange(len(rows)), counts)  # of the draws, ascending
        self._owners = np.zeros(size, dtype=np.int64)
        self._lengths = np.zeros(size, dtype=np.int64)
        self._written = np.zeros((size, max_new_tokens), dtype=np.int64)
        for slot, row in enumerate(rows):
            self._owners[slot] = row.owner
            self._lengths[slot] = len(row.path)
            self._written[slot, : len(row.path)] = row.path
            result.forwarded[row.owner] += len(row.path)

    def step(
        self, logits: Float[Tensor, "n V"], stop: int, levels: Levels, temperature: float
    ) -> _Moves:
        """Give every draw its next token; what ends goes to the result."""
        tokens = next_tokens(logits, self._slots, self._levels(levels), temperature)
        V = logits.shape[1]
        pairs, which = np.unique(self._slots * V + tokens, return_inverse=True)
        parents, following = pairs // V, pairs % V
        stopped = following == stop
        ended = stopped | (self._lengths[parents] + 1 == self._limit)
        if ended.any():
            counts = np.bincount(which, minlength=len(pairs))
            for pair in np.flatnonzero(ended).tolist():
                self._finish(parents[pair], following[pair], counts[pair], bool(stopped[pair]))

        going = ~ended
        parents, following = parents[going], following[going]
        slots = _places(parents)
        moved = slots != parents
        taken, sources = slots[moved], parents[moved]
        for held in (self._owners, self._lengths, self._written):
            held[taken] = held[sources]
        self._written[slots, self._lengths[slots]] = following
        self._lengths[slots] += 1
        for owner, count in zip(*np.unique(self._owners[slots], return_counts=True), strict=True):
            self._result.forwarded[int(owner)] += int(count)

        stay = going[which]
        at = slots[(np.cumsum(going) - 1)[which[stay]]]
        order = np.argsort(at, kind="stable")
        self._draws, self._slots = self._draws[stay][order], at[order]
        in_order = np.empty_like(following)
        in_order[slots] = following
        return _Moves(taken, sources, in_order)

    def _levels(self, levels: Levels) -> FloatArray:
        """Each draw's variate, asked for once for each owner and step."""
        steps = self._limit + 1
        groups = (self._owners * steps + self._lengths)[self._slots]
        found = np.empty(len(groups))
        for group in np.unique(groups).tolist():
            here = groups == group
            found[here] = levels(group // steps, group % steps)[self._draws[here]]
        return found

    def _finish(self, slot: int, token: int, count: int, stopped: bool) -> None:
        path = (
            *self._written[slot, : self._lengths[slot]].tolist(),
            *([] if stopped else [int(token)]),
        )
        self._result.finished[int(self._owners[slot]), path, not stopped] += int(count)


def _places(parents: IntArray) -> IntArray:
    """Slots of rows that continue those at some slots, ascending: the first so many slots.

    A row stays where it is if it can; others go where nobody stays, and nobody's source is.
    """
    n = len(parents)
    first = np.ones(n, dtype=np.bool_)
    first[1:] = parents[1:] != parents[:-1]
    stays = first & (parents < n)
    free = np.ones(n, dtype=np.bool_)
    free[parents[stays]] = False
    slots = parents.copy()
    slots[~stays] = np.flatnonzero(free)
    return slots
