"""Shares of independent draws with exact binomial intervals (Clopper and Pearson, 1934).

Exact means that the interval holds the true share in at least 95% of repetitions, whatever share
and number; where one of them is small it is wider than it need be.
"""

from __future__ import annotations

import math

from scipy import special

from aleator.metrics.intervals import CONFIDENCE, Interval


def proportion(successes: int, trials: int) -> Interval:
    """The share of successes with its 95% interval; NaN without trials."""
    if trials == 0:
        return Interval(math.nan, math.nan, math.nan, 0, 0)
    risk = (1 - CONFIDENCE) / 2
    low, high = lower_limit(successes, trials, risk), upper_limit(successes, trials, risk)
    return Interval(successes / trials, low, high, trials, 0)


def lower_limit(successes: int, trials: int, risk: float) -> float:
    """What the true share is below with a probability of at most `risk`."""
    _check(successes, trials)
    if successes == 0:
        return 0.0
    return float(special.betaincinv(successes, trials - successes + 1, risk))


def upper_limit(successes: int, trials: int, risk: float) -> float:
    """What the true share is above with a probability of at most `risk`."""
    return 1.0 - lower_limit(trials - successes, trials, risk)


def _check(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes in {trials} trials")
