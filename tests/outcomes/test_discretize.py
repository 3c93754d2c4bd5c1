"""Thinned grids as published, against a literal reading of the protocol."""

import numpy as np
import pytest
from scipy import stats

from aleator.distributions.families import family
from aleator.errors import ParameterError
from aleator.outcomes.discretize import discretise


def test_thinned_grid_by_the_letter() -> None:
    gaussian = family("gaussian").distribution(mu=0.0, sigma=1.0)
    outcomes = discretise(gaussian, 5, 1001)
    lower, upper = stats.norm.ppf([0.001, 0.999])
    values = np.arange(np.ceil(lower * 1e5), np.floor(upper * 1e5) + 1) / 1e5
    kept = values[np.linspace(0, len(values) - 1, 1001).astype(int)]
    edges = np.concatenate(([-np.inf], (kept[1:] + kept[:-1]) / 2, [np.inf]))
    assert outcomes.values is not None
    assert np.abs(outcomes.values - kept).max() <= 1e-12
    assert np.abs(outcomes.probabilities - np.diff(stats.norm.cdf(edges))).max() <= 1e-12
    assert len(set(outcomes.strings)) == 1001
    assert all(len(string.partition(".")[2]) == 5 for string in outcomes.strings)


def test_full_resolution_where_the_values_are_few() -> None:
    beta = family("beta").distribution(alpha=2.0, beta=2.0)
    assert discretise(beta, 2, 1001).strings == discretise(beta, 2).strings


def test_discrete_families_are_written_as_integers() -> None:
    outcomes = discretise(family("binomial").distribution(n=5, p=0.5), 5, 1001)
    assert outcomes.strings == ("0", "1", "2", "3", "4", "5")
    assert np.allclose(outcomes.probabilities * 32, [1, 5, 10, 10, 5, 1], atol=1e-12)


def test_one_bin_is_refused() -> None:
    with pytest.raises(ParameterError, match="max_bins=1"):
        discretise(family("gaussian").distribution(mu=0.0, sigma=1.0), 2, 1)
