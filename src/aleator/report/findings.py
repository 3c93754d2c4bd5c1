"""What became of each figure that was compared with base: better, unchanged, worse, or undecided.

One finding a measure and part of every benchmark, by the comparisons that the page's sections make:
paired over the same prompts, sets or items, each by its own 95% interval; single families by a test
adjusted over all of them. Answer positions have draws of their own on either side, so there two
intervals must lie apart. Open prompts and novelty have no right distribution: there more different
answers count as better, which is what calibration is for. Valid answers and their kin count as
unchanged where the interval excludes a loss of more than 1%.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from aleator.metrics.paired import VALIDITY_MARGIN
from aleator.metrics.paired import verdict as loss_verdict
from aleator.report.closed_sets.measures import main_split
from aleator.report.closed_sets.measures import split_title as sets_title
from aleator.report.closed_sets.reading import NAME as CLOSED_SETS
from aleator.report.closed_sets.words import compare_sets
from aleator.report.comparisons import compare
from aleator.report.estimates import Estimate
from aleator.report.mcq_positions.reading import NAME as MCQ_POSITIONS
from aleator.report.mcq_positions.section import FEW, parse_rate, variation
from aleator.report.measures import BY_KEY, in_order, percent, significant, split_title
from aleator.report.novelty.reading import NAME as NOVELTY
from aleator.report.novelty.section import compare_novelty
from aleator.report.open_ended.reading import NAME as OPEN_ENDED
from aleator.report.open_ended.words import compare_open
from aleator.report.pairing import Change
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import Line
from aleator.report.retention.words import shift_told
from aleator.report.setbacks import setback

Outcome = Literal["better", "unchanged", "worse", "undecided", "not compared"]

EXACT = ("shape_kl", "value_tv", "w1_normalised")
"""Measures of the numeric benchmark; where no logits are known, `DRAWN`."""
DRAWN = ("w1_sampled",)
FAMILIES = "families"
"""The measure of findings about single families."""


@dataclass(frozen=True)
class Finding:
    """One figure of a condition against base.

    Attributes:
        bench: The benchmark.
        measure: What was measured, or the task or slice.
        part: On what, such as a split; empty where there is but one.
        outcome: What may be said.
        told: By how much, in words.
    """

    bench: str
    measure: str
    part: str
    outcome: Outcome
    told: str


def findings(collection: Collection, result: Result, lines: Sequence[Line]) -> tuple[Finding, ...]:
    """All findings about a condition, benchmark by benchmark.

    Args:
        collection: Where its base is looked for.
        result: The condition.
        lines: Retention as `retention_lines` gives it, of both benchmarks.
    """
    found: list[Finding] = []
    makers = {
        NUMERIC: _numeric,
        OPEN_ENDED: _open_ended,
        MCQ_POSITIONS: _mcq_positions,
        NOVELTY: _novelty,
    }
    for bench, make in makers.items():
        base = collection.base_of(result, bench)
        if base is not None and bench in result.benches:
            found += make(result, base)
    base = collection.base_of(result, CLOSED_SETS)
    if base is not None and result.closed_sets is not None:
        known = [one.closed_sets for one in collection.results if one.closed_sets is not None]
        found += _closed_sets(result, base, main_split(known))
    return (*found, *(_retained(line) for line in lines if line.label == result.label))


def by_ratio(ratio: Estimate) -> Outcome:
    """Of a ratio to base where less is better."""
    if ratio.value is None:
        return "not compared"
    if ratio.low is None or ratio.high is None:
        return "undecided"
    return "better" if ratio.high < 1 else "worse" if ratio.low > 1 else "undecided"


def by_gain(difference: Estimate) -> Outcome:
    """Of a difference to base where more is better."""
    if difference.value is None:
        return "not compared"
    if difference.low is None or difference.high is None:
        return "undecided"
    return "better" if difference.low > 0 else "worse" if difference.high < 0 else "undecided"


def apart(now: Estimate, before: Estimate) -> Outcome:
    """Of a figure where less is better, from two intervals that are not paired."""
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return "not compared"
    if now.high < before.low:
        return "better"
    return "worse" if now.low > before.high else "undecided"


def _numeric(result: Result, base: Result) -> Iterable[Finding]:
    for split in in_order(tuple(result.splits)):
        part = split_title(split).lower()
        compared = [compare(result, base, metric, split) for metric in EXACT]
        if all(one.mean is None for one in compared):
            compared = [compare(result, base, metric, split) for metric in DRAWN]
        for one in compared:
            told = _moved(one.base_mean, one.mean)
            yield Finding(
                NUMERIC, BY_KEY[one.metric].in_sentence, part, by_ratio(one.shown_ratio), told
            )
        valid = compare(result, base, "valid_mass", split)
        if valid.mean is None:
            valid = compare(result, base, "valid_rate", split)
        if valid.mean is not None and valid.base_mean is not None:
            told = f"{percent(valid.base_mean)} → {percent(valid.mean)}"
            name = BY_KEY[valid.metric].in_sentence
            yield Finding(NUMERIC, name, part, _kept(valid.shown_ratio), told)
        lost = setback(result, base, split)
        for name in lost.families:
            yield Finding(NUMERIC, FAMILIES, part, "worse", name.replace("_", " "))
        for name in lost.open_families:
            yield Finding(NUMERIC, FAMILIES, part, "undecided", name.replace("_", " "))


def _closed_sets(result: Result, base: Result, split: str) -> Iterable[Finding]:
    one, part = compare_sets(result, base, split), sets_title(split).lower()
    if one.variation is not None:
        ratio = one.variation.change
        told = _moved(one.variation.base, one.variation.mean)
        yield Finding(CLOSED_SETS, "total variation", part, by_ratio(ratio), told)
    if one.valid is not None and one.valid.base is not None and one.valid.mean is not None:
        told = f"{percent(one.valid.base)} → {percent(one.valid.mean)}"
        yield Finding(CLOSED_SETS, "valid mass", part, _kept(one.valid.change), told)


def _open_ended(result: Result, base: Result) -> Iterable[Finding]:
    one = compare_open(result, base)
    told = _moved(one.top.base, one.top.mean, shares=True)
    yield Finding(OPEN_ENDED, "top answer's share", "", by_ratio(one.top.change), told)
    for measure, change in (("empty answers", one.empty), ("cut off answers", one.truncated)):
        if _rose(change):
            told = _moved(change.base, change.mean, shares=True)
            yield Finding(OPEN_ENDED, measure, "", "worse", told)


def _mcq_positions(result: Result, base: Result) -> Iterable[Finding]:
    now, before = parse_rate(result), parse_rate(base)
    told = _moved(before.value, now.value, shares=True)
    yield Finding(MCQ_POSITIONS, "parse rate", "", apart(before, now), told)  # more is better
    ours, theirs = variation(result), variation(base)
    enough = now.value is not None and now.value >= FEW
    yield Finding(
        MCQ_POSITIONS,
        "total variation",
        "",
        apart(ours, theirs) if enough else "not compared",
        _moved(theirs.value, ours.value) if enough else "too few questions parse",
    )


def _novelty(result: Result, base: Result) -> Iterable[Finding]:
    for name, distinct, utility in compare_novelty(result, base):
        for measure, change in (("different answers", distinct), ("utility", utility)):
            told = _moved(change.base, change.mean)
            yield Finding(NOVELTY, measure, name, by_gain(change.change), told)


def _retained(line: Line) -> Finding:
    told = line.refused or shift_told(line.shift, line.bench)
    return Finding(line.bench, line.name, "", line.verdict, told)


def _kept(ratio: Estimate) -> Outcome:
    """Of a ratio to base where more is better and a small loss is none."""
    if ratio.value is None:
        return "not compared"
    if ratio.low is None or ratio.high is None:
        return "undecided"
    return loss_verdict(1 - ratio.high, 1 - ratio.low, margin=VALIDITY_MARGIN)


def _rose(change: Change) -> bool:
    low = change.change.low
    if change.base is None or change.mean is None or low is None:
        return False
    return low > 0 and change.mean - change.base > VALIDITY_MARGIN


def _moved(before: float | None, after: float | None, *, shares: bool = False) -> str:
    if before is None or after is None:
        return "no figure on both sides"
    write = percent if shares else significant
    return f"{write(before)} → {write(after)}"
