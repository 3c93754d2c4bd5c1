"""Which of many prompts stand for all of them: so many, at even steps."""

import numpy as np


def spread_places(count: int, limit: int | None) -> list[int]:
    """At most `limit` places among `count`, ascending, spread evenly from the first to the last.

    Args:
        count: How many there are.
        limit: 0 or more; None for all.
    """
    kept = count if limit is None else min(limit, count)
    return np.linspace(0, count - 1, kept).astype(int).tolist()
