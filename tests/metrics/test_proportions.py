"""Exact binomial limits against scipy's own, and their promise by counting."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.metrics.proportions import lower_limit, proportion, upper_limit


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_as_scipy_does_it(case: tuple[int, int]) -> None:
    successes, trials = case
    wanted = stats.binomtest(successes, trials).proportion_ci(0.95, method="exact")
    found = proportion(successes, trials)
    assert found.low == pytest.approx(wanted.low, abs=1e-9)
    assert found.high == pytest.approx(wanted.high, abs=1e-9)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.count == trials


@pytest.mark.parametrize("trials", [1, 10, 100])
@pytest.mark.parametrize("truth", [0.0, 0.003, 0.25, 0.5, 0.97, 1.0])
@pytest.mark.parametrize("risk", [0.025, 0.001])
def test_each_limit_keeps_its_promise(trials: int, truth: float, risk: float) -> None:
    """The chance of missing the truth, summed over all that can be drawn: no simulation."""
    binomial = stats.binom(trials, truth)
    outcomes = range(trials + 1)
    above = math.fsum(binomial.pmf(k) for k in outcomes if lower_limit(k, trials, risk) > truth)
    below = math.fsum(binomial.pmf(k) for k in outcomes if upper_limit(k, trials, risk) < truth)
    assert above <= risk + 1e-12
    assert below <= risk + 1e-12


def test_without_trials_it_is_undefined() -> None:
    found = proportion(0, 0)
    assert math.isnan(found.value) and math.isnan(found.low) and math.isnan(found.high)
    assert found.count == 0


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3), (0, 0)])
def test_what_cannot_be_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        lower_limit(successes, trials, 0.025)
