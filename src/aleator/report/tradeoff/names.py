"""Where the names of points go: each beside its point, covering least of what else is drawn.

A greedy rule in the order given: of a fixed list of places around a point the first that covers
nothing is taken, otherwise the one that covers least. Widths of words are estimates, since the page
is shown in fonts that are not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_LETTER = 5.1
"""Width of a letter in points, about."""
_LINE = 10.0
_POINT = 5.0
"""Half the width of a point."""
_STEP = 4.0
_OUTSIDE = 1000.0
_WAYS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_REACHES = (8.0, 13.0, 20.0, 28.0)

Spot = tuple[float, float]
"""Across and up, in points."""


@dataclass(frozen=True)
class Box:
    """A rectangle: left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    def covers(self, spot: Spot) -> bool:
        """Whether a spot lies within."""
        return self.left < spot[0] < self.right and self.bottom < spot[1] < self.top

    def meets(self, other: "Box") -> bool:
        """Whether two rectangles share anything."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top


@dataclass(frozen=True)
class Placed:
    """Where a name stands: at `offset` from its point, to that side of it."""

    offset: Spot
    side: Literal["left", "center", "right"]
    height: Literal["bottom", "center", "top"]


def place_names(
    names: Sequence[tuple[str, Spot]], strokes: Sequence[tuple[Spot, Spot]], room: Box
) -> list[Placed]:
    """A place for every name.

    Args:
        names: What stands at which point; an empty name needs no place, its point is kept free.
        strokes: Lines that names should not cover.
        room: What names must stay in.
    """
    along = [spot for stroke in strokes for spot in _along(*stroke)]
    points = [Box(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for _, (x, y) in names]
    taken: list[Box] = []
    placed = []
    for name, spot in names:
        choices = [(_box(name, spot, one), one) for one in _candidates()]
        costs = [
            sum(box.covers(one) for one in along)
            + 10.0 * sum(box.meets(one) for one in [*points, *taken])
            + _OUTSIDE * _leaves(box, room)
            for box, _ in choices
        ]
        box, one = choices[costs.index(min(costs))]
        placed.append(one)
        if name:
            taken.append(box)
    return placed


def _candidates() -> list[Placed]:
    found = []
    for reach in _REACHES:
        for across, up in _WAYS:
            side = "center" if across == 0 else "left" if across > 0 else "right"
            height = "center" if up == 0 else "bottom" if up > 0 else "top"
            slant = 0.6 if across and up else 1.0
            found.append(Placed((across * reach * slant, up * reach * slant), side, height))
    return found


def _box(name: str, spot: Spot, placed: Placed) -> Box:
    width = _LETTER * len(name)
    x, y = spot[0] + placed.offset[0], spot[1] + placed.offset[1]
    left = {"left": x, "center": x - width / 2, "right": x - width}[placed.side]
    bottom = {"bottom": y, "center": y - _LINE / 2, "top": y - _LINE}[placed.height]
    return Box(left, bottom, left + width, bottom + _LINE)


def _leaves(box: Box, room: Box) -> bool:
    across = box.left < room.left or box.right > room.right
    return across or box.bottom < room.bottom or box.top > room.top


def _along(start: Spot, end: Spot) -> list[Spot]:
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    count = max(int(length / _STEP), 1)
    return [
        (
            start[0] + (end[0] - start[0]) * step / count,
            start[1] + (end[1] - start[1]) * step / count,
        )
        for step in range(count + 1)
    ]
