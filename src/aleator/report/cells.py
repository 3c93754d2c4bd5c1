"""Tables of conditions side by side: every cell with its text, its exact value and its source.

One kind of table serves all benchmarks: measures are rows, and the conditions stand in groups, one
a split, a set or a way of reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aleator.report.estimates import UNDEFINED, Estimate, Figures
from aleator.report.measures import MISSING, Measure
from aleator.report.results import Result
from aleator.report.sentences import in_parts


@dataclass(frozen=True)
class Cell:
    """One number of a table.

    Attributes:
        text: As the page writes it.
        exact: The number as the file has it; empty where it is undefined.
        interval: Its 95% interval as the page writes it; empty where there is none.
        source: The file and the field it comes from.
        tint: 0 … 100, how strongly the cell is tinted.
    """

    text: str
    exact: str
    interval: str
    source: str
    tint: int = 0


@dataclass(frozen=True)
class Column:
    """What one condition has in one group.

    Attributes:
        count: What its figures stand on, such as "24 prompts"; `MISSING` where it has none.
        figures: By measure; empty where it has none.
        source: Where they stand: a file, and the place of the object that holds them.
    """

    count: str
    figures: Figures
    source: str


@dataclass(frozen=True)
class Group:
    """The conditions side by side on one part of a benchmark, in the page's order."""

    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class MeasureRow:
    """One measure: its cells by group, in each group one a condition."""

    measure: Measure
    groups: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class ConditionsTable:
    """The conditions side by side, by group.

    Attributes:
        titles: What the groups are.
        counts: What the figures stand on, by group and condition.
        rows: The measures.
    """

    titles: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    rows: tuple[MeasureRow, ...]


def measures_table(
    measures: Sequence[Measure], groups: Sequence[Group], *, all_measured: bool = False
) -> ConditionsTable:
    """A table of `measures`; those that nobody has are left away unless `all_measured`."""
    rows = []
    for measure in measures:
        cells = tuple(tuple(_of(measure, column) for column in group.columns) for group in groups)
        if all_measured or any(cell.exact for group in cells for cell in group):
            rows.append(MeasureRow(measure, cells))
    return ConditionsTable(
        titles=tuple(group.title for group in groups),
        counts=tuple(tuple(column.count for column in group.columns) for group in groups),
        rows=tuple(rows),
    )


def figure_cell(
    write: Callable[[float], str], estimate: Estimate, source: str, tint: int = 0
) -> Cell:
    """The cell of one figure, written by `write`."""
    value, low, high = in_parts(estimate, write)
    interval = "" if MISSING in (low, high) else f"{low} … {high}"
    if estimate.value is None:
        return Cell(MISSING, "", interval, source, tint)
    return Cell(value, repr(estimate.value), interval, source, tint)


def place_in(result: Result, place: str) -> str:
    """A place in a condition's result.json, as a source; it begins with the benchmark's name."""
    folder = result.folder_of(place.partition(".")[0])
    return f"{folder / 'result.json'}: bench.{place}"


def tint(value: float | None, full: float) -> int:
    """How strongly a value is tinted: not at all at 0, fully from `full` on."""
    if value is None or full <= 0:
        return 0
    return round(100 * min(max(value / full, 0.0), 1.0))


def _of(measure: Measure, column: Column) -> Cell:
    estimate = column.figures.get(measure.key, UNDEFINED)
    return figure_cell(measure.write, estimate, f"{column.source}.{measure.key}")
