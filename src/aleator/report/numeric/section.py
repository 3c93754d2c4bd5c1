"""The page's sections on the numeric benchmark: goals, curves, tables, what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from aleator.report.cells import ConditionsTable
from aleator.report.comparisons import GoalLine
from aleator.report.figures import cdf_figure, goals_figure
from aleator.report.left_out import LeftOutRow
from aleator.report.measures import BY_KEY, in_order, split_title, written
from aleator.report.panels import Panel, choose_panels, drawable
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.tables import (
    BoundRow,
    FamilyTable,
    bound_rows,
    conditions_table,
    family_table,
    left_out_rows,
    single_prompt_notes,
)
from aleator.report.words import far_families


@dataclass(frozen=True)
class PanelView:
    """A drawing of one prompt with its caption; ``distances`` by the condition's place."""

    drawing: Markup
    split: str
    family: str
    parameters: str
    prompt: str
    distances: dict[int, str]


@dataclass(frozen=True)
class Worst:
    """The families of one condition and split that are farthest from their target."""

    label: str
    split: str
    families: str


@dataclass(frozen=True)
class NumericSection:
    """What the templates of the numeric benchmark show.

    Attributes:
        places: The page's places of the conditions that have it.
        drawn: Those of them that have curves.
        goals_drawing: The goals as a picture; None without goals.
        lonely: In how many families, at most, one prompt stands for all.
        single_prompts: Where families have one prompt only, and what follows for intervals.
        unpaired: Comparisons that could not use every prompt.
    """

    places: tuple[int, ...]
    drawn: tuple[int, ...]
    goal_lines: tuple[GoalLine, ...]
    goals_drawing: Markup | None
    lonely: int
    panels: tuple[PanelView, ...]
    means: ConditionsTable
    medians: ConditionsTable
    single_prompts: tuple[str, ...]
    splits: tuple[str, ...]
    family_tables: tuple[FamilyTable, ...]
    worst: tuple[Worst, ...]
    left_out_rows: tuple[LeftOutRow, ...]
    unpaired: tuple[str, ...]
    bounds: tuple[BoundRow, ...]


def numeric_section(collection: Collection, lines: Sequence[GoalLine]) -> NumericSection | None:
    """The sections' content; None where no condition has the benchmark."""
    having = collection.having(NUMERIC)
    if not having:
        return None
    splits = in_order(collection.splits)
    labels = [result.label for result in collection.results]
    drawn = drawable(collection)
    return NumericSection(
        places=tuple(having),
        drawn=tuple(drawn),
        goal_lines=tuple(lines),
        goals_drawing=Markup(goals_figure(lines, labels, prefix="goals")) if lines else None,
        lonely=max((line.comparison.single_prompt_families for line in lines), default=0),
        panels=tuple(_panel_views(choose_panels(collection), tuple(drawn))),
        means=conditions_table(collection, splits, "family_mean"),
        medians=conditions_table(collection, splits, "family_median"),
        single_prompts=single_prompt_notes(collection),
        splits=splits,
        family_tables=tuple(family_table(collection, split) for split in splits),
        worst=tuple(_worst(list(having.values()), splits)),
        left_out_rows=left_out_rows(collection),
        unpaired=tuple(_unpaired(lines)),
        bounds=bound_rows(collection),
    )


def _panel_views(panels: Sequence[Panel], places: Sequence[int]) -> list[PanelView]:
    views = []
    for number, panel in enumerate(panels):
        row = panel.prompt
        parameters = ", ".join(f"{name} = {value:.4g}" for name, value in row.parameters)
        label = f"Cumulative distributions, {row.family} {parameters}".rstrip()
        here = dict(zip(places, panel.rows, strict=True))
        curves = [here[place].curve if place in here else None for place in range(max(places) + 1)]
        views.append(
            PanelView(
                drawing=Markup(cdf_figure(curves, prefix=f"cdf{number}", label=label)),
                split=row.split,
                family=row.family.replace("_", " "),
                parameters=parameters,
                prompt=row.prompt,
                distances={
                    place: written("w1_normalised", one.metrics.get("w1_normalised"))
                    for place, one in here.items()
                },
            )
        )
    return views


def _worst(results: Sequence[Result], splits: Sequence[str]) -> list[Worst]:
    found = [
        Worst(result.label, split_title(split).lower(), far_families(result, split))
        for split in splits
        for result in results
    ]
    return [worst for worst in found if worst.families]


def _unpaired(lines: Sequence[GoalLine]) -> list[str]:
    """Comparisons that could not use every prompt."""
    return [
        f"{line.comparison.label}, {BY_KEY[line.goal.metric].short}, "
        f"{split_title(line.goal.split).lower()}: {line.comparison.left_out} of "
        f"{line.comparison.prompts + line.comparison.left_out} prompts not compared"
        for line in lines
        if line.comparison.left_out
    ]
