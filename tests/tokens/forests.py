"""A forest written out as a dictionary."""

import numpy as np

from aleator.tokens.forest import PrefixForest

Entry = tuple[float, float, int, int, bool]


def written_out(forest: PrefixForest, root: int = 0) -> dict[tuple[int, ...], Entry]:
    """Mass, step mass, first, last and terminal of every prefix of one owner, by its tokens."""
    found: dict[tuple[int, ...], Entry] = {}
    stack: list[tuple[int, tuple[int, ...]]] = [(root, ())]
    while stack:
        row, path = stack.pop()
        if not forest.terminal[row]:
            rows = np.array([row])
            forest.expand(rows)
            children, _ = forest.children(rows)
            tokens = forest.integers("token")[children]
            stack += [(int(c), (*path, int(t))) for c, t in zip(children, tokens, strict=True)]
        found[path] = (
            float(forest.floats("mass")[row]),
            float(forest.floats("step_mass")[row]),
            int(forest.integers("first")[row]),
            int(forest.integers("last")[row]),
            bool(forest.terminal[row]),
        )
    return found
