"""The section on open-ended generation: support sizes, top shares, the most collapsed prompts."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from aleator.report.cells import Column, ConditionsTable, Group, measures_table, place_in
from aleator.report.left_out import LeftOutRow, count_rows, partly
from aleator.report.measures import Measure, percent
from aleator.report.open_ended.picture import Dots, curves_figure, support_figure
from aleator.report.open_ended.reading import NAME, OpenEnded, OpenRow
from aleator.report.open_ended.words import open_ended_told
from aleator.report.results import Collection, Result
from aleator.report.sentences import Told, plural, shown

NAMED_PROMPTS = 6
_PROMPT = 90
_ANSWER = 40

MEASURES = (
    Measure(
        "support_size",
        "Support size",
        "First tokens, likeliest first, that hold 90% of the first step's probability.",
        "neither",
    ),
    Measure(
        "unique_rate",
        "Unique rate",
        "Different answers over draws, as published.",
        "neither",
        percent,
    ),
    Measure(
        "unique_rate_folded",
        "Unique rate, folded",
        "The same, case and final punctuation aside.",
        "neither",
        percent,
    ),
    Measure(
        "top_share",
        "Share of the top answer",
        "Of the answers that are not empty.",
        "neither",
        percent,
    ),
    Measure("top4_share", "Share of the top four", "The same of four answers.", "neither", percent),
    Measure(
        "effective_answers",
        "Effective number of answers",
        "The exponential of the entropy of the draws; at most their number.",
        "neither",
    ),
    Measure(
        "effective_answers_corrected",
        "Effective number, corrected",
        "The same, corrected for the number of draws.",
        "neither",
    ),
    Measure(
        "empty_rate",
        "Empty answers",
        "Silence is not diversity: it counts in no line above but the unique rates.",
        "lower",
        percent,
    ),
    Measure(
        "truncated_rate", "Cut off at the limit", "Answers that did not end.", "lower", percent
    ),
)

Benches = dict[int, tuple[Result, OpenEnded]]
"""The conditions that have the benchmark, by their place on the page."""


@dataclass(frozen=True)
class CollapsedPrompt:
    """A prompt and the most frequent answers to it, in words, one text a condition."""

    prompt: str
    answers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class OpenEndedSection:
    """What the template shows.

    Attributes:
        places: The page's places of the conditions that have the benchmark.
        told: Its sentences.
        support: Support sizes as a picture; None where no condition has any.
        against_base: Whether that picture is of dots against base, not of curves.
        tops: Shares of the top answers as a picture; None where nothing was drawn.
        table: Means and medians.
        collapsed: The most collapsed prompts of the first condition.
    """

    places: tuple[int, ...]
    told: Told
    support: Markup | None
    against_base: bool
    tops: Markup | None
    table: ConditionsTable
    collapsed: tuple[CollapsedPrompt, ...]
    left_out_rows: tuple[LeftOutRow, ...]


def open_ended_section(collection: Collection) -> OpenEndedSection | None:
    """The section's content; None where no condition has the benchmark."""
    benches: Benches = {
        place: (result, result.open_ended)
        for place, result in collection.having(NAME).items()
        if result.open_ended is not None
    }
    if not benches:
        return None
    dots = _dots(collection, benches)
    support = None
    if dots:
        support = Markup(support_figure(dots, prefix="support"))
    elif sizes := _columns(benches, "support_size"):
        title = "tokens for 90% of the first step"
        drawn = curves_figure(sizes, title=title, logarithmic=True, prefix="support")
        support = Markup(drawn)
    tops = None
    if shares := _columns(benches, "top_share"):
        title = "share of the top answer"
        tops = Markup(curves_figure(shares, title=title, logarithmic=False, prefix="tops"))
    return OpenEndedSection(
        places=tuple(benches),
        told=open_ended_told(collection),
        support=support,
        against_base=bool(dots),
        tops=tops,
        table=measures_table(MEASURES, _groups(benches)),
        collapsed=tuple(_collapsed(benches)),
        left_out_rows=tuple(_left_out(collection)),
    )


def _dots(collection: Collection, benches: Benches) -> list[Dots]:
    found = []
    for place, (result, bench) in benches.items():
        base = None if result.is_base else collection.base_of(result, NAME)
        if base is None or base.open_ended is None:
            continue
        sizes, others = bench.column("support_size"), base.open_ended.column("support_size")
        pairs = [
            (other, size)
            for key, size in sizes.items()
            if size is not None and (other := others.get(key)) is not None
        ]
        if pairs:
            found.append(Dots(result.label, place, pairs))
    return found


def _columns(benches: Benches, metric: str) -> dict[int, tuple[str, list[float]]]:
    found: dict[int, tuple[str, list[float]]] = {}
    for place, (result, bench) in benches.items():
        known = [value for value in bench.column(metric).values() if value is not None]
        if known:
            found[place] = (result.label, known)
    return found


def _groups(benches: Benches) -> list[Group]:
    def column(result: Result, bench: OpenEnded, aggregate: str) -> Column:
        figures = bench.mean if aggregate == "mean" else bench.median
        source = place_in(result, f"{NAME}.{aggregate}")
        return Column(plural(bench.prompts, "prompt"), figures, source)

    return [
        Group(title, tuple(column(*one, aggregate) for one in benches.values()))
        for aggregate, title in (("mean", "Mean over prompts"), ("median", "Median over prompts"))
    ]


def _collapsed(benches: Benches) -> list[CollapsedPrompt]:
    """The prompts of the first condition whose top answer takes most, and all conditions' there."""
    first = next(iter(benches.values()))[1].rows
    known = {
        key: share
        for key, row in first.items()
        if (share := row.figures.get("top_share")) is not None
    }
    keys = sorted(known, key=lambda key: -known[key])[:NAMED_PROMPTS]
    return [
        CollapsedPrompt(
            shown(first[key].prompt, _PROMPT),
            tuple(_answers(bench.rows, key) for _, bench in benches.values()),
        )
        for key in keys
    ]


def _answers(rows: Mapping[str, OpenRow], key: str) -> tuple[str, ...]:
    row = rows.get(key)
    if row is None:
        return ()
    return tuple(f"{shown(one.text, _ANSWER)} {percent(one.share)}" for one in row.answers)


def _left_out(collection: Collection) -> list[LeftOutRow]:
    counts = []
    for result in collection.results:
        bench = result.open_ended
        counts.append(None if bench is None else partly(bench.left_out, bench.prompts))
    titles = {measure.key: measure.title for measure in MEASURES}
    return count_rows("Open-ended", counts, titles)
