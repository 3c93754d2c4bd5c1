"""Open-ended generation as pictures: dots of support sizes against base, curves of top shares.

Both axes of the dots are logarithmic; above the diagonal a condition chooses from more first tokens
than its base. A curve has a condition's own prompts in falling order, so that curves say how many
prompts are collapsed, not which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from aleator.report.sentences import plural
from aleator.report.svg import FAINT, GRID, drawing, inline_svg, series_colour, series_dash

_SIZE = (330.0, 300.0)
_MARKERS = "osD^vP"
_TICKS = tuple(step * 10.0**power for power in range(6) for step in (1, 3))
_MARGIN = 1.3


@dataclass(frozen=True)
class Dots:
    """One condition against its base: a pair of support sizes, base first, a prompt."""

    label: str
    series: int
    pairs: Sequence[tuple[float, float]]


def support_figure(conditions: Sequence[Dots], *, prefix: str) -> str:
    """Support sizes of every prompt, base on x against each condition on y."""
    with drawing(*_SIZE) as figure:
        axes = figure.add_axes((0.13, 0.14, 0.84, 0.83))
        sizes = [size for one in conditions for pair in one.pairs for size in pair]
        limits = (1 / _MARGIN, max(sizes, default=1.0) * _MARGIN)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.plot(limits, limits, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
        for one in conditions:
            axes.plot(
                [base for base, _ in one.pairs],
                [mine for _, mine in one.pairs],
                linestyle="none",
                marker=_MARKERS[one.series % len(_MARKERS)],
                markersize=4.2,
                markerfacecolor=series_colour(one.series),
                markeredgewidth=0,
                alpha=0.7,
            )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(FixedLocator(_TICKS))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.set_xlim(limits)
        axes.set_ylim(limits)
        _finish(axes, "tokens for 90% of the first step, base", "the same, after")
        told = "; ".join(_in_words(one) for one in conditions)
        return inline_svg(figure, prefix=prefix, label=f"Support sizes against base. {told}")


def _in_words(one: Dots) -> str:
    above = sum(mine > base for base, mine in one.pairs)
    return f"{one.label}: above base on {above} of {plural(len(one.pairs), 'prompt')}"


def curves_figure(
    conditions: Mapping[int, tuple[str, Sequence[float]]],
    *,
    title: str,
    logarithmic: bool,
    prefix: str,
) -> str:
    """A figure of every prompt, each condition's in falling order.

    Args:
        conditions: Label and figures by the condition's place.
        title: What the figure is.
        logarithmic: Of sizes; otherwise of shares from 0 to 1.
        prefix: For the ids of this drawing.
    """
    with drawing(*_SIZE) as figure:
        axes = figure.add_axes((0.13, 0.14, 0.84, 0.83))
        if logarithmic:
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(FixedLocator(_TICKS))
            axes.yaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        else:
            axes.set_ylim(0, 1.02)
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}%"))
        longest = 1
        for series, (_, values) in conditions.items():
            falling = sorted(values, reverse=True)
            longest = max(longest, len(falling))
            marker = "." if len(falling) == 1 else None
            axes.plot(
                range(1, len(falling) + 1),
                falling,
                color=series_colour(series),
                linestyle=series_dash(series),
                linewidth=1.8,
                marker=marker,
            )
        axes.set_xlim(0.5, longest + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        _finish(axes, "prompts, each condition's in falling order", title)
        told = "; ".join(label for label, _ in conditions.values())
        return inline_svg(figure, prefix=prefix, label=f"{title}, sorted by prompt: {told}")


def _finish(axes: Axes, across: str, up: str) -> None:
    axes.grid(color=GRID)
    axes.set_axisbelow(True)
    axes.set_xlabel(across)
    axes.set_ylabel(up, labelpad=2)
