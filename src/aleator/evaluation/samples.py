"""The published protocol on drawn answers: what of them is valid, and how well it fits.

Paper: arXiv 2605.11845, structured numeric sampling. The whole stripped answer must be one number,
then lie inside the support, then be an integer where the family is discrete. W1 is the mean
distance of the sorted valid values from the target's quantiles at (i + 1/2) / n; KS for continuous
families, chi-square for discrete ones.

Ours: W1 is also divided by the target's spread, ``W1(P, delta_median)``, and stands beside that of
a perfect sampler with as many draws. Figures that are undefined, because nothing valid was drawn or
the target is a single value, are None.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aleator.evaluation.model_values import accepted
from aleator.evaluation.oracle import oracle_scores
from aleator.evaluation.target_reference import TargetReference
from aleator.metrics.goodness_of_fit import TestOfFit, chi_square, kolmogorov_smirnov
from aleator.metrics.oracle import oracle_row
from aleator.metrics.transport import expected_quantiles, sampled_wasserstein
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.numerals import parse_numeral
from aleator.sampling.draws import Draws


@dataclass(frozen=True)
class DrawnResult:
    """Figures of one prompt's draws; None where undefined.

    Attributes:
        draws: How many were drawn.
        valid: How many of them are valid.
        truncated: How many the token limit cut off (they may be valid all the same).
        distinct: How many different valid values.
        w1_sampled: W1 in units of the target's spread.
        w1_sampled_raw: W1 on the value axis.
        w1_oracle: Median of a perfect sampler's ``w1_sampled`` with as many draws.
        w1_oracle_low: Lower end of its central 95%.
        w1_oracle_high: Upper end.
        ks: Kolmogorov-Smirnov statistic, of continuous families.
        ks_p: Its p-value.
        chi_square: Pearson's statistic, of discrete families.
        chi_square_p: Its p-value.
    """

    draws: int
    valid: int
    truncated: int
    distinct: int
    w1_sampled: float | None
    w1_sampled_raw: float | None
    w1_oracle: float | None
    w1_oracle_low: float | None
    w1_oracle_high: float | None
    ks: float | None
    ks_p: float | None
    chi_square: float | None
    chi_square_p: float | None

    @property
    def valid_rate(self) -> float | None:
        """Share of valid draws."""
        return self.valid / self.draws if self.draws else None


def score_draws(draws: Draws, reference: TargetReference, seed: int) -> DrawnResult:
    """Score one prompt's draws; ``seed`` is the perfect sampler's."""
    target = reference.target
    values = valid_values(draws, target)
    raw = None
    if values.size:
        quantiles = expected_quantiles(target.distribution.ppf, values.size)
        raw = sampled_wasserstein(values, quantiles)
    unit = reference.spread if reference.spread > 0 else None
    fit = _fit(values, target)
    discrete = target.distribution.family.kind == "discrete"
    low = median = high = None
    if unit is not None and draws.count:
        row = oracle_row(oracle_scores(target.distribution, draws.count, seed) / unit)
        low, median, high = row.low, row.median, row.high
    return DrawnResult(
        draws=draws.count,
        valid=values.size,
        truncated=draws.truncated,
        distinct=len(np.unique(values)),
        w1_sampled=raw / unit if raw is not None and unit is not None else None,
        w1_sampled_raw=raw,
        w1_oracle=median,
        w1_oracle_low=low,
        w1_oracle_high=high,
        ks=None if discrete else defined(fit.statistic),
        ks_p=None if discrete else defined(fit.p_value),
        chi_square=defined(fit.statistic) if discrete else None,
        chi_square_p=defined(fit.p_value) if discrete else None,
    )


def valid_values(draws: Draws, target: NumericTarget) -> NDArray[np.float64]:
    """The valid draws' values, each as often as it was drawn: float64 ``[valid]``."""
    read = [(parse_numeral(answer.text), answer.count) for answer in draws.answers]
    numbers = [(value, count) for value, count in read if value is not None]
    values = np.array([value for value, _ in numbers], dtype=np.float64)
    counts = np.array([count for _, count in numbers], dtype=np.int64)
    inside = accepted(target, values)
    return np.repeat(values[inside], counts[inside])


def defined(figure: float) -> float | None:
    """The figure, or None where it is not finite."""
    return figure if math.isfinite(figure) else None


def _fit(values: NDArray[np.float64], target: NumericTarget) -> TestOfFit:
    if target.distribution.family.kind == "continuous":
        return kolmogorov_smirnov(values, target.distribution.cdf)
    # Values beyond the 0.999 quantile belong to the last outcome, which has the tail's mass.
    indices = np.clip(values.astype(np.int64), target.low, target.high) - target.low
    counts = np.bincount(indices, minlength=target.count)
    return chi_square(counts.astype(np.int64), target.discrete_masses)
