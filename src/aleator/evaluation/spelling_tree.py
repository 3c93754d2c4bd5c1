"""One prompt's tree over all accepted spellings of its outcomes, grown by the model's own masses.

A node is a sequence of tokens that may still become an outcome; at an expanded one the model's
next-token probabilities are known. The stop token there ends an answer, the tokens that lead on
become the frontier, and all others are invalid, which is known at once. The heaviest of the
frontier are expanded first, until what is left on it is small beside what has been found: that rest
bounds the error of the masses.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from aleator.evaluation.spelling_states import SpellingStates

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_STOPPED = -1


@dataclass(frozen=True)
class SpellingGrowth:
    """How far trees are grown.

    Attributes:
        max_nodes: Most prefixes expanded for one prompt, those of the target's own tree aside.
        tolerance: Unexpanded mass over valid mass at which that ends.
        round_nodes: Most prefixes of one prompt expanded in one round.
        round_span: A round leaves prefixes alone that are this much lighter than its heaviest.
        floor: Prefixes of no more mass are not kept; their mass counts as unexpanded.
    """

    max_nodes: int = 512
    tolerance: float = 0.001
    round_nodes: int = 64
    round_span: float = 256.0
    floor: float = 1e-10


@dataclass(frozen=True)
class Ways:
    """Everything that matters next at some prefixes: tokens that lead on, and last the stop token.

    Attributes:
        rows: int64 ``[E]``, which prefix; ascending.
        tokens: int64 ``[E]``.
        states: int64 ``[E]``, where each token leads; -1 for stop tokens.
    """

    rows: IntArray
    tokens: IntArray
    states: IntArray

    @classmethod
    def of(cls, states: SpellingStates, prefixes: IntArray, stop: int) -> "Ways":
        """What matters at prefixes in the states ``prefixes``."""
        moves = [states.moves(state) for state in prefixes.tolist()]
        end = np.array([stop])
        ended = np.array([_STOPPED])
        lengths = [len(one.tokens) + 1 for one in moves]
        return cls(
            rows=np.repeat(np.arange(len(moves)), lengths),
            tokens=np.concatenate([part for one in moves for part in (one.tokens, end)]),
            states=np.concatenate([part for one in moves for part in (one.states, ended)]),
        )

    @property
    def stops(self) -> BoolArray:
        """Which entries are stop tokens: one a prefix, in the prefixes' order."""
        return self.states == _STOPPED

    def part(self, first: int, last: int) -> "Ways":
        """Those at prefixes ``first`` to ``last - 1``, which are counted anew from 0."""
        begin, end = np.searchsorted(self.rows, [first, last])
        return Ways(self.rows[begin:end] - first, self.tokens[begin:end], self.states[begin:end])


def log_probabilities(logits: Float[Tensor, "n V"], ways: Ways) -> FloatArray:
    """Next-token log probabilities of all ways: float64 ``[E]``, softmax in float32 over all."""
    logits = logits.float()
    rows = torch.from_numpy(ways.rows).to(logits.device)
    chosen = logits[rows, torch.from_numpy(ways.tokens).to(logits.device)]
    totals = torch.logsumexp(logits, dim=-1).double().cpu().numpy()
    return chosen.double().cpu().numpy() - totals[ways.rows]


@dataclass(frozen=True)
class Frontier:
    """Prefixes that are not expanded, as columns ``[n]``.

    Attributes:
        parents: int64, the session's node that each continues.
        tokens: int64, the token that leads there.
        states: int64, what is written then.
        masses: float64, probability that an answer begins like this.
    """

    parents: IntArray
    tokens: IntArray
    states: IntArray
    masses: FloatArray

    def take(self, chosen: IntArray | BoolArray) -> "Frontier":
        """The prefixes at these places."""
        return Frontier(
            self.parents[chosen], self.tokens[chosen], self.states[chosen], self.masses[chosen]
        )

    def with_more(self, more: "Frontier") -> "Frontier":
        """These prefixes and those."""
        return Frontier(
            np.concatenate((self.parents, more.parents)),
            np.concatenate((self.tokens, more.tokens)),
            np.concatenate((self.states, more.states)),
            np.concatenate((self.masses, more.masses)),
        )


class SpellingTree:
    """One prompt's tree.

    Args:
        states: What leads to an outcome.
        outcomes: How many outcomes there are.
        stop: The token that ends an answer.
        growth: How far it is grown.

    Attributes:
        masses: float64 ``[K]``, the model's on each outcome, as far as it is known.
        listed_mass: The part of them on outcomes as listed.
        grown: How many prefixes ``pick`` has given.
    """

    def __init__(
        self, states: SpellingStates, outcomes: int, stop: int, growth: SpellingGrowth
    ) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        self.masses: FloatArray = np.zeros(outcomes)
        self.listed_mass = 0.0
        self.grown = 0
        self._states = states
        self._stop = stop
        self._growth = growth
        self._frontier = Frontier(nothing, nothing, nothing, np.zeros(0))
        self._dropped = 0.0

    @property
    def unexpanded_mass(self) -> float:
        """Mass of which it is not known whether it becomes an outcome."""
        return float(self._frontier.masses.sum()) + self._dropped

    def ways(self, states: IntArray) -> Ways:
        """What matters next in some states."""
        return Ways.of(self._states, states, self._stop)

    def expand(
        self,
        nodes: IntArray,
        states: IntArray,
        masses: FloatArray,
        ways: Ways,
        logs: FloatArray,
        elsewhere: BoolArray | None = None,
    ) -> None:
        """Add expanded prefixes.

        Args:
            nodes: ``[n]``, their ids in the session.
            states: ``[n]``, what is written at each.
            masses: ``[n]``, the probability of each.
            ways: What matters next at each.
            logs: ``[E]``, the log probability of each way.
            elsewhere: ``[E]``, ways whose prefixes are expanded too, and not for the frontier.
        """
        moved = masses[ways.rows] * np.exp(logs)
        stops = ways.stops
        for state, mass in zip(states.tolist(), moved[stops].tolist(), strict=True):
            place = self._states.outcome(state)
            if place is not None:
                self.masses[place] += mass
                self.listed_mass += mass if self._states.listed(state) else 0.0
        going = ~stops if elsewhere is None else ~stops & ~elsewhere
        kept = going & (moved > self._growth.floor)
        self._dropped += float(moved[going & ~kept].sum())
        self._frontier = self._frontier.with_more(
            Frontier(nodes[ways.rows[kept]], ways.tokens[kept], ways.states[kept], moved[kept])
        )

    def pick(self) -> Frontier:
        """Take the prefixes to expand next off the frontier; none when the tree is grown."""
        growth, masses = self._growth, self._frontier.masses
        loose, goal = float(masses.sum()), growth.tolerance * float(self.masses.sum())
        room = min(growth.max_nodes - self.grown, growth.round_nodes, len(masses))
        if room <= 0 or loose <= goal:
            return self._frontier.take(np.zeros(0, dtype=np.int64))
        order = np.argsort(-masses, kind="stable")
        ordered = masses[order]
        remaining = loose - np.cumsum(ordered)
        wanted = int(np.searchsorted(-remaining, -goal / 2)) + 1
        heavy = int(np.searchsorted(-ordered, -ordered[0] / growth.round_span, side="right"))
        chosen = order[: min(room, wanted, heavy)]
        left = np.ones(len(masses), dtype=np.bool_)
        left[chosen] = False
        picked = self._frontier.take(chosen)
        self._frontier = self._frontier.take(left)
        self.grown += len(chosen)
        return picked
