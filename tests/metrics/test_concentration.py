"""Shares and effective numbers against scipy's entropy, closed forms and simulations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.metrics.concentration import Concentration, concentration

COUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=40)


@given(COUNTS)
def test_against_sorting_and_scipy(counts: list[int]) -> None:
    found, draws = concentration(counts), sum(counts)
    assert found.top_share.value == max(counts) / draws
    assert found.top4_share.value == sum(sorted(counts)[-4:]) / draws
    assert math.log(found.effective) == pytest.approx(stats.entropy(counts), abs=1e-12)
    miller_madow = stats.entropy(counts) + (len(counts) - 1) / (2 * draws)
    assert math.log(found.effective_corrected.value) == pytest.approx(miller_madow, abs=1e-12)
    assert 1 - 1e-12 <= found.effective <= len(counts) * (1 + 1e-12)
    for one in (found.top_share, found.top4_share, found.effective_corrected):
        assert one.low <= one.value <= one.high


def test_total_collapse_and_no_answer() -> None:
    found = concentration([100])
    assert (found.top_share.value, found.effective) == (1.0, 1.0)
    assert found.effective_corrected.value == 1.0
    nothing = concentration([])
    assert math.isnan(nothing.effective) and math.isnan(nothing.effective_corrected.low)
    assert math.isnan(nothing.top_share.value) and nothing.top4_share.count == 0


def test_the_order_does_not_matter_and_zeros_are_refused() -> None:
    assert concentration([3, 1, 2]) == concentration([1, 2, 3])
    with pytest.raises(ValueError, match="never came"):
        concentration([3, 0])


def _simulated(probabilities: np.ndarray, draws: int) -> list[Concentration]:
    counts = np.random.default_rng(4).multinomial(draws, probabilities, size=400)
    return [concentration([one for one in row if one]) for row in counts.tolist()]


def _coverage(found: list[bool]) -> float:
    return float(np.mean(found))


@pytest.mark.parametrize(
    "probabilities",
    [
        np.array([0.8, 0.1, 0.04, 0.03, 0.02, 0.01]),
        np.full(7, 1 / 7),
        np.array([0.4, *[0.03] * 20]),
    ],
    ids=["collapsed", "even", "half"],
)
def test_intervals_hold_the_truth(probabilities: np.ndarray) -> None:
    """100 draws, 400 times.

    The entropy's interval is asymptotic: at least 90% (three standard errors are 0.03). The top
    share's is exact where its answer stands out, at least 95% less 0.03.
    """
    found = _simulated(probabilities, 100)
    truth = math.exp(stats.entropy(probabilities))
    held = [one.effective_corrected.low <= truth <= one.effective_corrected.high for one in found]
    assert _coverage(held) >= 0.90
    if probabilities.max() > 0.3:
        top = probabilities.max()
        assert _coverage([one.top_share.low <= top <= one.top_share.high for one in found]) >= 0.92


def test_the_correction_takes_most_of_the_bias() -> None:
    """30 equally likely answers and 100 draws: the plug-in figure misses four of them."""
    found = _simulated(np.full(30, 1 / 30), 100)
    plug_in = np.mean([one.effective for one in found])
    corrected = np.mean([one.effective_corrected.value for one in found])
    assert plug_in <= 27
    assert abs(corrected - 30) <= 0.3 * abs(plug_in - 30)
