"""Figures that are undefined somewhere, and how often: they are counted, not averaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aleator.report.measures import MISSING

ALL = "all"
"""What stands for the count of a figure that no prompt of a condition has."""

_Counts = Mapping[str, int | None]


@dataclass(frozen=True)
class LeftOutRow:
    """How many figures of a measure are undefined, a count a condition of the page."""

    split: str
    measure: str
    counts: tuple[str, ...]


def count_rows(
    part: str, counts: Sequence[_Counts | None], titles: Mapping[str, str]
) -> list[LeftOutRow]:
    """Every measure that some condition lacks on some, not all, of its prompts.

    Args:
        part: What of a benchmark they are about.
        counts: By measure, one mapping a condition of the page; None where it lacks the part. A
            count that is None stands for all prompts.
        titles: What measures are called; others are shown as they are written.
    """
    rows = []
    for name in dict.fromkeys(name for one in counts if one for name in one):
        told = tuple(MISSING if one is None else _told(one.get(name, 0)) for one in counts)
        if any(count not in ("0", ALL, MISSING) for count in told):
            rows.append(LeftOutRow(part, titles.get(name, name), told))
    return rows


def partly(counts: Mapping[str, int], prompts: int) -> dict[str, int | None]:
    """The counts, None where all prompts lack a figure: mostly it was not measured at all."""
    return {name: count if count < prompts else None for name, count in counts.items()}


def _told(count: int | None) -> str:
    return ALL if count is None else str(count)
