"""Perplexity and bits per byte against their formulas, simulated documents and each other."""

import math

import numpy as np
import pytest

from aleator.metrics.perplexity import bits_per_byte, perplexity, perplexity_ratio

NATS = [10.0, 40.0, 6.0]
TOKENS = [5, 20, 2]


def test_values_written_out() -> None:
    assert perplexity(NATS, TOKENS).value == pytest.approx(math.exp(56 / 27))
    assert bits_per_byte(NATS, [20, 70, 10]).value == pytest.approx(56 / math.log(2) / 100)
    assert perplexity_ratio([11, 42, 6], NATS, TOKENS).value == pytest.approx(math.exp(3 / 27))


def test_a_uniform_model_has_as_many_choices_as_there_are_tokens(rng: np.random.Generator) -> None:
    tokens = rng.integers(1, 500, size=40)
    found = perplexity(tokens * math.log(1280), tokens)
    assert found.value == pytest.approx(1280) and found.low == pytest.approx(1280)
    assert bits_per_byte(tokens * math.log(256), tokens).high == pytest.approx(8)


def test_the_interval_covers(rng: np.random.Generator) -> None:
    """Documents of unequal length and difficulty: 95% of 300, less 4 standard errors."""
    inside = 0
    for seed in range(300):
        tokens = rng.integers(20, 300, size=60)
        means = rng.normal(2.0, 0.5, size=60)
        found = perplexity(means * tokens, tokens, seed=seed, resamples=500)
        inside += found.low <= math.exp(2.0) <= found.high
    assert 0.90 <= inside / 300 <= 0.995


def test_pairs_cancel_what_makes_documents_hard(rng: np.random.Generator) -> None:
    tokens = rng.integers(20, 300, size=100)
    base = rng.normal(2.0, 0.7, size=100) * tokens
    nats = base + tokens * rng.normal(0.02, 0.01, size=100)
    ratio = perplexity_ratio(nats, base, tokens, seed=2)
    single = perplexity(base, tokens, seed=2)
    assert ratio.low <= math.exp(0.02) <= ratio.high
    assert 20 * (ratio.high - ratio.low) <= (single.high - single.low) / single.value
    plain = perplexity(nats, tokens).value / single.value
    assert ratio.value == pytest.approx(plain)


def test_what_cannot_be_averaged_is_counted() -> None:
    found = perplexity([*NATS, math.nan, math.inf, 0.0], [*TOKENS, 3, 3, 0])
    assert found.value == pytest.approx(math.exp(56 / 27))
    assert (found.count, found.left_out) == (3, 3)
    assert math.isnan(perplexity([], []).value)
    nothing = perplexity([0.0], [0])
    assert math.isnan(nothing.value) and nothing.left_out == 1
    one = perplexity([3.0], [3])
    assert one.value == pytest.approx(math.e) and math.isnan(one.low) and math.isnan(one.high)


def test_a_perplexity_beyond_all_numbers_has_no_ends() -> None:
    found = perplexity([1e6, 1e6], [1, 1])
    assert math.isinf(found.value) and math.isnan(found.high)


def test_the_same_model_on_both_sides_has_no_width() -> None:
    found = perplexity_ratio(NATS, NATS, TOKENS)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_as_many_sizes_as_documents() -> None:
    with pytest.raises(ValueError, match="3 documents with nats, but 2"):
        perplexity(NATS, [1, 2])
