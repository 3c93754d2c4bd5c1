"""What the section on open-ended generation says.

A condition is compared with its base over the prompts that both have. Support sizes differ by
orders of magnitude, so their change is the geometric mean of the ratios.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aleator.metrics.paired import VALIDITY_MARGIN
from aleator.report.estimates import UNDEFINED
from aleator.report.measures import percent, significant
from aleator.report.open_ended.reading import NAME
from aleator.report.pairing import Change, geometric_ratio, mean_difference, ratio_of_means
from aleator.report.results import Collection, Result
from aleator.report.sentences import Told, listed, plural, with_interval


@dataclass(frozen=True)
class Compared:
    """A condition beside its base: ratios to base's, and differences of rates."""

    label: str
    support: Change
    top: Change
    empty: Change
    truncated: Change


def open_ended_told(collection: Collection) -> Told:
    """The section's sentences."""
    bases = [one for one in collection.having(NAME).values() if one.is_base]
    compared = [compare_open(result, base) for result, base in collection.pairs(NAME)]
    return Told(
        base=tuple(told for base in bases for told in _collapse(base)),
        changes=_in_one_line(compared),
        failures=tuple(told for one in compared for told in _failures(one)),
        details=tuple(_detail(one) for one in compared),
    )


def compare_open(result: Result, base: Result) -> Compared:
    """A condition beside its base; both have the benchmark."""
    ours, theirs = result.open_ended, base.open_ended
    assert ours is not None and theirs is not None, "both have it"
    return Compared(
        result.label,
        support=geometric_ratio(ours.column("support_size"), theirs.column("support_size")),
        top=ratio_of_means(ours.column("top_share"), theirs.column("top_share")),
        empty=mean_difference(ours.column("empty_rate"), theirs.column("empty_rate")),
        truncated=mean_difference(ours.column("truncated_rate"), theirs.column("truncated_rate")),
    )


def _collapse(base: Result) -> Iterable[str]:
    bench = base.open_ended
    if bench is None:
        return
    parts = []
    size = bench.median.get("support_size", UNDEFINED).value
    if size is not None:
        parts.append(f"half of the prompts choose from {significant(size)} first tokens or fewer")
    top = bench.mean.get("top_share", UNDEFINED).value
    if top is not None:
        parts.append(f"the top answer takes {percent(top)} of the answers on average")
    if parts:
        yield f"{base.label}, open-ended: {listed(parts)}."


def _in_one_line(compared: Sequence[Compared]) -> tuple[str, ...]:
    parts = []
    for one in compared:
        told = []
        if one.support.change.value is not None:
            told.append(f"support size {significant(one.support.change.value)} times base's")
        if one.top.change.value is not None:
            told.append(f"share of the top answer {significant(one.top.change.value)} of base's")
        if told:
            parts.append(f"{one.label}: {listed(told)}")
    return (f"Open-ended. {'; '.join(parts)}.",) if parts else ()


def _detail(one: Compared) -> str:
    told = []
    if one.support.count:
        told.append(
            f"the support size is {with_interval(one.support.change)} times base's, as a geometric "
            f"mean{_over(one.support)}"
        )
    if one.top.base is not None and one.top.mean is not None:
        told.append(
            f"the top answer's share is {with_interval(one.top.change)} of base's "
            f"({percent(one.top.base)} before, {percent(one.top.mean)} after){_over(one.top)}"
        )
    if not told:
        return f"{one.label}: not compared with base, for they share no prompt with a figure."
    return f"{one.label}: {'; '.join(told)}."


def _over(change: Change) -> str:
    missing = f", {change.left_out:,} not compared" if change.left_out else ""
    return f", paired over {plural(change.count, 'prompt')}{missing}"


def _failures(one: Compared) -> Iterable[str]:
    for what, change in (("empty", one.empty), ("cut off at the limit", one.truncated)):
        low = change.change.low
        if change.base is None or change.mean is None or low is None:
            continue
        if low > 0 and change.mean - change.base > VALIDITY_MARGIN:
            yield (
                f"{one.label}, open-ended: more answers are {what}, {percent(change.base)} "
                f"before, {percent(change.mean)} after."
            )
