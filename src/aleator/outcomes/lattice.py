"""A distribution seen through the numbers that a fixed count of decimals can write.

``NumericTarget`` is the target at full resolution: every value ``k * 10**-decimals`` between the
0.001 and 0.999 quantiles (the whole support of a bounded discrete family) is an outcome, its mass
is the CDF between midpoints, and the first and last take the tails. Nothing is listed unless asked
for: the mass of a run of values is a difference of the CDF, or of the survival function right of
the median, where a difference of the CDF would cancel.

Departs from the published set-up (arXiv 2605.11845): full resolution is the default (thinned grids
are in ``discretize``), and the lower tail of a discrete support unbounded below also goes to its
edge. The edges of the quantile range are rounded inwards, so that no value leaves the support.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aleator.distributions.family import Distribution
from aleator.errors import InputError, ParameterError
from aleator.outcomes.bins import DEFAULT_BINS, ValueBins
from aleator.outcomes.numerals import format_lattice
from aleator.outcomes.outcomes import Outcomes

DEFAULT_DECIMALS = 2
MAX_DECIMALS = 12
LOWER_QUANTILE = 0.001
UPPER_QUANTILE = 0.999
_EDGE_SLACK = 1e-9  # in lattice steps: 0.3 / 0.01 is 29.999999999999996
_LISTING_LIMIT = 2_000_000


@dataclass(frozen=True)
class NumericTarget:
    """A distribution over the canonical numbers of a fixed count of decimals.

    Attributes:
        distribution: what is discretised.
        decimals: digits after the point (0 for discrete families).
        low: lowest lattice index; its value is ``low * 10**-decimals``.
        high: highest lattice index.
    """

    distribution: Distribution
    decimals: int
    low: int
    high: int

    @classmethod
    def of(cls, distribution: Distribution, decimals: int = DEFAULT_DECIMALS) -> Self:
        """Discretise a distribution at full resolution.

        Raises:
            ParameterError: ``decimals`` is out of range, or the quantile range holds no number
                with that many decimals, or more than integers can index.
        """
        if not 0 <= decimals <= MAX_DECIMALS:
            raise ParameterError(
                f"decimals={decimals} is out of range: give 0 to {MAX_DECIMALS} decimals."
            )
        if distribution.family.kind == "discrete":
            lower, upper = distribution.support()
            if not np.isfinite(lower):
                lower = float(distribution.ppf(LOWER_QUANTILE))
            if not np.isfinite(upper):
                upper = float(distribution.ppf(UPPER_QUANTILE))
            return cls(distribution, 0, round(lower), round(upper))
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
            ends = np.asarray(distribution.ppf(np.array([LOWER_QUANTILE, UPPER_QUANTILE])))
        lower, upper = (float(end) * 10.0**decimals for end in ends)
        if not (abs(lower) < 2**52 and abs(upper) < 2**52):
            raise ParameterError(
                f"The 0.001 to 0.999 quantile range of {distribution} is too wide for {decimals} "
                "decimals: use fewer decimals or other parameters."
            )
        low, high = int(np.ceil(lower - _EDGE_SLACK)), int(np.floor(upper + _EDGE_SLACK))
        if low > high:
            raise ParameterError(
                f"No number with {decimals} decimals lies between the 0.001 and 0.999 quantiles "
                f"of {distribution}: use more decimals."
            )
        return cls(distribution, decimals, low, high)

    @property
    def count(self) -> int:
        """Number of outcomes ``K`` at full resolution."""
        return self.high - self.low + 1

    def mass(self, first: ArrayLike, last: ArrayLike) -> NDArray[np.float64]:
        """Exact mass of the lattice runs ``first..last`` (inclusive; arrays of any one shape).

        Runs are clipped to the lattice; an empty run has mass 0.
        """
        firsts, lasts = np.broadcast_arrays(np.asarray(first), np.asarray(last))
        owner = np.zeros(firsts.size, dtype=np.int64)
        flat = LatticeBatch((self,)).mass(owner, firsts.ravel(), lasts.ravel())
        return flat.reshape(firsts.shape)

    @cached_property
    def discrete_masses(self) -> NDArray[np.float64]:
        """Masses of all ``K`` points of a discrete family, tails on the edges."""
        points = np.arange(self.low, self.high + 1, dtype=np.float64)
        masses = np.array(self.distribution.pmf(points), dtype=np.float64)
        masses[0] += float(self.distribution.cdf(self.low - 1.0))
        masses[-1] += float(self.distribution.sf(float(self.high)))
        return masses / masses.sum()

    def values(self, indices: ArrayLike) -> NDArray[np.float64]:
        """Values of lattice indices, rounded as their decimal writing reads back."""
        return np.asarray(indices, dtype=np.float64) / 10.0**self.decimals

    def outcomes(self) -> Outcomes:
        """List every outcome.

        Raises:
            InputError: there are more than two million of them.
        """
        if self.count > _LISTING_LIMIT:
            raise InputError(
                f"{self.distribution} has {self.count} outcomes at {self.decimals} decimals: "
                "set a limit on the bins (max_bins) or use fewer decimals."
            )
        indices = np.arange(self.low, self.high + 1)
        masses = self.mass(indices, indices)
        strings = tuple(format_lattice(int(k), self.decimals) for k in indices)
        return Outcomes(strings, masses / masses.sum(), self.values(indices))

    def bins(self, count: int = DEFAULT_BINS) -> ValueBins:
        """The ``count`` equal-mass bins, or the support points where there are fewer."""
        if self.count <= count:
            starts = np.arange(self.low, self.high + 1)
        else:
            quantiles = self.indices_at(np.arange(1, count) / count)
            # A start is the first index above a quantile, so an atom ends the bin it fills.
            starts = np.unique(np.concatenate(([self.low], quantiles + 1)))
            starts = starts[starts <= self.high]
        lasts = np.concatenate((starts[1:] - 1, [self.high]))
        return ValueBins(starts.astype(np.int64), self.mass(starts, lasts), self.decimals)

    def indices_at(self, levels: ArrayLike) -> NDArray[np.int64]:
        """Lattice indices of quantile levels in (0, 1): the inverse CDF, clipped to the lattice."""
        if self.distribution.family.kind == "discrete":
            # From the table: scipy's search for a discrete quantile may not end.
            ends = np.cumsum(self.discrete_masses)
            places = np.searchsorted(ends, np.asarray(levels, dtype=np.float64))
            return self.low + np.minimum(places, self.count - 1).astype(np.int64)
        quantiles = np.asarray(self.distribution.ppf(np.asarray(levels, dtype=np.float64)))
        nearest = np.rint(quantiles * 10.0**self.decimals)
        return np.clip(nearest, self.low, self.high).astype(np.int64)

    def sample(self, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw lattice indices independently (inverse CDF): int64 ``[size]``."""
        return self.indices_at(rng.random(size))

    def accepts(self, value: float) -> bool:
        """Whether a value lies in the support, and is an integer where the family is discrete."""
        lower, upper = self.distribution.support()
        if not (np.isfinite(value) and lower <= value <= upper):
            return False
        return self.distribution.family.kind == "continuous" or float(value).is_integer()


@dataclass(frozen=True)
class _FamilyGroup:
    """Targets of one family inside a batch, their parameters as columns."""

    exemplar: Distribution
    shapes: tuple[NDArray[np.float64], ...]
    loc: NDArray[np.float64]
    scale: NDArray[np.float64]
    median: NDArray[np.float64]
    tables: NDArray[np.float64]  # discrete: the masses of all members, end to end, and a zero
    table_starts: NDArray[np.int64]

    @classmethod
    def of(cls, targets: Sequence[NumericTarget]) -> Self:
        distributions = [target.distribution for target in targets]
        exemplar = distributions[0]
        columns = zip(*(d.shapes for d in distributions), strict=True)
        shapes = tuple(np.array(column, dtype=np.float64) for column in columns)
        loc = np.array([d.loc for d in distributions], dtype=np.float64)
        scale = np.array([d.scale for d in distributions], dtype=np.float64)
        if exemplar.family.kind == "discrete":
            tables = [target.discrete_masses for target in targets]
            starts = np.cumsum([0, *(len(table) for table in tables[:-1])])
            flat = np.concatenate([*tables, np.zeros(1)])
            return cls(exemplar, shapes, loc, scale, np.zeros(0), flat, starts)
        median = np.asarray(exemplar.family.scipy.ppf(0.5, *shapes, loc=loc, scale=scale))
        return cls(exemplar, shapes, loc, scale, median, np.zeros(0), np.zeros(0, np.int64))

    def sum_runs(
        self, slot: NDArray[np.int64], offset: NDArray[np.int64], length: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Sum discrete runs; every length is at least 1."""
        begin = self.table_starts[slot] + offset
        # reduceat sums begin..end and then end..next begin: the even segments are the runs.
        bounds = np.stack((begin, begin + length), axis=1).ravel()
        return np.add.reduceat(self.tables, bounds)[::2]

    def integrate(
        self, slot: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Mass between two values, from whichever tail function does not cancel."""
        scipy = self.exemplar.family.scipy
        masses = np.empty(slot.shape, dtype=np.float64)
        right = lower >= self.median[slot]
        for rows, survival in ((np.flatnonzero(right), True), (np.flatnonzero(~right), False)):
            if rows.size == 0:
                continue
            members = slot[rows]
            shapes = [shape[members] for shape in self.shapes]
            function = scipy.sf if survival else scipy.cdf
            ends = [
                np.asarray(function(x, *shapes, loc=self.loc[members], scale=self.scale[members]))
                for x in (lower[rows], upper[rows])
            ]
            masses[rows] = ends[0] - ends[1] if survival else ends[1] - ends[0]
        return np.maximum(masses, 0.0)


class LatticeBatch:
    """Masses of lattice runs of many targets at once, a few scipy calls a family."""

    def __init__(self, targets: Sequence[NumericTarget]) -> None:
        """Gather the parameters of ``targets``; ``owner`` arguments index them."""
        self.targets = tuple(targets)
        self.low = np.array([t.low for t in targets], dtype=np.int64)
        self.high = np.array([t.high for t in targets], dtype=np.int64)
        self.decimals = np.array([t.decimals for t in targets], dtype=np.int64)
        members: dict[str, list[int]] = {}
        for position, target in enumerate(targets):
            members.setdefault(target.distribution.family.name, []).append(position)
        self._groups = [_FamilyGroup.of([targets[i] for i in m]) for m in members.values()]
        self._group_of = np.zeros(len(targets), dtype=np.int64)
        self._slot = np.zeros(len(targets), dtype=np.int64)
        for group, positions in enumerate(members.values()):
            self._group_of[positions] = group
            self._slot[positions] = np.arange(len(positions))

    def mass(
        self, owner: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Mass of the runs ``first[i]..last[i]`` of target ``owner[i]``: float64 ``[M]``."""
        low, high = self.low[owner], self.high[owner]
        begin, end = np.maximum(first, low), np.minimum(last, high)
        masses = np.zeros(owner.shape, dtype=np.float64)
        present = self._group_of[owner]
        filled = begin <= end
        for index, group in enumerate(self._groups):
            rows = np.flatnonzero(filled & (present == index))
            if rows.size == 0:
                continue
            slot = self._slot[owner[rows]]
            if group.exemplar.family.kind == "discrete":
                length = end[rows] - begin[rows] + 1
                masses[rows] = group.sum_runs(slot, begin[rows] - low[rows], length)
                continue
            step = 10.0 ** -self.decimals[owner[rows]].astype(np.float64)
            lower = np.where(begin[rows] == low[rows], -np.inf, (begin[rows] - 0.5) * step)
            upper = np.where(end[rows] == high[rows], np.inf, (end[rows] + 0.5) * step)
            masses[rows] = group.integrate(slot, lower, upper)
        return masses
