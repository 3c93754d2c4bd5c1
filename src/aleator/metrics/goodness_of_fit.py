"""The published tests of draws against their target (arXiv 2605.11845): KS and chi-square.

KS takes the target as continuous, while answers are rounded to some decimals: its statistic cannot
fall below about half the mass of the target's heaviest step of that width, and with many draws a
perfect sampler that rounds is rejected. Read it beside the same number of a perfect sampler.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from aleator.shapes import Probabilities, SampledValues

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class TestOfFit:
    """A test's statistic, its p-value and the draws it saw; NaN where it is undefined."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    statistic: float
    p_value: float
    count: int


def kolmogorov_smirnov(sample: SampledValues, cdf: Callable[[FloatArray], FloatArray]) -> TestOfFit:
    """The two-sided one-sample test: D = sup |F_n − F|, with its exact distribution."""
    count = len(sample)
    if count == 0:
        return TestOfFit(math.nan, math.nan, 0)
    target = cdf(np.sort(sample))
    steps = np.arange(count + 1) / count
    statistic = float(max(np.max(steps[1:] - target), np.max(target - steps[:-1])))
    if not math.isfinite(statistic):
        raise ValueError("the sample or the target's cdf is not finite")
    return TestOfFit(statistic, float(stats.kstwo.sf(statistic, count)), count)


def chi_square(
    counts: NDArray[np.int64], probabilities: Probabilities, *, smallest_expected: float = 5.0
) -> TestOfFit:
    """Pearson's test, Σ (observed − expected)² / expected, over outcomes in order of value.

    Neighbours are pooled until each cell expects `smallest_expected` draws, without which the
    statistic is not chi-square. Undefined with fewer than two such cells.
    """
    if counts.shape != probabilities.shape:
        raise ValueError(f"{counts.shape} counts, but {probabilities.shape} probabilities")
    count = int(counts.sum())
    starts = _pooled_starts(count * probabilities, smallest_expected)
    if len(starts) < 2:
        return TestOfFit(math.nan, math.nan, count)
    observed = np.add.reduceat(counts, starts)
    expected = np.add.reduceat(count * probabilities, starts)
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return TestOfFit(statistic, float(special.chdtrc(len(starts) - 1, statistic)), count)


def _pooled_starts(expected: FloatArray, smallest: float) -> list[int]:
    """Where pooled cells begin: each as short as it can be, the remainder given to the last."""
    starts: list[int] = []
    start, mass = 0, 0.0
    for index, one in enumerate(expected.tolist()):
        mass += one
        if mass >= smallest:
            starts.append(start)
            start, mass = index + 1, 0.0
    return starts
