"""What a grown tree says about values: the model over valid numbers, in any spelling.

Expanded prefixes are exact. A prefix left on the frontier counts with its mass times the chance
that prefixes like it end as a number, and is placed where its digits say:

- The chance comes from the same tree: the masses that went from state to state of the automaton
  (after how many fraction digits the model stops, goes on, leaves the numbers) make a Markov chain,
  whose chance to end in a number is solved for. States never expanded get the chance of all
  expanded ones together.
- A fraction shorter than the target's is spread evenly over the ten ways to give it one more digit;
  one as long, or longer, stands where it is; an integer is taken to end before its next digit.
- Prefixes without a digit, or within an exponent, and those too light to keep have no place: their
  valid mass is shared out like the rest.
- Canonical mass: a prefix that is one of the target's own strings counts with the chance to stop
  right there, one that may become one with the share it has in resolved mass, any other not at all.

Two masses say how much of that there is: ``unexpanded_mass``, which may still fall into more than
one of the target's bins and bounds the error of value TV, and ``settled_mass``, whose value is
known to within its bin (exponents aside), so that only its chance to end is estimated.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aleator.evaluation.model_tree import FloatArray, ModelTree
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.numerals import WHITESPACE, format_lattice

_LIGHT = 1e-7  # prefixes of less mass are not looked at one by one


@dataclass(frozen=True)
class ModelValues:
    """The model's answers as values.

    Attributes:
        values: float64 ``[K]``, distinct valid values, ascending.
        masses: float64 ``[K]``, their probabilities, not conditioned on being valid.
        counts: float64 ``[K]``, how many equally likely values each stands for; 1 where resolved.
        valid_mass: Probability of a valid number.
        canonical_mass: The part of it on the target's own strings.
        unexpanded_mass: Frontier mass that may fall into more than one of the target's bins.
        settled_mass: The rest of the frontier's mass.
    """

    values: FloatArray
    masses: FloatArray
    counts: FloatArray
    valid_mass: float
    canonical_mass: float
    unexpanded_mass: float
    settled_mass: float

    @property
    def probabilities(self) -> FloatArray:
        """``masses`` conditioned on being valid; empty where nothing is."""
        return self.masses / self.masses.sum()


def model_values(tree: ModelTree) -> ModelValues:
    """Read the model's distribution over the target's valid values off a grown tree."""
    target = tree.reference.target
    ends = ended_numbers(tree)
    chances = state_chances(tree)
    settled = _settle(tree, chances.number)
    values = np.concatenate((ends.values, settled.values))
    masses = np.concatenate((ends.masses, settled.masses))
    counts = np.concatenate((np.ones(len(ends.values)), settled.counts))
    valid = accepted(target, values) & (masses > 0)

    resolved = float(ends.masses[accepted(target, ends.values)].sum())
    canonical = np.array([_is_canonical(text, target) for text in ends.texts], dtype=np.bool_)
    own = float(ends.masses[canonical].sum())
    likely = own / resolved if resolved > 0 else 0.0
    placed, numbers = float(masses[valid].sum()), float(masses.sum())
    valid_mass = placed + settled.homeless * (placed / numbers if numbers > 0 else 0.0)

    distinct, where = np.unique(values[valid], return_inverse=True)
    merged_masses = np.zeros(len(distinct))
    np.add.at(merged_masses, where, masses[valid])
    merged_counts = np.ones(len(distinct))
    np.maximum.at(merged_counts, where, counts[valid])
    _, split = tree.widths(tree.frontier)
    return ModelValues(
        values=distinct,
        masses=merged_masses,
        counts=merged_counts,
        valid_mass=valid_mass,
        canonical_mass=own + _canonical_ahead(tree, chances, likely),
        unexpanded_mass=float(tree.frontier.masses[split].sum() + tree.dropped.sum()),
        settled_mass=float(tree.frontier.masses[~split].sum()),
    )


@dataclass(frozen=True)
class EndedNumbers:
    """Answers that end at an expanded prefix, as columns ``[n]``; texts may spell equal values."""

    texts: list[str]
    values: FloatArray
    masses: FloatArray


def ended_numbers(tree: ModelTree) -> EndedNumbers:
    """Every number that the expanded part of a tree ends, exactly."""
    ended = np.flatnonzero(tree.vocabulary.automaton.accepting[tree.expanded.states])
    texts = [tree.texts[node] for node in ended]
    values = np.array([float(text.strip(WHITESPACE)) for text in texts], dtype=np.float64)
    return EndedNumbers(texts, values, tree.stop_masses[ended])


def accepted(target: NumericTarget, values: FloatArray) -> NDArray[np.bool_]:
    """``target.accepts`` for many values."""
    lower, upper = target.distribution.support()
    inside = np.isfinite(values) & (values >= lower) & (values <= upper)
    if target.distribution.family.kind == "discrete":
        inside &= values == np.rint(values)
    return inside


@dataclass(frozen=True)
class StateChances:
    """How answers go on that have come to a state of the automaton: float64 ``[states]`` each.

    Attributes:
        number: Chance to end as a number, at once or later.
        stop: Chance to end as one at once.
    """

    number: FloatArray
    stop: FloatArray


def state_chances(tree: ModelTree) -> StateChances:
    """The Markov chain that a tree's expanded prefixes make; see the module's text."""
    automaton = tree.vocabulary.automaton
    size = automaton.size
    states = tree.expanded.states
    passed = np.bincount(states, weights=tree.expanded.masses, minlength=size)
    stopped = np.bincount(states, weights=tree.stop_masses, minlength=size)
    ended = np.where(automaton.accepting, stopped, 0.0)
    seen = passed > 0
    inner = tree.flows[:, : automaton.dead].sum()
    left = max(float(passed.sum()) - float(inner) - float(ended.sum()), 0.0)
    pooled = float(ended.sum()) / (float(ended.sum()) + left) if ended.sum() > 0 else 0.0

    moves = np.divide(tree.flows, passed[:, None], out=np.zeros((size, size)), where=seen[:, None])
    ends = np.divide(ended, passed, out=np.zeros(size), where=seen)
    moves[automaton.dead] = 0.0
    moves[:, automaton.dead] = 0.0
    unseen = ~seen
    unseen[automaton.dead] = False
    moves[unseen], ends[unseen] = 0.0, pooled
    # A loop that never ends (probability 1 of another digit) would make the system singular.
    chances = np.linalg.solve(np.eye(size) * (1.0 + 1e-9) - moves, ends)
    return StateChances(np.clip(chances, 0.0, 1.0).astype(np.float64), ends)


@dataclass(frozen=True)
class _Settled:
    """The frontier as if it had ended: columns ``[n]``, and the valid mass without a place."""

    values: FloatArray
    masses: FloatArray
    counts: FloatArray
    homeless: float


def _settle(tree: ModelTree, chances: FloatArray) -> _Settled:
    frontier = tree.frontier
    masses = frontier.masses * chances[frontier.states]
    accepting = tree.vocabulary.automaton.accepting[frontier.states]
    readable = accepting & np.isfinite(frontier.mantissas)
    homeless = float(masses[~readable].sum() + tree.dropped @ chances)
    placed, masses = frontier.take(readable), masses[readable]
    decimals = tree.reference.target.decimals

    missing = np.maximum(decimals - placed.places, 0)
    missing[placed.states == tree.vocabulary.automaton.end] = 0
    whole = missing == 0
    short, missing = placed.take(~whole), missing[~whole]
    digits = np.arange(10.0) + np.where(missing > 1, 0.5, 0.0)[:, None]
    # Through the mantissa, so that a value is the same float as when it is spelt out.
    spread = (short.mantissas[:, None] * 10.0 + digits) / 10.0 ** (short.places[:, None] + 1.0)
    spread = np.where(short.negative[:, None], -spread, spread)
    return _Settled(
        values=np.concatenate((placed.values[whole], spread.ravel())),
        masses=np.concatenate((masses[whole], np.repeat(masses[~whole] / 10.0, 10))),
        counts=np.concatenate((np.ones(int(whole.sum())), np.repeat(10.0 ** (missing - 1.0), 10))),
        homeless=homeless,
    )


def _canonical_ahead(tree: ModelTree, chances: StateChances, likely: float) -> float:
    """Frontier mass that ends on the target's own strings; ``likely`` is that of resolved mass."""
    target = tree.reference.target
    fraction = rf"(?:\.[0-9]{{0,{target.decimals}}})?" if target.decimals else ""
    beginning = re.compile(rf"-?(?:0|[1-9][0-9]*){fraction}")
    frontier = tree.frontier
    lowest = frontier.magnitudes
    highest = lowest + 10.0**-frontier.places
    ends = np.sort(np.where(frontier.negative, [-highest, -lowest], [lowest, highest]), axis=0)
    meets = (ends[0] <= target.values(target.high)) & (ends[1] >= target.values(target.low))
    likeliest = frontier.take((frontier.masses > _LIGHT) & meets)
    columns = tree.texts_of(likeliest), likeliest.masses.tolist(), likeliest.states.tolist()
    ahead = 0.0
    for text, mass, state in zip(*columns, strict=True):
        if beginning.fullmatch(text) is None:
            continue
        if len(text.partition(".")[2]) < target.decimals:
            ahead += mass * float(chances.number[state]) * likely
        elif _is_canonical(text, target):
            ahead += mass * float(chances.stop[state])
    return ahead


def _is_canonical(text: str, target: NumericTarget) -> bool:
    """Whether a number's text is one of the target's own strings."""
    value = float(text.strip(WHITESPACE)) * 10.0**target.decimals
    if not target.low - 1 < value < target.high + 1:
        return False
    index = round(value)
    return target.low <= index <= target.high and format_lattice(index, target.decimals) == text
