"""Prefixes of canonical numbers, grown from CDF differences without listing a single outcome.

A prefix of a number is a sign and some digits; the numbers that start with it are a few runs of
neighbouring lattice values (one run for each count of integer digits still possible), and each
run's mass is exact (``outcomes.lattice``). The digit rule of the tokenizer (``numeral_tokens``)
says which tokens may come next. Every step is vectorised over prefixes and targets.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from aleator.outcomes.lattice import LatticeBatch, NumericTarget
from aleator.tokens.forest import FloatArray, IntArray, PrefixForest
from aleator.tokens.numeral_tokens import NumeralTokens


class Phase(IntEnum):
    """Where in a number a prefix stands."""

    START = 0  # nothing written
    MINUS = 1  # the sign written
    OPEN = 2  # integer digits written, more may follow
    CLOSED = 3  # the integer part is over
    FRACTION = 4  # the point written, and maybe digits
    OVER = 5  # the stop token written


class _Candidates(NamedTuple):
    """Possible children, one entry each: all arrays ``[C]``."""

    parent: IntArray
    token: IntArray
    phase: IntArray
    negative: IntArray
    magnitude: IntArray  # all digits so far, as one integer
    fraction_digits: IntArray


class _Runs(NamedTuple):
    """The runs of lattice values below each candidate, summed."""

    first: IntArray
    last: IntArray
    mass: FloatArray
    step_mass: FloatArray


class NumericForest(PrefixForest):
    """Prefixes of the canonical numbers of many targets; ``first``/``last`` are lattice indices.

    ``step_mass`` of a root and of a lone sign is known once they are expanded.
    """

    def __init__(
        self, targets: Sequence[NumericTarget], numerals: NumeralTokens, stop: int
    ) -> None:
        """Start with the roots; ``expand`` grows the rest."""
        super().__init__(len(targets), ("phase", "magnitude", "fraction_digits", "negative"))
        self._batch = LatticeBatch(targets)
        self._numerals = numerals
        self._stop = stop
        self._integers["first"][: self.owners] = self._batch.low
        self._integers["last"][: self.owners] = self._batch.high
        largest = np.maximum(np.abs(self._batch.low), np.abs(self._batch.high))
        self._most_digits = _digit_count(largest // 10**self._batch.decimals)

    def _grow(self, rows: IntArray) -> None:
        phase = self.integers("phase")[rows]
        unfinished = phase <= Phase.MINUS
        pieces = [
            self._minus(rows[phase == Phase.START]),
            self._first_digits(rows[unfinished]),
            self._more_digits(rows[phase == Phase.OPEN]),
            self._after_whole(rows[(phase == Phase.OPEN) | (phase == Phase.CLOSED)]),
            self._fraction(rows[phase == Phase.FRACTION]),
        ]
        candidates = _Candidates(*(np.concatenate(column) for column in zip(*pieces, strict=True)))
        runs = self._runs(candidates)
        kept = runs.mass > 0
        columns = {n: c[kept] for n, c in candidates._asdict().items()}
        columns["owner"] = self.integers("owner")[columns["parent"]]
        columns["first"], columns["last"] = runs.first[kept], runs.last[kept]
        terminal = columns["phase"] == Phase.OVER
        self._append_children(columns, runs.mass[kept], runs.step_mass[kept], terminal)
        self._sum_steps(rows[unfinished])

    def _sum_steps(self, rows: IntArray) -> None:
        """Fill in ``step_mass`` of rows whose runs were not split by length."""
        if rows.size == 0:
            return
        children, offsets = self.children(rows)
        signs = children[self.integers("phase")[children] == Phase.MINUS]
        if signs.size:
            self.expand(signs)
        steps = self.floats("step_mass")[children]
        self._floats["step_mass"][rows] = np.add.reduceat(steps, offsets[:-1])

    def _minus(self, rows: IntArray) -> _Candidates:
        negative = rows[self._batch.low[self.integers("owner")[rows]] < 0]
        zeros = np.zeros_like(negative)
        return _Candidates(
            negative, zeros + self._numerals.minus, zeros + Phase.MINUS, zeros + 1, zeros, zeros
        )

    def _first_digits(self, rows: IntArray) -> _Candidates:
        """First group of the integer part: no leading zeros but a single one."""
        owner = self.integers("owner")[rows]
        most = int(self._most_digits[owner].max(initial=1))
        group = self._numerals.group
        pieces = []
        for length in range(1, min(group, most) + 1):
            values = np.arange(0 if length == 1 else 10 ** (length - 1), 10**length)
            parent, value = _pairs(rows, values)
            closed = (value == 0) | (length < group)
            phase = np.where(closed, Phase.CLOSED, Phase.OPEN).astype(np.int64)
            pieces.append(self._digits(parent, value, length, phase, value))
        return _Candidates(*(np.concatenate(column) for column in zip(*pieces, strict=True)))

    def _more_digits(self, rows: IntArray) -> _Candidates:
        """A further group of the integer part."""
        pieces = []
        room = self._most_digits[self.integers("owner")[rows]] - _digit_count(
            self.integers("magnitude")[rows]
        )
        for length in range(1, self._numerals.group + 1):
            fitting = rows[room >= length]
            parent, value = _pairs(fitting, np.arange(10**length))
            full = length == self._numerals.group
            phase = np.full(len(parent), Phase.OPEN if full else Phase.CLOSED, dtype=np.int64)
            magnitude = self.integers("magnitude")[parent] * 10**length + value
            pieces.append(self._digits(parent, value, length, phase, magnitude))
        return _Candidates(*(np.concatenate(column) for column in zip(*pieces, strict=True)))

    def _after_whole(self, rows: IntArray) -> _Candidates:
        """The point, or the stop token where numbers have no decimals."""
        return self._point_or_stop(rows, self._batch.decimals[self.integers("owner")[rows]] > 0)

    def _point_or_stop(self, rows: IntArray, point: np.ndarray) -> _Candidates:
        return _Candidates(
            rows,
            np.where(point, self._numerals.point, self._stop),
            np.where(point, Phase.FRACTION, Phase.OVER).astype(np.int64),
            self.integers("negative")[rows],
            self.integers("magnitude")[rows],
            self.integers("fraction_digits")[rows],
        )

    def _fraction(self, rows: IntArray) -> _Candidates:
        """The next group of fraction digits, or the stop token after the last."""
        written = self.integers("fraction_digits")[rows]
        left = self._batch.decimals[self.integers("owner")[rows]] - written
        done = rows[left == 0]
        pieces = [self._point_or_stop(done, np.zeros(len(done), dtype=np.bool_))]
        for length in range(1, self._numerals.group + 1):
            parent, value = _pairs(
                rows[np.minimum(left, self._numerals.group) == length], np.arange(10**length)
            )
            phase = np.full(len(parent), Phase.FRACTION, dtype=np.int64)
            magnitude = self.integers("magnitude")[parent] * 10**length + value
            digits = self._digits(parent, value, length, phase, magnitude)
            pieces.append(digits._replace(fraction_digits=digits.fraction_digits + length))
        return _Candidates(*(np.concatenate(column) for column in zip(*pieces, strict=True)))

    def _digits(
        self, parent: IntArray, value: IntArray, length: int, phase: IntArray, magnitude: IntArray
    ) -> _Candidates:
        token = self._numerals.digits[length - 1][value]
        negative = self.integers("negative")[parent]
        written = self.integers("fraction_digits")[parent]
        return _Candidates(parent, token, phase, negative, magnitude, written)

    def _runs(self, candidates: _Candidates) -> _Runs:
        """Masses below candidates: an open integer part has a run for each length it may get."""
        owner = self.integers("owner")[candidates.parent]
        decimals = self._batch.decimals[owner]
        whole_digits = _digit_count(candidates.magnitude // 10**candidates.fraction_digits)
        spare = np.maximum(self._most_digits[owner] - whole_digits, 0)
        lengths = np.where(candidates.phase == Phase.OPEN, spare, 0) + 1
        starts = np.cumsum(lengths) - lengths
        index = np.repeat(np.arange(len(owner)), lengths)
        extra = np.arange(len(index)) - starts[index]
        scale = 10 ** (decimals - candidates.fraction_digits)[index] * 10**extra
        low = candidates.magnitude[index] * scale
        high = low + scale - 1
        sign_only = candidates.phase[index] == Phase.MINUS
        high = np.where(sign_only, -self._batch.low[owner[index]], high)
        minus = candidates.negative[index] == 1
        first = np.where(minus, -high, low)
        last = np.where(minus, -np.maximum(low, 1), high)
        first = np.maximum(first, self._batch.low[owner[index]])
        last = np.minimum(last, self._batch.high[owner[index]])
        mass = self._batch.mass(owner[index], first, last)
        positions = self._positions(minus, whole_digits[index] + extra, decimals[index])
        empty = first > last
        lowest = np.where(empty, np.iinfo(np.int64).max, first)
        highest = np.where(empty, np.iinfo(np.int64).min, last)
        return _Runs(
            np.minimum.reduceat(lowest, starts),
            np.maximum.reduceat(highest, starts),
            np.add.reduceat(mass, starts),
            np.add.reduceat(mass / positions, starts),
        )

    def _positions(self, minus: np.ndarray, whole_digits: IntArray, decimals: IntArray) -> IntArray:
        """Tokens of a number, its stop token included."""
        group = self._numerals.group
        fraction = np.where(decimals > 0, 1 - (-decimals // group), 0)
        return minus.astype(np.int64) - (-whole_digits // group) + fraction + 1


def _pairs(rows: IntArray, values: IntArray) -> tuple[IntArray, IntArray]:
    """Every row with every value."""
    return np.repeat(rows, len(values)), np.tile(values, len(rows))


_POWERS = 10 ** np.arange(1, 19, dtype=np.int64)


def _digit_count(whole: IntArray) -> IntArray:
    """Decimal digits of non-negative integers; 1 for zero."""
    return np.searchsorted(_POWERS, whole, side="right").astype(np.int64) + 1
