"""The two rewritten distributions against exact sums and, where scipy can be trusted, scipy."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.distributions.families import family
from aleator.distributions.scipy_tails import skellam, triangular
from tests.distributions.references import DISCRETE

MEANS = [(8.0, 3.0), (1.0, 12.0), (10.5, 10.5), (0.3, 0.2)]


@pytest.mark.parametrize("mode", [0.0, 0.1, 0.5, 1.0])
def test_triangular_agrees_with_scipy_where_nothing_cancels(mode: float) -> None:
    x = np.linspace(-0.1, 1.1, 61)
    q = np.linspace(0.0, 1.0, 41)
    np.testing.assert_allclose(triangular.cdf(x, mode), stats.triang.cdf(x, mode), atol=1e-14)
    np.testing.assert_allclose(triangular.sf(x, mode), stats.triang.sf(x, mode), atol=1e-14)
    np.testing.assert_allclose(triangular.pdf(x, mode), stats.triang.pdf(x, mode), atol=1e-12)
    np.testing.assert_allclose(triangular.ppf(q, mode), stats.triang.ppf(q, mode), atol=1e-14)
    np.testing.assert_allclose(triangular.isf(q, mode), stats.triang.isf(q, mode), atol=1e-14)


@given(st.floats(0.0, 0.999), st.integers(1, 40))
def test_triangular_right_tail_is_exact(mode: float, halvings: int) -> None:
    x = 1 - 2.0**-halvings
    if x > mode:
        exact = (1 - Fraction(x)) ** 2 / (1 - Fraction(mode))
        assert float(triangular.sf(x, mode)) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize(("mu1", "mu2"), MEANS)
def test_skellam_is_exact_in_both_tails(mu1: float, mu2: float) -> None:
    pmf = {k: DISCRETE["skellam"](k, mu1, mu2) for k in range(-90, 91)}
    for k in range(-25, 26, 5):
        above = math.fsum(pmf[j] for j in range(k + 1, 91))
        below = math.fsum(pmf[j] for j in range(-90, k + 1))
        assert float(skellam.pmf(k, mu1, mu2)) == pytest.approx(pmf[k], rel=1e-10)
        assert float(skellam.sf(k, mu1, mu2)) == pytest.approx(above, rel=1e-10)
        assert float(skellam.cdf(k, mu1, mu2)) == pytest.approx(below, rel=1e-10)


@pytest.mark.parametrize(("mu1", "mu2"), MEANS)
def test_skellam_agrees_with_scipy_where_nothing_cancels(mu1: float, mu2: float) -> None:
    k = np.arange(-30, 31)
    q = np.linspace(0.01, 0.99, 25)
    expected = stats.skellam
    np.testing.assert_allclose(skellam.cdf(k, mu1, mu2), expected.cdf(k, mu1, mu2), atol=1e-12)
    np.testing.assert_array_equal(skellam.ppf(q, mu1, mu2), expected.ppf(q, mu1, mu2))
    np.testing.assert_allclose(
        skellam.stats(mu1, mu2, moments="mvsk"), expected.stats(mu1, mu2, moments="mvsk")
    )


def test_skellam_quantiles_end_where_scipys_search_did_not(rng: np.random.Generator) -> None:
    """Found by drawing: scipy 1.17 raised "updating stopped, endless loop" for these."""
    for mu1, mu2 in ((1.9590893845702486, 10.259663303078144), (1.7, 10.8), (24.0, 0.5)):
        one = family("skellam").distribution(mu1=mu1, mu2=mu2)
        levels = np.concatenate((rng.random(3000), [1e-12, 1 - 1e-12]))
        for level in levels[:300]:
            one.ppf(level)
        found = one.ppf(levels)
        assert (one.cdf(found) >= levels).all()
        assert (one.cdf(found - 1) < levels).all()
