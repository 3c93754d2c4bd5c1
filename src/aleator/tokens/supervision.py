"""The supervision tree: prefixes, their weights and their next-token targets as flat arrays.

The sequence KL of a model Q is ``sum_x P(x) KL(P(.|x) || Q(.|x))`` over internal prefixes x. Three
ways to supervise estimate it (or, for hard targets, the cross-entropy) without bias:

* ``exact_trees``: the heaviest prefixes with weight P(x), and a few drawn tails below them with
  Horvitz-Thompson weights; with a budget that covers everything it is the sequence KL itself;
* ``path_trees``: drawn paths with exact next-token targets, packed; one path with the mean over
  its positions is the published soft target (arXiv 2605.11845), whose expectation is the step KL;
* ``drawn_trees``: drawn paths with empirical next-token targets: the published hard target, the
  draws of a prompt packed on their common prefixes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aleator.errors import InputError
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.forest import BoolArray, FloatArray, IntArray, PrefixForest
from aleator.tokens.growth import descend, draw_below, frontier, heaviest
from aleator.tokens.numeric_forest import NumericForest
from aleator.tokens.speller import Speller
from aleator.tokens.trie import PrefixTrie

Target = NumericTarget | Outcomes

_TARGETS_A_FOREST = 128


@dataclass(frozen=True)
class SupervisionTree:
    """Supervised prefixes of one prompt's answer; parents stand before their children.

    Attributes:
        tokens: int64 ``[N]``, the token that leads into each node; -1 for node 0, the prompt's end.
        parents: int64 ``[N]``, -1 for node 0.
        weights: float64 ``[N]``, what each node's KL counts in the loss.
        step_weights: float64 ``[N]``, the same for the step KL.
        target_offsets: int64 ``[N + 1]``, where each node's targets start.
        target_tokens: int64 ``[E]``, next tokens.
        target_probabilities: float64 ``[E]``, their probabilities; each node's sum to 1.
        exact: bool ``[N]``, whether the weight is P(prefix) itself rather than an estimate.
        lowest: float64 ``[N]``, least value below the node (for words, the place among them).
        highest: float64 ``[N]``, greatest value below the node.
        complete: whether every internal prefix is a node.
    """

    tokens: IntArray
    parents: IntArray
    weights: FloatArray
    step_weights: FloatArray
    target_offsets: IntArray
    target_tokens: IntArray
    target_probabilities: FloatArray
    exact: BoolArray
    lowest: FloatArray
    highest: FloatArray
    complete: bool

    @property
    def size(self) -> int:
        """Number of nodes ``N``."""
        return len(self.tokens)


@dataclass(frozen=True)
class _Selection:
    """Rows of a forest to supervise (ascending), and how; arrays ``[M]``."""

    rows: IntArray
    weights: FloatArray
    step_weights: FloatArray
    exact: BoolArray


def exact_trees(
    targets: Sequence[Target],
    speller: Speller,
    *,
    nodes: int,
    tails: int,
    rng: np.random.Generator,
) -> list[SupervisionTree]:
    """Supervise the ``nodes`` heaviest prefixes exactly, and ``tails`` drawn paths below them.

    Raises:
        InputError: ``nodes`` below 1 or ``tails`` below 0.
    """
    if nodes < 1 or tails < 0:
        raise InputError(f"A tree of nodes={nodes}, tails={tails}: give at least 1 and 0.")
    trees: dict[int, SupervisionTree] = {}
    for positions, forest, values in _forests(targets, speller):
        rows = np.sort(heaviest(forest, nodes))
        border = frontier(forest, rows)
        heads, head_weights = draw_below(forest, border, tails, rng)
        steps = descend(forest, heads, rng)
        inner = ~forest.terminal[steps.row]
        tail_rows, inverse = np.unique(steps.row[inner], return_inverse=True)
        tail_weights = np.zeros(len(tail_rows))
        np.add.at(tail_weights, inverse, head_weights[steps.path[inner]])
        masses, step_masses = forest.floats("mass"), forest.floats("step_mass")
        every = np.concatenate((rows, tail_rows))
        weights = np.concatenate((masses[rows], tail_weights))
        order = np.argsort(every)
        selection = _Selection(
            every[order],
            weights[order],
            (weights * step_masses[every] / masses[every])[order],
            (np.arange(len(every)) < len(rows))[order],
        )
        incomplete = np.unique(forest.integers("owner")[border])
        children, offsets = forest.children(selection.rows)
        built = _build(forest, selection, children, offsets, masses[children], values, incomplete)
        trees.update(zip(positions, built, strict=True))
    return [trees[position] for position in range(len(targets))]


def path_trees(
    targets: Sequence[Target],
    speller: Speller,
    *,
    paths: int,
    rng: np.random.Generator,
    mean_over_positions: bool = False,
) -> list[SupervisionTree]:
    """Supervise ``paths`` drawn paths a prompt with exact next-token targets.

    With ``mean_over_positions`` each path counts the mean over its positions, as published.
    """
    return _drawn(targets, speller, paths, rng, mean_over_positions, empirical=False)


def drawn_trees(
    targets: Sequence[Target],
    speller: Speller,
    *,
    draws: int,
    rng: np.random.Generator,
    mean_over_positions: bool = False,
) -> list[SupervisionTree]:
    """Supervise ``draws`` drawn answers a prompt with their own empirical next tokens."""
    return _drawn(targets, speller, draws, rng, mean_over_positions, empirical=True)


def _drawn(
    targets: Sequence[Target],
    speller: Speller,
    draws: int,
    rng: np.random.Generator,
    mean_over_positions: bool,
    *,
    empirical: bool,
) -> list[SupervisionTree]:
    if draws < 1:
        raise InputError(f"{draws} draws a prompt: give at least 1.")
    trees: dict[int, SupervisionTree] = {}
    for positions, forest, values in _forests(targets, speller):
        steps = descend(forest, np.repeat(np.arange(forest.owners), draws), rng)
        lengths = np.bincount(steps.path) - 1  # the terminal row is no position
        shares = np.bincount(steps.row, minlength=forest.size) / draws
        steps_a_row = np.bincount(steps.row, 1.0 / lengths[steps.path], forest.size) / draws
        rows = np.unique(steps.row[~forest.terminal[steps.row]])
        weights = steps_a_row[rows] if mean_over_positions else shares[rows]
        nothing = np.zeros(len(rows), dtype=np.bool_)
        selection = _Selection(rows, weights, steps_a_row[rows], nothing)
        children, offsets = forest.children(rows)
        masses = shares[children] if empirical else forest.floats("mass")[children]
        border = frontier(forest, rows)
        incomplete = np.unique(forest.integers("owner")[border])
        built = _build(forest, selection, children, offsets, masses, values, incomplete)
        trees.update(zip(positions, built, strict=True))
    return [trees[position] for position in range(len(targets))]


def _build(
    forest: PrefixForest,
    selection: _Selection,
    children: IntArray,
    offsets: IntArray,
    masses: FloatArray,
    values: "_Values",
    incomplete: IntArray,
) -> list[SupervisionTree]:
    """Cut a selection into one tree an owner; ``masses`` of ``children`` become the targets."""
    parent_entry = np.repeat(np.arange(len(selection.rows)), np.diff(offsets))
    sums = np.bincount(parent_entry, masses, len(selection.rows))
    wanted = masses > 0
    parent_entry = parent_entry[wanted]
    probabilities = masses[wanted] / sums[parent_entry]
    target_tokens = forest.integers("token")[children[wanted]]
    owner = forest.integers("owner")[selection.rows]
    by_owner = np.argsort(owner, kind="stable")  # rows ascend within each owner
    entries_by_owner = np.argsort(owner[parent_entry], kind="stable")
    counts = np.bincount(parent_entry, minlength=len(selection.rows))
    borders = np.searchsorted(owner[by_owner], np.arange(forest.owners + 1))
    trees = []
    entry_start = 0
    for index in range(forest.owners):
        places = by_owner[borders[index] : borders[index + 1]]
        rows = selection.rows[places]
        target_offsets = np.concatenate(([0], np.cumsum(counts[places])))
        entries = entries_by_owner[entry_start : entry_start + target_offsets[-1]]
        entry_start += int(target_offsets[-1])
        parents = np.searchsorted(rows, forest.integers("parent")[rows])
        parents[0] = -1
        trees.append(
            SupervisionTree(
                tokens=forest.integers("token")[rows],
                parents=parents.astype(np.int64),
                weights=selection.weights[places],
                step_weights=selection.step_weights[places],
                target_offsets=target_offsets,
                target_tokens=target_tokens[entries],
                target_probabilities=probabilities[entries],
                exact=selection.exact[places],
                lowest=values(index, forest.integers("first")[rows]),
                highest=values(index, forest.integers("last")[rows]),
                complete=index not in incomplete,
            )
        )
    return trees


class _Values:
    """Values of a forest's ``first`` and ``last`` columns."""

    def __init__(self, targets: Sequence[Target], *, listed: bool) -> None:
        self._targets = targets
        self._listed = listed

    def __call__(self, owner: int, indices: IntArray) -> FloatArray:
        target = self._targets[owner]
        if isinstance(target, NumericTarget):
            return target.values(indices + target.low if self._listed else indices)
        if target.values is None:
            return indices.astype(np.float64)
        return target.values[indices]


def _forests(
    targets: Sequence[Target], speller: Speller
) -> Iterator[tuple[list[int], PrefixForest, _Values]]:
    """Forests that cover all targets: many numeric ones each, or a trie for a listed one."""
    numerals = speller.numerals
    lazy: list[int] = []
    for position, target in enumerate(targets):
        if numerals is not None and isinstance(target, NumericTarget):
            lazy.append(position)
            continue
        # What cannot come has no place in a tree: a prefix of probability 0 has no next tokens.
        listed = target if isinstance(target, NumericTarget) else target.possible()
        outcomes = listed.outcomes() if isinstance(listed, NumericTarget) else listed
        answers = _answers(outcomes, speller)
        trie = PrefixTrie(outcomes, answers, speller.stop)
        yield [position], trie, _Values([listed], listed=True)
    for start in range(0, len(lazy), _TARGETS_A_FOREST):
        chunk = lazy[start : start + _TARGETS_A_FOREST]
        numeric = [t for t in (targets[i] for i in chunk) if isinstance(t, NumericTarget)]
        assert numerals is not None
        forest = NumericForest(numeric, numerals, speller.stop)
        yield chunk, forest, _Values(numeric, listed=False)


def _answers(outcomes: Outcomes, speller: Speller) -> list[tuple[int, ...]]:
    """Tokens of listed outcomes; canonical numbers go by the verified rule where there is one."""
    if outcomes.is_numeric and speller.numerals is not None:
        return [speller.numerals.encode(string) for string in outcomes.strings]
    return speller.encode(outcomes.strings)
