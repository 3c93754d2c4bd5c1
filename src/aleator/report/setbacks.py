"""What got worse: families farther from their target than base, and what was not retained.

An average over families hides a family that lost. Families are compared by their means over the
prompts that both conditions have; a difference too small to show in print is none. A family got
worse where the test of `metrics.family_differences` says so, adjusted over all families of the
split; one whose mean is only higher is "not decided". Tasks and slices of retention come with a
verdict, and one that leaves a loss open is told, too.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aleator.metrics.family_differences import family_differences
from aleator.report.measures import BY_KEY, in_order, split_title, written
from aleator.report.results import PromptResult, Result
from aleator.report.retention.comparing import BENCHES, Line
from aleator.report.retention.words import PARTS, shift_told
from aleator.report.sentences import listed, plural

HEADLINE = ("value_tv", "w1_normalised")
"""The measures that are looked at; where neither is known, `DRAWN`."""
DRAWN = ("w1_sampled",)
_MEDIAN = 1.0
"""The normalised W1 of always answering the median."""


@dataclass(frozen=True)
class Change:
    """One measure of one family, before and after; whether the difference is more than chance."""

    family: str
    metric: str
    before: float
    after: float
    prompts: int
    decided: bool


@dataclass(frozen=True)
class Setback:
    """What got worse in one condition on one split.

    Attributes:
        label: The condition.
        split: Which prompts.
        worse: Families whose figure is surely higher than base's, the largest ratio first.
        undecided: Families whose figure is higher, and it may be chance.
        above: Families whose normalised W1 is above 1, by name, the highest first.
        compared: How many families were compared.
    """

    label: str
    split: str
    worse: tuple[Change, ...]
    undecided: tuple[Change, ...]
    above: tuple[tuple[str, float], ...]
    compared: int

    @property
    def families(self) -> tuple[str, ...]:
        """The families that got worse by any measure."""
        return _names(self.worse)

    @property
    def open_families(self) -> tuple[str, ...]:
        """Those that perhaps got worse by some measure, and by none for sure."""
        return tuple(name for name in _names(self.undecided) if name not in self.families)


def setbacks(pairs: Sequence[tuple[Result, Result]]) -> tuple[Setback, ...]:
    """Every condition against its base on every split, whether or not anything got worse."""
    return tuple(
        setback(result, base, split)
        for result, base in pairs
        for split in in_order(tuple(result.splits))
    )


def setback(result: Result, base: Result, split: str) -> Setback:
    """What got worse in `result` against `base` on one split."""
    ours, theirs = result.rows_of(split), base.rows_of(split)
    shared = [key for key in ours if key in theirs]
    changes = [one for metric in HEADLINE for one in _changes(ours, theirs, shared, metric)]
    if not changes:  # a prompted model, or an endpoint
        changes = [one for metric in DRAWN for one in _changes(ours, theirs, shared, metric)]
    higher = [one for one in changes if _is_higher(one)]
    higher.sort(key=lambda one: (-_ratio(one), one.family))
    return Setback(
        result.label,
        split,
        tuple(one for one in higher if one.decided),
        tuple(one for one in higher if not one.decided),
        tuple(_above(ours.values())),
        len({one.family for one in changes}),
    )


def setbacks_in_words(found: Sequence[Setback]) -> tuple[str, ...]:
    """A sentence for each condition and split where something is wrong; else that nothing is."""
    told = [sentence for one in found for sentence in _in_words(one)]
    if any(one.compared for one in found) and not any(one.worse or one.undecided for one in found):
        told.insert(0, "No family evaluated is worse than base in value TV or normalised W1.")
    return tuple(told)


def retention_setbacks(lines: Sequence[Line]) -> tuple[str, ...]:
    """A sentence for each condition and benchmark with a loss, or with one not excluded."""
    told: list[str] = []
    for label in dict.fromkeys(line.label for line in lines):
        for bench in BENCHES:
            mine = [line for line in lines if (line.label, line.bench) == (label, bench)]
            for verdict, words in (("worse", "worse than base"), ("undecided", "undecided")):
                found = [line for line in mine if line.verdict == verdict]
                if found:
                    parts = "; ".join(_retained(line) for line in found)
                    told.append(f"{label}, {bench}, {words}: {parts}.")
    compared = [line for line in lines if line.verdict != "not compared"]
    if compared and not told:
        told = ["No task and no slice lost more than the margin."]
    return tuple(told)


def worse_by_condition(found: Sequence[Setback], lines: Sequence[Line]) -> str:
    """How many families, tasks and slices got worse with which condition; empty if none did."""
    labels = dict.fromkeys([*(one.label for one in found), *(line.label for line in lines)])
    alike: dict[str, list[str]] = {}
    for label in labels:
        if told := _counted(label, found, lines):
            alike.setdefault(told, []).append(label)
    parts = [f"{told} with {listed(names)}" for told, names in alike.items()]
    return f"got worse: {'; '.join(parts)}" if parts else ""


def _counted(label: str, found: Sequence[Setback], lines: Sequence[Line]) -> str:
    families = {name for one in found if one.label == label for name in one.families}
    parts = []
    if families:
        parts.append("1 family" if len(families) == 1 else f"{len(families)} families")
    for bench in BENCHES:
        mine = (label, bench, "worse")
        count = sum((line.label, line.bench, line.verdict) == mine for line in lines)
        if count:
            parts.append(plural(count, PARTS[bench]))
    return listed(parts)


def _retained(line: Line) -> str:
    items = "item" if line.bench == "knowledge" else "document"
    shift = shift_told(line.shift, line.bench)
    return f"{line.name} {shift} ({plural(line.paired.count, items)})"


def _in_words(one: Setback) -> Iterable[str]:
    where = f"{one.label}, {split_title(one.split).lower()}"
    if one.worse:
        told = "; ".join(_family(one.worse, name) for name in one.families)
        yield f"{where}, worse than base: {told}."
    if one.open_families:
        told = "; ".join(_family(one.undecided, name) for name in one.open_families)
        yield f"{where}, not decided whether worse than base: {told}."
    if one.above:
        named = listed([f"{name} ({written('w1_normalised', w1)})" for name, w1 in one.above])
        yield f"{where}, normalised W1 above 1, worse than always answering the median: {named}."


def _names(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.family for change in changes))


def _family(among: Sequence[Change], name: str) -> str:
    changes = [change for change in among if change.family == name]
    moved = ", ".join(
        f"{BY_KEY[change.metric].in_sentence} {written(change.metric, change.before)} → "
        f"{written(change.metric, change.after)}"
        for change in changes
    )
    return f"{name} {moved} ({plural(changes[0].prompts, 'prompt')})"


def _changes(
    ours: Mapping[str, PromptResult],
    theirs: Mapping[str, PromptResult],
    shared: Sequence[str],
    metric: str,
) -> list[Change]:
    """One measure of every family for which both sides have it."""
    found = family_differences(
        [_figure(ours[key], metric) for key in shared],
        [_figure(theirs[key], metric) for key in shared],
        [ours[key].family for key in shared],
    )
    return [
        Change(name, metric, one.before, one.after, one.interval.count, one.decided)
        for name, one in found.items()
    ]


def _figure(row: PromptResult, metric: str) -> float:
    value = row.metrics.get(metric)
    return math.nan if value is None else value


def _is_higher(change: Change) -> bool:
    before, after = written(change.metric, change.before), written(change.metric, change.after)
    return change.after > change.before and before != after


def _ratio(change: Change) -> float:
    return change.after / change.before if change.before > 0 else math.inf


def _above(rows: Iterable[PromptResult]) -> list[tuple[str, float]]:
    figures: dict[str, list[float]] = {}
    for row in rows:
        known = [row.metrics.get(metric) for metric in ("w1_normalised", *DRAWN)]
        first = next((value for value in known if value is not None), None)
        if first is not None:
            figures.setdefault(row.family, []).append(first)
    means = [(name, _mean(values)) for name, values in figures.items()]
    return sorted(
        (one for one in means if one[1] > _MEDIAN and written("w1_normalised", one[1]) != "1.00"),
        key=lambda one: (-one[1], one[0]),
    )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return math.fsum(known) / len(known)
