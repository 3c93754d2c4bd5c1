"""The target's equal-mass bins, on which value TV and the shape of a tree are defined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_BINS = 20


@dataclass(frozen=True)
class ValueBins:
    """Bins over the values of a numeric target.

    Attributes:
        starts: int64 ``[bins]``, the lowest lattice index of each bin, increasing.
        probabilities: float64 ``[bins]``, the target's mass of each.
        decimals: decimals of the lattice.
    """

    starts: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    decimals: int

    def of_indices(self, indices: ArrayLike) -> NDArray[np.int64]:
        """Bin of each lattice index; those below the first bin belong to it."""
        return self._find(self.starts, np.asarray(indices))

    def of_values(self, values: ArrayLike) -> NDArray[np.int64]:
        """Bin of each value, however it was spelt: borders lie midway between lattice values."""
        borders = (self.starts - 0.5) / np.float64(10**self.decimals)
        return self._find(borders, np.asarray(values, dtype=np.float64))

    @staticmethod
    def _find(
        starts: NDArray[np.int64] | NDArray[np.float64], points: NDArray[np.generic]
    ) -> NDArray[np.int64]:
        found = np.searchsorted(starts, points, side="right") - 1
        return np.maximum(found, 0).astype(np.int64)
