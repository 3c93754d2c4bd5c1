"""What a perfect sampler would score from as many draws: ``metrics.oracle`` for distributions.

A finite sample never has W1 = 0, so every drawn W1 stands beside that of 200 perfect samples.
Evaluating quantile functions 200 times 1,000 a prompt would take minutes over a split; instead
each distribution's quantile function is tabulated once (about 2,000 knots, even in the logit of
the level, so that heavy tails are followed; discrete ones by their CDF, which is exact) and samples
are drawn as ordered uniform variates: 6 ms a prompt.
"""

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from aleator.distributions.family import Distribution
from aleator.metrics.oracle import REPETITIONS
from aleator.metrics.transport import expected_quantiles, sampled_wassersteins

FloatArray = NDArray[np.float64]

_KNOTS = 2001
_DEEPEST_LOGIT = 18.0  # level 1.5e-8; 200 x 1,000 draws go to about 5e-6
_DISCRETE_TAIL = 1e-12


class QuantileTable:
    """A distribution's quantile function, tabulated for many evaluations."""

    def __init__(self, distribution: Distribution) -> None:
        """Tabulate; one call of the quantile or distribution function each side."""
        self._discrete = distribution.family.kind == "discrete"
        if self._discrete:
            self._values = np.arange(*_discrete_range(distribution))
            self._levels = np.asarray(distribution.cdf(self._values))
            return
        logits = np.linspace(-_DEEPEST_LOGIT, _DEEPEST_LOGIT, _KNOTS)
        lower = logits <= 0
        self._levels = expit(logits)
        self._values = np.concatenate(
            (distribution.ppf(expit(logits[lower])), distribution.isf(expit(-logits[~lower])))
        )

    def __call__(self, levels: FloatArray) -> FloatArray:
        """Quantiles at ``levels`` in (0, 1), of any shape."""
        if self._discrete:
            places = np.searchsorted(self._levels, levels, side="left")
            return self._values[np.minimum(places, len(self._values) - 1)]
        return np.interp(levels, self._levels, self._values)


@lru_cache(maxsize=4096)
def quantile_table(distribution: Distribution) -> QuantileTable:
    """The tabulated quantile function; remembered, for several models meet the same prompts."""
    return QuantileTable(distribution)


@lru_cache(maxsize=8192)
def oracle_scores(distribution: Distribution, draws: int, seed: int) -> FloatArray:
    """W1 of perfect samples, scored as the drawn protocol scores a model's: ``[REPETITIONS]``.

    The generator is seeded by ``seed`` and the distribution, so that the scores are the same beside
    every model.
    """
    rng = np.random.default_rng([seed, zlib.crc32(distribution.prompt().encode())])
    quantile = quantile_table(distribution)
    # Ordered uniform variates: partial sums of exponential ones over their total.
    sums = np.cumsum(rng.standard_exponential((REPETITIONS, draws + 1)), axis=1)
    samples = quantile(sums[:, :-1] / sums[:, -1:])
    return sampled_wassersteins(samples, expected_quantiles(quantile, draws))


def _discrete_range(distribution: Distribution) -> tuple[float, float]:
    """First integer, and the one after the last, of all but ``_DISCRETE_TAIL`` of the mass.

    Found by doubling, for scipy's generic discrete quantile function may not return at such levels.
    """
    lowest, highest = distribution.support()
    middle = distribution.median()
    if not np.isfinite(lowest):
        lowest = middle - 1.0
        while float(distribution.cdf(lowest)) > _DISCRETE_TAIL:
            lowest -= middle - lowest
    if not np.isfinite(highest):
        highest = middle + 1.0
        while float(distribution.sf(highest)) > _DISCRETE_TAIL:
            highest += highest - middle
    return lowest, highest + 1.0
