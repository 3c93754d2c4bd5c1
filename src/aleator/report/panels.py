"""Which prompts the page draws: chosen by a rule that does not look at the results."""

from collections.abc import Sequence
from dataclasses import dataclass

from aleator.report.measures import in_order
from aleator.report.results import NUMERIC, Collection, PromptResult, Result

PANELS = 12

RULE = (
    "One prompt of every held-out family evaluated, then of families with unseen parameters at "
    "even steps through the alphabet: always the family's middle one in the order of the "
    "benchmark, chosen without looking at the results."
)


@dataclass(frozen=True)
class Panel:
    """One prompt, as every condition of `drawable` answers it, in the page's order."""

    rows: tuple[PromptResult, ...]

    @property
    def prompt(self) -> PromptResult:
        """The prompt itself, the same in every row."""
        return self.rows[0]


def choose_panels(collection: Collection, count: int = PANELS) -> tuple[Panel, ...]:
    """At most `count` prompts by `RULE`; fewer where fewer have curves in every condition.

    Conditions without the numeric benchmark, or without any curve, do not count.
    """
    chosen: list[Panel] = []
    for split in in_order(collection.splits):
        families = sorted(_by_family(collection, split).items())
        room = count - len(chosen)
        if len(families) > room:
            families = [families[index * len(families) // room] for index in range(room)]
        chosen += [panels[len(panels) // 2] for _, panels in families]
    return tuple(chosen)


def drawable(collection: Collection) -> dict[int, Result]:
    """The conditions that have curves, by their place on the page; draws alone give none."""
    return {
        place: result
        for place, result in collection.having(NUMERIC).items()
        if any(row.curve is not None for row in result.rows)
    }


def _by_family(collection: Collection, split: str) -> dict[str, Sequence[Panel]]:
    """Prompts of a split that every condition has a curve for, by family, in the file's order."""
    conditions = [result.rows_of(split) for result in drawable(collection).values()]
    families: dict[str, list[Panel]] = {}
    for key, row in (conditions[0] if conditions else {}).items():
        rows = [condition.get(key) for condition in conditions]
        drawn = tuple(other for other in rows if other is not None and other.curve is not None)
        if len(drawn) == len(conditions):
            families.setdefault(row.family, []).append(Panel(drawn))
    return dict(families)
