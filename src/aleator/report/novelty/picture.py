"""NoveltyBench as pictures: how many prompts got 1, 2, … different answers, and their utility."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from aleator.report.estimates import Estimate
from aleator.report.measures import significant
from aleator.report.sentences import shown
from aleator.report.svg import FAINT, GRID, INK, drawing, inline_svg, series_colour

_WIDTH = 640.0
_CLUSTER = 0.84


@dataclass(frozen=True)
class Spread:
    """One condition on one set: shares of prompts with 1, 2, … classes, and utility."""

    label: str
    series: int
    shares: Sequence[float]
    utility: Estimate


def novelty_figure(name: str, conditions: Sequence[Spread], *, prefix: str) -> str:
    """One set: bars of distinct answers on the left, utility with its interval on the right."""
    most = max((len(one.shares) for one in conditions), default=1)
    with drawing(_WIDTH, 190) as figure:
        axes = figure.add_axes((0.05, 0.19, 0.55, 0.74))
        for place, one in enumerate(conditions):
            width = _CLUSTER / len(conditions)
            middle = [n + 1 - _CLUSTER / 2 + (place + 0.5) * width for n in range(len(one.shares))]
            axes.bar(middle, one.shares, width=0.9 * width, color=series_colour(one.series))
        axes.set_xlim(0.5, most + 0.5)
        axes.xaxis.set_major_locator(FixedLocator(range(1, most + 1)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}%"))
        axes.grid(axis="y", color=GRID)
        axes.set_axisbelow(True)
        axes.set_xlabel("different answers of a prompt (share of prompts)")
        _utility(figure.add_axes((0.79, 0.19, 0.19, 0.74)), conditions)
        told = "; ".join(_in_words(one) for one in conditions)
        return inline_svg(figure, prefix=prefix, label=f"NoveltyBench, {name}. {told}")


def _utility(axes: Axes, conditions: Sequence[Spread]) -> None:
    for place, one in enumerate(conditions):
        colour, worth = series_colour(one.series), one.utility
        axes.text(-0.03, place, shown(one.label, 20), transform=axes.get_yaxis_transform(),
                  ha="right", va="center", color=FAINT, fontsize=8.5)  # fmt: skip
        if worth.value is None:
            axes.text(5, place, "undefined", ha="center", va="center", color=FAINT)
            continue
        if worth.low is not None and worth.high is not None:
            axes.plot([worth.low, worth.high], [place] * 2, color=colour, linewidth=2.4)
        axes.plot([worth.value], [place], marker="o", markersize=5.5, color=colour)
        axes.text(worth.value, place - 0.16, significant(worth.value), ha="center", va="bottom",
                  color=INK, fontsize=8.5)  # fmt: skip
    axes.set_xlim(0, 10)
    axes.set_ylim(len(conditions) - 0.5, -0.6)
    axes.yaxis.set_major_locator(NullLocator())
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID)
    axes.set_axisbelow(True)
    axes.set_xlabel("utility, 0 … 10")


def _in_words(one: Spread) -> str:
    worth = "undefined" if one.utility.value is None else significant(one.utility.value)
    shares = ", ".join(f"{n}: {100 * share:.0f}%" for n, share in enumerate(one.shares, 1) if share)
    return f"{one.label}: utility {worth}, different answers {shares}"
