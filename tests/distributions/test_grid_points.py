"""The grids' data: the published counts, and how a grid is spanned and thinned."""

import math

import numpy as np
import pytest

from aleator.distributions.families import FAMILIES
from aleator.distributions.grid_points import GRIDS, SELECTED, Grid


def test_twenty_four_families_are_seen_and_six_are_held_out() -> None:
    seen, unseen, held_out = (GRIDS[split] for split in GRIDS)
    assert list(seen) == list(unseen)
    assert len(seen) == 24
    assert list(held_out) == ["bernoulli", "poisson", "weibull", "maxwell", "chi", "truncnorm"]
    assert set(seen) | set(held_out) == set(FAMILIES) == set(SELECTED)
    assert not set(seen) & set(held_out)


def test_splits_list_families_in_the_order_of_the_benchmark() -> None:
    order = list(FAMILIES)
    for split in ("train", "unseen_parameters"):
        assert list(GRIDS[split]) == [name for name in order if name in GRIDS[split]]


def test_no_published_grid_needs_thinning() -> None:
    for split, grids in GRIDS.items():
        for name, grid in grids.items():
            rows = math.prod(len(values) for values in grid.axes.values())
            assert rows == grid.max_specs, (split, name)


def test_a_grid_is_an_outer_product_with_the_last_axis_fastest() -> None:
    grid = Grid(6, {"x": (1, 2), "y": (10, 20, 30)})
    assert [tuple(point.values()) for point in grid.points()] == [
        (1, 10),
        (1, 20),
        (1, 30),
        (2, 10),
        (2, 20),
        (2, 30),
    ]


@pytest.mark.parametrize(("kept", "rows"), [(1, [0]), (3, [0, 5, 11]), (5, [0, 2, 5, 8, 11])])
def test_a_grid_is_thinned_evenly_and_downwards(kept: int, rows: list[int]) -> None:
    grid = Grid(kept, {"x": tuple(range(3)), "y": tuple(range(4))})
    assert [4 * point["x"] + point["y"] for point in grid.points()] == rows


def test_logarithmic_axes_are_numpys() -> None:
    sigma = GRIDS["train"]["gaussian"].axes["sigma"]
    assert list(sigma) == np.geomspace(0.5, 2.0, 11).tolist()
    assert 1.7411011265922482 in sigma
