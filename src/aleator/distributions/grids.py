"""The published splits (arXiv 2605.11845): train, unseen parameters, held-out families.

Their grids and points are data, in grid_points.py; a split lists families in the benchmark's order.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

from aleator.distributions.coordinates import parameters_at
from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution
from aleator.distributions.grid_points import GRIDS, SELECTED
from aleator.errors import InputError, UnknownNameError

Split = Literal["train", "unseen_parameters", "held_out_families"]
SPLITS: tuple[Split, ...] = get_args(Split)


@cache
def split_distributions(split: Split) -> tuple[Distribution, ...]:
    """All distributions of a split, by family: 1,988, 591 or 92 of them.

    Raises UnknownNameError for any other split.
    """
    _check(split)
    return tuple(
        FAMILIES[name].distribution(**parameters_at(name, point))
        for name, grid in GRIDS[split].items()
        for point in grid.points()
    )


@cache
def selected_distributions(split: Split) -> tuple[Distribution, ...]:
    """The points of the published tables: 24 of unseen parameters, 18 of held-out families.

    They need not lie on the split's grid. Raises InputError for "train", which has none.
    """
    _check(split)
    if split == "train":
        raise InputError("the split 'train' has no selected points; the other two have")
    return tuple(
        FAMILIES[name].distribution(**parameters_at(name, point))
        for name in GRIDS[split]
        for point in SELECTED[name]
    )


def _check(split: str) -> None:
    if split not in SPLITS:
        raise UnknownNameError("split", split, SPLITS)
