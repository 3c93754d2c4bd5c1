import math

import numpy as np
import pytest
from scipy import stats

from aleator.metrics.crossed import crossed_mean
from aleator.metrics.family_differences import family_differences


def _sample(shift: float, *, seed: int = 3, prompts: int = 12) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(seed)
    baseline = rng.normal(1.0, 0.5, prompts)
    return (baseline + shift + rng.normal(0, 0.1, prompts)).tolist(), baseline.tolist()


def test_student_s_test_on_the_differences_by_hand() -> None:
    values, baseline = _sample(0.05)
    found = family_differences(values, baseline, ["chi"] * 12)["chi"]
    gaps = np.array(values) - np.array(baseline)
    error = gaps.std(ddof=1) / math.sqrt(12)
    half = stats.t.ppf(0.975, 11) * error
    library = stats.ttest_rel(values, baseline).confidence_interval(0.95)
    assert abs(found.interval.low - library.low) <= 1e-9
    assert abs(found.interval.high - library.high) <= 1e-9
    assert abs(found.interval.low - (gaps.mean() - half)) <= 1e-12
    assert abs(found.interval.high - (gaps.mean() + half)) <= 1e-12
    assert abs(found.p - 2 * stats.t.sf(abs(gaps.mean()) / error, 11)) <= 1e-12
    assert found.p_adjusted == found.p  # one family alone
    assert found.after == pytest.approx(np.mean(values))
    assert found.before == pytest.approx(np.mean(baseline))
    assert found.decided == (found.interval.low > 0)


def test_the_error_is_that_of_crossed_means() -> None:
    """With two equal seeds nothing is left of their choice, so the intervals are the same."""
    values, baseline = _sample(0.2)
    gaps = np.array(values) - np.array(baseline)
    crossed = crossed_mean(np.stack([gaps, gaps]), ["chi"] * 12)
    mine = family_differences(values, baseline, ["chi"] * 12)["chi"].interval
    assert abs(crossed.interval.low - mine.low) <= 1e-9
    assert abs(crossed.interval.high - mine.high) <= 1e-9


def test_of_many_families_that_did_not_move_hardly_one_is_named() -> None:
    """At 5% by itself each, 40 sets of 30 families would name 60; adjusted, about 2 sets one."""
    named, alone = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        families = [f"f{number}" for number in range(30) for _ in range(8)]
        found = family_differences(rng.normal(size=240), rng.normal(size=240), families)
        named += any(one.decided for one in found.values())
        alone += sum(one.p < 0.05 for one in found.values())
    assert named <= 6 and alone >= 30


def test_undefined_values_and_families_that_cannot_be_tested() -> None:
    values = [1.0, math.nan, 2.0, 3.0, 5.0, 5.0, 1.0]
    baseline = [1.0, 1.0, 1.0, 2.0, 4.0, math.inf, math.nan]
    families = ["a", "a", "one", "alike", "alike", "a", "none"]
    found = family_differences(values, baseline, families)
    assert list(found) == ["a", "one", "alike"]
    assert (found["a"].interval.count, found["a"].interval.left_out) == (1, 2)
    for one in found.values():
        assert math.isnan(one.p) and math.isnan(one.interval.low) and not one.decided
    assert found["alike"].interval.value == 1.0
    with pytest.raises(ValueError, match="7 values, but 1 families"):
        family_differences(values, baseline, ["a"])
