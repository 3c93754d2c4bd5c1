"""Draws of a thinned grid without its list."""

import numpy as np
import pytest

from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution
from aleator.outcomes.discretize import discretise
from aleator.training.thinned import ThinnedTarget

DISTRIBUTIONS = [
    FAMILIES["gaussian"].distribution(mu=0.0, sigma=1.7411011265922482),
    FAMILIES["cauchy"].distribution(x0=1.0, gamma=0.5),
    FAMILIES["beta"].distribution(alpha=0.5, beta=0.5),
    FAMILIES["poisson"].distribution(**{"lambda": 4.0}),
]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=str)
@pytest.mark.parametrize("max_bins", [7, 1001])
def test_draws_are_the_inverse_cdf_of_the_list(distribution: Distribution, max_bins: int) -> None:
    """The same uniform numbers through the listed probabilities give the same values."""
    uniforms = np.random.default_rng(3).random(2_000)
    listed = discretise(distribution, 5, max_bins)
    edges = np.cumsum(listed.probabilities)
    expected = np.searchsorted(edges, uniforms)
    drawn = ThinnedTarget(distribution, 5, max_bins).draw(2_000, np.random.default_rng(3))
    counts = np.bincount(expected, minlength=len(listed.strings))
    found = dict(zip(drawn.strings, np.rint(drawn.probabilities * 2_000), strict=True))
    wanted = {s: float(n) for s, n in zip(listed.strings, counts, strict=True) if n}
    # A number within rounding of an edge may fall to its other side.
    different = sum(abs(found.get(s, 0) - wanted.get(s, 0)) for s in found.keys() | wanted.keys())
    assert different <= 2


def test_the_list_is_the_published_one() -> None:
    target = ThinnedTarget(DISTRIBUTIONS[0], 5, 1001)
    assert target.outcomes().strings == discretise(DISTRIBUTIONS[0], 5, 1001).strings
