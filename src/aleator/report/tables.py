"""The tables of the numeric benchmark as plain values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aleator.report.cells import (
    Cell,
    Column,
    ConditionsTable,
    Group,
    figure_cell,
    measures_table,
    place_in,
    tint,
)
from aleator.report.estimates import Estimate
from aleator.report.left_out import LeftOutRow, count_rows
from aleator.report.measures import (
    BY_KEY,
    MEASURES,
    MISSING,
    Measure,
    in_order,
    split_title,
    written,
)
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.sentences import plural

Aggregate = Literal["family_mean", "family_median"]
"""Fields of result.json that sum up a split."""

FAMILY_MEASURES = ("shape_kl", "value_tv", "w1_normalised", "modal_share")
"""What the family tables show; the rest is in result.json."""

_FULL_TINT: Mapping[str, float] = {"value_tv": 0.95, "w1_normalised": 1.0, "modal_share": 1.0}
"""The value at which a cell is fully tinted: collapse. Other measures: the table's largest."""


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
class BoundRow:
    """Probability that the exact evaluation did not follow, over the prompts of one condition."""

    split: str
    label: str
    mean: str
    largest: str


def conditions_table(
    collection: Collection, splits: Sequence[str], aggregate: Aggregate
) -> ConditionsTable:
    """The conditions that have numbers side by side on every split."""
    results = collection.having(NUMERIC).values()
    groups = [
        Group(split_title(split), tuple(_column(one, split, aggregate) for one in results))
        for split in splits
    ]
    return measures_table(MEASURES, groups)


def family_table(collection: Collection, split: str) -> FamilyTable:
    """Every family of a split, sorted by the first condition's value TV, largest first."""
    results = list(collection.having(NUMERIC).values())
    tables = [result.splits[split].families if split in result.splits else {} for result in results]
    names = list(dict.fromkeys(name for table in tables for name in table))
    names.sort(key=lambda name: _sorting(tables[0].get(name, {}).get("value_tv"), name))
    largest = {key: _largest(tables, key) for key in FAMILY_MEASURES}

    def cell(key: str, name: str, index: int) -> Cell:
        estimate = tables[index].get(name, {}).get(key, Estimate(None))
        source = place_in(results[index], f"numeric.splits.{split}.families.{name}.{key}")
        return figure_cell(BY_KEY[key].write, estimate, source, tint(estimate.value, largest[key]))

    conditions = range(len(results))
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
    titles = {key: measure.title for key, measure in BY_KEY.items()}
    rows: list[LeftOutRow] = []
    for split in collection.splits:
        parts = [
            result.splits[split].left_out if split in result.splits else None
            for result in collection.results
        ]
        rows += count_rows(split_title(split), parts, titles)
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


def _column(result: Result, split: str, aggregate: Aggregate) -> Column:
    source = place_in(result, f"numeric.splits.{split}.{aggregate}")
    part = result.splits.get(split)
    if part is None:
        return Column(MISSING, {}, source)
    figures = part.family_mean if aggregate == "family_mean" else part.family_median
    shown = {key: with_width(result, split, key, one) for key, one in figures.items()}
    return Column(plural(part.prompts, "prompt"), shown, source)


def with_width(result: Result, split: str, key: str, estimate: Estimate) -> Estimate:
    """The figure, without its interval where that has no width for want of prompts."""
    if not estimate.value == estimate.low == estimate.high:
        return estimate
    known = [row for row in result.rows_of(split).values() if row.metrics.get(key) is not None]
    counts = Counter(row.family for row in known)
    return estimate if max(counts.values(), default=0) > 1 else Estimate(estimate.value)


def single_prompt_notes(collection: Collection) -> tuple[str, ...]:
    """By split, in how many families one prompt stands for all; nothing where in none."""
    notes = []
    for split in in_order(collection.splits):
        counted = [
            Counter(row.family for row in result.rows_of(split).values())
            for result in collection.having(NUMERIC).values()
        ]
        alone = [sum(count == 1 for count in counts.values()) for counts in counted]
        most = max(range(len(alone)), key=alone.__getitem__, default=None)
        if most is None or not alone[most]:
            continue
        families = len(counted[most])
        follows = (
            "a bootstrap within families has no width then, and no interval is shown"
            if alone[most] == families
            else "they add no width to the intervals, which are too narrow"
        )
        notes.append(
            f"{split_title(split)}: {alone[most]} of {families} families evaluated have one "
            f"prompt only; {follows}."
        )
    return tuple(notes)


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
