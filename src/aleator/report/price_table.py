"""The page's table of ways of asking: what prompting costs in tokens, beside asking plainly.

Shown where some condition was asked otherwise than plainly. A benchmark whose figures are all from
logits draws nothing and costs nothing here.
"""

from dataclasses import dataclass

from aleator.report.cells import Column, ConditionsTable, Group, measures_table, place_in
from aleator.report.measures import MISSING
from aleator.report.method_costs import MEASURES, PLAIN
from aleator.report.results import Collection, Result
from aleator.report.sentences import plural

BENCH_TITLES = {
    "numeric": "Numeric",
    "closed_sets": "Closed sets",
    "open_ended": "Open-ended",
    "mcq_positions": "Answer positions",
    "novelty": "Novelty",
}


@dataclass(frozen=True)
class PriceSection:
    """What the template shows; ``places`` are those of the conditions that say how they asked."""

    places: tuple[int, ...]
    table: ConditionsTable


def price_section(collection: Collection) -> PriceSection | None:
    """The table; None where all conditions were asked plainly."""
    stated = {place: one for place, one in enumerate(collection.results) if one.methods}
    asked = [method for result in stated.values() for method in result.methods.values()]
    if all(method.name == PLAIN for method in asked):
        return None
    groups = [
        Group(title, tuple(_column(result, bench) for result in stated.values()))
        for bench, title in BENCH_TITLES.items()
        if any(_otherwise(result, bench) for result in stated.values())
    ]
    return PriceSection(tuple(stated), measures_table(MEASURES, groups))


def _otherwise(result: Result, bench: str) -> bool:
    return bench in result.methods and result.methods[bench].name != PLAIN


def _column(result: Result, bench: str) -> Column:
    source = place_in(result, f"{bench}.method")
    method = result.methods.get(bench)
    if method is None:
        return Column(MISSING, {}, source)
    drawn = plural(method.draws, "draw") if method.draws else "no draws"
    return Column(f"{method.told}, {drawn}", method.figures, source)
