"""The page's tables as plain values: every cell with its text, its exact value and its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aleator.report.measures import BY_KEY, MEASURES, MISSING, Measure, split_title, written
from aleator.report.results import Collection, Estimate, Result

Aggregate = Literal["family_mean", "family_median"]
"""Fields of result.json that sum up a split."""

FAMILY_MEASURES = ("shape_kl", "value_tv", "w1_normalised", "modal_share")
"""What the family tables show; the rest is in result.json."""

_FULL_TINT: Mapping[str, float] = {"value_tv": 0.95, "w1_normalised": 1.0, "modal_share": 1.0}
"""The value at which a cell is fully tinted: collapse. Other measures: the table's largest."""


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
class MeasureRow:
    """One measure: its cells grouped by split, in each group one a condition."""

    measure: Measure
    groups: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class ConditionsTable:
    """The conditions side by side, by split.

    Attributes:
        splits: What the groups are.
        prompts: How many prompts, by split and condition.
        rows: The measures.
    """

    splits: tuple[str, ...]
    prompts: tuple[tuple[str, ...], ...]
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class FamilyRow:
    """One family: its cells grouped by measure, in each group one a condition."""

    family: str
    groups: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class FamilyTable:
    """All families of one split, the farthest from its target under base first."""

    split: str
    measures: tuple[Measure, ...]
    rows: tuple[FamilyRow, ...]


@dataclass(frozen=True)
class LeftOutRow:
    """How many figures of a measure are undefined, a count a condition."""

    split: str
    measure: str
    counts: tuple[str, ...]


@dataclass(frozen=True)
class BoundRow:
    """Probability that the exact evaluation did not follow, over the prompts of one condition."""

    split: str
    label: str
    mean: str
    largest: str


def conditions_table(
    collection: Collection, splits: Sequence[str], aggregate: Aggregate
) -> ConditionsTable:
    """The conditions side by side on every split; measures that nobody has are left away."""
    rows = []
    for measure in MEASURES:
        groups = tuple(
            tuple(_aggregate_cell(one, split, aggregate, measure.key) for one in collection.results)
            for split in splits
        )
        if any(cell.exact for group in groups for cell in group):
            rows.append(MeasureRow(measure, groups))
    prompts = tuple(
        tuple(
            str(result.splits[split].prompts) if split in result.splits else MISSING
            for result in collection.results
        )
        for split in splits
    )
    return ConditionsTable(tuple(splits), prompts, tuple(rows))


def family_table(collection: Collection, split: str) -> FamilyTable:
    """Every family of a split, sorted by the first condition's value TV, largest first."""
    tables = [
        result.splits[split].families if split in result.splits else {}
        for result in collection.results
    ]
    names = list(dict.fromkeys(name for table in tables for name in table))
    names.sort(key=lambda name: _sorting(tables[0].get(name, {}).get("value_tv"), name))
    largest = {key: _largest(tables, key) for key in FAMILY_MEASURES}

    def cell(key: str, name: str, index: int) -> Cell:
        estimate = tables[index].get(name, {}).get(key, Estimate(None))
        source = _source(collection.results[index], split, "families", f"{name}.{key}")
        tint = _tint(estimate.value, largest[key])
        return _cell(key, estimate, source, tint)

    conditions = range(len(collection.results))
    rows = tuple(
        FamilyRow(
            name,
            tuple(tuple(cell(key, name, index) for index in conditions) for key in FAMILY_MEASURES),
        )
        for name in names
    )
    return FamilyTable(split, tuple(BY_KEY[key] for key in FAMILY_MEASURES), rows)


def left_out_rows(collection: Collection) -> tuple[LeftOutRow, ...]:
    """Every count of undefined figures that some condition reports and that is not zero."""
    rows = []
    for split in collection.splits:
        parts = [
            result.splits[split].left_out if split in result.splits else None
            for result in collection.results
        ]
        names = dict.fromkeys(name for part in parts if part for name in part)
        for name in names:
            counts = tuple(MISSING if part is None else str(part.get(name, 0)) for part in parts)
            if any(count not in ("0", MISSING) for count in counts):
                title = BY_KEY[name].title if name in BY_KEY else name
                rows.append(LeftOutRow(split_title(split), title, counts))
    return tuple(rows)


def bound_rows(collection: Collection) -> tuple[BoundRow, ...]:
    """Mean and largest unexpanded mass of each condition and split, from its rows."""
    rows = []
    for split in collection.splits:
        for result in collection.results:
            found = [row.metrics.get("unexpanded_mass") for row in result.rows_of(split).values()]
            known = [mass for mass in found if mass is not None]
            if known:
                mean = written("unexpanded_mass", sum(known) / len(known))
                largest = written("unexpanded_mass", max(known))
                rows.append(BoundRow(split_title(split), result.label, mean, largest))
    return tuple(rows)


def _aggregate_cell(result: Result, split: str, aggregate: Aggregate, key: str) -> Cell:
    part = result.splits.get(split)
    figures: Mapping[str, Estimate] = {}
    if part is not None:
        figures = part.family_mean if aggregate == "family_mean" else part.family_median
    source = _source(result, split, aggregate, key)
    return _cell(key, figures.get(key, Estimate(None)), source)


def _cell(key: str, estimate: Estimate, source: str, tint: int = 0) -> Cell:
    interval = ""
    if estimate.low is not None and estimate.high is not None:
        interval = f"{written(key, estimate.low)} … {written(key, estimate.high)}"
    exact = "" if estimate.value is None else repr(estimate.value)
    return Cell(written(key, estimate.value), exact, interval, source, tint)


def _source(result: Result, split: str, part: str, field: str) -> str:
    return f"{result.directory / 'result.json'}: bench.numeric.splits.{split}.{part}.{field}"


def _sorting(estimate: Estimate | None, name: str) -> tuple[float, str]:
    value = None if estimate is None else estimate.value
    return (float("inf") if value is None else -value, name)


def _largest(tables: Sequence[Mapping[str, Mapping[str, Estimate]]], key: str) -> float:
    if key in _FULL_TINT:
        return _FULL_TINT[key]
    values = [
        figures[key].value for table in tables for figures in table.values() if key in figures
    ]
    return max((value for value in values if value is not None), default=0.0)


def _tint(value: float | None, largest: float) -> int:
    if value is None or largest <= 0:
        return 0
    return round(100 * min(max(value / largest, 0.0), 1.0))
