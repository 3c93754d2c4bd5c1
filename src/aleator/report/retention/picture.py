"""Retention as a forest plot: how far every task or slice moved, with its interval and the margin.

Losses lie on the left in both panels, so the axis of perplexity runs backwards. The shaded band is
the margin on either side of no change: an interval that does not reach beyond its left edge is no
loss of more than the margin. A filled dot is a verdict, an empty one is undecided. Where a change
is far larger than the margin, the axis is logarithmic beyond `_WIDE` margins.
"""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from aleator.report.retention.comparing import Bench, Line
from aleator.report.retention.pairs import Verdict
from aleator.report.retention.words import MARGINS, UNITS, shift_told, signed
from aleator.report.sentences import shown
from aleator.report.svg import (
    BAD,
    CARD,
    FAINT,
    GOOD,
    GRID,
    INK,
    TARGET,
    drawing,
    inline_svg,
    series_colour,
)

_WIDTH = 400.0
_ROW = 18.0
_TOP, _FOOT = 16.0, 38.0
_LABEL = 17
_WIDE = 25.0
"""Margins from no change, up to which the axis is linear if nothing lies beyond."""
_VERDICT_COLOURS: Mapping[Verdict, str] = {"worse": BAD, "better": GOOD, "unchanged": INK}
_AXES: Mapping[Bench, str] = {
    "knowledge": "accuracy minus base's, points",
    "perplexity": "perplexity against base's",
}


def retention_figure(lines: Sequence[Line], labels: Sequence[str], *, prefix: str) -> str:
    """One panel: the lines of one benchmark.

    Args:
        lines: Of every condition; a task or slice stands once, its conditions beneath it.
        labels: The page's conditions in order; a condition keeps its colour everywhere.
        prefix: For the ids of this drawing.
    """
    bench = lines[0].bench
    names = list(dict.fromkeys(line.name for line in lines))
    alone = len({line.label for line in lines}) == 1
    rows = len(lines) if alone else len(lines) + 1.25 * len(names)
    height = _TOP + _ROW * rows + _FOOT
    with drawing(_WIDTH, height) as figure:
        axes = figure.add_axes((0.225, _FOOT / height, 0.48, _ROW * rows / height))
        position = 0.5
        for name in names:
            if not alone:
                _beside(axes, position, shown(name, _LABEL), INK, weight="bold")
                position += 1
            for line in (one for one in lines if one.name == name):
                text = shown(name if alone else line.label, _LABEL)
                _beside(axes, position, text, INK if alone else FAINT)
                _row(axes, line, position, labels.index(line.label))
                position += 1
            position += 0 if alone else 0.25
        _axis(axes, lines, bench)
        axes.set_ylim(rows, 0)
        return inline_svg(figure, prefix=prefix, label=_in_words(lines, bench))


def _beside(axes: Axes, position: float, text: str, colour: str, weight: str = "normal") -> None:
    axes.text(-0.03, position, text, transform=axes.get_yaxis_transform(), ha="right",
              va="center", color=colour, fontweight=weight)  # fmt: skip


def _row(axes: Axes, line: Line, position: float, series: int) -> None:
    shift, colour = line.shift, series_colour(series)
    told, decided = line.verdict, line.verdict != "undecided"
    if shift.value is None:
        axes.text(1.03, position, "not compared", transform=axes.get_yaxis_transform(),
                  ha="left", va="center", color=FAINT)  # fmt: skip
        return
    if shift.low is not None and shift.high is not None:
        axes.plot([shift.low, shift.high], [position] * 2, color=colour, linewidth=2.4)
    axes.plot([shift.value], [position], marker="o", markersize=6, color=colour,
              markerfacecolor=colour if decided else CARD, markeredgewidth=1.6)  # fmt: skip
    value = signed([shift.value, shift.low, shift.high])[0]
    unit = UNITS[line.bench] if line.bench == "perplexity" else ""
    axes.text(1.03, position, f"{value}{unit} {told}", transform=axes.get_yaxis_transform(),
              ha="left", va="center", color=_VERDICT_COLOURS.get(told, FAINT))  # fmt: skip


def _axis(axes: Axes, lines: Sequence[Line], bench: Bench) -> None:
    margin = MARGINS[bench]
    shifts = [line.shift for line in lines]
    ends = [end for one in shifts for end in (one.value, one.low, one.high) if end is not None]
    lowest, highest = min([*ends, -2 * margin]), max([*ends, 2 * margin])
    wide = max(-lowest, highest) > _WIDE * margin
    if wide:
        axes.set_xscale("symlog", linthresh=2 * margin, linscale=0.8)
        axes.xaxis.set_major_locator(FixedLocator(_decades(lowest, highest, margin)))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, bench)))
    room = 1.3 if wide else 1.0
    pad = 0.0 if wide else 0.05 * (highest - lowest)
    left, right = lowest * room - pad, highest * room + pad
    axes.set_xlim(*((left, right) if bench == "knowledge" else (right, left)))
    axes.axvspan(-margin, margin, color=TARGET, alpha=0.45, linewidth=0, zorder=0)
    axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=1)
    axes.yaxis.set_major_locator(NullLocator())
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID)
    axes.set_axisbelow(True)
    axes.set_xlabel(_AXES[bench] + (f" (logarithmic beyond ±{2 * margin:g})" if wide else ""))
    for place, side, told in ((0.0, "left", "← worse"), (1.0, "right", "better →")):
        axes.annotate(told, (place, 1.0), xytext=(0, 3), xycoords="axes fraction", ha=side,
                      textcoords="offset points", va="bottom", color=FAINT)  # fmt: skip


def _decades(lowest: float, highest: float, margin: float) -> list[float]:
    sizes = [margin * 10.0**power for power in range(6)]
    return sorted(
        [0.0, *(-one for one in sizes if one <= -lowest), *(one for one in sizes if one <= highest)]
    )


def _tick(value: float, bench: Bench) -> str:
    text = f"{value:+g}".replace("-", "−") if value else "0"
    return f"{text}{UNITS[bench]}" if bench == "perplexity" else text


def _in_words(lines: Sequence[Line], bench: Bench) -> str:
    told = "; ".join(
        f"{line.label}, {line.name}: {shift_told(line.shift, bench)}, {line.verdict}"
        for line in lines
    )
    return f"{bench.capitalize()} against base, a loss on the left. {told}"
