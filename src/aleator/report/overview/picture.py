"""A picture of one table: a row a model, a dot a condition with its interval, base first."""

from collections.abc import Mapping, Sequence

from matplotlib.ticker import NullLocator

from aleator.report.estimates import Estimate
from aleator.report.svg import FAINT, GRID, INK, drawing, inline_svg, series_colour

_STEP = 8.0
_GAP = 11.0
_BOTTOM = 34.0


def overview_figure(
    rows: Mapping[str, Sequence[Estimate]], conditions: Sequence[str], *, title: str, prefix: str
) -> str:
    """Every model's conditions under each other, joined by a thin line from base on.

    Args:
        rows: By model, a figure a condition; undefined ones are left out.
        conditions: Their names, for who cannot see the picture.
        title: What is drawn.
        prefix: For the ids of this drawing.
    """
    row = _STEP * len(conditions) + _GAP
    height = row * len(rows) + _BOTTOM + 4
    with drawing(520, height) as figure:
        axes = figure.add_axes((0.24, _BOTTOM / height, 0.74, 1 - (_BOTTOM + 4) / height))
        for number, (model, estimates) in enumerate(rows.items()):
            top = number * row
            middle = top + _STEP * (len(conditions) - 1) / 2
            axes.text(-0.01, middle, model, transform=axes.get_yaxis_transform(), ha="right",
                      va="center", color=INK)  # fmt: skip
            spots = [
                (one.value, top + _STEP * place)
                for place, one in enumerate(estimates)
                if one.value is not None
            ]
            across, down = [x for x, _ in spots], [y for _, y in spots]
            axes.plot(across, down, color=GRID, linewidth=1.2, zorder=1)
            for place, one in enumerate(estimates):
                if one.value is None:
                    continue
                position, colour = top + _STEP * place, series_colour(place)
                if one.low is not None and one.high is not None:
                    axes.plot([one.low, one.high], [position] * 2, color=colour, linewidth=2.0)
                axes.plot([one.value], [position], marker="o", markersize=4.5, color=colour)
        axes.set_ylim(row * len(rows) - _GAP / 2, -_GAP)
        axes.yaxis.set_major_locator(NullLocator())
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=GRID)
        axes.set_axisbelow(True)
        axes.tick_params(axis="x", colors=FAINT)
        axes.set_xlabel(title)
        return inline_svg(figure, prefix=prefix, label=_in_words(rows, conditions, title))


def _in_words(rows: Mapping[str, Sequence[Estimate]], conditions: Sequence[str], title: str) -> str:
    told = []
    for model, estimates in rows.items():
        parts = [
            f"{condition} {one.value:.3g}" if one.value is not None else f"{condition} missing"
            for condition, one in zip(conditions, estimates, strict=True)
        ]
        told.append(f"{model}: {', '.join(parts)}")
    return f"{title}. {'; '.join(told)}"
