"""Cheap random choices for the text generators.

`Generator.choice` costs some twenty microseconds a call and the generators make several calls a
sentence, so these use `Generator.random`, which costs a tenth of one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """One of the items, each equally likely."""
    return items[int(rng.random() * len(items))]


def distinct(rng: np.random.Generator, items: Sequence[T], count: int) -> list[T]:
    """`count` different positions of `items` in random order, every order equally likely."""
    if count > len(items):
        raise ValueError(f"{count} distinct items asked for, there are {len(items)}")
    pool = list(items)
    for i in range(count):
        j = i + int(rng.random() * (len(pool) - i))
        pool[i], pool[j] = pool[j], pool[i]
    return pool[:count]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with that probability."""
    return rng.random() < probability


class Weighted(Generic[T]):
    """A choice with weights, which need not sum to one."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.items = tuple(weights)
        self._cumulative = tuple(accumulate(weights.values()))

    def pick(self, rng: np.random.Generator) -> T:
        """One item, with probability in proportion to its weight."""
        point = rng.random() * self._cumulative[-1]
        return self.items[min(bisect_right(self._cumulative, point), len(self.items) - 1)]
