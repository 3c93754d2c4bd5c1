"""One self-contained HTML page from a collection of results.

The page has no script and fetches nothing (its content policy forbids both), every text is escaped
by the template engine, and the same results always give the same bytes. The only markup inserted
as it is are the drawings of `figures`, which are serialised by an XML writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aleator.files import write_text
from aleator.metrics.intervals import RESAMPLES
from aleator.report.comparisons import GoalLine, goal_lines
from aleator.report.figures import cdf_figure, goals_figure
from aleator.report.measures import (
    BY_KEY,
    MISSING,
    SPLIT_MEANINGS,
    in_order,
    significant,
    split_title,
    written,
)
from aleator.report.panels import RULE, Panel, choose_panels
from aleator.report.provenance import provenance_rows
from aleator.report.results import Collection, Estimate
from aleator.report.svg import series_dash
from aleator.report.tables import (
    bound_rows,
    conditions_table,
    family_table,
    left_out_rows,
)
from aleator.report.words import far_families, headline

_VERDICT_MARKS = {"met": "✓", "not met": "✗", "undecided": "?", "not measured": MISSING}


@dataclass(frozen=True)
class PanelView:
    """A drawing of one prompt with its caption."""

    drawing: Markup
    split: str
    family: str
    parameters: str
    prompt: str
    distances: tuple[str, ...]


@dataclass(frozen=True)
class Worst:
    """The families of one condition and split that are farthest from their target."""

    label: str
    split: str
    families: str


def write_page(collection: Collection, path: Path) -> None:
    """Write the page to `path`, whole or not at all.

    Raises:
        OutputError: The place cannot be written.
    """
    write_text(path, render_page(collection))


def render_page(collection: Collection) -> str:
    """The page as text; the same results give the same text."""
    environment = Environment(
        loader=PackageLoader("aleator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["interval"] = interval
    environment.filters["significant"] = significant
    environment.filters["figure"] = lambda value, key: written(key, value)
    environment.filters["dashes"] = lambda index: " ".join(
        f"{2.4 * length:g}" for length in series_dash(index)[1]
    )
    splits = in_order(collection.splits)
    lines = goal_lines(collection)
    labels = [result.label for result in collection.results]
    goals = Markup(goals_figure(lines, labels, prefix="goals")) if lines else None
    return environment.get_template("page.html.j2").render(
        headline=headline(collection, lines),
        labels=labels,
        goals_drawing=goals,
        goal_lines=lines,
        resamples=RESAMPLES,
        marks=_VERDICT_MARKS,
        measures=BY_KEY,
        split_title=split_title,
        split_meanings=SPLIT_MEANINGS,
        means=conditions_table(collection, splits, "family_mean"),
        medians=conditions_table(collection, splits, "family_median"),
        family_tables=[family_table(collection, split) for split in splits],
        worst=_worst(collection, splits),
        panels=_panel_views(choose_panels(collection)),
        panel_rule=RULE,
        left_out=collection.left_out,
        left_out_rows=left_out_rows(collection),
        unpaired=_unpaired(lines),
        lonely=max((line.comparison.single_prompt_families for line in lines), default=0),
        bounds=bound_rows(collection),
        provenance=provenance_rows(collection),
    )


def interval(estimate: Estimate) -> str:
    """An interval as the page writes it, or that there is none."""
    if estimate.low is None or estimate.high is None:
        return MISSING
    return f"{significant(estimate.low)} … {significant(estimate.high)}"


def _panel_views(panels: Sequence[Panel]) -> list[PanelView]:
    views = []
    for number, panel in enumerate(panels):
        row = panel.prompt
        parameters = ", ".join(f"{name} = {value:.4g}" for name, value in row.parameters)
        label = f"Cumulative distributions, {row.family} {parameters}".rstrip()
        drawn = cdf_figure([row.curve for row in panel.rows], prefix=f"cdf{number}", label=label)
        views.append(
            PanelView(
                drawing=Markup(drawn),
                split=row.split,
                family=row.family.replace("_", " "),
                parameters=parameters,
                prompt=row.prompt,
                distances=tuple(
                    written("w1_normalised", row.metrics.get("w1_normalised")) for row in panel.rows
                ),
            )
        )
    return views


def _worst(collection: Collection, splits: Sequence[str]) -> list[Worst]:
    found = [
        Worst(result.label, split_title(split).lower(), far_families(result, split))
        for split in splits
        for result in collection.results
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
