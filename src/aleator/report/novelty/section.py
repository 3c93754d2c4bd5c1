"""The section on NoveltyBench: distinct answers, utility, and who judged.

Conditions that other judges judged are shown side by side and not compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from aleator.report.cells import Column, ConditionsTable, Group, measures_table, place_in
from aleator.report.estimates import UNDEFINED
from aleator.report.measures import MISSING, Measure, percent, significant
from aleator.report.novelty.picture import Spread, novelty_figure
from aleator.report.novelty.reading import NAME, Judges, Novelty
from aleator.report.pairing import Change, mean_difference
from aleator.report.results import Collection, Result
from aleator.report.sentences import Told, interval, listed, plural

MEASURES = (
    Measure(
        "distinct", "Distinct", "How many different answers the draws of a prompt give.", "higher"
    ),
    Measure(
        "utility",
        "Utility",
        "What the answers are worth to a reader who may stop after each; only the first of its "
        "kind earns its rating.",
        "higher",
    ),
    Measure(
        "mean_rating",
        "Mean rating",
        "Of all answers, 1 to 10, those that earn nothing included.",
        "higher",
    ),
    Measure("mean_words", "Words per answer", "Length of an answer.", "neither"),
    Measure("mean_tokens", "Tokens per answer", "The same, the stop token included.", "neither"),
    Measure("empty_rate", "Empty answers", "Share of answers.", "lower", percent),
    Measure("truncated_rate", "Cut off at the limit", "Share of answers.", "lower", percent),
)

Benches = dict[int, tuple[Result, Novelty]]
"""The conditions that have the benchmark, by their place on the page."""


@dataclass(frozen=True)
class SetPicture:
    """The picture of one set of prompts."""

    name: str
    drawing: Markup


@dataclass(frozen=True)
class NoveltySection:
    """What the template shows; ``places`` are those of the conditions that have the benchmark."""

    places: tuple[int, ...]
    told: Told
    judges: tuple[str, ...]
    pictures: tuple[SetPicture, ...]
    table: ConditionsTable


def novelty_section(collection: Collection) -> NoveltySection | None:
    """The section's content; None where no condition has the benchmark."""
    benches: Benches = {
        place: (result, result.novelty)
        for place, result in collection.having(NAME).items()
        if result.novelty is not None
    }
    if not benches:
        return None
    names = list(dict.fromkeys(name for _, bench in benches.values() for name in bench.sets))
    pictures = [
        SetPicture(
            name, Markup(novelty_figure(name, _spreads(benches, name), prefix=f"novelty{number}"))
        )
        for number, name in enumerate(names)
    ]
    groups = [
        Group(f"Set: {name}", tuple(_column(*one, name) for one in benches.values()))
        for name in names
    ]
    return NoveltySection(
        places=tuple(benches),
        told=_told(collection, benches),
        judges=tuple(_judges(benches)),
        pictures=tuple(pictures),
        table=measures_table(MEASURES, groups),
    )


def _spreads(benches: Benches, name: str) -> list[Spread]:
    found = []
    for place, (result, bench) in benches.items():
        one = bench.sets.get(name)
        if one is not None:
            total = sum(one.distinct_counts) or 1.0
            shares = [count / total for count in one.distinct_counts]
            utility = one.figures.get("utility", UNDEFINED)
            found.append(Spread(result.label, place, shares, utility))
    return found


def _column(result: Result, bench: Novelty, name: str) -> Column:
    source = place_in(result, f"{NAME}.sets.{name}")
    one = bench.sets.get(name)
    if one is None:
        return Column(MISSING, {}, source)
    return Column(plural(one.prompts, "prompt"), one.figures, source)


def _judges(benches: Benches) -> Iterable[str]:
    """Who judged, a sentence for all conditions that share their judges."""
    by_judges: dict[Judges, list[str]] = {}
    for result, bench in benches.values():
        by_judges.setdefault(bench.judges, []).append(result.label)
    for judges, labels in by_judges.items():
        who = "" if len(by_judges) == 1 else f"{listed(labels)}: "
        named = (
            f"{who}what is the same was judged by “{_named(judges.partition)}”, what is good by "
            f"“{_named(judges.scorer)}”"
        )
        named = named if who else named[0].upper() + named[1:]
        if judges.published:
            yield f"{named}: the published judges."
        else:
            yield (
                f"{named}. These are not the published judges: the figures compare conditions "
                "with each other, not with published ones."
            )
    if len(by_judges) > 1:
        yield "Conditions with different judges are not compared."


def _named(judge: str) -> str:
    rules = {"rule": "rule (shared words, ours)", "validity": "validity (ours)"}
    return rules.get(judge, judge)


def _told(collection: Collection, benches: Benches) -> Told:
    bases = [(result, bench) for result, bench in benches.values() if result.is_base]
    changes: list[str] = []
    details: list[str] = []
    failures: list[str] = []
    for result, base in collection.pairs(NAME):
        for name, distinct, utility in compare_novelty(result, base):
            if distinct.mean is None or distinct.base is None:
                continue
            told = f"{significant(distinct.base)} to {significant(distinct.mean)}"
            changes.append(f"{result.label} from {told} on {name}")
            details.append(
                f"{result.label}, {name}: distinct answers from {told} "
                f"({_difference(distinct)}); utility {_difference(utility)}; paired over "
                f"{plural(distinct.count, 'prompt')}{_missing(distinct)}."
            )
            if utility.change.high is not None and utility.change.high < 0:
                failures.append(
                    f"{result.label}, novelty on {name}: utility fell ({_difference(utility)})."
                )
    return Told(
        base=tuple(_collapse(result, bench) for result, bench in bases),
        changes=(f"Novelty, different answers of a prompt: {'; '.join(changes)}.",)
        if changes
        else (),
        failures=tuple(failures),
        details=tuple(details),
    )


def compare_novelty(result: Result, base: Result) -> Iterable[tuple[str, Change, Change]]:
    """Every set that both have, where the same judges judged."""
    ours, theirs = result.novelty, base.novelty
    if ours is None or theirs is None or ours.judges != theirs.judges:
        return
    for name, mine in ours.sets.items():
        other = theirs.sets.get(name)
        if other is not None:
            yield (
                name,
                mean_difference(mine.distinct, other.distinct),
                mean_difference(mine.utility, other.utility),
            )


def _collapse(base: Result, bench: Novelty) -> str:
    told = []
    for name, one in bench.sets.items():
        distinct = one.figures.get("distinct", UNDEFINED).value
        worth = one.figures.get("utility", UNDEFINED).value
        if distinct is not None:
            value = "" if worth is None else f" (utility {significant(worth)} of 10)"
            draws = len(one.distinct_counts)
            told.append(f"{draws} draws give {significant(distinct)} different answers{value}")
            told[-1] += f" on {name}"
    return f"{base.label}, novelty: {listed(told) or 'nothing was measured'}."


def _difference(change: Change) -> str:
    value = change.change.value
    if value is None:
        return "not compared"
    sign = "+" if value > 0 else ""
    ends = interval(change.change)
    if ends == MISSING:
        return f"{sign}{significant(value)}, too few for an interval"
    return f"{sign}{significant(value)}, 95% interval {ends}"


def _missing(change: Change) -> str:
    return f", {change.left_out:,} not compared" if change.left_out else ""
