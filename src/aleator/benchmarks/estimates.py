"""Figures as ``result.json`` holds them: with their intervals, and null where undefined."""

import math
from collections.abc import Sequence

from aleator.files import JsonValue
from aleator.metrics.intervals import Interval
from aleator.metrics.oracle import OracleRow


def as_estimate(interval: Interval) -> dict[str, JsonValue]:
    """``{"value", "low", "high"}``."""
    return {
        "value": defined(interval.value),
        "low": defined(interval.low),
        "high": defined(interval.high),
    }


def as_reference(row: OracleRow) -> dict[str, JsonValue]:
    """A perfect sampler's median and central 95% in the same form."""
    return {"value": defined(row.median), "low": defined(row.low), "high": defined(row.high)}


def defined(figure: float) -> float | None:
    """The figure, or None where it is not finite."""
    return float(figure) if math.isfinite(figure) else None


def known_total(values: Sequence[JsonValue]) -> int | None:
    """The sum of whole numbers, or None where one is not known."""
    known = [value for value in values if isinstance(value, int)]
    return sum(known) if len(known) == len(values) else None
