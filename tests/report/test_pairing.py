import math

import numpy as np
import pytest
from scipy import stats

from aleator.report.pairing import FEWEST, geometric_ratio, mean_difference, ratio_of_means

RNG = np.random.default_rng(3)
BASE = {str(n): float(value) for n, value in enumerate(RNG.uniform(0.4, 1.0, 60))}
OURS = {key: 0.5 * value + float(RNG.normal(0, 0.02)) for key, value in BASE.items()}


def test_a_ratio_of_means_with_the_interval_of_the_delta_method() -> None:
    found = ratio_of_means(OURS, BASE)
    mine, base = (np.array(list(side.values())) for side in (OURS, BASE))
    ratio = mine.mean() / base.mean()
    assert found.mean == pytest.approx(mine.mean()) and found.base == pytest.approx(base.mean())
    assert found.change.value == pytest.approx(ratio)
    spread = 1.96 * np.std(mine - ratio * base, ddof=1) / math.sqrt(60) / base.mean()
    assert found.change.low == pytest.approx(ratio - spread, abs=0.3 * spread)
    assert found.change.high == pytest.approx(ratio + spread, abs=0.3 * spread)
    assert (found.count, found.left_out) == (60, 0)


def test_a_difference_with_the_interval_of_students_t() -> None:
    found = mean_difference(OURS, BASE)
    gaps = np.array(list(OURS.values())) - np.array(list(BASE.values()))
    low, high = stats.t.interval(0.95, 59, gaps.mean(), stats.sem(gaps))
    assert found.change.value == pytest.approx(gaps.mean())
    assert found.change.low == pytest.approx(low, abs=0.2 * (high - low))
    assert found.change.high == pytest.approx(high, abs=0.2 * (high - low))


def test_a_geometric_ratio_is_that_of_the_geometric_means() -> None:
    found = geometric_ratio({"a": 10.0, "b": 1000.0}, {"a": 1.0, "b": 10.0})
    assert found.change.value == pytest.approx(math.sqrt(1000))
    assert found.change.low is None and found.change.high is None
    with pytest.raises(ValueError, match="above 0"):
        geometric_ratio({"a": 0.0}, {"a": 1.0})


def test_only_what_both_have_is_compared() -> None:
    ours = {"a": 1.0, "b": None, "c": 3.0, "only ours": 9.0}
    theirs = {"a": 2.0, "b": 1.0, "c": 2.0, "only theirs": None}
    found = ratio_of_means(ours, theirs)
    assert (found.mean, found.base, found.change.value) == (2.0, 2.0, 1.0)
    assert (found.count, found.left_out) == (2, 3)


def test_nothing_in_common_is_undefined() -> None:
    for compare in (ratio_of_means, mean_difference, geometric_ratio):
        found = compare({"a": 1.0}, {"b": 1.0})
        assert (found.base, found.mean, found.change.value) == (None, None, None)
        assert (found.count, found.left_out) == (0, 2)


def test_few_pairs_get_no_interval() -> None:
    keys = [str(n) for n in range(FEWEST)]
    enough = mean_difference(dict.fromkeys(keys, 1.0), dict.fromkeys(keys, 0.5))
    assert (enough.change.low, enough.change.high) == (0.5, 0.5)
    few = mean_difference(dict.fromkeys(keys[1:], 1.0), dict.fromkeys(keys, 0.5))
    assert few.change.value == 0.5 and few.change.low is None


def test_a_ratio_to_nothing_is_undefined() -> None:
    zero = {str(n): 0.0 for n in range(6)}
    assert ratio_of_means(zero, zero).change.value is None
