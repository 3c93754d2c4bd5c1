"""The section on the trade-off: a picture a benchmark of retention, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from aleator.report.cells import Cell, figure_cell
from aleator.report.measures import MISSING, significant
from aleator.report.results import Collection
from aleator.report.retention.comparing import BENCHES, Bench, Line
from aleator.report.retention.words import UNITS, signed
from aleator.report.tradeoff.picture import drawable, trade_off_figure
from aleator.report.tradeoff.points import Point, choose_gauge, trade_off_points

_CAPTIONS: dict[Bench, tuple[str, str]] = {
    "knowledge": ("Calibration against knowledge", "mean over tasks, in points"),
    "perplexity": (
        "Calibration against perplexity",
        "mean over slices, axis reversed",
    ),
}
_FEWEST = 2
"""Conditions besides base that make a picture where no adapter has several scales."""


@dataclass(frozen=True)
class Shift:
    """A mean shift as the table shows it; `exact` is empty where it is undefined."""

    text: str
    interval: str
    exact: str


@dataclass(frozen=True)
class Row:
    """One evaluation; `place` is that of the condition whose adapter it is."""

    label: str
    place: int
    scale: str
    anchor: str
    calibration: Cell
    knowledge: Shift
    perplexity: Shift
    directory: str


@dataclass(frozen=True)
class Panel:
    """One picture with its caption."""

    title: str
    caption: str
    drawing: Markup


@dataclass(frozen=True)
class TradeOffSection:
    """What the template shows.

    Attributes:
        gauge: What calibration is read from; empty where it was not measured.
        panels: The pictures; none where no two points have both figures.
        rows: Every evaluation, base first.
        anchored: Whether some adapter was trained with an anchor.
        aside: How many evaluations are shown here alone.
    """

    gauge: str
    panels: tuple[Panel, ...]
    rows: tuple[Row, ...]
    anchored: bool
    aside: int


def trade_off_section(collection: Collection, lines: Sequence[Line]) -> TradeOffSection | None:
    """The section's content; None where there is nothing to trade.

    It is there wherever some adapter was evaluated at several scales, so that no evaluation is
    left unsaid, and where two conditions or more have both calibration and retention.

    Args:
        collection: The conditions and the other scales.
        lines: Of the conditions, as `retention_lines` gives them.
    """
    gauge = choose_gauge([*collection.results, *collection.scaled])
    points = trade_off_points(collection, lines, gauge)
    both = {
        point.directory
        for bench in BENCHES
        for point in (spot.point for spot in drawable(points, bench))
        if not point.is_base
    }
    if not collection.scaled and len(both) < _FEWEST:
        return None
    panels = [
        Panel(
            *_CAPTIONS[bench],
            Markup(trade_off_figure(points, bench, gauge, prefix=f"trade-{bench}")),
        )
        for bench in BENCHES
        if gauge is not None and len(drawable(points, bench)) > 1
    ]
    return TradeOffSection(
        gauge=gauge.title if gauge else "",
        panels=tuple(panels),
        rows=tuple(_row(point) for point in points),
        anchored=any(point.anchor for point in points),
        aside=len(collection.scaled),
    )


def _row(point: Point) -> Row:
    return Row(
        label=point.label,
        place=point.place,
        scale=MISSING if point.scale is None else f"×{point.scale:g}",
        anchor=point.anchor or MISSING,
        calibration=figure_cell(significant, point.calibration.estimate, point.calibration.source),
        knowledge=_shift(point, "knowledge"),
        perplexity=_shift(point, "perplexity"),
        directory=point.directory,
    )


def _shift(point: Point, bench: Bench) -> Shift:
    kept = point.kept[bench]
    value, low, high = signed([kept.value, kept.low, kept.high])
    if kept.value is None:
        return Shift(MISSING, "", "")
    if point.is_base:
        return Shift("base", "", "")
    unit = UNITS[bench] if bench == "perplexity" else ""
    interval = "" if MISSING in (low, high) else f"{low} … {high}"
    return Shift(f"{value}{unit}", interval, repr(kept.value))
