"""Averages over prompts that come in sets, with intervals over other sets and other wordings.

The mean goes from prompts to sets to all, so that sets weigh equal however many wordings they have.
The bootstrap draws sets anew and, in each of them, prompts: both are samples of what might have
been asked, unlike the families of ``intervals``, which are fixed. Doing both makes intervals
slightly too wide, more so the fewer prompts a set has. Values that are not finite are counted, not
averaged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aleator.metrics.intervals import CONFIDENCE, RESAMPLES, Interval

FloatArray = NDArray[np.float64]


def clustered_mean(
    values: Sequence[float] | FloatArray,
    sets: Sequence[str],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The mean over sets of the mean over their prompts, with its 95% percentile interval.

    Args:
        values: One a prompt; NaN where undefined.
        sets: The name of each prompt's set.
        seed: Of the bootstrap.
        resamples: How often it draws.
    """
    array, labels = np.asarray(values, dtype=float), np.asarray(sets)
    if len(array) != len(labels):
        raise ValueError(f"{len(array)} values, but {len(labels)} names of sets")
    finite = np.isfinite(array)
    left_out = int((~finite).sum())
    groups = [array[finite & (labels == name)] for name in dict.fromkeys(sets)]
    groups = [group for group in groups if group.size]
    if not groups:
        return Interval(math.nan, math.nan, math.nan, 0, left_out)
    means = _resampled(groups, np.random.default_rng(seed), resamples)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    value = float(np.mean([group.mean() for group in groups]))
    return Interval(value, low, high, int(finite.sum()), left_out)


def _resampled(groups: list[FloatArray], rng: np.random.Generator, resamples: int) -> FloatArray:
    """Balanced means of drawn sets with drawn prompts: ``[resamples]``."""
    sizes = np.array([len(group) for group in groups])
    padded = np.zeros((len(groups), int(sizes.max())))
    for place, group in enumerate(groups):
        padded[place, : len(group)] = group
    columns = np.arange(padded.shape[1])
    total = np.zeros(resamples)
    for _ in groups:
        drawn = rng.integers(len(groups), size=resamples)
        size = sizes[drawn][:, None]
        members = (rng.random((resamples, len(columns))) * size).astype(np.int64)
        inside = columns < size
        total += (padded[drawn[:, None], members] * inside).sum(axis=1) / size[:, 0]
    return total / len(groups)
