"""A thinned grid of the published set-up, listed only where all of it is needed.

Hard targets need a few draws of it: listing 16,384 values to draw one takes some 70 milliseconds a
prompt, which would be most of a training step.
"""

from dataclasses import dataclass

import numpy as np

from aleator.distributions.family import Distribution
from aleator.outcomes.discretize import discretise
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.numerals import format_lattice
from aleator.outcomes.outcomes import Outcomes


@dataclass(frozen=True)
class ThinnedTarget:
    """What `discretise` makes of a distribution, not yet made.

    Attributes:
        distribution: what is discretised.
        decimals: digits after the point of continuous families.
        max_bins: most values that are kept.
    """

    distribution: Distribution
    decimals: int
    max_bins: int

    def outcomes(self) -> Outcomes:
        """All values with their probabilities."""
        return discretise(self.distribution, self.decimals, self.max_bins)

    def draw(self, size: int, rng: np.random.Generator) -> Outcomes:
        """The empirical distribution of `size` independent draws of `outcomes`."""
        target = NumericTarget.of(self.distribution, self.decimals)
        if self.distribution.family.discrete or target.count <= self.max_bins:
            drawn = target.sample(size, rng)
        else:
            offsets = np.linspace(0, target.count - 1, self.max_bins).astype(np.int64)
            kept = target.low + offsets
            borders = (kept[:-1] + kept[1:]) / 2.0 * 10.0**-target.decimals
            drawn = kept[np.searchsorted(borders, self.distribution.ppf(rng.random(size)))]
        indices, counts = np.unique(drawn, return_counts=True)
        strings = tuple(format_lattice(int(index), target.decimals) for index in indices)
        return Outcomes(strings, counts / size, target.values(indices))
