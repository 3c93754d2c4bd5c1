"""The oracle row: how good a perfect sampler looks with the same number of draws.

A statistic of draws such as W1 has a floor above 0. The oracle draws as many from the target
itself, 200 times over, and shows the median and the central 95% of the statistic. For an average
over prompts the repetitions are averaged first, so that its interval is that of the average.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aleator.metrics.intervals import Aggregate

FloatArray = NDArray[np.float64]

REPETITIONS = 200


@dataclass(frozen=True)
class OracleRow:
    """What a perfect sampler scores: the median and the central 95% over repetitions."""

    median: float
    low: float
    high: float


def oracle_statistics(
    sampler: Callable[[int, np.random.Generator], FloatArray],
    statistics: Callable[[FloatArray], FloatArray],
    draws: int,
    rng: np.random.Generator,
    *,
    repetitions: int = REPETITIONS,
) -> FloatArray:
    """The statistic of a perfect sampler, once a repetition: [repetitions].

    `sampler(count, rng)` draws from the target; `statistics` takes samples [repetitions, draws] to
    one number a row, as `transport.sampled_wassersteins` does.
    """
    samples = sampler(repetitions * draws, rng).reshape(repetitions, draws)
    found = statistics(samples)
    if found.shape != (repetitions,):
        raise ValueError(f"one statistic a row expected, {repetitions} rows: got {found.shape}")
    return found


def oracle_row(statistics: FloatArray) -> OracleRow:
    """Median and central 95% of `statistics` [repetitions]."""
    low, median, high = np.quantile(statistics, [0.025, 0.5, 0.975]).tolist()
    return OracleRow(median, low, high)


def family_balanced_oracle(
    statistics: FloatArray, families: Sequence[str], *, aggregate: Aggregate = "mean"
) -> OracleRow:
    """The oracle row of an average in which families weigh equal.

    `statistics` is [prompts, repetitions], `families` names each prompt's; `aggregate` is taken
    over the families' means, as in `intervals.family_balanced_mean` and `family_median`. Leave out
    the prompts that those leave out.
    """
    if len(statistics) != len(families):
        raise ValueError(f"{len(statistics)} prompts, but {len(families)} families")
    labels = np.asarray(families)
    means = np.stack([statistics[labels == name].mean(axis=0) for name in dict.fromkeys(families)])
    over_families = means.mean(axis=0) if aggregate == "mean" else np.median(means, axis=0)
    return oracle_row(over_families)
