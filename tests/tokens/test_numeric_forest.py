"""Prefix masses from CDF differences against the trie of all listed outcomes."""

import numpy as np
import pytest

from aleator.outcomes.lattice import NumericTarget
from aleator.tokens.numeric_forest import NumericForest
from aleator.tokens.trie import PrefixTrie
from tests.tokens.answers import speller, targets
from tests.tokens.forests import written_out


@pytest.mark.parametrize("digits", [1, 3])
@pytest.mark.parametrize("target", targets(), ids=lambda t: str(t.distribution))
def test_the_forest_is_the_trie(digits: int, target: NumericTarget) -> None:
    numerals, stop = speller(digits).numerals, speller(digits).stop
    assert numerals is not None
    outcomes = target.outcomes()
    # Tokens come from the tokenizer itself here, not from the verified rule.
    trie = written_out(PrefixTrie(outcomes, speller(digits).encode(outcomes.strings), stop))
    forest = written_out(NumericForest([target], numerals, stop))
    assert set(forest) == {prefix for prefix, entry in trie.items() if entry[0] > 0}
    for prefix, (mass, step_mass, first, last, terminal) in forest.items():
        expected = trie[prefix]
        assert abs(mass - expected[0]) <= 1e-9
        assert abs(step_mass - expected[1]) <= 1e-9
        assert (first - target.low, last - target.low, terminal) == expected[2:]


@pytest.mark.parametrize("digits", [1, 3])
def test_many_targets_grow_as_each_alone(digits: int) -> None:
    numerals, stop = speller(digits).numerals, speller(digits).stop
    assert numerals is not None
    together = NumericForest(targets(), numerals, stop)
    rows = np.arange(together.owners)
    while rows.size:  # level by level, all owners at once
        together.expand(rows)
        children, _ = together.children(rows)
        rows = children[~together.terminal[children]]
    for owner, target in enumerate(targets()):
        alone = written_out(NumericForest([target], numerals, stop))
        found = written_out(together, owner)
        assert set(found) == set(alone)
        for prefix, entry in found.items():
            assert entry == pytest.approx(alone[prefix], abs=1e-12)
