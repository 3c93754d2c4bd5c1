"""The section on retention: the verdicts, a picture a benchmark, and every figure in tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from aleator.report.cells import (
    Cell,
    ConditionsTable,
    MeasureRow,
    figure_cell,
    place_in,
)
from aleator.report.measures import MISSING, Measure, percent, significant
from aleator.report.results import Collection, Result
from aleator.report.retention.comparing import BENCHES, Bench, Line, Sourced
from aleator.report.retention.knowledge import NAME as KNOWLEDGE
from aleator.report.retention.pairs import Verdict
from aleator.report.retention.perplexity import NAME as PERPLEXITY
from aleator.report.retention.picture import retention_figure
from aleator.report.retention.words import (
    MARGINS_TOLD,
    PARTS,
    not_compared,
    retention_told,
    signed,
)
from aleator.report.sentences import Told, plural

_TITLES = {"knowledge": "Knowledge", "perplexity": "Perplexity"}
_CAPTIONS = {
    "knowledge": "right answers on each task",
    "perplexity": "of ordinary text, by slice; the axis runs backwards",
}


@dataclass(frozen=True)
class Row:
    """One line of a comparison's table.

    Attributes:
        name: The task or slice.
        place: The condition's on the page.
        base: Base's own figure.
        own: The condition's.
        bits: Bits per byte of both; empty for a task.
        change: The difference in points, or the ratio of perplexities.
        exact: The same with all its digits; empty where nothing was compared.
        interval: Its 95% interval.
        source: What it was computed from.
        count: Items compared, of how many.
        verdict: What may be said.
        refused: Why nothing was compared; empty otherwise.
    """

    name: str
    place: int
    base: Cell
    own: Cell
    bits: tuple[Cell, ...]
    change: str
    exact: str
    interval: str
    source: str
    count: str
    verdict: Verdict
    refused: str


@dataclass(frozen=True)
class Panel:
    """One benchmark against base.

    Attributes:
        title: What it is called.
        part: What a line is about, task or slice.
        drawing: The picture.
        rows: Its figures, tasks or slices outermost.
    """

    bench: Bench
    title: str
    caption: str
    part: str
    drawing: Markup
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Everything:
    """All figures of one benchmark, as result.json has them."""

    title: str
    places: tuple[int, ...]
    table: ConditionsTable


@dataclass(frozen=True)
class RetentionSection:
    """What the template shows; ``places`` are those of the conditions compared with a base."""

    places: tuple[int, ...]
    told: Told
    margins: str
    panels: tuple[Panel, ...]
    unpaired: tuple[str, ...]
    tables: tuple[Everything, ...]


def retention_section(collection: Collection, lines: Sequence[Line]) -> RetentionSection | None:
    """The section's content; None where no condition has either benchmark.

    Args:
        collection: The conditions.
        lines: As `retention_lines` gives them, of both benchmarks.
    """
    if not any(collection.having(bench) for bench in BENCHES):
        return None
    labels = [result.label for result in collection.results]
    compared = {line.label for line in lines}
    panels = [
        _panel([line for line in lines if line.bench == bench], labels)
        for bench in BENCHES
        if any(line.bench == bench for line in lines)
    ]
    return RetentionSection(
        places=tuple(place for place, label in enumerate(labels) if label in compared),
        told=retention_told(collection, lines),
        margins=MARGINS_TOLD,
        panels=tuple(panels),
        unpaired=tuple(told for bench in BENCHES for told in not_compared(collection, bench)),
        tables=tuple(_everything(collection)),
    )


def _panel(lines: Sequence[Line], labels: Sequence[str]) -> Panel:
    bench = lines[0].bench
    names = list(dict.fromkeys(line.name for line in lines))
    return Panel(
        bench=bench,
        title=_TITLES[bench],
        caption=_CAPTIONS[bench],
        part=PARTS[bench].capitalize(),
        drawing=Markup(retention_figure(lines, labels, prefix=f"kept-{bench}")),
        rows=tuple(
            _row(line, labels.index(line.label))
            for name in names
            for line in lines
            if line.name == name
        ),
    )


def _row(line: Line, place: int) -> Row:
    change = line.paired.change
    if line.bench == "knowledge":
        value, low, high = signed([line.shift.value, line.shift.low, line.shift.high])
        bits: tuple[Cell, ...] = ()
        write = percent
    else:
        value, low, high = _ratios([change.value, change.low, change.high])
        bits = (_cell(line.base_bits, significant), _cell(line.own_bits, significant))
        write = significant
    total = line.paired.count + line.paired.left_out
    return Row(
        name=line.name,
        place=place,
        base=_cell(line.base, write),
        own=_cell(line.own, write),
        bits=bits,
        change=value,
        exact="" if change.value is None else repr(change.value),
        interval=MISSING if MISSING in (low, high) else f"{low} … {high}",
        source=f"computed from {line.source}",
        count=f"{line.paired.count:,}" + (f" of {total:,}" if line.paired.left_out else ""),
        verdict=line.verdict,
        refused=line.refused,
    )


def _cell(figure: Sourced | None, write: Callable[[float], str]) -> Cell:
    if figure is None:
        return Cell(MISSING, "", "", "not there")
    return figure_cell(write, figure.estimate, figure.source)


def _ratios(values: Sequence[float | None]) -> list[str]:
    """Ratios with enough decimals to see them part from 1."""
    near = all(value is None or abs(value - 1) < 0.01 for value in values)
    return [MISSING if value is None else f"{value:,.{4 if near else 3}f}" for value in values]


def _everything(collection: Collection) -> Iterable[Everything]:
    for bench in BENCHES:
        having = collection.having(bench)
        if having:
            listing = _of_tasks if bench == "knowledge" else _of_slices
            figures = {place: listing(result) for place, result in having.items()}
            titles = dict.fromkeys(title for one in figures.values() for title in one)
            rows = tuple(
                MeasureRow(_measure(title, bench), (_cells(title, list(figures.values())),))
                for title in titles
            )
            counts = tuple(_count(result, bench) for result in having.values())
            table = ConditionsTable((_TITLES[bench],), (counts,), rows)
            yield Everything(_TITLES[bench], tuple(having), table)


_Figures = dict[str, Sourced]
"""Figures with their places, by what the page calls them."""


def _of_tasks(result: Result) -> _Figures:
    found: _Figures = {}
    if result.knowledge is not None:
        for name, task in result.knowledge.tasks.items():
            place = place_in(result, f"{KNOWLEDGE}.{task.place}")
            found[f"{name}, {task.metric}"] = Sourced(task.value, f"{place}.value")
            for other, figure in task.others.items():
                found.setdefault(f"{name}, {other}", Sourced(figure, f"{place}.others.{other}"))
        for name, figure in result.knowledge.aggregate.items():
            place = place_in(result, f"{KNOWLEDGE}.aggregate.{name}")
            found[f"all tasks, {name}"] = Sourced(figure, place)
    return found


def _of_slices(result: Result) -> _Figures:
    found: _Figures = {}
    if result.perplexity is not None:
        for name, one in result.perplexity.slices.items():
            place = place_in(result, f"{PERPLEXITY}.{one.place}")
            found[f"{name}, perplexity"] = Sourced(one.perplexity, f"{place}.perplexity")
            found[f"{name}, bits per byte"] = Sourced(one.bits_per_byte, f"{place}.bits_per_byte")
    return found


def _measure(title: str, bench: Bench) -> Measure:
    if bench == "knowledge":
        return Measure(title, title, "", "higher", _share)
    return Measure(title, title, "", "lower")


def _share(value: float) -> str:
    """A share as per cent; aggregates of other kinds as they are."""
    return percent(value) if 0 <= value <= 1 else significant(value)


def _cells(title: str, conditions: Sequence[_Figures]) -> tuple[Cell, ...]:
    write = significant if title.endswith((", perplexity", ", bits per byte")) else _share
    return tuple(_cell(figures.get(title), write) for figures in conditions)


def _count(result: Result, bench: Bench) -> str:
    if bench == "knowledge" and result.knowledge is not None:
        return plural(sum(task.items for task in result.knowledge.tasks.values()), "item")
    if result.perplexity is not None:
        return plural(sum(one.documents for one in result.perplexity.slices.values()), "document")
    return MISSING
