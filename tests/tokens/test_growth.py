"""Which prefixes are supervised: heaviest sets, borders, draws."""

import numpy as np
import pytest
from scipy import stats

from aleator.tokens.growth import descend, draw_below, frontier, heaviest
from aleator.tokens.numeric_forest import NumericForest
from tests.tokens.answers import speller, targets
from tests.tokens.forests import written_out


def _forest() -> NumericForest:
    numerals = speller().numerals
    assert numerals is not None
    return NumericForest(targets(), numerals, speller().stop)


@pytest.mark.parametrize("budget", [1, 7, 40])
def test_no_prefix_left_out_is_heavier(budget: int) -> None:
    forest = _forest()
    rows = heaviest(forest, budget)
    for owner in range(forest.owners):
        mine = rows[forest.integers("owner")[rows] == owner]
        everything = written_out(_forest(), owner).values()
        internal = sorted((e[0] for e in everything if not e[4]), reverse=True)
        masses = np.sort(forest.floats("mass")[mine])[::-1]
        assert np.allclose(masses, internal[:budget], atol=1e-12)
        parents = forest.integers("parent")[mine]
        assert set(parents.tolist()) <= {-1, *mine.tolist()}


def test_draws_are_weighted_to_the_border_mass() -> None:
    forest = _forest()
    border = frontier(forest, heaviest(forest, 20))
    heads, weights = draw_below(forest, border, 3, np.random.default_rng(0))
    owner = forest.integers("owner")
    for one in range(forest.owners):
        total = forest.floats("mass")[border[owner[border] == one]].sum()
        assert abs(weights[owner[heads] == one].sum() - total) <= 1e-12
        assert (owner[heads] == one).sum() == 3


def test_border_draws_are_unbiased() -> None:
    """Mean weight of every border prefix is its mass; 5 standard errors of a binomial."""
    forest = _forest()
    border = frontier(forest, heaviest(forest, 12))
    rng, rounds = np.random.default_rng(1), 2000
    seen = np.zeros(forest.size)
    for _ in range(rounds):
        heads, weights = draw_below(forest, border, 2, rng)
        np.add.at(seen, heads, weights)
    masses = forest.floats("mass")[border]
    slack = 5 * np.sqrt(np.maximum(masses, 1e-6) / rounds)
    assert (np.abs(seen[border] / rounds - masses) <= slack).all()


def test_paths_follow_the_target() -> None:
    """Answers drawn down the tree against the outcome masses, chi-square at 0.001."""
    numerals = speller().numerals
    assert numerals is not None
    target = targets()[2]
    forest = NumericForest([target], numerals, speller().stop)
    steps = descend(forest, np.zeros(20_000, dtype=np.int64), np.random.default_rng(5))
    ends = steps.row[forest.terminal[steps.row]]
    counts = np.bincount(forest.integers("first")[ends] - target.low, minlength=target.count)
    expected = target.outcomes().probabilities * len(ends)
    assert (expected >= 5).all()
    assert stats.chisquare(counts, expected).pvalue > 0.001
