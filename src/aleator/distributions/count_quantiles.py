"""Quantiles of discrete families from a table of their cdf.

scipy 1.17 searches every quantile of a family without a closed form by bisection, in Python: 0.1 to
1 ms each for Skellam, beta-binomial and hypergeometric. Within the range of the quantiles asked for
the counts are few, so their cdf is tabulated once and searched; the definition is the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SHORTEST_WORTH_IT = 4
_LONGEST_TABLE = 1_000_000


def count_quantiles(
    q: FloatArray,
    ppf: Callable[[FloatArray], FloatArray],
    cdf: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """The smallest count k with cdf(k) >= q, for each q.

    `ppf` is the slow way to the same: it is asked for the two ends, and for everything where q
    holds 0, 1 or no probability at all, or where the table would be long.
    """
    if q.size < _SHORTEST_WORTH_IT or not np.all((q > 0) & (q < 1)):
        return ppf(q)
    low, high = ppf(np.array([q.min(), q.max()])).tolist()
    if not high - low < _LONGEST_TABLE:
        return ppf(q)
    counts = np.arange(low, high + 1)
    # The last count is the answer to the largest q, even if the table's cdf rounds below it.
    found = np.searchsorted(cdf(counts), q, side="left")
    return counts[np.minimum(found, len(counts) - 1)]
