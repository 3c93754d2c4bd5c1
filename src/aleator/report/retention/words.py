"""What retention says in words: verdicts first, then how much, with every interval.

"Unchanged" is said only where the interval excludes a loss of more than the margin; where it does
not, and shows no loss for sure either, the verdict is "undecided" and is said as such.
"""

from collections.abc import Iterable, Mapping, Sequence

from aleator.metrics.paired import ACCURACY_MARGIN, PERPLEXITY_MARGIN
from aleator.report.estimates import Estimate
from aleator.report.measures import MISSING
from aleator.report.results import Collection
from aleator.report.retention.comparing import BENCHES, Bench, Line, overall
from aleator.report.retention.pairs import Verdict
from aleator.report.sentences import Told, listed, plural

UNITS: Mapping[Bench, str] = {"knowledge": " points", "perplexity": "%"}
PARTS: Mapping[Bench, str] = {"knowledge": "task", "perplexity": "slice"}
MARGINS: Mapping[Bench, float] = {
    "knowledge": 100 * ACCURACY_MARGIN,
    "perplexity": 100 * PERPLEXITY_MARGIN,
}
"""The greatest loss that counts as none, as `Line.shift` counts."""
MARGINS_TOLD = (
    f"“Unchanged” means that the 95% interval excludes a loss of more than "
    f"{MARGINS['knowledge']:g} point of accuracy, or a perplexity higher by more than "
    f"{MARGINS['perplexity']:g}%; “better” that it holds gains only, “worse” that it holds losses "
    "only and reaches beyond that margin; anything else is “undecided”."
)

_NAMED = 3
_ORDER: tuple[Verdict, ...] = ("unchanged", "better", "worse", "undecided", "not compared")


def signed(values: Sequence[float | None]) -> list[str]:
    """Figures with their sign and as many decimals as the smallest of them needs, at most two."""
    known = [abs(value) for value in values if value is not None]
    decimals = 2 if known and max(known) < 1 else 1
    return [MISSING if value is None else _signed(value, decimals) for value in values]


def shift_told(shift: Estimate, bench: Bench) -> str:
    """`−12.0 points, −16.0 … −8.0`: a change with its interval, where it has one."""
    value, low, high = signed([shift.value, shift.low, shift.high])
    unit = UNITS[bench]
    if shift.value is None:
        return "not comparable"
    if shift.low is None or shift.high is None:
        return f"{value}{unit}, too few for an interval"
    return f"{value}{unit}, {low} … {high}"


def verdict_told(lines: Sequence[Line], bench: Bench, *, named: bool = True) -> str:
    """One condition's verdicts: `unchanged on 3 of 4 tasks, worse on cloze (…)`.

    Args:
        lines: Of the condition.
        bench: What they are of.
        named: Whether tasks or slices are named, with how far they moved, or only counted.
    """
    told = []
    for verdict in _ORDER:
        mine = [line for line in lines if line.verdict == verdict]
        if not mine:
            continue
        count = str(len(mine)) if told else _count(len(mine), len(lines), PARTS[bench])
        if verdict in ("unchanged", "not compared") or not named:
            told.append(f"{verdict} on {count}")
        else:
            told.append(f"{verdict} on {_named(mine, count, alone=bool(told))}")
    return ", ".join(told)


def retention_told(collection: Collection, lines: Sequence[Line]) -> Told:
    """The section's sentences; what failed is told in `setbacks`."""
    changes: list[str] = []
    details: list[str] = []
    for result in collection.results:
        mine = [line for line in lines if line.label == result.label]
        for bench in BENCHES:
            here = [line for line in mine if line.bench == bench]
            if here:
                details.append(f"{result.label}, {bench}: {_detail(here, bench)}.")
        if mine:
            changes.append(f"{result.label} {', '.join(_means(mine))}")
    told = (f"Retention: {'; '.join(changes)}.",) if changes else ()
    return Told(base=(), changes=told, failures=(), details=tuple(details))


def not_compared(collection: Collection, bench: Bench) -> tuple[str, ...]:
    """Conditions that have a benchmark which no base of theirs has."""
    return tuple(
        f"{result.label}, {bench}: not compared, no evaluation of the model as it is has it."
        for result in collection.having(bench).values()
        if not result.is_base and collection.base_of(result, bench) is None
    )


def _means(lines: Sequence[Line]) -> Iterable[str]:
    for bench in BENCHES:
        mine = [line for line in lines if line.bench == bench]
        if mine:
            told = shift_told(overall(mine, bench), bench)
            yield f"{bench} {told} (mean over {plural(len(mine), PARTS[bench])})"


def _detail(lines: Sequence[Line], bench: Bench) -> str:
    items = "item" if bench == "knowledge" else "document"
    compared = sum(line.paired.count for line in lines)
    missing = sum(line.paired.left_out for line in lines)
    told = f"{verdict_told(lines, bench)}; {plural(compared, items)} compared"
    if missing:
        told += f", {missing:,} not: only one side has them, or they are not alike"
    refused: dict[str, list[str]] = {}
    for line in lines:
        if line.refused:
            refused.setdefault(line.refused, []).append(line.name)
    return "; ".join([told, *(f"{listed(names)}: {why}" for why, names in refused.items())])


def _named(lines: Sequence[Line], count: str, *, alone: bool) -> str:
    """Names with figures; one needs no count where it stands `alone` and others were counted."""
    shown = [
        f"{line.name} ({shift_told(line.shift, line.bench)})"
        for line in sorted(lines, key=_size, reverse=True)[:_NAMED]
    ]
    if len(lines) == 1 and alone:
        return shown[0]
    rest = len(lines) - len(shown)
    most = listed(shown) if not rest else f"{', '.join(shown)} and {rest} more"
    return f"{count}: {most}"


def _size(line: Line) -> float:
    return abs(line.shift.value or 0.0)


def _count(some: int, of: int, part: str) -> str:
    if some < of:
        return f"{some} of {plural(of, part)}"
    return f"the one {part}" if of == 1 else f"all {plural(of, part)}"


def _signed(value: float, decimals: int) -> str:
    text = f"{value:+,.{decimals}f}"
    zero = float(text.replace(",", "")) == 0
    return text[1:] if zero else text.replace("-", "−")
