"""The model's own tree over all spellings of a number, grown best-first.

A node is a prefix, as tokens, that may still become a number; ``expanded`` nodes are those at
which the model's next-token probabilities are known. The stop token there gives the mass of the
number spelt so far, every other token either leads to a prefix on the *frontier* or leaves the
numbers, and what leaves is invalid mass, known at once.

What is worth expanding? Mass times *stake*: how much still depends on how a prefix goes on. Before
the decimal point everything does (stake 1), and also where the ways to go on fall into more than
one of the target's bins. Behind the point the value is known to within 10^-j: that width in units
of the target's spread. Once a prefix has the target's decimals it is *settled* (stake 0), and all
that is left to know is whether the number ends there, which is much the same for all prefixes like
it. So a tree is grown until mass times stake is within the tolerance, and then samples of what is
left are expanded, drawn evenly over its mass, state by state of the automaton, to tell how such
prefixes end. Without that, a target with ten thousand values would need as many nodes to learn that
numbers end after two decimals.

An exponent could still move a number that its fraction has settled: nothing is assumed of prefixes
that have one (stake 1), and of others that models hardly ever write one.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from aleator.evaluation.numeral_automaton import NumeralVocabulary
from aleator.evaluation.target_reference import TargetReference

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class GrowthPolicy:
    """How far trees are grown.

    Attributes:
        max_nodes: Most prefixes expanded for one prompt by mass times stake; those of the target's
            tree do not count.
        tolerance: Sum of mass times stake at which that ends; a state with less mass than this on
            the frontier is not sampled.
        round_nodes: Most prefixes of one prompt expanded in one round.
        round_span: A round leaves prefixes alone that are this much lighter than its heaviest.
        sample_nodes: Size of each state's sample.
        floor: Prefixes of no more mass are not kept; their mass counts as unexpanded.
    """

    max_nodes: int = 1024
    tolerance: float = 0.005
    round_nodes: int = 256
    round_span: float = 64.0
    sample_nodes: int = 128
    floor: float = 1e-8


@dataclass(frozen=True)
class Prefixes:
    """Prefixes of answers as columns, all ``[n]``; a number's digits are read as they come.

    Attributes:
        parents: int64, the expanded node that each continues.
        tokens: int64, index of the token that leads there among the vocabulary's ``tokens``.
        states: int64, state of the automaton.
        masses: float64, probability under the model that an answer begins like this.
        mantissas: float64, the digits so far as one whole number; NaN from an exponent on.
        places: int64, how many of them stand behind the point.
        negative: bool, whether there is a minus.
    """

    parents: IntArray
    tokens: IntArray
    states: IntArray
    masses: FloatArray
    mantissas: FloatArray
    places: IntArray
    negative: BoolArray

    @classmethod
    def root(cls, start: int) -> "Prefixes":
        """The empty answer."""
        none = np.array([-1])
        zero = np.zeros(1)
        return cls(none, none, np.array([start]), np.ones(1), zero, np.array([0]), zero > 0)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.masses)

    def take(self, chosen: IntArray | BoolArray) -> "Prefixes":
        """The prefixes at these places."""
        return Prefixes(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def with_more(self, more: "Prefixes") -> "Prefixes":
        """These prefixes and those."""
        pairs = ((getattr(self, field.name), getattr(more, field.name)) for field in fields(self))
        return Prefixes(*(np.concatenate(pair) for pair in pairs))

    @property
    def magnitudes(self) -> FloatArray:
        """Absolute value of the number so far, as its spelling reads (exponents aside)."""
        return self.mantissas / 10.0**self.places

    @property
    def values(self) -> FloatArray:
        """The number so far, exponents aside."""
        return np.where(self.negative, -self.magnitudes, self.magnitudes)


class ModelTree:
    """One prompt's tree.

    Attributes:
        vocabulary: The numbers' tokens.
        reference: The target that values are compared with.
        expanded: The expanded prefixes in order of arrival; 0 is the prompt's end.
        texts: Their texts.
        stop_masses: Probability of the answers that end at each.
        frontier: What is not expanded.
        dropped: Mass by state of prefixes too light to keep.
        flows: ``[states, states]``: mass that went from expanded prefixes of one state to another.
        grown: How many prefixes ``pick`` has asked for.
    """

    def __init__(
        self, vocabulary: NumeralVocabulary, reference: TargetReference, policy: GrowthPolicy
    ) -> None:
        """Begin at the prompt's end, which is the whole frontier."""
        size = vocabulary.automaton.size
        self.vocabulary = vocabulary
        self.reference = reference
        self.frontier = Prefixes.root(vocabulary.automaton.start)
        self.expanded = self.frontier.take(np.zeros(0, dtype=np.int64))
        self.texts: list[str] = []
        self.stop_masses = np.zeros(0)
        self.dropped = np.zeros(size)
        self.flows = np.zeros((size, size))
        self.grown = 0
        self._session_nodes = np.zeros(0, dtype=np.int64)
        self._policy = policy
        self._sampled = np.zeros(size, dtype=np.int64)

    def pick(self) -> IntArray:
        """Places on the frontier to expand next; none when the tree is grown."""
        policy = self._policy
        weights = self.frontier.masses * self.stakes()
        room = min(policy.max_nodes - self.grown, policy.round_nodes)
        loose = float(weights.sum())
        if room <= 0 or loose <= policy.tolerance:
            return self._pick_samples()
        order = np.argsort(-weights, kind="stable")
        ordered = weights[order]
        remaining = loose - np.cumsum(ordered)
        wanted = int(np.searchsorted(-remaining, -policy.tolerance / 2)) + 1
        heavy = int(np.searchsorted(-ordered, -ordered[0] / policy.round_span, side="right"))
        return order[: min(room, wanted, heavy)]

    def _pick_samples(self) -> IntArray:
        """A sample of each state that has mass on the frontier, until it has had its share."""
        masses = np.bincount(
            self.frontier.states, weights=self.frontier.masses, minlength=len(self.dropped)
        )
        missing = self._policy.sample_nodes - self._sampled
        samples = [np.zeros(0, dtype=np.int64)]
        for state in np.flatnonzero((masses > self._policy.tolerance) & (missing > 0)):
            members = np.flatnonzero(self.frontier.states == state)
            chosen = systematic_sample(self.frontier.masses[members], int(missing[state]))
            samples.append(members[chosen])
            self._sampled[state] += chosen.size
        return np.concatenate(samples)

    def stakes(self) -> FloatArray:
        """How much depends on how each prefix of the frontier goes on: between 0 and 1."""
        width, split = self.widths(self.frontier)
        spread = self.reference.spread
        scaled = np.minimum(width / spread, 1.0) if spread > 0 else np.ones(len(width))
        return np.where(split, 1.0, scaled)

    def widths(self, prefixes: Prefixes) -> tuple[FloatArray, BoolArray]:
        """Width of the interval that each prefix's value lies in, and whether bins split it.

        Exponents aside; infinite and split before the decimal point and within exponents.
        """
        automaton = self.vocabulary.automaton
        fraction = (prefixes.states >= automaton.fraction) & (prefixes.states < automaton.exponent)
        ended = prefixes.states == automaton.end
        # A discrete target needs one digit to tell 3.0 from what is no integer.
        short = prefixes.places < max(self.reference.target.decimals, 1)
        width = np.where(short, 10.0**-prefixes.places, 0.0)
        width[ended] = 0.0
        lowest = prefixes.magnitudes
        highest = lowest + width * (1.0 - 1e-9)
        sign = np.where(prefixes.negative, -1.0, 1.0)
        bins = self.reference.bins
        split = bins.of_values(sign * lowest) != bins.of_values(sign * highest)
        split |= (width > 0) & (self.reference.target.decimals == 0)
        known = (fraction | ended) & np.isfinite(prefixes.mantissas)
        return np.where(known, width, np.inf), np.where(known, split, True)

    def request(self, places: IntArray) -> tuple[IntArray, IntArray]:
        """Tokens and session parents of frontier prefixes, as the session wants them."""
        chosen = self.frontier.take(places)
        return self.vocabulary.tokens[chosen.tokens], self._session_nodes[chosen.parents]

    def expand(self, places: IntArray, session_nodes: IntArray, probabilities: FloatArray) -> None:
        """Move prefixes from the frontier into the tree.

        Args:
            places: ``[n]``, places on the frontier.
            session_nodes: ``[n]``, their ids in the session.
            probabilities: ``[n, M + 1]``, from ``spelling_probabilities``.
        """
        taken = self.frontier.take(places)
        left = np.ones(len(self.frontier), dtype=np.bool_)
        left[places] = False
        first = len(self.expanded)
        self.texts += self.texts_of(taken)
        self.expanded = self.expanded.with_more(taken)
        self._session_nodes = np.concatenate((self._session_nodes, session_nodes))
        self.stop_masses = np.concatenate((self.stop_masses, taken.masses * probabilities[:, -1]))

        moved = taken.masses[:, None] * probabilities[:, :-1]
        reached = self.vocabulary.next_state[taken.states]
        left_from = np.broadcast_to(taken.states[:, None], reached.shape)
        np.add.at(self.flows, (left_from, reached), moved)
        alive = reached != self.vocabulary.automaton.dead
        heavy = alive & (moved > self._policy.floor)
        light = alive & ~heavy
        np.add.at(self.dropped, reached[light], moved[light])
        nodes, tokens = np.nonzero(heavy)
        children = self._children(taken.take(nodes), nodes + first, tokens, moved[heavy])
        self.frontier = self.frontier.take(left).with_more(children)

    def _children(
        self, above: Prefixes, parents: IntArray, tokens: IntArray, masses: FloatArray
    ) -> Prefixes:
        vocabulary = self.vocabulary
        automaton = vocabulary.automaton
        states = vocabulary.next_state[above.states, tokens]
        in_fraction = (above.states >= automaton.fraction) & (above.states < automaton.exponent)
        in_fraction |= above.states == automaton.point
        digits, own_behind = vocabulary.digits[tokens], vocabulary.digits_behind_point[tokens]
        scientific = (states >= automaton.exponent) & (states < automaton.end)
        shifted = above.mantissas * 10.0**digits
        return Prefixes(
            parents=parents,
            tokens=tokens,
            states=states,
            masses=masses,
            mantissas=np.where(scientific, np.nan, shifted + vocabulary.digit_values[tokens]),
            places=above.places + np.where(in_fraction, digits, own_behind),
            negative=above.negative | vocabulary.minus[tokens],
        )

    def texts_of(self, prefixes: Prefixes) -> list[str]:
        """Texts of prefixes that continue expanded ones, or of the root before it is expanded."""
        if not self.texts:
            return [""] * len(prefixes)
        pieces = self.vocabulary.texts
        pairs = zip(prefixes.parents.tolist(), prefixes.tokens.tolist(), strict=True)
        return [self.texts[parent] + pieces[token] for parent, token in pairs]


def systematic_sample(masses: FloatArray, size: int) -> IntArray:
    """Places met by ``size`` even steps along the running total of ``masses``, each once.

    Those heavier than a step are always met, the others in proportion to their mass.
    """
    if len(masses) <= size:
        return np.arange(len(masses))
    totals = np.cumsum(masses)
    steps = (np.arange(size) + 0.5) / size * totals[-1]
    return np.unique(np.minimum(np.searchsorted(totals, steps, side="right"), len(masses) - 1))
