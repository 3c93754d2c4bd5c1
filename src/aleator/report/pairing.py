"""One figure of a condition against its base's, over what both were asked.

Only what both have, and have defined, is compared; the rest is counted. Intervals are 95%
percentile bootstraps that draw the prompts (or sets) anew, the same ones for both sides, so that
what is hard for both cancels. They say how much the choice of prompts matters; they know nothing
of training again with another seed, nor of the draws within a prompt.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aleator.metrics.intervals import Interval, family_balanced_mean, paired_ratio
from aleator.report.estimates import UNDEFINED, Estimate

FEWEST = 5
"""Fewer pairs than these get no interval: a bootstrap of them would be too narrow."""

Values = Mapping[str, float | None]
"""Figures by prompt or set; None where undefined."""


@dataclass(frozen=True)
class Change:
    """A condition's figure beside its base's.

    Attributes:
        base: Mean of the base over what is compared.
        mean: The same of the condition.
        change: How they differ, as the function that made this says.
        count: How many were compared.
        left_out: Those that only one side has, or where either is undefined.
    """

    base: float | None
    mean: float | None
    change: Estimate
    count: int
    left_out: int


def ratio_of_means(ours: Values, theirs: Values) -> Change:
    """The condition's mean over the base's; undefined where the base's is 0."""
    mine, base, keys = _paired(ours, theirs)
    return _change(ours, theirs, paired_ratio(mine, base, ["all"] * len(keys)), mine, base)


def mean_difference(ours: Values, theirs: Values) -> Change:
    """The mean of the differences, condition minus base."""
    mine, base, keys = _paired(ours, theirs)
    gaps = np.array(mine) - np.array(base)
    return _change(ours, theirs, family_balanced_mean(gaps, ["all"] * len(keys)), mine, base)


def geometric_ratio(ours: Values, theirs: Values) -> Change:
    """The geometric mean of the ratios, for figures above 0 that differ by orders of magnitude."""
    mine, base, keys = _paired(ours, theirs)
    if min([*mine, *base], default=1.0) <= 0:
        raise ValueError("a geometric ratio needs figures above 0")
    logs = np.log(np.array(mine)) - np.log(np.array(base))
    found = family_balanced_mean(logs, ["all"] * len(keys))
    value, low, high = (math.exp(end) for end in (found.value, found.low, found.high))
    back = Interval(value, low, high, found.count, found.left_out)
    return _change(ours, theirs, back, mine, base)


def _paired(ours: Values, theirs: Values) -> tuple[list[float], list[float], list[str]]:
    mine: list[float] = []
    base: list[float] = []
    keys: list[str] = []
    for key, value in ours.items():
        other = theirs.get(key)
        if value is not None and other is not None:
            mine.append(value)
            base.append(other)
            keys.append(key)
    return mine, base, keys


def _change(
    ours: Values, theirs: Values, found: Interval, mine: Sequence[float], base: Sequence[float]
) -> Change:
    count = len(mine)
    left_out = len(ours.keys() | theirs.keys()) - count
    if not count:
        return Change(None, None, UNDEFINED, 0, left_out)
    ends = [found.low, found.high] if count >= FEWEST else [math.nan, math.nan]
    value, low, high = (one if math.isfinite(one) else None for one in (found.value, *ends))
    return Change(
        base=sum(base) / count,
        mean=sum(mine) / count,
        change=Estimate(value, low, high),
        count=count,
        left_out=left_out,
    )
