"""How each family of prompts moved between two conditions, with an interval and a test.

For a report that names single families: of thirty, one and a half look worse by chance alone at
5%. Within a family the prompts could have been others; the differences of the two conditions on the
same prompts are taken for normal, as in ``metrics.crossed``, so that the 95% interval is Student's
and p < 0.05 exactly where it excludes 0. p is then adjusted over all families by Benjamini and
Hochberg's rule. Nothing here knows of training again with another seed. A family of one prompt, or
whose prompts all moved alike, has neither interval nor p.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from aleator.metrics.intervals import CONFIDENCE, Interval
from aleator.metrics.multiplicity import benjamini_hochberg

FloatArray = NDArray[np.float64]

LEVEL = 1 - CONFIDENCE
"""A family has moved where its adjusted p is below."""


@dataclass(frozen=True)
class FamilyDifference:
    """One family.

    Attributes:
        before: The baseline's mean over the prompts that both have.
        after: The other condition's.
        interval: The mean difference, after minus before; NaN for ends that are not known.
        p: Of the test that the mean difference is 0; NaN where nothing can be tested.
        p_adjusted: The same among all families.
    """

    before: float
    after: float
    interval: Interval
    p: float
    p_adjusted: float

    @property
    def decided(self) -> bool:
        """Whether the family has moved by more than chance among all families."""
        return self.p_adjusted < LEVEL


def family_differences(
    values: Sequence[float] | FloatArray,
    baseline: Sequence[float] | FloatArray,
    families: Sequence[str],
) -> dict[str, FamilyDifference]:
    """The differences of `values` and `baseline` by family, in order of appearance.

    Families without a prompt that has both values are not there.

    Args:
        values: One a prompt; NaN where undefined.
        baseline: The other condition's, of the same prompts in the same order.
        families: The family of each prompt.
    """
    pair = np.stack([np.asarray(values, dtype=float), np.asarray(baseline, dtype=float)])
    if pair.shape[1] != len(families):
        raise ValueError(f"{pair.shape[1]} values, but {len(families)} families")
    used, labels = np.isfinite(pair).all(axis=0), np.asarray(families)
    own = {name: labels == name for name in dict.fromkeys(families)}
    kept = {name: pair[:, mine & used] for name, mine in own.items() if (mine & used).any()}
    tested = {name: _tested(*group) for name, group in kept.items()}
    adjusted = benjamini_hochberg([p for _, p in tested.values()])
    found: dict[str, FamilyDifference] = {}
    for (name, (ends, p)), p_adjusted in zip(tested.items(), adjusted, strict=True):
        after, before = (float(mean) for mean in kept[name].mean(axis=1))
        count = kept[name].shape[1]
        left_out = int(own[name].sum()) - count
        interval = Interval(after - before, *ends, count, left_out)
        found[name] = FamilyDifference(before, after, interval, p, p_adjusted)
    return found


def _tested(values: FloatArray, baseline: FloatArray) -> tuple[tuple[float, float], float]:
    """The ends of the 95% interval of the mean difference, and p."""
    gaps = values - baseline
    if gaps.size < 2 or np.ptp(gaps) <= 1e-12 * np.abs(gaps).max():
        return (math.nan, math.nan), math.nan
    mean, error = float(gaps.mean()), float(gaps.std(ddof=1)) / math.sqrt(gaps.size)
    half = float(stdtrit(gaps.size - 1, (1 + CONFIDENCE) / 2)) * error
    return (mean - half, mean + half), 2 * float(stdtr(gaps.size - 1, -abs(mean) / error))
