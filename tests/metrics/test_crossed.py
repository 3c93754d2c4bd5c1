import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from aleator.metrics.crossed import crossed_mean

FAMILIES = ["a"] * 4 + ["b"] * 9 + ["c"] * 16


def _table(
    rng: np.random.Generator, seeds: int, seed_sd: float, prompt_sd: float, rest_sd: float
) -> NDArray[np.float64]:
    """Effects of seeds, of prompts and of their interplay around 0."""
    shape = (seeds, len(FAMILIES))
    return (
        seed_sd * rng.normal(size=(seeds, 1))
        + prompt_sd * rng.normal(size=shape[1])
        + rest_sd * rng.normal(size=shape)
    )


def test_families_weigh_equal_and_seeds_do(rng: np.random.Generator) -> None:
    values = rng.normal(size=(3, len(FAMILIES)))
    found = crossed_mean(values, FAMILIES)
    balanced = [np.mean([row[:4].mean(), row[4:13].mean(), row[13:].mean()]) for row in values]
    assert np.abs(np.array(found.seeds) - balanced).max() <= 1e-12
    assert abs(found.interval.value - np.mean(balanced)) <= 1e-12
    assert (found.interval.count, found.interval.left_out) == (29, 0)


def test_what_only_seeds_change_is_a_t_test_over_seeds() -> None:
    effects = np.array([0.3, 0.5, 0.4])
    found = crossed_mean(np.repeat(effects[:, None], len(FAMILIES), axis=1), FAMILIES)
    error = stats.sem(effects)
    low, high = stats.t.interval(0.95, 2, effects.mean(), error)
    assert abs(found.p - 2 * stats.t.sf(effects.mean() / error, 2)) <= 1e-9
    assert abs(found.interval.low - low) <= 1e-9
    assert abs(found.interval.high - high) <= 1e-9
    assert found.prompt_error <= 1e-12


def test_what_only_prompts_change_is_a_t_test_over_prompts(rng: np.random.Generator) -> None:
    """In one family; in two, Welch's, whose degrees of freedom are Satterthwaite's."""
    effects = rng.normal(0.3, 1, size=13)
    found = crossed_mean(np.tile(effects, (3, 1)), ["a"] * 13)
    error = stats.sem(effects)
    assert abs(found.p - 2 * stats.t.sf(abs(effects.mean()) / error, 12)) <= 1e-9
    low, _ = stats.t.interval(0.95, 12, effects.mean(), error)
    assert abs(found.interval.low - low) <= 1e-9
    welch = np.asarray(stats.ttest_ind(effects[:4], -effects[4:], equal_var=False))[1]
    found = crossed_mean(np.tile(effects, (3, 1)), ["a"] * 4 + ["b"] * 9)
    assert abs(found.p - welch) <= 1e-9
    assert found.seed_error <= 1e-12


@given(
    st.integers(0, 10_000),
    st.sampled_from([(1.0, 0.0, 0.1), (0.0, 1.0, 0.1), (1.0, 1.0, 1.0), (0.1, 0.1, 3.0)]),
    st.floats(-3, 3),
)
def test_the_test_says_what_the_interval_says(
    seed: int, spread: tuple[float, float, float], shift: float
) -> None:
    found = crossed_mean(_table(np.random.default_rng(seed), 3, *spread) + shift, FAMILIES)
    excludes = found.interval.low > 0 or found.interval.high < 0
    assert (found.p < 0.05) == excludes
    assert 0 < found.p <= 1


@pytest.mark.parametrize("seeds", [2, 3])
@pytest.mark.parametrize(
    "spread", [(1.0, 0.0, 0.1), (1.0, 1.0, 0.0), (0.2, 1.0, 0.5), (0.0, 1.0, 0.1), (0.0, 0.1, 1.0)]
)
def test_the_interval_covers_the_truth(seeds: int, spread: tuple[float, float, float]) -> None:
    """In 95 of 100 or more, whatever scatters; 300 trials have a standard error of 1.3 of 100."""
    rng = np.random.default_rng(7)
    tables = [_table(rng, seeds, *spread) for _ in range(300)]
    intervals = [crossed_mean(table, FAMILIES).interval for table in tables]
    assert sum(one.low <= 0 <= one.high for one in intervals) / 300 >= 0.95 - 3 * 0.013


def test_the_test_finds_what_is_there() -> None:
    """A difference of one, twice the prompts' scatter and ten times the seeds'."""
    rng = np.random.default_rng(8)
    found = [crossed_mean(1 + _table(rng, 3, 0.1, 0.5, 0.2), FAMILIES).p for _ in range(100)]
    assert np.mean(np.array(found) < 0.05) >= 0.95


def test_a_prompt_that_is_undefined_once_is_left_out_for_all(rng: np.random.Generator) -> None:
    values = rng.normal(size=(3, len(FAMILIES)))
    broken = np.concatenate([values, rng.normal(size=(3, 2))], axis=1)
    broken[1, -1], broken[0, -2] = math.nan, math.inf
    whole, found = crossed_mean(values, FAMILIES), crossed_mean(broken, [*FAMILIES, "b", "d"])
    assert (found.interval.value, found.p) == (whole.interval.value, whole.p)
    assert (found.interval.count, found.interval.left_out) == (29, 2)


def test_nothing_to_average() -> None:
    found = crossed_mean(np.full((2, 3), math.nan), ["a", "a", "b"])
    assert math.isnan(found.interval.value) and math.isnan(found.p)
    assert (found.interval.count, found.interval.left_out) == (0, 3)


def test_nothing_scatters() -> None:
    found = crossed_mean(np.full((3, 4), 0.25), list("aabb"))
    assert found.interval.low == found.interval.value == found.interval.high == 0.25
    assert math.isnan(found.p)


def test_one_seed_has_no_interval(rng: np.random.Generator) -> None:
    found = crossed_mean(rng.normal(size=(1, 4)), list("aabb"))
    assert math.isnan(found.interval.low) and math.isnan(found.p)
    assert math.isfinite(found.interval.value)


def test_families_of_one_prompt_leave_the_seeds(rng: np.random.Generator) -> None:
    found = crossed_mean(rng.normal(size=(3, 2)), ["a", "b"])
    assert found.prompt_error == 0 and found.seed_error > 0
    assert found.interval.low < found.interval.value < found.interval.high


def test_wrong_shapes() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 3\), but 2 families"):
        crossed_mean(np.zeros((2, 3)), ["a", "b"])
