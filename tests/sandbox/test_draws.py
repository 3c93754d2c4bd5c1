"""Cheap choices are fair, and distinct means distinct."""

from collections import Counter
from math import comb

import numpy as np
import pytest
from scipy import stats

from aleator.sandbox.draws import Weighted, chance, distinct, pick


def test_pick_is_uniform(rng: np.random.Generator) -> None:
    counts = Counter(pick(rng, "abcde") for _ in range(5000))
    assert set(counts) == set("abcde")
    assert stats.chisquare(list(counts.values())).pvalue > 0.001


def test_distinct_gives_every_ordered_choice_equally_often(rng: np.random.Generator) -> None:
    counts = Counter(tuple(distinct(rng, "abcd", 2)) for _ in range(6000))
    assert len(counts) == 2 * comb(4, 2)
    assert all(a != b for a, b in counts)
    assert stats.chisquare(list(counts.values())).pvalue > 0.001


def test_distinct_leaves_its_argument_alone(rng: np.random.Generator) -> None:
    items = [1, 2, 3, 4]
    assert sorted(distinct(rng, items, 4)) == items == [1, 2, 3, 4]


def test_too_many_distinct_items_are_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="3 distinct items asked for, there are 2"):
        distinct(rng, "ab", 3)


def test_weighted_follows_its_weights(rng: np.random.Generator) -> None:
    choice = Weighted({"a": 1.0, "b": 3.0, "never": 0.0, "c": 6.0})
    counts = Counter(choice.pick(rng) for _ in range(10_000))
    assert counts["never"] == 0
    expected = [1000, 3000, 6000]
    assert stats.chisquare([counts[x] for x in "abc"], expected).pvalue > 0.001


def test_chance_has_the_probability_asked_for(rng: np.random.Generator) -> None:
    hits = sum(chance(rng, 0.3) for _ in range(10_000))
    assert abs(hits - 3000) < 4 * np.sqrt(10_000 * 0.21)
    assert not any(chance(rng, 0.0) for _ in range(100))
    assert all(chance(rng, 1.0) for _ in range(100))
