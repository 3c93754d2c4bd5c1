"""Averages over prompts in which families weigh equal, with 95% percentile bootstrap intervals.

Means go from prompts to families to the split, as published (arXiv 2605.11845). The bootstrap draws
prompts anew within their family: families are fixed, the thirty are not a sample of anything. A
family of one prompt therefore adds nothing to the interval's width. Values that are not finite are
counted, not averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Aggregate = Literal["mean", "median"]

RESAMPLES = 2_000
CONFIDENCE = 0.95

_AGGREGATES: dict[Aggregate, Callable[..., FloatArray]] = {"mean": np.mean, "median": np.median}


@dataclass(frozen=True)
class Interval:
    """A value with its interval, the prompts it stands on, and those left out as not finite.

    With nothing to average, value and ends are NaN and `count` is 0.
    """

    value: float
    low: float
    high: float
    count: int
    left_out: int


def family_balanced_mean(
    values: Sequence[float] | FloatArray,
    families: Sequence[str],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The mean over families of the mean over their prompts."""
    return _interval(values, families, "mean", seed, resamples)


def family_median(
    values: Sequence[float] | FloatArray,
    families: Sequence[str],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The median over families of the mean over their prompts."""
    return _interval(values, families, "median", seed, resamples)


def paired_ratio(
    values: Sequence[float] | FloatArray,
    baseline: Sequence[float] | FloatArray,
    families: Sequence[str],
    *,
    aggregate: Aggregate = "mean",
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The ratio of two conditions' aggregates over the same prompts, such as soft over base.

    Both are drawn anew with the same prompts, so what makes a prompt hard for both cancels. A
    prompt counts if both its values are finite. NaN where the baseline's aggregate is 0.
    """
    pair = np.stack([np.asarray(values, dtype=float), np.asarray(baseline, dtype=float)])
    means, count = _family_means(pair, families, seed, resamples)
    if count == 0:
        return _nothing(pair.shape[1])
    top, bottom = _AGGREGATES[aggregate](means, axis=1)
    if not np.all(bottom != 0):
        return Interval(math.nan, math.nan, math.nan, count, pair.shape[1] - count)
    return _summary(top / bottom, count, pair.shape[1] - count)


def family_means(values: Sequence[float] | FloatArray, families: Sequence[str]) -> dict[str, float]:
    """Each family's mean over its finite values, in order of appearance; NaN where it has none."""
    array, labels = np.asarray(values, dtype=float), np.asarray(families)
    means: dict[str, float] = {}
    for name in dict.fromkeys(families):
        own = array[(labels == name) & np.isfinite(array)]
        means[name] = float(own.mean()) if own.size else math.nan
    return means


def _interval(
    values: Sequence[float] | FloatArray,
    families: Sequence[str],
    aggregate: Aggregate,
    seed: int,
    resamples: int,
) -> Interval:
    row = np.asarray(values, dtype=float)[None]
    means, count = _family_means(row, families, seed, resamples)
    if count == 0:
        return _nothing(row.shape[1])
    return _summary(_AGGREGATES[aggregate](means[0], axis=0), count, row.shape[1] - count)


def _family_means(
    rows: FloatArray, families: Sequence[str], seed: int, resamples: int
) -> tuple[FloatArray, int]:
    """Means [conditions, families, 1 + resamples], the plain ones first, and the prompts used.

    `rows` is [conditions, prompts]; all conditions see the same resampled prompts.
    """
    if rows.shape[1] != len(families):
        raise ValueError(f"{rows.shape[1]} values, but {len(families)} families")
    rng = np.random.default_rng(seed)
    finite = np.isfinite(rows).all(axis=0)
    labels = np.asarray(families)
    means: list[FloatArray] = []
    for name in dict.fromkeys(families):
        own = rows[:, finite & (labels == name)]
        size = own.shape[1]
        if size == 0:
            continue
        drawn = own[:, rng.integers(size, size=(resamples, size))].mean(axis=2)
        means.append(np.concatenate([own.mean(axis=1, keepdims=True), drawn], axis=1))
    if not means:
        return np.empty((len(rows), 0, 1 + resamples)), 0
    return np.stack(means, axis=1), int(finite.sum())


def _summary(statistics: FloatArray, count: int, left_out: int) -> Interval:
    """The first statistic is the value, the others the bootstrap's."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(statistics[1:], [tail, 1 - tail])
    return Interval(float(statistics[0]), float(low), float(high), count, left_out)


def _nothing(left_out: int) -> Interval:
    return Interval(math.nan, math.nan, math.nan, 0, left_out)
