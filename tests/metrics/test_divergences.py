"""Divergences against closed forms and sums written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.metrics.divergences import (
    effective_number,
    entropy,
    kl_divergence,
    modal_share,
    total_variation,
)
from tests.metrics.discrete import FloatArray, probabilities

PAIRS = st.integers(1, 7).flatmap(lambda size: st.tuples(probabilities(size), probabilities(size)))


def test_closed_forms() -> None:
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.25, 0.5])
    assert total_variation(p, q) == pytest.approx(0.5)
    assert kl_divergence(p, q) == pytest.approx(math.log(2))
    assert kl_divergence(q, p) == math.inf
    assert entropy(p) == pytest.approx(math.log(2))
    assert effective_number(p) == pytest.approx(2)
    assert modal_share(q) == 0.5


@pytest.mark.parametrize("size", [1, 2, 20, 1_001])
def test_an_even_spread_has_as_many_effective_outcomes(size: int) -> None:
    assert effective_number(np.full(size, 1 / size)) == pytest.approx(size)


@given(PAIRS)
def test_sums_written_out(pair: tuple[FloatArray, FloatArray]) -> None:
    p, q = pair
    gains = [a - b for a, b in zip(p, q, strict=True) if a > b]
    assert total_variation(p, q) == pytest.approx(math.fsum(gains), abs=1e-12)
    if np.all(q[p > 0] > 0):
        logs = [a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True) if a > 0]
        assert kl_divergence(p, q) == pytest.approx(math.fsum(logs), abs=1e-12)
    else:
        assert kl_divergence(p, q) == math.inf


@given(PAIRS)
def test_inequalities(pair: tuple[FloatArray, FloatArray]) -> None:
    p, q = pair
    distance = total_variation(p, q)
    assert 0 <= distance <= 1 + 1e-12
    assert distance == pytest.approx(total_variation(q, p), abs=1e-12)
    assert kl_divergence(p, q) >= 2 * distance**2 - 1e-12  # Pinsker
    assert kl_divergence(p, p) == 0
    assert 1 / modal_share(p) - 1e-9 <= effective_number(p) <= len(p) + 1e-9


@pytest.mark.parametrize(
    "wrong", [[0.5, math.nan], [0.5, 0.4], [1.5, -0.5], [math.nan, math.nan], [math.inf, 0.0], []]
)
def test_what_is_no_distribution_is_refused(wrong: list[float]) -> None:
    p, sound = np.array(wrong), np.full(len(wrong), 1 / max(len(wrong), 1))
    for measure in (entropy, effective_number, modal_share):
        with pytest.raises(ValueError, match="not a distribution"):
            measure(p)
    for measure in (total_variation, kl_divergence):
        with pytest.raises(ValueError, match="not a distribution"):
            measure(p, sound)


def test_different_outcomes_are_refused() -> None:
    with pytest.raises(ValueError, match="different outcomes"):
        total_variation(np.array([1.0]), np.array([0.5, 0.5]))
