"""A table of prefixes: the node store that every prefix tree of the house is grown in.

One row a prefix, for many targets at once (``owner`` says whose). Children of a row are contiguous
and stand after it; a row whose answer is over (the stop token was written) is *terminal* and has
none. ``PrefixForest.expand`` gives rows their children: a trie has them all from the start, a
numeric forest makes them from CDF differences when they are first asked for.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_INTEGER_COLUMNS = ("owner", "parent", "token", "first", "last", "child_start", "child_stop")
_FLOAT_COLUMNS = ("mass", "step_mass")
_UNEXPANDED = -1


class PrefixForest(ABC):
    """Prefixes of the outcomes of ``owners`` targets.

    Columns (methods of the same name read them), one entry a row:
        owner: the target that the row belongs to; rows ``0..owners-1`` are the roots.
        parent: row of the prefix one token shorter; -1 for roots.
        token: token that leads into the row; -1 for roots.
        mass: probability under the target of the outcomes that start with the prefix.
        step_mass: the same sum with every outcome divided by its count of positions, stop included.
        first, last: lowest and highest outcome (lattice index or place in the list) below the row.
        terminal: whether the row's token is the stop token.
    """

    def __init__(self, owners: int, extra_integer_columns: tuple[str, ...] = ()) -> None:
        """Make the roots, unexpanded, of mass 1."""
        self.owners = owners
        self.size = 0
        names = _INTEGER_COLUMNS + extra_integer_columns
        self._integers: dict[str, IntArray] = {n: np.zeros(64, dtype=np.int64) for n in names}
        self._floats: dict[str, FloatArray] = {n: np.zeros(64) for n in _FLOAT_COLUMNS}
        self._terminal: BoolArray = np.zeros(64, dtype=np.bool_)
        roots = {name: np.zeros(owners, dtype=np.int64) for name in names}
        roots["owner"] = np.arange(owners)
        roots["parent"] = np.full(owners, -1)
        roots["token"] = np.full(owners, -1)
        self._append(roots, np.ones(owners), np.zeros(owners), np.zeros(owners, dtype=np.bool_))

    def integers(self, name: str) -> IntArray:
        """An integer column, ``[size]`` (a view: do not write to it)."""
        return self._integers[name][: self.size]

    def floats(self, name: str) -> FloatArray:
        """A float column, ``[size]`` (a view: do not write to it)."""
        return self._floats[name][: self.size]

    @property
    def terminal(self) -> BoolArray:
        """Whether each row's answer is over, ``[size]``."""
        return self._terminal[: self.size]

    def expand(self, rows: IntArray) -> None:
        """See to it that ``rows`` (no terminal ones) have their children in the table."""
        fresh = np.unique(rows[self.integers("child_start")[rows] == _UNEXPANDED])
        if fresh.size:
            self._grow(fresh)

    @abstractmethod
    def _grow(self, rows: IntArray) -> None:
        """Append the children of unexpanded ``rows`` with ``_append_children``."""

    def children(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Child rows of expanded ``rows``, end to end, and the offsets ``[len(rows) + 1]``."""
        starts = self.integers("child_start")[rows]
        counts = self.integers("child_stop")[rows] - starts
        offsets = np.concatenate(([0], np.cumsum(counts)))
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
        return np.repeat(starts, counts) + within, offsets

    def _append_children(
        self,
        integers: Mapping[str, IntArray],
        mass: FloatArray,
        step_mass: FloatArray,
        terminal: BoolArray,
    ) -> None:
        """Append rows in any order; they are sorted by parent so that siblings are contiguous."""
        order = np.argsort(integers["parent"], kind="stable")
        parents = integers["parent"][order]
        base = self.size
        self._append(
            {name: column[order] for name, column in integers.items()},
            mass[order],
            step_mass[order],
            terminal[order],
        )
        starts = np.flatnonzero(np.concatenate(([True], parents[1:] != parents[:-1])))
        stops = np.concatenate((starts[1:], [len(parents)]))
        self._integers["child_start"][parents[starts]] = base + starts
        self._integers["child_stop"][parents[starts]] = base + stops

    def _append(
        self,
        integers: Mapping[str, IntArray],
        mass: FloatArray,
        step_mass: FloatArray,
        terminal: BoolArray,
    ) -> None:
        count = len(mass)
        self._reserve(self.size + count)
        rows = slice(self.size, self.size + count)
        for name, column in self._integers.items():
            column[rows] = integers.get(name, _UNEXPANDED)
        self._integers["child_start"][rows] = _UNEXPANDED
        self._integers["child_stop"][rows] = _UNEXPANDED
        self._floats["mass"][rows] = mass
        self._floats["step_mass"][rows] = step_mass
        self._terminal[rows] = terminal
        self.size += count

    def _reserve(self, needed: int) -> None:
        capacity = len(self._terminal)
        if needed <= capacity:
            return
        wanted = max(needed, 2 * capacity)
        self._integers = {name: np.resize(old, wanted) for name, old in self._integers.items()}
        self._floats = {name: np.resize(old, wanted) for name, old in self._floats.items()}
        self._terminal = np.resize(self._terminal, wanted)
