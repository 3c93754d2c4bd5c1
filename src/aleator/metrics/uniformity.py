"""How far counts in a few cells are from an even spread: total variation from uniform.

TV = 1/2 sum |f - 1/K|, which for draws is biased up: a perfect sampler scores more than 0, and so
does every bootstrap of it. So it stands beside a perfect sampler with as many draws, and its
interval is exact instead: TV is the largest excess p(A) - |A|/K over sets A of cells, and every
p(A) has an exact binomial interval. The upper limit needs no allowance for the many sets (it fails
only if the one true set's does); the lower one shares its risk among all of them, which makes it
careful. At least 95% of such intervals hold the true TV, for any p and any number of draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from aleator.metrics.intervals import CONFIDENCE, Interval
from aleator.metrics.oracle import OracleRow, oracle_row
from aleator.metrics.proportions import lower_limit, upper_limit

PERFECT_REPETITIONS = 2_000
MOST_CELLS = 12
"""Sets are listed: beyond this there are too many."""


def uniform_variation(counts: Sequence[int]) -> Interval:
    """TV of `counts` from uniform with its exact 95% interval; NaN where all counts are 0."""
    cells, draws = len(counts), sum(counts)
    if not 2 <= cells <= MOST_CELLS:
        raise ValueError(f"{cells} cells: 2 to {MOST_CELLS} can be compared with uniform")
    if draws == 0:
        return Interval(math.nan, math.nan, math.nan, 0, 0)
    risk = (1 - CONFIDENCE) / 2
    value = 0.5 * math.fsum(abs(count / draws - 1 / cells) for count in counts)
    low = high = 0.0
    for size in range(1, cells):
        for chosen in combinations(counts, size):
            inside, even = sum(chosen), size / cells
            low = max(low, lower_limit(inside, draws, risk / (2**cells - 2)) - even)
            high = max(high, upper_limit(inside, draws, risk) - even)
    return Interval(value, low, high, draws, 0)


def perfect_variation(
    draws: int, cells: int, seed: int, *, repetitions: int = PERFECT_REPETITIONS
) -> OracleRow:
    """The TV of as many draws from uniform itself: median and central 95%; NaN without draws."""
    if draws == 0:
        return OracleRow(math.nan, math.nan, math.nan)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(draws, np.full(cells, 1 / cells), size=repetitions)
    return oracle_row(0.5 * np.abs(counts / draws - 1 / cells).sum(axis=1))
