from hypothesis import given
from hypothesis import strategies as st

from aleator.report.estimates import Estimate
from aleator.report.measures import percent
from aleator.report.sentences import in_parts, interval, listed, plural, shown, with_interval


def test_lists_read_as_english() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_intervals_stand_behind_their_figures() -> None:
    assert interval(Estimate(1.0, 0.5, 2.0)) == "0.500 … 2.000"
    assert interval(Estimate(1.0)) == "–"
    assert with_interval(Estimate(1.0, 0.5, 2.0)) == "1.000 (95% interval 0.500 … 2.000)"
    assert with_interval(Estimate(1.0)) == "1.00 (too few for an interval)"
    assert with_interval(Estimate(None)) == "undefined"


def test_figures_of_one_estimate_have_as_many_decimals() -> None:
    assert in_parts(Estimate(0.9, 0.9, 0.902), percent) == ("90.0%", "90.0%", "90.2%")
    assert in_parts(Estimate(0.003, 0.002, 0.0043)) == ("0.0030", "0.0020", "0.0043")
    assert in_parts(Estimate(None, None, 2.0)) == ("–", "–", "2.00")
    assert in_parts(Estimate(None)) == ("–", "–", "–")


def test_plurals() -> None:
    assert [plural(1, "set"), plural(0, "set"), plural(2000, "set")] == [
        "1 set",
        "0 sets",
        "2,000 sets",
    ]


def test_answers_are_shown_on_one_short_line() -> None:
    assert shown("two\n lines\tof  it", 40) == "two lines of it"
    assert shown("abcdef", 4) == "abc…"
    assert shown("東京 🎲", 9) == "東京 🎲"
    assert shown("a\x00b\u202ec\ud800", 9) == "a�b�c�"


@given(st.text(), st.integers(1, 30))
def test_whatever_is_shown_can_be_drawn_and_written(text: str, length: int) -> None:
    line = shown(text, length)
    assert len(line) <= length and line.isprintable()
    line.encode()
