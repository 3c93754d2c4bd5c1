"""Places at even steps."""

from hypothesis import given
from hypothesis import strategies as st

from aleator.benchmarks.spread import spread_places


@given(st.integers(0, 400), st.none() | st.integers(0, 500))
def test_places_are_distinct_and_at_even_steps(count: int, limit: int | None) -> None:
    places = spread_places(count, limit)
    assert len(places) == (count if limit is None else min(limit, count))
    assert places == sorted(set(places))
    if len(places) >= 2:
        assert (places[0], places[-1]) == (0, count - 1)
        steps = {later - one for one, later in zip(places, places[1:], strict=False)}
        assert max(steps) - min(steps) <= 1
    elif places:
        assert places == [0]


def test_without_a_limit_all_are_kept() -> None:
    assert spread_places(4, None) == [0, 1, 2, 3]
