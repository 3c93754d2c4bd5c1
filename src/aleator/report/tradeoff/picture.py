"""The trade-off as a picture: calibration from left (perfect) to right, retention upwards.

Better is up and to the left in both panels, so the axis of perplexity runs backwards. Scales of one
adapter are joined in their order; a base is a ring. Every point is named beside it, where it covers
least of what else is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from aleator.report.measures import significant
from aleator.report.retention.comparing import Bench
from aleator.report.retention.words import MARGINS, shift_told
from aleator.report.sentences import shown
from aleator.report.svg import (
    CARD,
    FAINT,
    GRID,
    TARGET,
    drawing,
    inline_svg,
    series_colour,
)
from aleator.report.tradeoff.names import Box, place_names
from aleator.report.tradeoff.points import Gauge, Point

_SIZE = (400.0, 290.0)
_MARKERS = "osD^vP"
_NAME = 26


@dataclass(frozen=True)
class Spot:
    """A point as it is drawn: `x` by the gauge, `y` in points or per cent."""

    point: Point
    x: float
    y: float


def trade_off_figure(points: Sequence[Point], bench: Bench, gauge: Gauge, *, prefix: str) -> str:
    """One panel: the points that have both figures.

    Args:
        points: As `trade_off_points` orders them; at least one is drawn.
        bench: What retention is read from.
        gauge: What calibration is read from.
        prefix: For the ids of this drawing.
    """
    spots = drawable(points, bench)
    with drawing(*_SIZE) as figure:
        axes = figure.add_axes((0.125, 0.135, 0.85, 0.8))
        _axes(axes, spots, bench, gauge)
        by_adapter: dict[int, list[Spot]] = {}
        for spot in spots:
            by_adapter.setdefault(spot.point.place, []).append(spot)
        for place, mine in by_adapter.items():
            _adapter(axes, mine, bench, series_colour(place), _MARKERS[place % len(_MARKERS)])
        _names(axes, list(by_adapter.values()), bench)
        return inline_svg(figure, prefix=prefix, label=_in_words(spots, bench, gauge))


def drawable(points: Sequence[Point], bench: Bench) -> list[Spot]:
    """The points that have both figures."""
    found = []
    for point in points:
        x, y = point.calibration.estimate.value, point.kept[bench].value
        if x is not None and y is not None:
            found.append(Spot(point, x, y))
    return found


def _adapter(axes: Axes, spots: Sequence[Spot], bench: Bench, colour: str, marker: str) -> None:
    xs, ys = [spot.x for spot in spots], [spot.y for spot in spots]
    axes.plot(xs, ys, color=colour, linewidth=1.4, zorder=3)
    for spot in spots:
        across, up = spot.point.calibration.estimate, spot.point.kept[bench]
        if across.low is not None and across.high is not None:
            axes.plot([across.low, across.high], [spot.y] * 2, color=colour, linewidth=1,
                      alpha=0.45, zorder=2)  # fmt: skip
        if up.low is not None and up.high is not None:
            axes.plot([spot.x] * 2, [up.low, up.high], color=colour, linewidth=1, alpha=0.45,
                      zorder=2)  # fmt: skip
        face, above = (CARD, 5) if spot.point.is_base else (colour, 4)
        axes.plot([spot.x], [spot.y], marker=marker, markersize=6.5, color=colour,
                  markerfacecolor=face, markeredgewidth=1.6, zorder=above)  # fmt: skip


def _axes(axes: Axes, spots: Sequence[Spot], bench: Bench, gauge: Gauge) -> None:
    kept = [spot.point.kept[bench] for spot in spots]
    ends = [end for one in kept for end in (one.value, one.low, one.high) if end is not None]
    margin = MARGINS[bench]
    low, high = min([*ends, -2 * margin]), max([*ends, 2 * margin])
    pad = 0.08 * (high - low)
    bottom, top = low - pad, high + pad
    axes.set_ylim(*((bottom, top) if bench == "knowledge" else (top, bottom)))
    wide = [spot.point.calibration.estimate.high or spot.x for spot in spots]
    axes.set_xlim(0.0, 1.14 * max([*wide, 1e-6]))
    axes.axhspan(-margin, margin, color=TARGET, alpha=0.45, linewidth=0, zorder=0)
    axes.axhline(0.0, color=FAINT, linewidth=0.8, zorder=1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    unit = "" if bench == "knowledge" else "%"
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+g}{unit}".replace("-", "−") if value else "0")
    )
    axes.grid(color=GRID)
    axes.set_axisbelow(True)
    axes.set_xlabel(gauge.title, loc="right")
    for told, place, offset in (("better ↑", (0.0, 1.0), 5.0), ("← better", (0.0, 0.0), -27.0)):
        axes.annotate(told, place, xytext=(-4, offset), xycoords="axes fraction", ha="left",
                      textcoords="offset points", color=FAINT)  # fmt: skip


def _names(axes: Axes, groups: Sequence[Sequence[Spot]], bench: Bench) -> None:
    """Each point's name: the condition's, or only the scale where the line ends in one."""
    names: list[tuple[str, tuple[float, float]]] = []
    strokes = []
    spots = [spot for group in groups for spot in group]
    for group in groups:
        for spot in group:
            whole = spot is group[-1] or spot.point.is_base or spot.point.scale is None
            name = spot.point.label if whole else f"×{spot.point.scale:g}"
            names.append((shown(name, _NAME), _at(axes, spot.x, spot.y)))
        strokes += [
            (_at(axes, one.x, one.y), _at(axes, other.x, other.y)) for one, other in pairwise(group)
        ]
    for spot in spots:
        across, up = spot.point.calibration.estimate, spot.point.kept[bench]
        if up.low is not None and up.high is not None:
            strokes.append((_at(axes, spot.x, up.low), _at(axes, spot.x, up.high)))
        if across.low is not None and across.high is not None:
            strokes.append((_at(axes, across.low, spot.y), _at(axes, across.high, spot.y)))
    strokes.append((_at(axes, axes.get_xlim()[0], 0.0), _at(axes, axes.get_xlim()[1], 0.0)))
    window = axes.get_window_extent()
    room = Box(window.x0, window.y0, window.x1 + 6, window.y1)
    placed = place_names(names, strokes, room)
    for spot, (name, _), one in zip(spots, names, placed, strict=True):
        axes.annotate(name, (spot.x, spot.y), xytext=one.offset, textcoords="offset points",
                      ha=one.side, va=one.height, color=series_colour(spot.point.place),
                      fontsize=8.5, zorder=6)  # fmt: skip


def _at(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """Where a point lies in the drawing, in points."""
    across, up = axes.transData.transform((x, y))
    return float(across), float(up)


def _in_words(spots: Sequence[Spot], bench: Bench, gauge: Gauge) -> str:
    told = "; ".join(
        f"{spot.point.label}: {significant(spot.x)}, {shift_told(spot.point.kept[bench], bench)}"
        for spot in spots
    )
    return f"Trade-off of {gauge.title} and {bench} against base. {told}"
