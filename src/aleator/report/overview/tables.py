"""The overview's tables: models are rows, conditions columns; what is missing is said in its cell.

Outside of a matrix a model as it is stands under "base" whatever its folder is called, so that
models evaluated by hand stand beside each other, too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aleator.report.cells import Cell, figure_cell
from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.matrix_folder import in_order_of
from aleator.report.measures import MISSING
from aleator.report.overview.headlines import Headline, Moved, headlines
from aleator.report.results import Collection, Result
from aleator.report.retention.comparing import Line

BASE = "base"
_MISSING = "missing"
_ORDER = ("better", "unchanged", "worse", "undecided", "not compared", _MISSING)

Lines = Mapping[str, Sequence[Line]]
"""Retention against base, by model."""


@dataclass(frozen=True)
class OverviewCell:
    """One model in one condition.

    Attributes:
        figure: Its own figure; where there is none, why.
        estimate: The same as numbers.
        beside: What must stand beside it.
        moved: Against its base; None for a base, and where it was not measured.
        missing: Whether it was not measured at all.
    """

    figure: Cell
    estimate: Estimate
    beside: str
    moved: Moved | None
    missing: bool


@dataclass(frozen=True)
class OverviewTable:
    """One benchmark: by model, a cell a condition."""

    bench: str
    title: str
    goal: str
    rows: Mapping[str, tuple[OverviewCell, ...]]


@dataclass(frozen=True)
class Overview:
    """All tables, and their columns."""

    conditions: tuple[str, ...]
    tables: tuple[OverviewTable, ...]

    def counts(self, table: OverviewTable) -> tuple[str, ...]:
        """A condition's verdicts over models in words; empty for base with nothing missing."""
        return tuple(
            _counted([row[place] for row in table.rows.values()])
            for place in range(len(self.conditions))
        )


def overview(collection: Collection, lines: Lines) -> Overview:
    """The tables of every benchmark that some condition has.

    Args:
        collection: All conditions of all models.
        lines: Retention as `retention_lines` gives it, of both benchmarks, by model.
    """
    models = collection.by_model()
    placed = {name: _placed(one) for name, one in models.items()}
    there = [condition for one in placed.values() for condition in one]
    missing = [one.cell.condition for one in collection.absent]
    found = in_order_of(collection.plan.conditions, [*there, *missing])
    bases = {name for one in placed.values() for name, result in one.items() if result.is_base}
    conditions = tuple(sorted(found, key=lambda name: name not in bases))
    tables = []
    for headline in headlines(collection):
        rows = {
            name: tuple(
                _cell(headline, one, placed[name].get(condition), condition, lines.get(name, ()))
                for condition in conditions
            )
            for name, one in models.items()
        }
        tables.append(OverviewTable(headline.bench, headline.title, headline.goal, rows))
    return Overview(conditions, tuple(tables))


def _placed(collection: Collection) -> dict[str, Result]:
    """One model's conditions by their column."""
    bases = [one for one in collection.results if one.is_base and not one.named]
    return {BASE if [one] == bases else one.label: one for one in collection.results}


def _cell(
    headline: Headline,
    collection: Collection,
    result: Result | None,
    condition: str,
    lines: Sequence[Line],
) -> OverviewCell:
    if result is None or headline.bench not in result.benches:
        why = _why(collection, condition, headline.bench)
        return OverviewCell(Cell(why, "", "", "nowhere"), UNDEFINED, "", None, missing=True)
    own = headline.own(result)
    moved = None
    if not result.is_base:
        base = collection.base_of(result, headline.bench)
        nothing = Moved("not compared", "base was not measured")
        moved = nothing if base is None else headline.against(result, base, lines)
    cell = figure_cell(headline.write, own.estimate, own.source)
    return OverviewCell(cell, own.estimate, headline.beside(result), moved, missing=False)


def _why(collection: Collection, condition: str, bench: str) -> str:
    for one in collection.absent:
        if (one.cell.condition, one.cell.bench) == (condition, bench):
            return one.why
    return MISSING


def _counted(cells: Sequence[OverviewCell]) -> str:
    counts: Counter[str] = Counter(one.moved.outcome for one in cells if one.moved is not None)
    counts[_MISSING] = sum(one.missing for one in cells)
    return ", ".join(f"{counts[kind]} {kind}" for kind in _ORDER if counts[kind])
