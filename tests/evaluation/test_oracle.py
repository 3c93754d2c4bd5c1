from typing import cast

import numpy as np
import pytest
from scipy import stats

from aleator.distributions.families import family
from aleator.distributions.grids import selected_distributions
from aleator.evaluation.oracle import QuantileTable, oracle_scores

LEVELS = np.linspace(0.0005, 0.9995, 777)


@pytest.mark.parametrize("index", range(18))
def test_the_table_is_the_quantile_function(index: int) -> None:
    distribution = selected_distributions("held_out_families")[index]
    table = QuantileTable(distribution)(LEVELS)
    exact = distribution.ppf(LEVELS)
    if distribution.family.kind == "discrete":
        assert np.array_equal(table, exact)
    else:
        assert np.all(np.abs(table - exact) <= 1e-3 * np.maximum(np.abs(exact), 0.01))


def test_heavy_tails_are_followed() -> None:
    distribution = family("cauchy").distribution(x0=0.0, gamma=1.0)
    levels = np.array([1e-7, 1e-5, 1 - 1e-5, 1 - 1e-7])
    assert QuantileTable(distribution)(levels) == pytest.approx(stats.cauchy.ppf(levels), rel=1e-3)


def test_scores_are_those_of_plain_perfect_samples() -> None:
    """Against numpy's own normal draws and scipy's quantiles; both medians have a 3% error."""
    distribution = family("gaussian").distribution(mu=0.0, sigma=1.0)
    found = oracle_scores(distribution, 500, seed=0)
    rng = np.random.default_rng(1)
    expected = stats.norm.ppf((np.arange(500) + 0.5) / 500)
    plain = np.abs(np.sort(rng.standard_normal((400, 500)), axis=1) - expected).mean(axis=1)
    assert abs(np.median(found) / np.median(plain) - 1) <= 0.12
    assert cast(float, stats.ks_2samp(found, plain)[1]) >= 1e-3


def test_a_discrete_sampler_scores_near_zero_but_not_below() -> None:
    scores = oracle_scores(family("bernoulli").distribution(p=0.5), 1000, seed=0)
    # |share of ones - 1/2| of 1,000 tosses: its mean is 0.0126.
    assert np.all(scores >= 0)
    assert 0.009 <= scores.mean() <= 0.016


def test_scores_depend_on_the_seed_and_the_distribution_only() -> None:
    one = family("gaussian").distribution(mu=0.0, sigma=1.0)
    assert np.array_equal(oracle_scores(one, 50, 3), oracle_scores.__wrapped__(one, 50, 3))
    assert not np.array_equal(oracle_scores(one, 50, 3), oracle_scores(one, 50, 4))
