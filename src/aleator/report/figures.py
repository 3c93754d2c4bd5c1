"""The page's pictures: goals as a forest plot, cumulative distributions before and after."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from aleator.report.comparisons import GoalLine
from aleator.report.measures import BY_KEY, significant, split_title
from aleator.report.results import Curve
from aleator.report.svg import (
    FAINT,
    GRID,
    INK,
    TARGET,
    drawing,
    inline_svg,
    series_colour,
    series_dash,
)

_RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_ROW = 17.0
_CENTRAL = (0.005, 0.995)
_ATOM = 0.05
"""A rise of the target's curve that is drawn as a step; curves have points about every 0.03."""


def goals_figure(lines: Sequence[GoalLine], labels: Sequence[str], *, prefix: str) -> str:
    """Ratios to the base model with their intervals and the goals they are held against.

    Args:
        lines: As `goal_lines` orders them, goals outermost; those without a ratio are left empty.
        labels: The page's conditions in order; a condition keeps its colour everywhere.
        prefix: For the ids of this drawing.
    """
    goals = list(dict.fromkeys(line.goal for line in lines))
    height = _ROW * (len(lines) + 0.8 * len(goals)) + 44
    with drawing(640, height) as figure:
        axes = figure.add_axes((0.32, 34 / height, 0.66, 1 - 44 / height))
        axes.set_xscale("log")
        position = 0.0
        for goal in goals:
            mine = [line for line in lines if line.goal == goal]
            title = f"{BY_KEY[goal.metric].short}, {split_title(goal.split).lower()}"
            axes.text(-0.005, position, title, transform=axes.get_yaxis_transform(), ha="right",
                      va="center", color=INK, fontweight="bold")  # fmt: skip
            top = position + 0.45
            for line in mine:
                position += 1
                _goal_row(axes, line, position, labels.index(line.comparison.label))
            axes.plot([goal.limit] * 2, [top, position + 0.5], color=INK, linewidth=1.4)
            axes.annotate(f"goal {goal.written}", (goal.limit, top), xytext=(0, 2.5),
                          textcoords="offset points", ha="center", va="bottom",
                          color=INK, fontsize=8.5)  # fmt: skip
            position += 1.8
        axes.axvline(1.0, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
        _ratio_axis(axes, lines)
        axes.set_ylim(position - 0.8, -0.9)
        return inline_svg(figure, prefix=prefix, label=_goals_in_words(lines))


def _goal_row(axes: Axes, line: GoalLine, position: float, series: int) -> None:
    ratio, colour = line.comparison.ratio, series_colour(series)
    axes.text(-0.005, position, line.comparison.label, transform=axes.get_yaxis_transform(),
              ha="right", va="center", color=FAINT)  # fmt: skip
    if ratio.value is None or ratio.low is None or ratio.high is None:
        axes.text(1.0, position, "not measured", ha="center", va="center", color=FAINT)
        return
    if ratio.low > 0:
        axes.plot([ratio.low, ratio.high], [position] * 2, color=colour, linewidth=2.4)
        axes.plot([ratio.value], [position], marker="o", markersize=5.5, color=colour)


def _ratio_axis(axes: Axes, lines: Sequence[GoalLine]) -> None:
    shown = [1.0, *(line.goal.limit for line in lines)]
    for line in lines:
        ratio = line.comparison.ratio
        shown += [end for end in (ratio.low, ratio.high) if end is not None and end > 0]
    axes.set_xlim(min(shown) / 1.25, max(shown) * 1.25)
    axes.xaxis.set_major_locator(FixedLocator(_RATIO_TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(NullLocator())
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID)
    axes.set_axisbelow(True)
    axes.set_xlabel("ratio to the base model (1: no change), 95% interval over prompts")


def _goals_in_words(lines: Sequence[GoalLine]) -> str:
    parts = []
    for line in lines:
        ratio = line.comparison.ratio.value
        shown = "not measured" if ratio is None else significant(ratio)
        title = f"{BY_KEY[line.goal.metric].short}, {split_title(line.goal.split).lower()}"
        parts.append(f"{title}, {line.comparison.label}: {shown} (goal {line.goal.written})")
    return "Ratios to the base model. " + "; ".join(parts)


def cdf_figure(curves: Sequence[Curve | None], *, prefix: str, label: str) -> str:
    """Target and conditions as cumulative distributions of one prompt.

    The view is the target's central 99%; a model's mass outside of it shows as a curve that begins
    above 0 or ends below 1.

    Args:
        curves: One a condition, in the page's order; None where it has none. At least one is there.
        prefix: For the ids of this drawing.
        label: The prompt in words.
    """
    known = [curve for curve in curves if curve is not None]
    left, right = view(known[0])
    with drawing(232, 128) as figure:
        axes = figure.add_axes((0.105, 0.15, 0.87, 0.81))
        target = known[0]
        line = line_of(target, target.target, left, right)
        axes.plot(*line, color=TARGET, linewidth=4.5, solid_capstyle="butt")
        for index, curve in enumerate(curves):
            if curve is not None:
                line = line_of(curve, curve.model, left, right)
                colour, dash = series_colour(index), series_dash(index)
                axes.plot(*line, color=colour, linestyle=dash, linewidth=1.5)
        axes.set_xlim(left, right)
        axes.set_ylim(-0.03, 1.03)
        axes.yaxis.set_major_locator(FixedLocator((0.0, 0.5, 1.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.grid(axis="y", color=GRID)
        axes.set_axisbelow(True)
        return inline_svg(figure, prefix=prefix, label=label)


def view(curve: Curve) -> tuple[float, float]:
    """The target's central 99% with a margin."""
    cumulative = np.array(curve.target)
    last = len(curve.values) - 1
    low, high = (min(int(np.searchsorted(cumulative, share)), last) for share in _CENTRAL)
    left, right = curve.values[low], curve.values[high]
    margin = 0.06 * (right - left) or 0.5
    return left - margin, right + margin


def line_of(
    curve: Curve, cumulative: Sequence[float], left: float, right: float
) -> tuple[list[float], list[float]]:
    """The line to draw for one of a curve's distributions, within the view.

    Steps where the target has atoms. Otherwise the points are joined: they are a sample of a finer
    curve, and steps between them would be of the sample's making.
    """
    rises = np.diff(curve.target, prepend=0.0)
    if rises.max() > _ATOM:
        return step_corners(curve.values, cumulative, left, right)
    return list(curve.values), list(cumulative)


def step_corners(
    values: Sequence[float], cumulative: Sequence[float], left: float, right: float
) -> tuple[list[float], list[float]]:
    """Corners of the step function within the view; it is 0 before the first value."""
    xs, ys, level = [left], [0.0], 0.0
    for value, reached in zip(values, cumulative, strict=True):
        if value < left:
            ys[0] = level = reached
        elif value <= right:
            if reached != level:
                xs += [value, value]
                ys += [level, reached]
                level = reached
        else:
            break
    return [*xs, right], [*ys, level]
