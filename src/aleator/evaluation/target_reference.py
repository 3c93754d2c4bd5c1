"""What a numeric target is compared by: its bins, its values, and its spread on the value axis."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aleator.outcomes.bins import ValueBins
from aleator.outcomes.lattice import NumericTarget

FloatArray = NDArray[np.float64]

REFERENCE_POINTS = 4001
"""Most points that stand for a target on the value axis."""


@dataclass(frozen=True)
class TargetReference:
    """A target on the value axis, its tails clipped as in the discretisation.

    Attributes:
        target: The target itself.
        bins: Its 20 equal-mass bins, or its support points where there are fewer.
        values: float64 ``[K]``, points that stand for runs of outcomes, ascending. Every outcome
            is a point where there are at most ``REFERENCE_POINTS``; otherwise runs are cut at
            even distances and at even quantiles, and a run stands in its middle, so that no run is
            both wide and heavy.
        probabilities: float64 ``[K]``, exact masses of those runs.
        median: The value that a collapsed model would always answer.
        spread: ``W1(P, delta_median)``, the unit of normalised W1; 0 if there is one outcome only.
    """

    target: NumericTarget
    bins: ValueBins
    values: FloatArray
    probabilities: FloatArray
    median: float
    spread: float


@lru_cache(maxsize=4096)
def target_reference(target: NumericTarget) -> TargetReference:
    """Measure a target; remembered, since three conditions are measured on the same prompts."""
    starts = _run_starts(target)
    lasts = np.append(starts[1:] - 1, target.high)
    masses = target.mass(starts, lasts)
    probabilities = masses / masses.sum()
    values = (target.values(starts) + target.values(lasts)) / 2.0
    median = float(target.values(target.indices_at(0.5)))
    return TargetReference(
        target=target,
        bins=target.bins(),
        values=values,
        probabilities=probabilities,
        median=median,
        spread=float(probabilities @ np.abs(values - median)),
    )


def _run_starts(target: NumericTarget) -> NDArray[np.int64]:
    if target.count <= REFERENCE_POINTS:
        return np.arange(target.low, target.high + 1)
    half = REFERENCE_POINTS // 2
    even = np.linspace(target.low, target.high, half).astype(np.int64)
    quantiles = target.indices_at((np.arange(half) + 0.5) / half)
    return np.unique(np.concatenate(([target.low], even, quantiles)))
