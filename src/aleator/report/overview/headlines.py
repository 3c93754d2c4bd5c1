"""The one figure of each benchmark that an overview shows, and how it moved against base.

The figure is the condition's own, as its result.json has it; what may be said of it comes from the
same paired comparison with the base of the same model as on the model's page. Which figure it is
looks at all models: a table has one measure, or its rows could not be read beside each other.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aleator.metrics.paired import verdict as loss_verdict
from aleator.report.cells import place_in
from aleator.report.closed_sets.measures import VARIATIONS, main_split
from aleator.report.closed_sets.measures import split_title as sets_title
from aleator.report.closed_sets.reading import NAME as CLOSED_SETS
from aleator.report.closed_sets.words import compare_sets
from aleator.report.comparisons import compare
from aleator.report.estimates import UNDEFINED, Estimate, Figures
from aleator.report.findings import DRAWN, Outcome, apart, by_gain, by_ratio
from aleator.report.mcq_positions.reading import NAME as MCQ_POSITIONS
from aleator.report.mcq_positions.section import FEW, parse_rate, variation
from aleator.report.measures import BY_KEY, in_order, percent, significant, split_title
from aleator.report.novelty.reading import NAME as NOVELTY
from aleator.report.novelty.section import compare_novelty
from aleator.report.open_ended.reading import NAME as OPEN_ENDED
from aleator.report.open_ended.words import compare_open
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import Bench, Line, Sourced, overall
from aleator.report.retention.words import MARGINS, shift_told
from aleator.report.sentences import with_interval
from aleator.report.tables import with_width


@dataclass(frozen=True)
class Moved:
    """How a figure moved against base: what may be said, and by how much in words."""

    outcome: Outcome
    told: str


NOT_COMPARED = Moved("not compared", "no figure on both sides")


@dataclass(frozen=True)
class Headline:
    """One benchmark's figure.

    Attributes:
        bench: The benchmark.
        title: What the figure is.
        goal: Which way is better, and what is perfect.
        write: A value as text.
        own: A condition's figure with its source.
        against: A condition against its base; the lines are those of retention.
        beside: What must stand beside the figure; empty for most.
    """

    bench: str
    title: str
    goal: str
    write: Callable[[float], str]
    own: Callable[[Result], Sourced]
    against: Callable[[Result, Result, Sequence[Line]], Moved]
    beside: Callable[[Result], str] = lambda _: ""


def headlines(collection: Collection) -> tuple[Headline, ...]:
    """Those of the benchmarks that some condition has, in the page's order."""
    makers: dict[str, Callable[[Sequence[Result]], Headline]] = {
        NUMERIC: _numeric,
        CLOSED_SETS: _closed_sets,
        OPEN_ENDED: _open_ended,
        MCQ_POSITIONS: _mcq_positions,
        NOVELTY: _novelty,
        "knowledge": _knowledge,
        "perplexity": _perplexity,
    }
    return tuple(
        make(list(having.values()))
        for bench, make in makers.items()
        if (having := collection.having(bench))
    )


def _numeric(results: Sequence[Result]) -> Headline:
    split = in_order(tuple(dict.fromkeys(one for result in results for one in result.splits)))[0]

    def figures(result: Result) -> Figures:
        part = result.splits.get(split)
        return {} if part is None else part.family_mean

    metric = _first_known(("w1_normalised", *DRAWN), [figures(one) for one in results])

    def own(result: Result) -> Sourced:
        place = place_in(result, f"{NUMERIC}.splits.{split}.family_mean.{metric}")
        known = figures(result).get(metric, UNDEFINED)
        return Sourced(with_width(result, split, metric, known), place)

    def against(result: Result, base: Result, _: Sequence[Line]) -> Moved:
        return _by_ratio(compare(result, base, metric, split).shown_ratio)

    return Headline(
        NUMERIC,
        f"Numbers: {BY_KEY[metric].in_sentence}, {split_title(split).lower()}",
        "0 is perfect, 1 no better than always answering the median.",
        significant,
        own,
        against,
    )


def _closed_sets(results: Sequence[Result]) -> Headline:
    split = main_split([one.closed_sets for one in results if one.closed_sets is not None])

    def figures(result: Result) -> Figures:
        part = None if result.closed_sets is None else result.closed_sets.splits.get(split)
        return {} if part is None else part.mean

    metric = _first_known(VARIATIONS, [figures(one) for one in results])

    def own(result: Result) -> Sourced:
        place = place_in(result, f"{CLOSED_SETS}.splits.{split}.mean.{metric}")
        return Sourced(figures(result).get(metric, UNDEFINED), place)

    def against(result: Result, base: Result, _: Sequence[Line]) -> Moved:
        change = compare_sets(result, base, split).variation
        return NOT_COMPARED if change is None else _by_ratio(change.change)

    return Headline(
        CLOSED_SETS,
        f"Closed sets: total variation, {sets_title(split).lower()}",
        "0 is perfect.",
        significant,
        own,
        against,
    )


def _open_ended(results: Sequence[Result]) -> Headline:
    del results

    def own(result: Result) -> Sourced:
        mean = {} if result.open_ended is None else result.open_ended.mean
        place = place_in(result, f"{OPEN_ENDED}.mean.top_share")
        return Sourced(mean.get("top_share", UNDEFINED), place)

    def against(result: Result, base: Result, _: Sequence[Line]) -> Moved:
        return _by_ratio(compare_open(result, base).top.change)

    title = "Open-ended: share of the top answer"
    return Headline(OPEN_ENDED, title, "Less is more varied.", percent, own, against)


def _mcq_positions(results: Sequence[Result]) -> Headline:
    del results

    def own(result: Result) -> Sourced:
        place = place_in(result, f"{MCQ_POSITIONS}.strict.total_variation")
        return Sourced(variation(result), place)

    def against(result: Result, base: Result, _: Sequence[Line]) -> Moved:
        rate = parse_rate(result).value
        if rate is None or rate < FEW:
            return Moved("not compared", "too few questions parse")
        outcome = apart(variation(result), variation(base))
        return Moved(outcome, "by intervals that lie apart or not: the draws are not paired")

    def beside(result: Result) -> str:
        rate = parse_rate(result).value
        return "" if rate is None else f"{percent(rate)} parse"

    title, goal = "Answer positions: total variation", "0 is an even spread over A to D."
    return Headline(MCQ_POSITIONS, title, goal, significant, own, against, beside)


def _novelty(results: Sequence[Result]) -> Headline:
    name = next(name for one in results if one.novelty is not None for name in one.novelty.sets)

    def own(result: Result) -> Sourced:
        one = None if result.novelty is None else result.novelty.sets.get(name)
        figures: Figures = {} if one is None else one.figures
        place = place_in(result, f"{NOVELTY}.sets.{name}.distinct")
        return Sourced(figures.get("distinct", UNDEFINED), place)

    def against(result: Result, base: Result, _: Sequence[Line]) -> Moved:
        for known, distinct, _utility in compare_novelty(result, base):
            if known == name:
                told = f"{with_interval(distinct.change)} more than base"
                return Moved(by_gain(distinct.change), told)
        return NOT_COMPARED

    title = f"Novelty: different answers of a prompt, {name}"
    return Headline(NOVELTY, title, "More is more varied.", significant, own, against)


def _knowledge(results: Sequence[Result]) -> Headline:
    del results

    def own(result: Result) -> Sourced:
        figures = {} if result.knowledge is None else result.knowledge.aggregate
        place = place_in(result, "knowledge.aggregate.mean")
        return Sourced(figures.get("mean", UNDEFINED), place)

    def against(result: Result, base: Result, lines: Sequence[Line]) -> Moved:
        del base
        shift = _shift(result, lines, "knowledge")
        flipped = Estimate(*(end and -end for end in (shift.value, shift.high, shift.low)))
        return _retained(flipped, shift, "knowledge")

    title = "Knowledge: share of right answers, mean over tasks"
    return Headline("knowledge", title, "Higher is better.", percent, own, against)


def _perplexity(results: Sequence[Result]) -> Headline:
    del results

    def own(result: Result) -> Sourced:
        slices = {} if result.perplexity is None else result.perplexity.slices
        values = [one.perplexity.value for one in slices.values()]
        known = [value for value in values if value is not None]
        mean = math.exp(math.fsum(map(math.log, known)) / len(known)) if known else None
        place = place_in(result, "perplexity.slices")
        whole = mean if len(known) == len(values) else None
        return Sourced(Estimate(whole), f"geometric mean of {place}")

    def against(result: Result, base: Result, lines: Sequence[Line]) -> Moved:
        del base
        shift = _shift(result, lines, "perplexity")
        return _retained(shift, shift, "perplexity")

    title = "Perplexity: geometric mean over slices"
    return Headline("perplexity", title, "Lower is better.", significant, own, against)


def _first_known(metrics: Sequence[str], figures: Sequence[Figures]) -> str:
    """The measure that most have a value of; the first such."""
    counts = {
        metric: sum(one.get(metric, UNDEFINED).value is not None for one in figures)
        for metric in metrics
    }
    return max(metrics, key=lambda metric: counts[metric])


def _by_ratio(ratio: Estimate) -> Moved:
    outcome = by_ratio(ratio)
    if outcome == "not compared":
        return NOT_COMPARED
    return Moved(outcome, f"{with_interval(ratio)} of base's")


def _shift(result: Result, lines: Sequence[Line], bench: Bench) -> Estimate:
    mine = [line for line in lines if (line.label, line.bench) == (result.label, bench)]
    return overall(mine, bench)


def _retained(loss: Estimate, shift: Estimate, bench: Bench) -> Moved:
    if loss.value is None:
        return NOT_COMPARED
    ends = [math.nan if end is None else end for end in (loss.low, loss.high)]
    return Moved(
        loss_verdict(*ends, margin=MARGINS[bench]), f"{shift_told(shift, bench)} against base"
    )
