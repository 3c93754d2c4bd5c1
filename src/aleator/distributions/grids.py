"""The published splits (arXiv 2605.11845): train, unseen parameters, held-out families.

A family's grid is the outer product of its axes in the order given, the last axis fastest, thinned
evenly over the row index where it has more rows than the split allows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, get_args

import numpy as np

from aleator.distributions.coordinates import parameters_at
from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution
from aleator.distributions.grid_points import GRIDS, SELECTED, Grid
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
        for point in _points(grid)
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


def _points(grid: Grid) -> Iterator[Mapping[str, float]]:
    rows = list(itertools.product(*grid.axes.values()))
    kept = range(len(rows))
    if len(rows) > grid.max_specs:
        kept = np.linspace(0, len(rows) - 1, grid.max_specs, dtype=int)
    for index in kept:
        yield dict(zip(grid.axes, rows[index], strict=True))
