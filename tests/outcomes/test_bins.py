"""Equal-mass bins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.families import family
from aleator.outcomes.bins import ValueBins
from aleator.outcomes.lattice import NumericTarget

BINS = ValueBins(np.array([-5, 0, 10]), np.array([0.2, 0.3, 0.5]), decimals=1)


def test_borders_lie_midway_between_lattice_values() -> None:
    assert BINS.of_values([-9.0, -0.051, -0.049, 0.94, 0.96, 99.0]).tolist() == [0, 0, 1, 1, 2, 2]


@given(st.integers(-10, 30))
def test_values_and_indices_agree(index: int) -> None:
    assert BINS.of_indices(index) == BINS.of_values(index / 10)


def test_continuous_bins_have_nearly_equal_mass() -> None:
    bins = NumericTarget.of(family("gamma").distribution(alpha=2.0, beta=1.5), 4).bins()
    assert len(bins.starts) == 20
    assert np.abs(bins.probabilities - 0.05).max() <= 1e-3


def test_few_support_points_are_the_bins() -> None:
    target = NumericTarget.of(family("binomial").distribution(n=4, p=0.3))
    bins = target.bins()
    assert bins.starts.tolist() == [0, 1, 2, 3, 4]
    assert np.allclose(bins.probabilities, target.outcomes().probabilities, atol=1e-15)


def test_atoms_are_not_split() -> None:
    bins = NumericTarget.of(family("negative_binomial").distribution(r=20, p=0.15)).bins()
    assert (np.diff(bins.starts) > 0).all()
    assert abs(bins.probabilities.sum() - 1.0) <= 1e-12
