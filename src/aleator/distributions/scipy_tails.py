"""Two scipy distributions written again, because scipy's lose the right tail.

`scipy.stats.triang` and `scipy.stats.skellam` (1.17) have no survival function of their own and
take 1 - cdf: of a tail of 1e-12 four digits are left, of 1e-17 none. Parametrised as scipy's are.
"""

# scipy's base classes declare these methods with *args; each distribution names its own shapes.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

FloatArray = NDArray[np.float64]


class TriangularDistribution(stats.rv_continuous):
    """Triangular on 0..1 with mode `c` in 0..1."""

    def _argcheck(self, c: FloatArray) -> NDArray[np.bool_]:
        return (c >= 0) & (c <= 1)

    def _pdf(self, x: FloatArray, c: FloatArray) -> FloatArray:
        rising, falling = _height(x, c), _height(1 - x, 1 - c)
        return np.where((x < c) | (c == 1), rising, falling)

    def _cdf(self, x: FloatArray, c: FloatArray) -> FloatArray:
        return np.where(x < c, _triangle(x, c), 1 - _triangle(1 - x, 1 - c))

    def _sf(self, x: FloatArray, c: FloatArray) -> FloatArray:
        return np.where(x < c, 1 - _triangle(x, c), _triangle(1 - x, 1 - c))

    def _ppf(self, q: FloatArray, c: FloatArray) -> FloatArray:
        return np.where(q < c, np.sqrt(c * q), 1 - np.sqrt((1 - c) * (1 - q)))

    def _isf(self, q: FloatArray, c: FloatArray) -> FloatArray:
        return np.where(q < 1 - c, 1 - np.sqrt((1 - c) * q), np.sqrt(c * (1 - q)))


def _height(distance: FloatArray, side: FloatArray) -> FloatArray:
    """The density at `distance` from the end whose side of the triangle has length `side`.

    Beyond that side, which a `where` does not take, it is the peak, so that nothing overflows.
    """
    return 2 * np.minimum(distance, side) / np.where(side > 0, side, 1.0)


def _triangle(distance: FloatArray, side: FloatArray) -> FloatArray:
    """The mass within `distance` of that end; beyond its side, the whole side's."""
    return np.minimum(distance, side) * _height(distance, side) / 2


class SkellamDistribution(stats.rv_discrete):
    """The difference of two independent Poisson counts with means `mu1` and `mu2`, both positive.

    cdf and sf are non-central chi-square tails (Johnson 1959): for k >= 0,
    P(X > k) = P(chi2'(2(k + 1), nc 2 mu2) < 2 mu1), and the other side by exchanging the means.
    """

    def _argcheck(self, mu1: FloatArray, mu2: FloatArray) -> NDArray[np.bool_]:
        return (mu1 > 0) & (mu2 > 0)

    def _pmf(self, x: FloatArray, mu1: FloatArray, mu2: FloatArray) -> FloatArray:
        # exp(-(mu1 + mu2)) I_k(2 sqrt(mu1 mu2)) (mu1 / mu2)^(k / 2), Bessel's growth taken out.
        spread = (np.sqrt(mu1) - np.sqrt(mu2)) ** 2
        return special.ive(np.abs(x), 2 * np.sqrt(mu1 * mu2)) * np.exp(
            x / 2 * np.log(mu1 / mu2) - spread
        )

    def _cdf(self, x: FloatArray, mu1: FloatArray, mu2: FloatArray) -> FloatArray:
        k = np.floor(x)
        return np.where(k < 0, _above(-k - 1, mu2, mu1), 1 - _above(k, mu1, mu2))

    def _sf(self, x: FloatArray, mu1: FloatArray, mu2: FloatArray) -> FloatArray:
        k = np.floor(x)
        return np.where(k < 0, 1 - _above(-k - 1, mu2, mu1), _above(k, mu1, mu2))

    def _ppf(self, q: FloatArray, mu1: FloatArray, mu2: FloatArray) -> FloatArray:
        """Bisection: scipy's own search for a discrete quantile does not end for some levels."""
        centre, reach = np.floor(mu1 - mu2), np.sqrt(mu1 + mu2) + 1.0
        low, high = centre - reach, centre + reach
        while np.any(outside := self._cdf(np.floor(low), mu1, mu2) >= q):
            low = np.where(outside, low - (reach := 2 * reach), low)
        while np.any(outside := self._cdf(np.floor(high), mu1, mu2) < q):
            high = np.where(outside, high + (reach := 2 * reach), high)
        low, high = np.floor(low), np.floor(high)
        while np.any(high - low > 1):
            middle = np.floor((low + high) / 2)
            reached = self._cdf(middle, mu1, mu2) >= q
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return high

    def _rvs(
        self,
        mu1: FloatArray,
        mu2: FloatArray,
        size: tuple[int, ...] | None = None,
        random_state: np.random.Generator | None = None,
    ) -> NDArray[np.int64]:
        if random_state is None:
            random_state = np.random.default_rng()
        return random_state.poisson(mu1, size) - random_state.poisson(mu2, size)

    def _stats(
        self, mu1: FloatArray, mu2: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        variance = mu1 + mu2
        return mu1 - mu2, variance, (mu1 - mu2) / variance**1.5, 1 / variance


def _above(k: FloatArray, mu1: FloatArray, mu2: FloatArray) -> FloatArray:
    """P(X > k) for k >= 0; other k are clipped (their side of a `where` is not taken)."""
    return special.chndtr(2 * mu1, 2 * (np.maximum(k, 0) + 1), 2 * mu2)


triangular = TriangularDistribution(a=0, b=1, name="triangular", shapes="c")
# Pyright infers int for `a` from scipy's default.
skellam = SkellamDistribution(
    a=-np.inf,  # pyright: ignore[reportArgumentType]
    name="skellam",
    shapes="mu1, mu2",
)
