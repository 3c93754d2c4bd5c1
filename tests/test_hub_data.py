"""What `datasets` is asked for, and what becomes of its failures; the hub's part is played here."""

import sys
from types import ModuleType

import pytest

from aleator.errors import InputError
from aleator.hub_data import hub_rows


def _played(monkeypatch: pytest.MonkeyPatch, result: object) -> list[object]:
    asked: list[object] = []

    def load(*arguments: object, **options: object) -> object:
        asked.append((arguments, options))
        if isinstance(result, Exception):
            raise result
        return result

    module = ModuleType("datasets")
    vars(module)["load_dataset"] = load
    monkeypatch.setitem(sys.modules, "datasets", module)
    return asked


def test_rows_are_all_of_a_split(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _played(monkeypatch, iter([{"a": 1}, {"a": 2}]))
    rows = hub_rows("me/it", split="train", what="it", instead="a file")
    assert rows == [{"a": 1}, {"a": 2}]
    assert asked == [(("me/it",), {"split": "train"})]


def test_a_configuration_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _played(monkeypatch, [])
    hub_rows("me/it", config="ptb", split="test", what="it", instead="a file")
    assert asked == [(("me/it", "ptb"), {"split": "test"})]


@pytest.mark.parametrize("error", [OSError("offline"), ValueError("no such split")])
def test_what_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    _played(monkeypatch, error)
    with pytest.raises(InputError, match=r"split test of ptb of me/it .* or give a file") as caught:
        hub_rows("me/it", config="ptb", split="test", what="the texts", instead="a file")
    assert caught.value.__cause__ is error


def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"the texts comes? from the hub.*install aleator\[hub\]"):
        hub_rows("me/it", split="test", what="the texts", instead="a file")
