"""Averages over training seeds and prompts at once, with an interval and a test for both.

Several adapters that differ in their training seed answer the same prompts: a table of seeds and
prompts. Two things could have come out otherwise: which seeds were trained, and which prompts of
each family were asked. (Families are fixed and weigh equal, as in ``intervals``.) With the three
seeds that one can afford, a bootstrap over seeds has ten different resamples and is too narrow by
construction, so nothing is drawn here. With means m_s of the seeds (family-balanced), and means
over seeds b_p of the prompts of family f of F, the squared errors of the grand mean are

    seeds    V = Var_s(m_s) / S                  with S − 1 degrees of freedom
    prompts  W = Σ_f Var_p∈f(b_p) / (F² n_f)     with ν by Satterthwaite's rule

each unbiased for its own part, and the 95% interval is the mean ± √(t²(S − 1)·V + t²(ν)·W): each
part has its own Student quantile (4.30 with three seeds, 12.7 with two) and the parts are added as
squares, as in Howe (J. Am. Stat. Assoc. 69, 1974). A pooled Satterthwaite interval has 92–93%
coverage with three seeds where seeds matter; this one has 95% where one part rules and more where
both do, up to 99.6% where neither seeds nor prompts but their interplay scatters, which counts in
both parts. It errs towards saying nothing. The test is the same thing turned round: p is the level
at which the interval just reaches 0, so that p < 0.05 exactly where the 95% interval excludes 0.

It takes seeds' means for normal (nobody can check that on three), and knows nothing of what all
runs share: the model, the recipe, the families. A family of one prompt adds nothing to W. Prompts
with a figure that is not finite are left out for all seeds, and counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import stdtrit

from aleator.metrics.intervals import CONFIDENCE, Interval, family_means

FloatArray = NDArray[np.float64]

_LEAST_LOG_P = -100.0  # beyond it squares of quantiles overflow


@dataclass(frozen=True)
class CrossedMean:
    """A mean over seeds and prompts.

    Attributes:
        interval: The mean with its 95% interval; the prompts it stands on and those left out.
            NaN throughout with nothing to average; without ends with a single seed.
        p: Of the test that the mean is 0; NaN where nothing scatters.
        seed_error: Standard error from the choice of seeds, √V.
        prompt_error: Standard error from the choice of prompts, √W.
        seeds: The mean of each seed.
    """

    interval: Interval
    p: float
    seed_error: float
    prompt_error: float
    seeds: tuple[float, ...]


def crossed_mean(values: FloatArray, families: Sequence[str]) -> CrossedMean:
    """The mean over seeds of the family-balanced means over prompts.

    Args:
        values: float64 ``[seeds, prompts]``, NaN where undefined; for a paired comparison the
            differences of two conditions that share seeds and prompts.
        families: The family of each prompt.
    """
    if values.ndim != 2 or values.shape[1] != len(families):
        raise ValueError(f"values of shape {values.shape}, but {len(families)} families")
    S = len(values)
    used = np.isfinite(values).all(axis=0)
    count, left_out = int(used.sum()), int((~used).sum())
    if not count:
        nothing = Interval(math.nan, math.nan, math.nan, 0, left_out)
        return CrossedMean(nothing, math.nan, math.nan, math.nan, (math.nan,) * S)
    kept = values[:, used]
    labels: list[str] = np.asarray(families)[used].tolist()
    seeds = np.array([np.mean(list(family_means(row, labels).values())) for row in kept])
    mean = float(seeds.mean())
    W, freedom = _prompt_variance(kept.mean(axis=0), labels)
    if S < 2:
        alone = Interval(mean, math.nan, math.nan, count, left_out)
        return CrossedMean(alone, math.nan, math.nan, math.sqrt(W), tuple(seeds.tolist()))
    V = float(seeds.var(ddof=1)) / S
    half = math.sqrt(_squared_half_width(1 - CONFIDENCE, V, S - 1, W, freedom))
    return CrossedMean(
        interval=Interval(mean, mean - half, mean + half, count, left_out),
        p=_p_value(mean, V, S - 1, W, freedom),
        seed_error=math.sqrt(V),
        prompt_error=math.sqrt(W),
        seeds=tuple(seeds.tolist()),
    )


def _prompt_variance(means: FloatArray, labels: Sequence[str]) -> tuple[float, float]:
    """W and its degrees of freedom, from each prompt's mean over seeds."""
    names = np.asarray(labels)
    groups = [means[names == name] for name in dict.fromkeys(labels)]
    parts = [
        (float(group.var(ddof=1)) / (group.size * len(groups) ** 2), group.size - 1)
        for group in groups
        if group.size > 1
    ]
    total = sum(part for part, _ in parts)
    if total == 0:
        return 0.0, 1.0
    # As shares of the total, whose squares do not underflow.
    return total, 1 / sum((part / total) ** 2 / freedom for part, freedom in parts)


def _squared_half_width(
    level: float, V: float, seed_freedom: float, W: float, prompt_freedom: float
) -> float:
    """Of the interval that misses with probability `level`."""
    seeds, prompts = stdtrit([seed_freedom, prompt_freedom], level / 2) ** 2
    # Not 0 times an infinite quantile.
    return float((seeds * V if V else 0.0) + (prompts * W if W else 0.0))


def _p_value(mean: float, V: float, seed_freedom: float, W: float, prompt_freedom: float) -> float:
    """The level whose interval just reaches 0; at least 1e-100."""
    if V == 0 and W == 0:
        return math.nan

    def excess(log_level: float) -> float:
        return _squared_half_width(10**log_level, V, seed_freedom, W, prompt_freedom) - mean**2

    if excess(_LEAST_LOG_P) <= 0:
        return 10**_LEAST_LOG_P
    if mean == 0:
        return 1.0
    log_p: object = brentq(excess, _LEAST_LOG_P, 0.0)
    assert isinstance(log_p, float)
    return 10**log_p
