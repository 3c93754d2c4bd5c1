"""How numbers are written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.outcomes.numerals import format_lattice, parse_numeral


@given(st.integers(-(10**15), 10**15), st.integers(0, 8))
def test_writing_reads_back_as_the_same_value(index: int, decimals: int) -> None:
    written = format_lattice(index, decimals)
    value = parse_numeral(written)
    assert value is not None
    assert value == float(f"{index}e-{decimals}")


@given(st.integers(-500, 500), st.integers(0, 4))
def test_writing_is_canonical(index: int, decimals: int) -> None:
    written = format_lattice(index, decimals)
    whole, point, fraction = written.removeprefix("-").partition(".")
    assert whole == "0" or not whole.startswith("0")
    assert (len(fraction) == decimals) and (point == ".") == (decimals > 0)
    assert written.startswith("-") == (index < 0)


@pytest.mark.parametrize(
    ("index", "decimals", "written"),
    [(0, 2, "0.00"), (-1, 2, "-0.01"), (-100, 2, "-1.00"), (5, 0, "5"), (-12, 0, "-12")],
)
def test_writing_by_example(index: int, decimals: int, written: str) -> None:
    assert format_lattice(index, decimals) == written


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7.0), (" -0.5\n", -0.5), ("+3", 3.0), ("1e3", 1000.0), ("2.5E-1", 0.25), (".5", 0.5)],
)
def test_reading_numbers(text: str, value: float) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "x", "1 2", "1,000", "1_000", "0x10", "nan", "inf", "-", "1e", "٣", "3."[:-2]]
)
def test_everything_else_is_no_number(text: str) -> None:
    assert parse_numeral(text) is None
