"""Fresh parameters: sound, wide enough, partly short and partly in all digits."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.families import FAMILIES, family
from aleator.distributions.family import Distribution
from aleator.distributions.grid_points import GRIDS, SELECTED
from aleator.distributions.wide import RANGES, Range, wide_distribution
from tests.distributions.members import any_member


def _digits(one: Distribution) -> int:
    """The most decimals any of its real parameters is printed with."""
    return max(
        len(repr(value).partition(".")[2])
        for name, value in one.parameters
        if name not in one.family.integer_parameters
    )


@given(any_member())
def test_parameters_are_sound_and_the_range_is_sensible(one: Distribution) -> None:
    assert one.family.problem(dict(one.parameters)) is None
    low, high = one.ppf([0.001, 0.999]).tolist()
    assert low > -1e5
    assert high < 1e5
    assert high - low >= 0.1


@pytest.mark.parametrize("name", FAMILIES)
def test_every_published_point_lies_well_inside_the_ranges(name: str) -> None:
    points = [point for grids in GRIDS.values() if name in grids for point in grids[name].points()]
    for point in [*points, *SELECTED[name]]:
        assert list(point) == list(RANGES[name]) or set(point) == set(RANGES[name])
        for coordinate, value in point.items():
            assert RANGES[name][coordinate].low < value < RANGES[name][coordinate].high


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"hypergeometric"}))
def test_short_parameters_are_short_and_full_ones_are_not(
    name: str, rng: np.random.Generator
) -> None:
    short = [wide_distribution(rng, family(name), full_float=0.0) for _ in range(20)]
    full = [wide_distribution(rng, family(name), full_float=1.0) for _ in range(20)]
    assert all(_digits(one) <= 2 for one in short)
    assert all(_digits(one) >= 10 for one in full)


def test_the_fraction_in_all_digits_is_the_one_asked_for(rng: np.random.Generator) -> None:
    """600 draws: a fifth is within 0.05 of it but once in 400 times; the seed is fixed."""
    gaussian = family("gaussian")
    full = [_digits(wide_distribution(rng, gaussian, full_float=0.2)) > 2 for _ in range(600)]
    assert abs(np.mean(full) - 0.2) <= 0.05


def test_all_families_come_equally_often(rng: np.random.Generator) -> None:
    """3,000 draws: 100 a family expected, 60 and 140 are four standard deviations away."""
    seen = Counter(wide_distribution(rng).family.name for _ in range(3_000))
    assert set(seen) == set(FAMILIES)
    assert min(seen.values()) >= 60
    assert max(seen.values()) <= 140


def test_the_generator_decides() -> None:
    first, again = (
        [wide_distribution(r) for _ in range(40)] for r in map(np.random.default_rng, (3, 3))
    )
    assert first == again
    assert len(set(first)) > 30


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 2**32 - 1))
def test_integers_stay_within_their_range(low: int, more: int, seed: int) -> None:
    value = Range(low, low + more, "integers").draw(np.random.default_rng(seed))
    assert value == round(value)
    assert low <= value <= low + more


def test_both_ends_of_an_integer_range_are_drawn(rng: np.random.Generator) -> None:
    drawn = Counter(Range(1, 4, "integers").draw(rng) for _ in range(500))
    assert set(drawn) == {1.0, 2.0, 3.0, 4.0}
    assert drawn[1.0] > drawn[2.0] > drawn[4.0]
