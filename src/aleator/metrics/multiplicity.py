"""The p-values of several tests, adjusted so that all of them may be read at one level.

An adjusted p-value below 0.05 is a finding at 5%: for Holm, of a family of tests in which even one
false finding is as likely as that at most; for Benjamini and Hochberg, of one in which that share
of the findings is false on average (for tests that are independent or depend positively). Undefined
p-values (NaN) are no tests and stay undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

FloatArray = NDArray[np.float64]


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted for any false finding at all (Holm, Scand. J. Statist. 6, 1979)."""
    return _of_defined(p_values, _step_down)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted for the share of false findings (J. R. Stat. Soc. B 57, 1995)."""
    return _of_defined(p_values, lambda defined: np.asarray(false_discovery_control(defined)))


def _step_down(p_values: FloatArray) -> FloatArray:
    order = np.argsort(p_values, kind="stable")
    factors = len(order) - np.arange(len(order))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted


def _of_defined(
    p_values: Sequence[float], adjust: Callable[[FloatArray], FloatArray]
) -> list[float]:
    adjusted = np.array(p_values, dtype=float)
    defined = np.isfinite(adjusted)
    if defined.any():
        adjusted[defined] = adjust(adjusted[defined])
    return adjusted.tolist()
