"""Listed outcomes of a distribution: the thinned grids of the published set-up.

As published (arXiv 2605.11845): if more than ``max_bins`` values lie in the quantile range, evenly
spaced indices of their list are kept (``linspace(0, n - 1, max_bins)`` truncated to integers); each
kept value's mass is the CDF between the midpoints to its neighbours; the first and last take the
tails. The last digits of a thinned grid are arbitrary, so it serves to reproduce figures.
"""

import numpy as np

from aleator.distributions.family import Distribution
from aleator.errors import ParameterError
from aleator.outcomes.lattice import DEFAULT_DECIMALS, NumericTarget
from aleator.outcomes.numerals import format_lattice
from aleator.outcomes.outcomes import Outcomes


def discretise(
    distribution: Distribution,
    decimals: int = DEFAULT_DECIMALS,
    max_bins: int | None = None,
) -> Outcomes:
    """List the outcomes of a distribution.

    Args:
        distribution: what to discretise.
        decimals: digits after the point; discrete families are written without any.
        max_bins: thin to this many values; ``None`` keeps every one (full resolution).

    Raises:
        ParameterError: ``max_bins`` below 2, or a discretisation that ``NumericTarget.of`` refuses.
        InputError: full resolution would list more than two million values.
    """
    if max_bins is not None and max_bins < 2:
        raise ParameterError(f"max_bins={max_bins} is too small: give at least 2.")
    target = NumericTarget.of(distribution, decimals)
    if max_bins is None or target.count <= max_bins or distribution.family.kind == "discrete":
        return target.outcomes()
    offsets = np.linspace(0, target.count - 1, max_bins).astype(np.int64)
    indices = target.low + offsets
    masses = _midpoint_masses(target, indices)
    strings = tuple(format_lattice(int(k), target.decimals) for k in indices)
    return Outcomes(strings, masses, target.values(indices))


def _midpoint_masses(target: NumericTarget, indices: np.ndarray) -> np.ndarray:
    distribution = target.distribution
    midpoints = (indices[:-1] + indices[1:]) / 2.0 * 10.0**-target.decimals
    edges = np.concatenate(([-np.inf], midpoints, [np.inf]))
    below = np.asarray(distribution.cdf(edges))
    above = np.asarray(distribution.sf(edges))
    right = edges[:-1] >= distribution.median()
    masses = np.where(right, above[:-1] - above[1:], below[1:] - below[:-1])
    return np.maximum(masses, 0.0) / masses.sum()
