"""Where the right answers stand: a bar a letter and condition, with its interval, and the 25% line.

A condition of which nothing parses has no bars; the picture says so in their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from aleator.report.estimates import Estimate, Figures
from aleator.report.measures import percent
from aleator.report.sentences import shown
from aleator.report.svg import FAINT, GRID, INK, drawing, inline_svg, series_colour

_SIZE = (640.0, 210.0)
_EVEN = 0.25
_CLUSTER = 0.82
"""Width of a letter's bars; letters are 1 apart."""


@dataclass(frozen=True)
class Letters:
    """One condition's shares of the letters; `parsed` questions give one."""

    label: str
    series: int
    parsed: int
    shares: Figures


def letters_figure(
    readings: Mapping[str, tuple[Letters, ...]], *, letters: str, prefix: str
) -> str:
    """Bars for every manner of reading, side by side.

    Args:
        readings: The conditions' shares by the title of the manner.
        letters: The positions in order.
        prefix: For the ids of this drawing.
    """
    top = max(
        (end for each in readings.values() for one in each for end in _ends(one, letters)),
        default=_EVEN,
    )
    limit = min(max(1.12 * top, 0.4), 1.04)
    with drawing(*_SIZE) as figure:
        width = 1.0 / len(readings)
        for number, (title, conditions) in enumerate(readings.items()):
            axes = figure.add_axes((0.055 + number * width, 0.11, width - 0.075, 0.74))
            axes.set_title(title, fontsize=9, color=INK, loc="left", fontweight="bold")
            for place, one in enumerate(conditions):
                _bars(axes, one, letters, place, len(conditions))
            axes.axhline(_EVEN, color=INK, linewidth=1.0, linestyle=(0, (3, 2)))
            axes.set_xlim(-0.5, len(letters) - 0.5)
            axes.set_ylim(0, limit)
            axes.xaxis.set_major_locator(FixedLocator(range(len(letters))))
            names = FuncFormatter(lambda value, _: letters[round(value)])
            axes.xaxis.set_major_formatter(names)
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}%"))
            axes.grid(axis="y", color=GRID)
            axes.set_axisbelow(True)
            _say_undefined(axes, conditions)
        return inline_svg(figure, prefix=prefix, label=_in_words(readings, letters))


def _bars(axes: Axes, one: Letters, letters: str, place: int, conditions: int) -> None:
    width = _CLUSTER / conditions
    for number, letter in enumerate(letters):
        share = one.shares.get(letter, Estimate(None))
        if share.value is None:
            continue
        middle = number - _CLUSTER / 2 + (place + 0.5) * width
        axes.bar(
            middle, share.value, width=0.88 * width, color=series_colour(one.series), alpha=0.8
        )
        if share.low is not None and share.high is not None:
            axes.plot([middle] * 2, [share.low, share.high], color=INK, linewidth=1.1)


def _say_undefined(axes: Axes, conditions: tuple[Letters, ...]) -> None:
    silent = [one.label for one in conditions if not one.parsed]
    for number, label in enumerate(silent):
        axes.text(0.5, 0.95 - 0.09 * number, f"{shown(label, 30)}: nothing parsed, undefined",
                  transform=axes.transAxes, ha="center", va="top", color=FAINT)  # fmt: skip


def _ends(one: Letters, letters: str) -> list[float]:
    shares = [one.shares[letter] for letter in letters if letter in one.shares]
    ends = [share.value if share.high is None else share.high for share in shares]
    return [end for end in ends if end is not None]


def _in_words(readings: Mapping[str, tuple[Letters, ...]], letters: str) -> str:
    parts = []
    for title, conditions in readings.items():
        for one in conditions:
            values = [(letter, one.shares.get(letter, Estimate(None)).value) for letter in letters]
            told = ", ".join(
                f"{letter} {percent(value)}" for letter, value in values if value is not None
            )
            parts.append(f"{title}, {one.label}: {told or 'nothing parsed'}")
    return "Shares of the letters. " + "; ".join(parts)
