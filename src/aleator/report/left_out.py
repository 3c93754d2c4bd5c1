"""Figures that are undefined somewhere, and how often: they are counted, not averaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aleator.report.measures import MISSING


@dataclass(frozen=True)
class LeftOutRow:
    """How many figures of a measure are undefined, a count a condition of the page."""

    split: str
    measure: str
    counts: tuple[str, ...]


def count_rows(
    part: str, counts: Sequence[Mapping[str, int] | None], titles: Mapping[str, str]
) -> list[LeftOutRow]:
    """Every count that some condition reports and that is not zero.

    Args:
        part: What of a benchmark they are about.
        counts: By measure, one mapping a condition of the page; None where it lacks the part.
        titles: What measures are called; others are shown as they are written.
    """
    rows = []
    for name in dict.fromkeys(name for one in counts if one for name in one):
        told = tuple(MISSING if one is None else str(one.get(name, 0)) for one in counts)
        if any(count not in ("0", MISSING) for count in told):
            rows.append(LeftOutRow(part, titles.get(name, name), told))
    return rows


def partly(counts: Mapping[str, int], prompts: int) -> dict[str, int]:
    """The counts of measures that some prompts lack; what all lack was not measured at all."""
    return {name: count for name, count in counts.items() if count < prompts}
