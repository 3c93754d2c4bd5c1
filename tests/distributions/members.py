"""Which members of the families the tests look at."""

import numpy as np
from hypothesis import strategies

from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution
from aleator.distributions.grids import SPLITS, split_distributions
from aleator.distributions.wide import wide_distribution


def some_members(name: str) -> list[Distribution]:
    """The corners and the middle of the family's grids."""
    own = [one for split in SPLITS for one in split_distributions(split) if one.family.name == name]
    return [own[0], own[len(own) // 2], own[-1]]


def any_member() -> strategies.SearchStrategy[Distribution]:
    """Members of any family with parameters from the wide ranges."""
    return strategies.builds(
        lambda name, seed: wide_distribution(np.random.default_rng(seed), FAMILIES[name]),
        strategies.sampled_from(sorted(FAMILIES)),
        strategies.integers(0, 2**32 - 1),
    )
