"""Which prefixes of a forest are supervised: the heaviest ones, and those on drawn paths."""

from typing import NamedTuple

import numpy as np

from aleator.tokens.forest import FloatArray, IntArray, PrefixForest


class Steps(NamedTuple):
    """Every prefix that some drawn paths pass, one entry a path and position: arrays ``[M]``."""

    path: IntArray
    row: IntArray  # the last of a path is terminal


def heaviest(forest: PrefixForest, budget: int) -> IntArray:
    """Rows of the ``budget`` prefixes of most mass of each owner, grown level by level.

    Terminal rows do not count. The rows of an owner contain the parent of each but the root, for
    no prefix outweighs the one it continues.
    """
    rows = np.arange(forest.owners, dtype=np.int64)
    rank_mass = forest.floats("mass")[rows]
    opened = np.zeros(len(rows), dtype=np.bool_)
    while not opened.all():
        fresh, bound = rows[~opened], rank_mass[~opened]
        forest.expand(fresh)
        children, offsets = forest.children(fresh)
        # Rounding may lift a child's mass above its parent's by an ulp.
        inherited = np.repeat(bound, np.diff(offsets))
        masses = np.minimum(forest.floats("mass")[children], inherited)
        internal = ~forest.terminal[children]
        rows = np.concatenate((rows, children[internal]))
        rank_mass = np.concatenate((rank_mass, masses[internal]))
        opened = np.concatenate(
            (np.ones(len(opened), dtype=np.bool_), np.zeros(int(internal.sum()), dtype=np.bool_))
        )
        owner = forest.integers("owner")[rows]
        order = np.lexsort((rows, -rank_mass, owner))
        sorted_owner = owner[order]
        rank = np.arange(len(order)) - np.searchsorted(sorted_owner, sorted_owner)
        kept = order[rank < budget]
        rows, rank_mass, opened = rows[kept], rank_mass[kept], opened[kept]
    return rows


def frontier(forest: PrefixForest, rows: IntArray) -> IntArray:
    """Children of expanded ``rows`` that are neither terminal nor among ``rows``, ascending."""
    children, _ = forest.children(rows)
    return np.setdiff1d(children[~forest.terminal[children]], rows)


def draw_below(
    forest: PrefixForest, border: IntArray, draws: int, rng: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """Draw ``draws`` rows of ``border`` for each owner that has any, by mass, systematically.

    Returns:
        The rows drawn and the weight of each: the owner's border mass over ``draws``, so that
        weighted sums over draws are unbiased (Horvitz-Thompson).
    """
    if border.size == 0 or draws == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    owner = forest.integers("owner")[border]
    order = np.argsort(owner, kind="stable")
    border, owner = border[order], owner[order]
    ends = np.cumsum(forest.floats("mass")[border])
    present, starts = np.unique(owner, return_index=True)
    stops = np.concatenate((starts[1:], [len(border)]))
    before = np.concatenate(([0.0], ends))[starts]
    total = ends[stops - 1] - before
    offsets = (rng.random(len(present))[:, None] + np.arange(draws)) / draws
    places = np.searchsorted(ends, (before[:, None] + offsets * total[:, None]).ravel(), "right")
    places = np.clip(places, np.repeat(starts, draws), np.repeat(stops - 1, draws))
    return border[places], np.repeat(total / draws, draws)


def descend(forest: PrefixForest, starts: IntArray, rng: np.random.Generator) -> Steps:
    """Draw a path from each of ``starts`` to the stop token, by mass; ``starts`` included."""
    paths, rows = [np.arange(len(starts))], [starts]
    path, row = np.arange(len(starts)), starts
    while row.size:
        forest.expand(row)
        row = _choose_children(forest, row, rng)
        paths.append(path)
        rows.append(row)
        going = ~forest.terminal[row]
        path, row = path[going], row[going]
    return Steps(np.concatenate(paths), np.concatenate(rows))


def _choose_children(forest: PrefixForest, rows: IntArray, rng: np.random.Generator) -> IntArray:
    children, offsets = forest.children(rows)
    masses = forest.floats("mass")[children]
    # One cumulative sum a row: a global one would lose the small masses.
    widths = np.diff(offsets)
    table = np.zeros((len(rows), int(widths.max())))
    inside = np.arange(table.shape[1]) < widths[:, None]
    table[inside] = masses
    ends = np.cumsum(table, axis=1)
    thresholds = rng.random(len(rows)) * ends[:, -1]
    places = np.minimum((ends <= thresholds[:, None]).sum(axis=1), widths - 1)
    return children[offsets[:-1] + places]
