"""Where every condition and every scale stands: calibration on one side, retention on the other.

Calibration is one figure that is the same for all points, chosen by a rule that looks only at what
was measured. Retention is the mean over tasks of the paired differences to base, and the geometric
mean over slices of the ratios of perplexities; base itself stands at no change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aleator.report.cells import place_in
from aleator.report.closed_sets.measures import VARIATIONS, main_split
from aleator.report.closed_sets.measures import split_title as sets_title
from aleator.report.closed_sets.reading import NAME as CLOSED_SETS
from aleator.report.estimates import UNDEFINED, Estimate, Figures
from aleator.report.measures import BY_KEY, in_order, split_title
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import BENCHES, Bench, Line, Sourced, lines_of, overall
from aleator.report.scales import adapter_key

_METRICS = ("w1_normalised", "value_tv", "w1_sampled")


@dataclass(frozen=True)
class Gauge:
    """The figure that calibration is read from: 0 is perfect, less is better.

    Attributes:
        title: What it is.
        bench: Whose figure it is.
        split: Of which split.
        metric: Its name there.
    """

    title: str
    bench: str
    split: str
    metric: str


@dataclass(frozen=True)
class Point:
    """One evaluation.

    Attributes:
        label: What it is called.
        directory: Where it lies, or its parts do.
        place: The page's place of the condition whose adapter it is.
        scale: Of its adapter; None for the model without one.
        anchor: The weight of the anchor it was trained with, as its run.yaml has it; None where
            there was none, or nothing says so.
        is_base: What others are compared with; a scale 0 beside a base is compared with it.
        calibration: By the gauge, with its file and field.
        kept: The mean shift of each benchmark, in points and per cent; undefined where it was not
            compared.
    """

    label: str
    directory: str
    place: int
    scale: float | None
    anchor: str | None
    is_base: bool
    calibration: Sourced
    kept: Mapping[Bench, Estimate]


def choose_gauge(results: Sequence[Result]) -> Gauge | None:
    """The figure that most of the evaluations have; the first such in a fixed order.

    None where none has any.
    """
    found = [(sum(_read(one, gauge).value is not None for one in results), gauge)
             for gauge in _gauges(results)]  # fmt: skip
    best = max((count for count, _ in found), default=0)
    return next((gauge for count, gauge in found if count == best and best), None)


def trade_off_points(
    collection: Collection, lines: Sequence[Line], gauge: Gauge | None
) -> tuple[Point, ...]:
    """Base first, then adapter by adapter in the page's order, scales ascending.

    Args:
        collection: The conditions and the other scales.
        lines: Of the conditions, as `retention_lines` gives them, so that none is made twice.
        gauge: What calibration is read from; None where it was measured of none.
    """
    places = {adapter_key(result): place for place, result in enumerate(collection.results)}
    points: list[Point] = []
    for place, result in enumerate(collection.results):
        mine = [line for line in lines if line.label == result.label]
        points.append(_point(result, place, mine, gauge, is_base=result.is_base))
    for result in collection.scaled:
        place = places[adapter_key(result)]
        points.append(_point(result, place, _lines(collection, result), gauge, is_base=False))
    points.sort(key=lambda one: (not one.is_base, one.place, one.scale or 0.0))
    return tuple(points)


def _point(
    result: Result, place: int, lines: Sequence[Line], gauge: Gauge | None, *, is_base: bool
) -> Point:
    kept: dict[Bench, Estimate] = {}
    for bench in BENCHES:
        mine = [line for line in lines if line.bench == bench]
        at_home = is_base and bench in result.benches
        kept[bench] = Estimate(0.0) if at_home else overall(mine, bench)
    return Point(
        label=result.label,
        directory=result.where,
        place=place,
        scale=None if result.adapter is None else result.adapter_scale,
        anchor=result.training.get("anchor.weight"),
        is_base=is_base,
        calibration=_calibration(result, gauge),
        kept=kept,
    )


def _calibration(result: Result, gauge: Gauge | None) -> Sourced:
    if gauge is None:
        return Sourced(UNDEFINED, "calibration")
    return Sourced(_read(result, gauge), _source(result, gauge))


def _lines(collection: Collection, result: Result) -> list[Line]:
    """The lines of a scale, which is no condition of the page."""
    found: list[Line] = []
    for bench in BENCHES:
        base = collection.base_of(result, bench)
        if base is not None and bench in result.benches:
            found += lines_of(result, base, bench)
    return found


def _gauges(results: Sequence[Result]) -> Iterable[Gauge]:
    splits = dict.fromkeys(split for result in results for split in result.splits)
    for metric in _METRICS:
        for split in in_order(tuple(splits)):
            title = f"{BY_KEY[metric].in_sentence}, {split_title(split).lower()}"
            yield Gauge(title, NUMERIC, split, metric)
    benches = [one.closed_sets for one in results if one.closed_sets is not None]
    if benches:
        split = main_split(benches)
        for metric in VARIATIONS:
            title = f"total variation of closed sets, {sets_title(split).lower()}"
            yield Gauge(title, CLOSED_SETS, split, metric)


def _read(result: Result, gauge: Gauge) -> Estimate:
    figures: Figures = {}
    if gauge.bench == NUMERIC and gauge.split in result.splits:
        figures = result.splits[gauge.split].family_mean
    elif gauge.bench == CLOSED_SETS and result.closed_sets is not None:
        part = result.closed_sets.splits.get(gauge.split)
        figures = {} if part is None else part.mean
    return figures.get(gauge.metric, UNDEFINED)


def _source(result: Result, gauge: Gauge) -> str:
    mean = "family_mean" if gauge.bench == NUMERIC else "mean"
    return place_in(result, f"{gauge.bench}.splits.{gauge.split}.{mean}.{gauge.metric}")
