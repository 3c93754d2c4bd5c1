"""The page's top: a row a condition, and in it what got better, stayed, got worse or is open.

Findings are gathered by benchmark, so that a row stays short: a measure that moved alike on every
part is named once, several tasks or slices are counted. What failed is what was aimed at and not
reached, or should be there and is not; nothing is left out without a word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aleator.report.comparisons import GoalLine
from aleator.report.findings import FAMILIES, Finding, Outcome, findings
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import Line
from aleator.report.retention.words import PARTS
from aleator.report.sentences import listed, plural

BENCH_TITLES: Mapping[str, str] = {
    NUMERIC: "Numbers",
    "closed_sets": "Closed sets",
    "open_ended": "Open-ended",
    "mcq_positions": "Answer positions",
    "novelty": "Novelty",
    "knowledge": "Knowledge",
    "perplexity": "Perplexity",
}
"""The benchmarks in the page's order."""

COLUMNS: tuple[Outcome, ...] = ("better", "unchanged", "worse", "undecided")
_NAMED = 2
"""Tasks, slices or families up to this many are named, more are counted."""


@dataclass(frozen=True)
class Entry:
    """What one benchmark has in one column; `told` has every figure, for who looks closer."""

    bench: str
    text: str
    told: str


@dataclass(frozen=True)
class SummaryRow:
    """One condition.

    Attributes:
        place: The condition's on the page.
        calibration: The figure that says most of it, before and after; empty without any.
        columns: By outcome, as `COLUMNS` has them.
        failed: What was aimed at and not reached, or is not there.
    """

    place: int
    calibration: str
    columns: tuple[tuple[Entry, ...], ...]
    failed: tuple[str, ...]


def summary_rows(
    collection: Collection, goals: Sequence[GoalLine], lines: Sequence[Line]
) -> tuple[SummaryRow, ...]:
    """A row for every condition that is no base; none where no base is there.

    Args:
        collection: The conditions.
        goals: As `goal_lines` gives them.
        lines: Retention as `retention_lines` gives it, of both benchmarks.
    """
    if not any(one.is_base for one in collection.results):
        return ()
    return tuple(
        _row(collection, result, place, goals, findings(collection, result, lines))
        for place, result in enumerate(collection.results)
        if not result.is_base
    )


def _row(
    collection: Collection,
    result: Result,
    place: int,
    goals: Sequence[GoalLine],
    found: Sequence[Finding],
) -> SummaryRow:
    columns = tuple(
        tuple(
            _entry(bench, outcome, [one for one in found if one.bench == bench])
            for bench in BENCH_TITLES
            if any((one.bench, one.outcome) == (bench, outcome) for one in found)
        )
        for outcome in COLUMNS
    )
    return SummaryRow(
        place, _calibration(found), columns, tuple(_failed(collection, result, goals, found))
    )


def _calibration(found: Sequence[Finding]) -> str:
    """Normalised W1 where it is known, otherwise the total variation of closed sets."""
    for bench, measure in ((NUMERIC, "normalised W1"), ("closed_sets", "total variation")):
        for one in found:
            if one.bench == bench and one.measure.startswith(measure):
                return f"{one.measure}, {one.part}: {one.told}"
    return ""


def _entry(bench: str, outcome: Outcome, found: Sequence[Finding]) -> Entry:
    mine = [one for one in found if one.outcome == outcome]
    told = "; ".join(_in_full(one) for one in mine)
    if bench in ("knowledge", "perplexity"):
        return Entry(BENCH_TITLES[bench], _counted(mine, found, PARTS[bench]), told)
    texts = []
    for measure in dict.fromkeys(one.measure for one in mine if one.measure != FAMILIES):
        here = [one for one in mine if one.measure == measure]
        every = sum(one.measure == measure for one in found) == len(here)
        parts = listed([one.part for one in here if one.part])
        texts.append(measure if every or not parts else f"{measure} ({parts})")
    families = list(dict.fromkeys(one.told for one in mine if one.measure == FAMILIES))
    if families:
        few = len(families) <= _NAMED
        texts.append(listed(families) if few else f"{len(families)} single families")
    return Entry(BENCH_TITLES[bench], ", ".join(texts), told)


def _counted(mine: Sequence[Finding], found: Sequence[Finding], part: str) -> str:
    """Names with how far they moved, or how many of how many there are."""
    if len(mine) <= _NAMED:
        moved = [one.told.partition(", ")[0] for one in mine]
        return ", ".join(f"{one.measure} {by}" for one, by in zip(mine, moved, strict=True))
    every = len(mine) == len(found)
    return f"all {plural(len(mine), part)}" if every else f"{len(mine)} of {len(found)} {part}s"


def _in_full(one: Finding) -> str:
    where = f", {one.part}" if one.part else ""
    return f"{one.measure}{where}: {one.told}"


def _failed(
    collection: Collection,
    result: Result,
    goals: Sequence[GoalLine],
    found: Sequence[Finding],
) -> Iterable[str]:
    mine = [line for line in goals if line.comparison.label == result.label]
    for verdict in ("not met", "undecided", "not measured"):
        count = sum(line.verdict == verdict for line in mine)
        if count:
            yield f"{count} of {plural(len(mine), 'goal')} {verdict}"
    based = {bench for one in collection.results if one.is_base for bench in one.benches}
    for bench, title in BENCH_TITLES.items():
        if bench in based and bench not in result.benches:
            yield f"{title.lower()}: {_absence(collection, result, bench)}"
        elif bench in result.benches and collection.base_of(result, bench) is None:
            yield f"{title.lower()}: not compared, it was not measured of base"
        refused = [one for one in found if (one.bench, one.outcome) == (bench, "not compared")]
        if refused:
            names = listed(list(dict.fromkeys(one.measure for one in refused)))
            why = list(dict.fromkeys(one.told for one in refused))
            yield f"{title.lower()}, {names} not compared: {'; '.join(why)}"


def _absence(collection: Collection, result: Result, bench: str) -> str:
    for one in collection.absent:
        if (one.cell.condition, one.cell.bench) == (result.condition, bench):
            return one.why
    return "not measured"
