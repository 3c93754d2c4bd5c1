from collections.abc import Callable
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.files import JsonValue
from aleator.report.fields import Field

FILE = Path("run/result.json")


def test_a_value_is_found_by_name_and_knows_its_place() -> None:
    top = Field({"bench": {"numeric": {"prompts": 3}}}, FILE)
    found = top.get("bench").get("numeric").get("prompts")
    assert (found.whole(), found.place) == (3, "bench.numeric.prompts")


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_no_figure_is_none(value: float | None) -> None:
    assert Field(value, FILE, "w1").number() is None


def test_a_null_field_is_not_found_but_listed() -> None:
    top = Field({"adapter": None}, FILE)
    assert top.find("adapter") is None
    assert list(top.items()) == ["adapter"]


def test_a_missing_field_names_file_and_place() -> None:
    with pytest.raises(InputError, match=r"^run/result\.json lacks bench\.numeric$"):
        Field({"bench": {}}, FILE).get("bench").get("numeric")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (Field.text, 3),
        (Field.whole, 3.5),
        (Field.whole, True),
        (Field.number, "3"),
        (Field.number, False),
        (Field.numbers, "123"),
        (Field.numbers, [1.0, None]),
        (Field.texts, "abc"),
        (Field.items, [1]),
    ],
)
def test_a_wrong_kind_of_value_names_the_field(
    read: Callable[[Field], object], value: JsonValue
) -> None:
    with pytest.raises(InputError, match=r"run/result\.json: a\.b should be "):
        read(Field(value, FILE, "a.b"))


def test_lists_are_read_whole() -> None:
    assert Field([1, 2.5], FILE).numbers() == (1.0, 2.5)
    assert Field(["a", "b"], FILE).texts() == ("a", "b")
