"""Averages over prompts that weigh equal, with 95% percentile bootstrap intervals over prompts.

For benchmarks whose prompts have no families: the prompts stand for others like them and are drawn
anew. Values that are not finite are counted, not averaged. A median of few prompts has a coarse
interval, made of few different values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from aleator.metrics.intervals import CONFIDENCE, RESAMPLES, Aggregate, Interval

FloatArray = NDArray[np.float64]

_AGGREGATES: dict[Aggregate, Callable[..., FloatArray]] = {"mean": np.mean, "median": np.median}


def over_prompts(
    values: Sequence[float] | FloatArray,
    aggregate: Aggregate = "mean",
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The mean or median of one value a prompt; NaN where none is finite."""
    array = np.asarray(values, dtype=float)
    finite = array[np.isfinite(array)]
    if finite.size == 0:
        return Interval(math.nan, math.nan, math.nan, 0, array.size)
    rng = np.random.default_rng(seed)
    drawn = finite[rng.integers(finite.size, size=(resamples, finite.size))]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(_AGGREGATES[aggregate](drawn, axis=1), [tail, 1 - tail])
    value = float(_AGGREGATES[aggregate](finite))
    return Interval(value, float(low), float(high), finite.size, array.size - finite.size)
