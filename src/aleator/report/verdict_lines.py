"""One line a condition for the page's top: what it won in calibration, what it cost in retention.

Calibration is the normalised W1 on the first numeric split, of draws where nothing exact is known;
without the numeric benchmark the top answer's share on closed sets. What was not measured is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aleator.report.closed_sets.measures import main_split
from aleator.report.closed_sets.measures import split_title as sets_title
from aleator.report.closed_sets.reading import NAME as CLOSED_SETS
from aleator.report.closed_sets.words import compare_sets
from aleator.report.comparisons import compare
from aleator.report.estimates import Estimate
from aleator.report.measures import BY_KEY, in_order, percent, significant, split_title
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import BENCHES, Bench, Line, overall
from aleator.report.retention.words import signed, verdict_told


@dataclass(frozen=True)
class VerdictLine:
    """One condition in one line; `place` is the condition's on the page."""

    place: int
    text: str


def verdict_lines(collection: Collection, lines: Sequence[Line]) -> tuple[VerdictLine, ...]:
    """A line for every condition that is no base.

    Args:
        collection: The conditions.
        lines: Retention as `retention_lines` gives it, of both benchmarks.
    """
    return tuple(
        VerdictLine(place, "; ".join(_parts(collection, result, lines)))
        for place, result in enumerate(collection.results)
        if not result.is_base
    )


def _parts(collection: Collection, result: Result, lines: Sequence[Line]) -> Iterable[str]:
    yield f"calibration: {_calibration(collection, result)}"
    if not set(BENCHES) & result.benches:
        yield "retention: not measured"
        return
    for bench in BENCHES:
        title = "retention" if bench == "knowledge" else bench
        yield f"{title}: {_retention(collection, result, lines, bench)}"


def _retention(collection: Collection, result: Result, lines: Sequence[Line], bench: Bench) -> str:
    if bench not in result.benches:
        return "not measured" if bench == "perplexity" else "knowledge not measured"
    if collection.base_of(result, bench) is None:
        return "not compared, it was not measured of base"
    mine = [line for line in lines if (line.label, line.bench) == (result.label, bench)]
    if bench == "knowledge":
        return verdict_told(mine, bench)
    mean = overall(mine, bench)
    told = verdict_told(mine, bench, named=False)
    return told if mean.value is None else f"{signed([mean.value])[0]}%, {told}"


def _calibration(collection: Collection, result: Result) -> str:
    if not {NUMERIC, CLOSED_SETS} & result.benches:
        return "not measured"
    found = _numeric(collection, result) or _closed_sets(collection, result)
    return found or "not compared, base lacks it"


def _numeric(collection: Collection, result: Result) -> str:
    base = collection.base_of(result, NUMERIC)
    if base is None or NUMERIC not in result.benches:
        return ""
    for metric in ("w1_normalised", "w1_sampled"):
        for split in in_order(tuple(result.splits)):
            found = compare(result, base, metric, split)
            if found.base_mean is not None and found.mean is not None:
                name = BY_KEY[metric].title.removesuffix(", exact").lower()
                name = name.replace("w1", "W1")
                return (
                    f"{significant(found.base_mean)} → {significant(found.mean)} "
                    f"({name}, {split_title(split).lower()}{_moved(found.shown_ratio)})"
                )
    return ""


def _closed_sets(collection: Collection, result: Result) -> str:
    base = collection.base_of(result, CLOSED_SETS)
    if base is None or result.closed_sets is None or base.closed_sets is None:
        return ""
    split = main_split([result.closed_sets, base.closed_sets])
    compared = compare_sets(result, base, split)
    top, valid = compared.top, compared.valid_now.value
    if top is None or top.base is None or top.mean is None:
        return ""
    told = "" if valid is None else f"; valid {percent(valid)}"
    return (
        f"{percent(top.base)} → {percent(top.mean)} (top answer's share, closed sets, "
        f"{sets_title(split).lower()}{_moved(top.change)}{told})"
    )


def _moved(ratio: Estimate) -> str:
    """What the interval of the ratio to base allows to be said, where it is not a gain."""
    if ratio.low is None or ratio.high is None:
        return "; without an interval"
    if ratio.high < 1:
        return ""
    return "; worse" if ratio.low > 1 else "; undecided whether it changed"
