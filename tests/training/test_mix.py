"""Whose turn it is."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.training.mix import turns


@given(
    shares=st.lists(
        st.floats(1e-3, 1e3, allow_nan=False).map(lambda share: float(f"{share:.3g}")),
        min_size=1,
        max_size=5,
    ),
    visits=st.integers(1, 300),
)
def test_every_source_has_its_share_at_any_time_and_counts_its_own_visits(
    shares: list[float], visits: int
) -> None:
    """Within one visit a split, of which there is one less than sources."""
    by_name = {f"source {place}": share for place, share in enumerate(shares)}
    turn = turns(by_name)
    had: Counter[str] = Counter()
    for number in range(visits):
        name, own_number = turn(number)
        assert own_number == had[name]
        had[name] += 1
    total = sum(Fraction(repr(share)) for share in shares)
    for name, share in by_name.items():
        expected = visits * Fraction(repr(share)) / total
        assert abs(had[name] - expected) <= max(len(shares) - 1, 0)


def test_even_halves_take_turns() -> None:
    turn = turns({"numeric": 0.5, "mine": 0.5})
    assert [turn(number) for number in range(4)] == [
        ("mine", 0),
        ("numeric", 0),
        ("mine", 1),
        ("numeric", 1),
    ]


def test_a_turn_far_on_is_told_at_once_and_exactly() -> None:
    """In floating point, 0.1 + 0.2 + 0.7 would skip a turn somewhere."""
    turn = turns({"a": 0.1, "b": 0.2, "c": 0.7})
    far = 10**17
    counts = Counter(turn(number)[0] for number in range(far, far + 1000))
    assert counts == {"a": 100, "b": 200, "c": 700}


@pytest.mark.parametrize("shares", [{}, {"a": 0.0}, {"a": 1.0, "b": -1.0}])
def test_no_share_is_no_source(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="positive share"):
        turns(shares)
