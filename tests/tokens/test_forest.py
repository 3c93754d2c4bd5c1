"""The table of prefixes keeps siblings together, in any order of expansion."""

import numpy as np

from aleator.tokens.numeric_forest import NumericForest
from tests.tokens.answers import speller, targets


def _forest() -> NumericForest:
    numerals = speller().numerals
    assert numerals is not None
    return NumericForest(targets(), numerals, speller().stop)


def test_expanding_twice_changes_nothing() -> None:
    forest = _forest()
    roots = np.arange(forest.owners)
    forest.expand(roots)
    size = forest.size
    forest.expand(roots)
    assert forest.size == size


def test_children_name_their_parent_and_share_its_owner() -> None:
    forest = _forest()
    rows = np.arange(forest.owners)
    for _ in range(4):
        forest.expand(rows)
        children, offsets = forest.children(rows)
        parents = np.repeat(rows, np.diff(offsets))
        assert (forest.integers("parent")[children] == parents).all()
        owner = forest.integers("owner")
        assert (owner[children] == owner[parents]).all()
        rows = children[~forest.terminal[children]][::-1]


def test_children_share_out_their_parents_mass() -> None:
    forest = _forest()
    rows = np.arange(forest.owners)
    for _ in range(4):
        forest.expand(rows)
        children, offsets = forest.children(rows)
        sums = np.add.reduceat(forest.floats("mass")[children], offsets[:-1])
        assert np.abs(sums - forest.floats("mass")[rows]).max() <= 1e-12
        rows = children[~forest.terminal[children]]
