"""Bootstrap intervals of any statistic of exchangeable items, such as questions or documents.

Items are drawn anew, each with whatever was measured on it, so that a statistic of two conditions
is resampled in pairs. The ends are *expanded* percentiles (Hesterberg, 2015): plain ones are too
narrow by a factor of sqrt((n - 1) / n) and by that of the normal to Student's t, 10% at 20
items and 2% at 100, and these are not. Skewness is left as the percentiles show it. From one item
nothing can be said about others: its interval has no ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from aleator.metrics.intervals import CONFIDENCE, Interval

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RESAMPLES = 10_000
"""Enough that the outer percentiles of a few items are not decided by a single resample."""

_CHUNK = 2**21  # places drawn at a time

Statistic = Callable[[IntArray], FloatArray]
"""From the items of each resample ``[resamples, items]`` to one figure a resample."""


def bootstrap_interval(
    statistic: Statistic,
    items: int,
    *,
    left_out: int = 0,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The statistic of all items with its 95% interval.

    Args:
        statistic: Of rows of item numbers, 0 to ``items - 1``; item numbers may repeat.
        items: How many there are.
        left_out: Items that are not among them, for the record.
        seed: Of the resamples.
        resamples: How many there are.

    Returns:
        NaN without items; ends are NaN with one item, or where a resample has no finite figure.
    """
    if items == 0:
        return Interval(math.nan, math.nan, math.nan, 0, left_out)
    value = float(statistic(np.arange(items)[None])[0])
    if items == 1:
        return Interval(value, math.nan, math.nan, 1, left_out)
    drawn = _resampled(statistic, items, seed, resamples)
    if not np.isfinite(drawn).all():
        return Interval(value, math.nan, math.nan, items, left_out)
    tail = expanded_tail(items)
    low, high = np.quantile(drawn, [tail, 1 - tail]).tolist()
    return Interval(value, low, high, items, left_out)


def expanded_tail(items: int) -> float:
    """The share of resamples to leave out at each end, less than 2.5%."""
    student = float(stats.t.ppf((1 + CONFIDENCE) / 2, items - 1))
    return float(stats.norm.sf(student * math.sqrt(items / (items - 1))))


def _resampled(statistic: Statistic, items: int, seed: int, resamples: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    at_once = max(1, _CHUNK // items)
    sizes = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    return np.concatenate([statistic(rng.integers(items, size=(size, items))) for size in sizes])
