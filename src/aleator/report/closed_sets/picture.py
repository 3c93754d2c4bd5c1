"""Answer shares of one set as stacked bars: what should be answered, and what is.

A bar is all answers; its parts are the outcomes in the order of the target file, alternately tinted
so that their borders show. The likeliest one stands out in full colour, what is no right answer is
left empty. An evenly striped bar is a fair sampler, one block a collapsed one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from aleator.report.closed_sets.reading import ClosedSet, Shares
from aleator.report.measures import percent
from aleator.report.sentences import shown
from aleator.report.svg import FAINT, GRID, INK, TARGET, drawing, inline_svg, series_colour

_WIDTH = 232.0
_ROW = 29.0
_BAR = (11.0, 25.0)
"""Top and bottom of a bar within its row; the words stand above it."""
_TINTS = (0.34, 0.52)
_LABEL = 17
_ANSWER = 20
_HARDLY = 0.001
"""With fewer right answers than this, the likeliest one says nothing."""


@dataclass(frozen=True)
class Bar:
    """One bar: `series` is the condition's place on the page, None for the target."""

    label: str
    shares: Shares
    series: int | None

    @property
    def top(self) -> tuple[str, float] | None:
        """The likeliest answer and its share; None where there is no right answer."""
        answer = max(self.shares, key=lambda name: self.shares[name], default=None)
        if answer is None or self.shares[answer] <= 0:
            return None
        return answer, self.shares[answer]

    @property
    def told(self) -> str:
        """What is answered most, in words."""
        if self.top is None:
            return "no right answer"
        if sum(self.shares.values()) < _HARDLY:
            return f"under {percent(_HARDLY)} right"
        answer, share = self.top
        even = sum(other == share for other in self.shares.values())
        if self.series is None and even > 1:
            return f"{even} × {percent(share)}"
        return f"{shown(answer, _ANSWER)} {percent(share)}"


def shares_figure(name: str, target: ClosedSet, bars: Sequence[Bar], *, prefix: str) -> str:
    """One set: the target's bar, then a bar a condition.

    Args:
        name: The set's.
        target: The set as any condition has it.
        bars: The conditions'.
        prefix: For the ids of this drawing.
    """
    every = [Bar("target", target.target, None), *bars]
    height = _ROW * len(every)
    with drawing(_WIDTH, height) as figure:
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(-0.004, 1.004)
        axes.set_ylim(height, 0)
        for number, bar in enumerate(every):
            _draw(axes, bar, number * _ROW)
        told = "; ".join(f"{bar.label}: {bar.told}" for bar in every)
        return inline_svg(figure, prefix=prefix, label=f"Answer shares, {name}. {told}")


def _draw(axes: Axes, bar: Bar, top: float) -> None:
    axes.text(0.0, top + 5, shown(bar.label, _LABEL), ha="left", va="center", color=FAINT,
              fontsize=8.5)  # fmt: skip
    axes.text(1.0, top + 5, bar.told, ha="right", va="center", color=INK, fontsize=8.5)
    colour = TARGET if bar.series is None else series_colour(bar.series)
    first, last = top + _BAR[0], top + _BAR[1]
    axes.add_patch(
        Rectangle((0, first), 1, last - first, facecolor="none", edgecolor=GRID, linewidth=0.8)
    )
    best = None if bar.top is None or bar.series is None else bar.top[0]
    left = 0.0
    for number, (answer, share) in enumerate(bar.shares.items()):
        if share <= 0:
            continue
        alpha = 1.0 if answer == best else _TINTS[number % 2] + (bar.series is None) * 0.4
        axes.add_patch(
            Rectangle((left, first), share, last - first, facecolor=colour, alpha=alpha, lw=0)
        )
        left += share
