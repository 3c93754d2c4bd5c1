"""`name=value` arguments are read, or the one that is wrong is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.cli.assignments import parse_assignments, parse_numbers
from aleator.errors import InputError


@given(st.dictionaries(st.text("abcλ_", min_size=1), st.floats(-1e300, 1e300)))
def test_numbers_come_back(numbers: dict[str, float]) -> None:
    assert parse_numbers(f"{name}={value!r}" for name, value in numbers.items()) == numbers


def test_values_are_kept_as_they_stand() -> None:
    assert parse_assignments(["a=b=c", "d=", "e= x "]) == {"a": "b=c", "d": "", "e": " x "}


def test_the_example_is_of_the_command() -> None:
    with pytest.raises(InputError, match="such as max_steps=100"):
        parse_assignments(["max_steps"], "max_steps=100")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mu"], r"'mu' is not NAME=VALUE"),
        (["=3"], r"'=3' is not NAME=VALUE"),
        (["mu=1", "mu=2"], r"mu is given twice: mu=1 and mu=2\."),
        (["mu=0", "sigma=one"], r"sigma=one is not a number; write it like sigma=0\.5\."),
        (["mu="], r"mu= is not a number"),
        (["mu=nan"], r"mu=nan is not a finite number\."),
        (["mu=1e999"], r"mu=1e999 is not a finite number\."),
    ],
)
def test_the_wrong_one_is_named(arguments: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_numbers(arguments)
