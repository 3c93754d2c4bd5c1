"""Sources of anchor prompts: what is read, what is refused and in which words."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.grids import split_distributions
from aleator.errors import InputError, RecipeError
from aleator.files import JsonValue, Row
from aleator.outcomes.language import read_targets
from aleator.training.anchor_prompts import (
    AnchorItem,
    check_not_trained_on,
    item_of_row,
    packaged_prompts,
    read_anchor_source,
    same_question,
)
from aleator.training.recipe import Anchor
from aleator.training.target_files import TargetFile


def _file(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "keep.jsonl"
    path.write_text("\n".join(lines))
    return str(path)


def test_prompts_system_messages_and_texts(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        '{"prompt": "Hello!"}',
        "",
        '{"system": "Be brief.", "prompt": "Who?"}',
        '{"text": "Once."}',
    )
    source = read_anchor_source(Anchor(prompts=path))
    assert source.items == (
        AnchorItem("Hello!", place=f"{path}:1"),
        AnchorItem("Who?", "Be brief.", place=f"{path}:3"),
        AnchorItem("Once.", raw=True, place=f"{path}:4"),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "this is not JSON"),
        ("[1]", "this is not a JSON object"),
        ('{"promt": "x", "prompt": "y"}', "unknown key 'promt'"),
        ('{"prompt": " "}', "prompt is empty"),
        ('{"prompt": 3}', "prompt should be a text"),
        ("{}", "give either prompt or text"),
        ('{"prompt": "a", "text": "b"}', "give either prompt or text"),
        ('{"text": "a", "system": "b"}', "a text has no system message"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = _file(tmp_path, '{"prompt": "Hello!"}', line)
    with pytest.raises(RecipeError) as caught:
        read_anchor_source(Anchor(prompts=path))
    assert str(caught.value).startswith(f"{path}:2: {words}; a line is ")
    assert "\n" not in str(caught.value)


def test_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="holds nothing to anchor on"):
        read_anchor_source(Anchor(prompts=_file(tmp_path)))


@pytest.mark.parametrize(
    "name", ["keep.jsonl", "chat", "a/b/c", "./keep.json", "folder/keep.jsonl"]
)
def test_there_is_no_such_source(name: str) -> None:
    with pytest.raises(InputError, match="there are no anchor prompts .*give a JSONL file"):
        read_anchor_source(Anchor(prompts=name))


def test_a_limit_spreads_over_the_source(tmp_path: Path) -> None:
    path = _file(tmp_path, *(json.dumps({"prompt": str(one)}) for one in range(9)))
    some = read_anchor_source(Anchor(prompts=path, limit=3))
    assert [item.content for item in some.items] == ["0", "4", "8"]
    every = read_anchor_source(Anchor(prompts=path, limit=100))
    assert len(every.items) == 9
    assert some.digest != every.digest


def test_the_digest_is_of_what_is_said(tmp_path: Path) -> None:
    first = read_anchor_source(Anchor(prompts=_file(tmp_path, '{"prompt": "x"}')))
    again = read_anchor_source(Anchor(prompts=_file(tmp_path, "", '{ "prompt":"x" }')))
    other = read_anchor_source(Anchor(prompts=_file(tmp_path, '{"text": "x"}')))
    assert first.digest == again.digest != other.digest


def test_ours_are_none_that_a_shipped_recipe_trains_on(tmp_path: Path) -> None:
    source = read_anchor_source(Anchor())
    assert {item.raw for item in source.items} == {True, False}
    assert source.items[0].place == f"{packaged_prompts()}:1"
    sets = Path("recipes/language/closed_sets.yaml")
    check_not_trained_on(source, [TargetFile("closed_sets", "", read_targets(sets))])


@pytest.mark.parametrize("split", ["train", "unseen_parameters", "held_out_families"])
def test_a_numeric_prompt_is_refused(tmp_path: Path, split: str) -> None:
    assert split in ("train", "unseen_parameters", "held_out_families")
    asked = split_distributions(split)[7]
    path = _file(tmp_path, json.dumps({"prompt": f"{asked.prompt()} "}))
    with pytest.raises(RecipeError, match=rf"keep.jsonl:1: .*family {asked.family.name}, which"):
        check_not_trained_on(read_anchor_source(Anchor(prompts=path)), [])


def test_a_prompt_of_a_target_file_is_refused(tmp_path: Path) -> None:
    sets = tmp_path / "sets.yaml"
    sets.write_text("sets:\n  - {name: coin, prompts: [Flip., Toss.], outcomes: [heads, tails]}\n")
    files = [TargetFile("sets", "", read_targets(sets))]
    path = _file(tmp_path, '{"prompt": "Hello!"}', '{"prompt": "Toss."}')
    with pytest.raises(RecipeError, match=r"keep.jsonl:2: .*'Toss.' is of the set 'coin' in .*:2"):
        check_not_trained_on(read_anchor_source(Anchor(prompts=path)), files)
    raw = _file(tmp_path, '{"text": "Toss."}')
    check_not_trained_on(read_anchor_source(Anchor(prompts=raw)), files)


ALIKE = [
    "toss a coin",
    "  TOSS\ta  Coin !",
    "Toss a coin...",
    "Toss a coin\u2026",  # one character for three points
    "\uff34oss a\u00a0coin\uff01",  # wide letters, a space that does not break
    "To\u017fs a coin?",  # a long s
]
OTHER = ["Toss a coin twice.", "Toss coins.", "Toss a coin 5%.", "Toss-a-coin", "?", "\u2026"]


@pytest.mark.parametrize("prompt", [*ALIKE, *OTHER])
def test_looks_make_no_other_question(prompt: str, tmp_path: Path) -> None:
    """But every other sign does, and what is nothing but punctuation is itself."""
    sets = tmp_path / "sets.yaml"
    asked = '["Toss a coin.", "Toss a coin 5.", "!"]'
    sets.write_text(f"sets:\n  - {{name: coin, prompts: {asked}, outcomes: [heads, tails]}}\n")
    files = [TargetFile("sets", "", read_targets(sets))]
    source = read_anchor_source(Anchor(prompts=_file(tmp_path, json.dumps({"prompt": prompt}))))
    if prompt in OTHER:
        check_not_trained_on(source, files)
        return
    with pytest.raises(RecipeError, match=r"keep.jsonl:1: .* is of the set 'coin' in .*:2"):
        check_not_trained_on(source, files)


@given(st.text(max_size=12))
def test_what_is_alike_stays_alike(text: str) -> None:
    once = same_question(text)
    assert same_question(once) == once == same_question(f" {text}\n")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"prompt": "Hi", "messages": []}, AnchorItem("Hi", place="p")),
        (
            {
                "messages": [
                    {"role": "system", "content": "S"},
                    {"role": "user", "content": "U"},
                    {"role": "assistant", "content": "A"},
                    {"role": "user", "content": "later"},
                ]
            },
            AnchorItem("U", "S", place="p"),
        ),
        ({"id": 3, "text": "T"}, AnchorItem("T", raw=True, place="p")),
    ],
)
def test_rows_of_the_hub(row: Row, expected: AnchorItem) -> None:
    assert item_of_row(row, "p") == expected


@pytest.mark.parametrize("row", [{"prompt": " "}, {"messages": []}, {"text": ""}])
def test_an_empty_row_of_the_hub_is_passed_over(row: dict[str, JsonValue]) -> None:
    assert item_of_row(row, "p") is None


@pytest.mark.parametrize("row", [{"question": "x"}, {"messages": "x"}, {"text": 3}])
def test_a_row_of_the_hub_that_says_nothing(row: dict[str, JsonValue]) -> None:
    with pytest.raises(InputError, match=r"p has no prompt, messages or text .*its columns are"):
        item_of_row(row, "p")


def test_a_data_set_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `datasets` is asked for; the hub itself cannot be reached here."""
    asked: list[tuple[str, str]] = []

    def load(name: str, *, split: str) -> list[dict[str, str]]:
        asked.append((name, split))
        if split == "none":
            raise ValueError("no such split")
        return [{"prompt": "Hi"}]

    stand_in = ModuleType("datasets")
    vars(stand_in)["load_dataset"] = load
    monkeypatch.setitem(sys.modules, "datasets", stand_in)
    source = read_anchor_source(Anchor(prompts="some/chat"))
    assert source.items == (AnchorItem("Hi", place="some/chat, row 0"),)
    read_anchor_source(Anchor(prompts="some/chat:test[:5%]"))
    assert asked == [("some/chat", "train"), ("some/chat", "test[:5%]")]
    with pytest.raises(InputError, match="cannot load the split none of some/chat"):
        read_anchor_source(Anchor(prompts="some/chat:none"))


def test_the_hub_needs_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"install aleator\[hub\]"):
        read_anchor_source(Anchor(prompts="some/chat"))
