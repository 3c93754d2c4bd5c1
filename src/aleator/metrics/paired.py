"""Is it as good as before? Two conditions on the same items: what changed, and a verdict.

`paired_difference` is for scores between 0 and 1, such as right or wrong, `perplexity_ratio` (in
``metrics.perplexity``) for perplexities. Both draw items anew in pairs, so that what makes an item
hard for both cancels, and items must be named by the caller in the same order.

A bootstrap only knows changes that it has seen. For scores between 0 and 1 that is mended in two
cases, in which it would be too narrow:

- *Right or wrong.* Of 100 items one was lost and none won: no resample ever wins one. There each
  end is the further of the bootstrap's and that of the score interval for paired shares (Tango,
  1998), which holds its 95% with few changed items as well.
- *All differences equal*, as when every answer stayed right or wrong: no resample has any width.
  Of n items none was another, so with 97.5% confidence at most a share u = 1 - 0.025^(1/n) of all
  such items is (Clopper and Pearson; about 3.7 / n). What those would score is not known, so each
  end assumes the worst: the difference moves by at most u. Excluding a loss of a point in this way
  takes 368 items.

A perplexity has no largest loss, so nothing of that kind can be said there, and a few documents
that a bootstrap did not see may be worse than it says.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from aleator.metrics.bootstrap import RESAMPLES, IntArray, bootstrap_interval
from aleator.metrics.intervals import CONFIDENCE, Interval
from aleator.metrics.proportions import upper_limit

FloatArray = NDArray[np.float64]

Verdict = Literal["better", "unchanged", "worse", "undecided"]
"""What an interval allows to be said of a loss, in this order; see `verdict`."""

ACCURACY_MARGIN = 0.01
"""A loss of a point."""

PERPLEXITY_MARGIN = 0.01
"""A rise by 1%."""

VALIDITY_MARGIN = 0.01
"""A point more of answers that are invalid, empty or cut off."""

_RISK = (1 - CONFIDENCE) / 2
_NORMAL = float(stats.norm.ppf(1 - _RISK))


def paired_difference(
    values: ArrayLike,
    baseline: ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The mean of ``values`` minus that of ``baseline``, item by item, with its 95% interval.

    Args:
        values: A score between 0 and 1 for each item; NaN where undefined.
        baseline: The other condition's, of the same items in the same order.
        seed: Of the bootstrap.
        resamples: How often it draws.

    Returns:
        NaN without an item that has both scores; items that lack one are counted as left out.
    """
    pair = np.stack([np.asarray(values, dtype=float), np.asarray(baseline, dtype=float)])
    used = np.isfinite(pair).all(axis=0)
    left_out = int((~used).sum())
    if ((pair[:, used] < 0) | (pair[:, used] > 1)).any():
        raise ValueError("a score lies outside 0 to 1")
    differences = pair[0, used] - pair[1, used]
    n = differences.size
    if n and np.ptp(differences) == 0:
        return _all_equal(float(differences[0]), n, left_out)

    def statistic(places: IntArray) -> FloatArray:
        return differences[places].mean(axis=1)

    found = bootstrap_interval(statistic, n, left_out=left_out, seed=seed, resamples=resamples)
    if n == 0 or not np.isin(pair[:, used], (0.0, 1.0)).all():
        return found
    low, high = score_limits(int((differences > 0).sum()), int((differences < 0).sum()), n)
    return Interval(found.value, min(found.low, low), max(found.high, high), n, left_out)


def score_limits(gained: int, lost: int, items: int) -> tuple[float, float]:
    """The ends of Tango's 95% interval for the difference of two paired shares.

    Args:
        gained: Items right now and wrong before.
        lost: Items wrong now and right before.
        items: All of them; not all gained, nor all lost, nor all as they were.
    """
    if gained + lost == 0 or items in (gained, lost):
        raise ValueError("all items changed in the same way: these limits need two kinds")
    difference = (gained - lost) / items

    def beyond(delta: float, sign: float) -> float:
        """Below 0 where `delta` lies within the interval; `sign` says at which end to look."""
        # The most likely share of losses if the true difference is delta.
        half = gained + lost - (2 * items - gained + lost) * delta
        root = math.sqrt(max(half**2 + 8 * items * lost * delta * (1 - delta), 0.0))
        variance = (half + root) / (2 * items) + delta * (1 - delta)
        distance = sign * (items * delta - gained + lost)
        return distance - _NORMAL * math.sqrt(items * max(variance, 0.0))

    low = optimize.root_scalar(beyond, args=(-1.0,), bracket=(-1.0, difference), method="brentq")
    high = optimize.root_scalar(beyond, args=(1.0,), bracket=(difference, 1.0), method="brentq")
    return float(low.root), float(high.root)


def verdict(low: float, high: float, *, margin: float) -> Verdict:
    """What can be said of a loss that lies between two ends; a gain is a loss below 0.

    - ``better``: the interval holds gains only (``high < 0``).
    - ``unchanged``: it excludes a loss of more than `margin` (``high <= margin``). A smaller loss
      may well be there, even a certain one: the interval says so.
    - ``worse``: it holds losses only (``low > 0``), and reaches beyond the margin.
    - ``undecided``: anything else, and an interval without ends.

    Args:
        low: The least loss that is likely; NaN where undefined.
        high: The greatest one.
        margin: The greatest loss that does not matter, 0 or more.
    """
    if margin < 0:
        raise ValueError(f"margin={margin}: a loss that does not matter is 0 or more")
    if not (math.isfinite(low) and math.isfinite(high)):
        return "undecided"
    if high < 0:
        return "better"
    if high <= margin:
        return "unchanged"
    return "worse" if low > 0 else "undecided"


def accuracy_verdict(difference: Interval, *, margin: float = ACCURACY_MARGIN) -> Verdict:
    """The verdict on a difference of scores of which more is better, from `paired_difference`."""
    return verdict(-difference.high, -difference.low, margin=margin)


def perplexity_verdict(ratio: Interval, *, margin: float = PERPLEXITY_MARGIN) -> Verdict:
    """The verdict on a ratio of which less is better, from `perplexity_ratio`."""
    return verdict(ratio.low - 1, ratio.high - 1, margin=margin)


def _all_equal(difference: float, items: int, left_out: int) -> Interval:
    unseen = upper_limit(0, items, _RISK)
    centre = (1 - unseen) * difference
    return Interval(
        difference, max(centre - unseen, -1.0), min(centre + unseen, 1.0), items, left_out
    )
