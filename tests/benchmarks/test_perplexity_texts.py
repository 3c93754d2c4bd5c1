"""Which documents are asked for, and what the record says of them."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from aleator.benchmarks.perplexity_texts import (
    PALOMA_SLICES,
    PerplexitySettings,
    text_documents,
)
from aleator.errors import InputError, UnknownNameError

DEFAULTS = PerplexitySettings()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps({"text": f"Text {n}."}) + "\n" for n in range(7)))
    return path


def test_our_own_slices_are_the_default() -> None:
    documents = text_documents(DEFAULTS)
    assert len({one.key for one in documents}) == len(documents) >= 600
    assert documents[0].key == "categories/0000"
    assert len(documents[0].digest) == 16


def test_a_limit_takes_documents_at_even_steps_and_keeps_their_names(file: Path) -> None:
    settings = replace(DEFAULTS, files=file)
    every = {one.key: one for one in text_documents(settings)}
    assert list(every) == [f"mine/{n:04d}" for n in range(7)]
    few = text_documents(replace(settings, limit=3))
    assert [one.index for one in few] == [0, 3, 6]
    assert all(every[one.key] == one for one in few)


def test_the_record_tells_files_apart_by_content(file: Path) -> None:
    settings = replace(DEFAULTS, files=file)
    before = settings.as_json()
    assert before["files"] == str(file) and before["texts"] is None
    assert {"limit", "context", "stride", "seed"} <= before.keys()
    file.write_text('{"text": "Another."}')
    assert settings.as_json()["files_sha256"] != before["files_sha256"]
    own = DEFAULTS.as_json()
    assert own["texts"] == "sandbox" and own["files"] is None and own["files_sha256"]
    assert json.dumps(own) and json.dumps(before)


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"context": 1}, {"stride": 0}, {"stride": 2048}, {"context": 500}]
)
def test_numbers_without_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"limit=0|context=1|stride="):
        text_documents(replace(DEFAULTS, **wrong))


def test_names_and_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="sandbox, paloma"):
        text_documents(replace(DEFAULTS, texts="pile"))
    with pytest.raises(InputError, match="no such file"):
        text_documents(replace(DEFAULTS, files=tmp_path / "nowhere"))
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(InputError, match="'empty' holds no documents"):
        text_documents(replace(DEFAULTS, files=tmp_path))


def test_paloma_is_asked_of_the_hub_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the hub's part played here: what is asked for, and what becomes of its failures."""
    asked: list[tuple[str, str, str]] = []
    hub = ModuleType("datasets")

    def load(path: str, name: str, *, split: str) -> Iterator[dict[str, str]]:
        asked.append((path, name, split))
        if name == "mc4" and len(asked) > len(PALOMA_SLICES):
            raise FileNotFoundError("gated")
        return iter([{"text": f"{name} one", "id": "1"}, {"text": "two", "id": "2"}])

    vars(hub)["load_dataset"] = load
    monkeypatch.setitem(sys.modules, "datasets", hub)
    settings = replace(DEFAULTS, texts="paloma", limit=1)
    assert settings.as_json()["files_sha256"] is None
    assert [one.key for one in text_documents(settings)] == [f"{s}/0000" for s in PALOMA_SLICES]
    assert asked == [("allenai/paloma", name, "test") for name in PALOMA_SLICES]
    with pytest.raises(InputError, match="cannot load .* of mc4 of allenai/paloma.*licence"):
        text_documents(settings)


def test_without_its_package_the_hub_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"install aleator\[hub\]"):
        text_documents(replace(DEFAULTS, texts="paloma"))
