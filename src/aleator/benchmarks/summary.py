"""From one row a prompt to what ``result.json`` says of a split.

Averages go from prompts to families to the split, as published: ``family_mean`` is the mean,
``family_median`` the median of the families' means, each with a 95% bootstrap interval over
prompts. A prompt whose figure is undefined is left out of that figure, and counted.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aleator.files import JsonValue, Row
from aleator.metrics.intervals import (
    Interval,
    family_balanced_mean,
    family_means,
    family_median,
)
from aleator.metrics.oracle import OracleRow, family_balanced_oracle

Aggregates = Mapping[str, Callable[..., Interval]]

AGGREGATES: Aggregates = {"family_mean": family_balanced_mean, "family_median": family_median}


def summarise_rows(rows: Sequence[Row], metrics: Sequence[str], seed: int) -> dict[str, JsonValue]:
    """Summarise one split's rows.

    Args:
        rows: Each with ``family`` and the metrics, None where undefined.
        metrics: Which fields.
        seed: Of the bootstrap.

    Returns:
        ``prompts``, ``family_mean`` and ``family_median`` as ``{metric: {value, low, high}}``,
        ``families`` as ``{family: {metric: value}}``, and ``left_out`` as ``{metric: prompts}``
        of the metrics that leave any out.
    """
    families = [str(row["family"]) for row in rows]
    columns = {metric: _column(rows, metric) for metric in metrics}
    by_family = {metric: family_means(columns[metric], families) for metric in metrics}
    summary: dict[str, JsonValue] = {"prompts": len(rows)}
    for name, aggregate in AGGREGATES.items():
        summary[name] = {
            metric: _interval(aggregate(column, families, seed=seed))
            for metric, column in columns.items()
        }
    summary["families"] = {
        family: {metric: _defined(by_family[metric][family]) for metric in metrics}
        for family in dict.fromkeys(families)
    }
    missing = {metric: int((~np.isfinite(columns[metric])).sum()) for metric in metrics}
    summary["left_out"] = {metric: count for metric, count in missing.items() if count}
    return summary


def oracle_summary(
    scores: NDArray[np.float64], families: Sequence[str]
) -> dict[str, dict[str, JsonValue]]:
    """A perfect sampler's averages, by name of the aggregate: median and central 95%.

    Args:
        scores: float64 ``[prompts, repetitions]``.
        families: Of each prompt.
    """
    return {
        "family_mean": _row(family_balanced_oracle(scores, families)),
        "family_median": _row(family_balanced_oracle(scores, families, aggregate="median")),
    }


def _column(rows: Sequence[Row], metric: str) -> NDArray[np.float64]:
    figures = [row[metric] for row in rows]
    numbers = [float(one) if isinstance(one, int | float) else np.nan for one in figures]
    return np.array(numbers, dtype=np.float64)


def _interval(interval: Interval) -> dict[str, JsonValue]:
    return {
        "value": _defined(interval.value),
        "low": _defined(interval.low),
        "high": _defined(interval.high),
    }


def _row(row: OracleRow) -> dict[str, JsonValue]:
    return {"value": row.median, "low": row.low, "high": row.high}


def _defined(figure: float) -> float | None:
    return float(figure) if np.isfinite(figure) else None
