import math

import numpy as np
import pytest

from aleator.metrics.clustered import clustered_mean


def test_sets_weigh_equal_and_what_is_undefined_is_counted() -> None:
    found = clustered_mean([1.0, 3.0, math.nan, 10.0, math.nan], ["a", "a", "a", "b", "c"])
    assert found.value == pytest.approx((2 + 10) / 2)
    assert (found.count, found.left_out) == (3, 2)
    assert found.low <= found.value <= found.high


def test_nothing_to_average() -> None:
    found = clustered_mean([math.nan], ["a"])
    assert math.isnan(found.value) and found.count == 0 and found.left_out == 1


def test_equal_values_have_no_width() -> None:
    found = clustered_mean([0.25] * 7, list("aabbbcc"))
    assert found.low == found.value == found.high == 0.25


def test_names_and_values_must_match() -> None:
    with pytest.raises(ValueError, match="2 values, but 1"):
        clustered_mean([1.0, 2.0], ["a"])


def test_the_bootstrap_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(1)
    groups = {name: rng.normal(size=size) for name, size in zip("abcd", (2, 3, 5, 4), strict=True)}
    values = np.concatenate(list(groups.values()))
    names = [name for name, group in groups.items() for _ in group]
    members = list(groups.values())
    means = []
    for _ in range(4000):
        picked = [members[place] for place in rng.integers(4, size=4)]
        means.append(np.mean([rng.choice(group, size=len(group)).mean() for group in picked]))
    low, high = np.quantile(means, [0.025, 0.975])
    found = clustered_mean(values, names, resamples=4000)
    # Ends of 4,000 resamples scatter by about 0.03 of a standard deviation of the mean.
    assert abs(found.low - low) <= 0.15 * np.std(means)
    assert abs(found.high - high) <= 0.15 * np.std(means)


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(2)
    names = [str(place) for place in range(25) for _ in range(4)]
    hits = 0
    for trial in range(200):
        values = np.repeat(rng.normal(size=25), 4) + 0.5 * rng.normal(size=100)
        found = clustered_mean(values, names, seed=trial, resamples=400)
        hits += found.low <= 0 <= found.high
    # 0.95 at best, a little less for percentile intervals of 25 sets; standard error 0.016.
    assert 0.89 <= hits / 200 <= 0.99
