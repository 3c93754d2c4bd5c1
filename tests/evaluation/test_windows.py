"""Every token scored once, with as much before it as its window holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.errors import InputError
from aleator.evaluation.windows import Windowing


@st.composite
def _windowings(draw: st.DrawFn) -> Windowing:
    context = draw(st.integers(2, 40))
    return Windowing(context, draw(st.integers(1, context - 1)))


@given(_windowings(), st.integers(0, 200))
def test_every_token_but_the_first_is_scored_once_in_order(
    windowing: Windowing, length: int
) -> None:
    windows = windowing.windows(length)
    scored = [place for one in windows for place in range(one.first, one.end)]
    assert scored == list(range(1, length))
    for number, one in enumerate(windows):
        assert one.begin == number * windowing.stride
        assert 1 <= one.length < windowing.context
        before = one.first - one.begin
        assert before == (1 if number == 0 else windowing.context - windowing.stride)


def test_windows_written_out() -> None:
    windows = Windowing(8, 4).windows(15)
    assert [(one.begin, one.first, one.end) for one in windows] == [
        (0, 1, 8),
        (4, 8, 12),
        (8, 12, 15),
    ]
    assert Windowing(8, 4).windows(1) == [] == Windowing(8, 4).windows(0)


@pytest.mark.parametrize(("context", "stride"), [(1, 1), (8, 0), (8, 8), (0, -1)])
def test_what_makes_no_sense_is_refused(context: int, stride: int) -> None:
    with pytest.raises(InputError, match=r"context=|stride="):
        Windowing(context, stride)


def test_a_shorter_model_shortens_windows_in_proportion() -> None:
    assert Windowing(2048, 1024).within(1024) == Windowing(1024, 512)
    assert Windowing(2048, 1024).within(4096) == Windowing(2048, 1024)
    assert Windowing(100, 99).within(3) == Windowing(3, 2)
    with pytest.raises(InputError, match="context=1"):
        Windowing(100, 50).within(1)
