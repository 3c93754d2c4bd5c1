"""Earth mover's distance W1: how far on the value axis answers lie from where they should.

W1(P, Q) = ∫ |F_P − F_Q| dx. It carries the target's scale, so averages over targets are ruled by
the widest. Ours is therefore divided by W1(P, δ_median(P)), the distance of a model that always
answers the median: 0 is perfect, 1 no better than total collapse. The published form from draws
(arXiv 2605.11845) is `sampled_wasserstein`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aleator.metrics.divergences import SUM_TOLERANCE
from aleator.shapes import Probabilities, SampledValues, Values

FloatArray = NDArray[np.float64]


def wasserstein(values_p: Values, p: Probabilities, values_q: Values, q: Probabilities) -> float:
    """W1 between two weighted sets of values, exactly; values in any order, repeats allowed."""
    _check(values_p, p, "P")
    _check(values_q, q, "Q")
    values = np.concatenate([values_p, values_q])
    order = np.argsort(values, kind="stable")
    # Signed mass up to each value is F_P − F_Q on the gap to the next.
    difference = np.cumsum(np.concatenate([p, -q])[order])[:-1]
    return float(np.abs(difference) @ np.diff(values[order]))


def distance_to_median(values: Values, p: Probabilities) -> float:
    """W1(P, δ_median(P)) = Σ p |x − median|: what W1 is divided by. 0 where P is one value."""
    _check(values, p, "P")
    order = np.argsort(values, kind="stable")
    # Any median does: between two of them the sum is constant.
    middle = np.searchsorted(np.cumsum(p[order]), 0.5)
    return float(p @ np.abs(values - values[order][min(middle, len(values) - 1)]))


def normalised_wasserstein(
    values_p: Values, p: Probabilities, values_q: Values, q: Probabilities
) -> float:
    """W1(P, Q) / W1(P, δ_median(P)), P being the target.

    NaN where the target is a single value: there is no scale to compare with.
    """
    scale = distance_to_median(values_p, p)
    return wasserstein(values_p, p, values_q, q) / scale if scale > 0 else math.nan


def expected_quantiles(quantile: Callable[[FloatArray], FloatArray], count: int) -> FloatArray:
    """The target's quantiles at (i + ½) / count: what a perfect sorted sample is compared with."""
    return quantile((np.arange(count) + 0.5) / count)


def sampled_wasserstein(sample: SampledValues, quantiles: FloatArray) -> float:
    """The published W1 from draws: mean |sorted sample − quantile((i + ½) / n)|; NaN without draws.

    `quantiles` come from `expected_quantiles` with as many as there are draws. Biased upwards: a
    perfect sampler does not reach 0, see `oracle.py`.
    """
    return float(sampled_wassersteins(sample[None], quantiles)[0])


def sampled_wassersteins(samples: FloatArray, quantiles: FloatArray) -> FloatArray:
    """`sampled_wasserstein` of every row of `samples` [R, S]: [R]."""
    if samples.shape[1:] != quantiles.shape:
        raise ValueError(f"{samples.shape[1:]} draws, but {quantiles.shape} expected quantiles")
    if quantiles.size == 0:
        return np.full(len(samples), math.nan)
    return np.abs(np.sort(samples, axis=-1) - quantiles).mean(axis=-1)


def _check(values: Values, p: Probabilities, name: str) -> None:
    if values.shape != p.shape or p.ndim != 1:
        raise ValueError(f"{name}: {values.shape} values, but {p.shape} probabilities")
    # Written so that a NaN fails it.
    if not (np.all(np.isfinite(values)) and np.all(p >= 0) and abs(p.sum() - 1) <= SUM_TOLERANCE):
        raise ValueError(f"{name} is not a distribution over finite values: sum {p.sum()}")
