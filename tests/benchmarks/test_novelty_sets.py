import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from aleator.benchmarks.novelty_sets import (
    SETS,
    NoveltyPrompt,
    check_sets,
    read_file,
    read_set,
    spread,
)
from aleator.errors import InputError, UnknownNameError
from aleator.evaluation.validity import HIGHEST_RATING, validity_rating


def test_our_own_set() -> None:
    prompts = read_set("sandbox")
    assert len(prompts) == len({one.text for one in prompts}) == 40
    assert [one.index for one in prompts] == list(range(40))
    assert all(one.set_name == "sandbox" for one in prompts)
    listed = [one for one in prompts if one.valid is not None]
    assert len(listed) == 20
    for one in listed:
        assert one.text.endswith("Output ONLY the answer.")  # the list knows no sentences
        assert one.valid and len(set(one.valid)) == len(one.valid) >= 2
        for answer in one.valid:
            rated = validity_rating(f"{answer}.", truncated=False, valid=one.valid)
            assert rated == HIGHEST_RATING
    assert len({one.key for one in prompts}) == len({one.stream for one in prompts}) == 40


def _file(folder: Path, *lines: str, name: str = "mine.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_file(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        '{"id": "a", "prompt": "Name a city.", "valid": ["Rome"], "source": "me"}',
        "",
        '{"id": 7, "prompt": "Say\\u2028it."}',
    )
    assert read_file(path) == [
        NoveltyPrompt("mine", 0, "a", "Name a city.", ("Rome",)),
        NoveltyPrompt("mine", 1, "7", "Say\u2028it."),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "b"', "line 2 is not JSON"),
        ('["b", "Name a city."]', "line 2 is not a JSON object"),
        ('{"prompt": "Name a city."}', "line 2: id is missing"),
        ('{"id": "b", "prompt": " "}', "line 2: prompt is empty"),
        ('{"id": "b", "prompt": 3}', "line 2: prompt is not what it should be"),
        ('{"id": "b", "prompt": "x", "valid": "Rome"}', "line 2: valid is not what it should be"),
        ('{"id": "a", "prompt": "x"}', "line 2: the id 'a' is that of line 1"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    path = _file(tmp_path, '{"id": "a", "prompt": "Name a city."}', line)
    with pytest.raises(InputError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path}, {said}")


def test_an_empty_file_and_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no prompts"):
        read_file(_file(tmp_path, ""))
    with pytest.raises(InputError, match="cannot read"):
        read_file(tmp_path / "nothing.jsonl")


def test_a_copy_of_a_published_set_draws_as_the_set(tmp_path: Path) -> None:
    line = '{"id": "curated-0", "prompt": "Tell me a story"}'
    copied = read_file(_file(tmp_path, line, name="wildchat.jsonl"))[0]
    mine = read_file(_file(tmp_path, line))[0]
    assert copied.set_name == "wildchat" and copied.stream == 100_000
    assert mine.stream == len(SETS) * 100_000


def test_prompts_are_spread_over_the_set() -> None:
    prompts = read_set("sandbox")
    assert [one.index for one in spread(prompts, 3)] == [0, 19, 39]
    assert spread(prompts, None) == spread(prompts, 99) == prompts


def test_unknown_sets_are_refused_with_a_list() -> None:
    with pytest.raises(UnknownNameError, match="curated, wildchat, sandbox"):
        read_set("curatd")
    with pytest.raises(InputError, match="no prompt set was given"):
        check_sets([])


def _datasets(load: Callable[..., object]) -> ModuleType:
    """What our code needs of the package, which is not installed here and has no network."""
    module = ModuleType("datasets")
    module.__dict__["load_dataset"] = load
    return module


def test_a_set_from_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def load(path: str, *, split: str) -> list[dict[str, str]]:
        asked.append((path, split))
        return [{"id": "curated-0", "prompt": "Tell me a story"}, {"id": "curated-1", "prompt": ""}]

    monkeypatch.setitem(sys.modules, "datasets", _datasets(load))
    assert read_set("curated") == [
        NoveltyPrompt("curated", 0, "curated-0", "Tell me a story"),
        NoveltyPrompt("curated", 1, "curated-1", ""),  # a published set is asked as it is
    ]
    assert asked == [("yimingzhang/novelty-bench", "curated")]


@pytest.mark.parametrize("error", [ConnectionError("no route"), ValueError("Unknown split")])
def test_the_hub_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def load(path: str, *, split: str) -> list[dict[str, str]]:
        raise error

    monkeypatch.setitem(sys.modules, "datasets", _datasets(load))
    with pytest.raises(InputError, match="cannot load the split wildchat of yimingzhang"):
        read_set("wildchat")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"install aleator\[hub\]"):
        read_set("curated")
