"""A figure with its interval, and how files hold it. An undefined figure is None, never NaN."""

from collections.abc import Mapping
from dataclasses import dataclass

from aleator.errors import InputError
from aleator.report.fields import Field


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval; None where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


Figures = Mapping[str, Estimate]
"""Figures by the name of their measure."""

UNDEFINED = Estimate(None)


def read_estimate(item: Field) -> Estimate:
    """A bare figure, or an object with its interval.

    Raises:
        InputError: It is neither.
    """
    if not isinstance(item.value, dict):
        return Estimate(item.number())
    parts = item.items()
    if "value" not in parts:
        raise InputError(f"{item.file} lacks {item.place}.value")
    low, high = parts.get("low"), parts.get("high")
    return Estimate(
        parts["value"].number(),
        low.number() if low else None,
        high.number() if high else None,
    )


def read_estimates(item: Field) -> dict[str, Estimate]:
    """An object of figures by name."""
    return {name: read_estimate(figure) for name, figure in item.items().items()}


def read_counts(item: Field | None) -> dict[str, int]:
    """An object of whole numbers by name; empty where there is none."""
    return {} if item is None else {name: one.whole() for name, one in item.items().items()}


def is_figure(item: Field) -> bool:
    """Whether a field holds a number, or null in a number's place."""
    return item.value is None or (
        isinstance(item.value, (int, float)) and not isinstance(item.value, bool)
    )


def read_bare_figures(item: Field) -> dict[str, float | None]:
    """All numbers of an object that has other fields, too; null ones are None."""
    return {name: one.number() for name, one in item.items().items() if is_figure(one)}
