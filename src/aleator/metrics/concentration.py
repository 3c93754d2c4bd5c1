"""How concentrated drawn answers are: share of the top ones, effective number of answers.

The effective number is exp of the entropy: as many equally likely answers would be as diverse. The
plug-in entropy of S draws is biased down by about (K - 1) / 2S for K answers and can never exceed
log S, so that with 100 draws two models of 200 and of 2,000 equally likely answers look alike. The
corrected figure adds that first-order term (Miller and Madow, 1955), with K the number of answers
seen; where nearly every draw is another answer it is a lower bound still, and so is its interval.

Shares have no such correction: the top share of S draws from many equally likely answers is above
the true one, for it is the luckiest answer's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from aleator.metrics.intervals import CONFIDENCE, Interval
from aleator.metrics.proportions import proportion

_NORMAL = float(stats.norm.ppf((1 + CONFIDENCE) / 2))


@dataclass(frozen=True)
class Concentration:
    """Figures of one prompt's draws; NaN without any.

    Attributes:
        top_share: Share of the most frequent answer. Its 95% interval is the binomial one, as if
            that answer had been named in advance.
        top4_share: Share of the four most frequent answers together, in the same way.
        effective: exp of the plug-in entropy.
        effective_corrected: exp of the entropy of Miller and Madow, with an interval from its
            variance to second order (Harris, 1975).
    """

    top_share: Interval
    top4_share: Interval
    effective: float
    effective_corrected: Interval


def concentration(counts: Sequence[int]) -> Concentration:
    """The figures of answers that came so many times each, in any order; none came 0 times."""
    if min(counts, default=1) < 1:
        raise ValueError("an answer that never came is no answer")
    ordered = sorted(counts, reverse=True)
    draws = sum(ordered)
    entropy, corrected = _entropies(np.array(ordered, dtype=float))
    return Concentration(
        top_share=proportion(sum(ordered[:1]), draws),
        top4_share=proportion(sum(ordered[:4]), draws),
        effective=math.exp(entropy),
        effective_corrected=corrected,
    )


def _entropies(counts: np.ndarray) -> tuple[float, Interval]:
    """The plug-in entropy, and exp of the corrected one with its interval."""
    if counts.size == 0:
        return math.nan, Interval(math.nan, math.nan, math.nan, 0, 0)
    draws = counts.sum()
    shares = counts / draws
    entropy = -float((shares * np.log(shares)).sum())
    corrected = entropy + (counts.size - 1) / (2 * draws)
    spread = float((shares * np.log(shares) ** 2).sum()) - entropy**2
    # The second term is what is left where all answers are equally frequent.
    variance = max(spread, 0.0) / draws + (counts.size - 1) / (2 * draws**2)
    reach = _NORMAL * math.sqrt(variance)
    low, high = math.exp(max(corrected - reach, 0.0)), math.exp(corrected + reach)
    return entropy, Interval(math.exp(corrected), low, high, int(draws), 0)
