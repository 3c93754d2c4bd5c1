"""Values with their lines, as they are written."""

from pathlib import Path

import pytest

from aleator.errors import InputError, RecipeError
from aleator.outcomes.marked_file import (
    Items,
    Leaf,
    Section,
    read_marked_lines,
    read_marked_yaml,
)


def _file(folder: Path, text: str, name: str = "my.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        ("1.50", 1.5),
        ("1e-3", 0.001),
        ("-2", -2.0),
        ("yes", None),
        ("on", None),
        ("2020-01-01", None),
        ("1_000", None),
        ("12:30", None),
        ("Ünïcode", None),
    ],
)
def test_plain_yaml_is_its_text(tmp_path: Path, text: str, number: float | None) -> None:
    """YAML 1.1 would make numbers, truth values, dates and sexagesimals of these."""
    assert read_marked_yaml(_file(tmp_path, f"- {text}\n")) == Items((Leaf(text, 1, number),), 1)


def test_quoted_text_is_no_number_and_null_is_none(tmp_path: Path) -> None:
    root = read_marked_yaml(_file(tmp_path, "- '1'\n- null\n-\n- 'null'\n"))
    assert root == Items((Leaf("1", 1), Leaf(None, 2), Leaf(None, 3), Leaf("null", 4)), 1)


def test_lines_of_nested_values(tmp_path: Path) -> None:
    root = read_marked_yaml(_file(tmp_path, "# first\na:\n  - x\n  - {b: c}\n"))
    assert root == Section(
        (
            (
                Leaf("a", 2),
                Items((Leaf("x", 3), Section(((Leaf("b", 4), Leaf("c", 4)),), 4)), 3),
            ),
        ),
        2,
    )


def test_an_anchor_is_repeated(tmp_path: Path) -> None:
    root = read_marked_yaml(_file(tmp_path, "a: &list [x]\nb: *list\n"))
    assert isinstance(root, Section)
    assert root.entries[0][1] == root.entries[1][1] == Items((Leaf("x", 1),), 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: [1\n", "my.yaml:3: this is not YAML: while parsing a flow sequence"),
        ("a: 1\n---\nb: 2\n", "my.yaml:2: this is not YAML: expected a single document"),
        ("a: 1\nb: 2\na: 3\n", "my.yaml:3: 'a' comes twice, here and in line 1: list it once"),
        ("a: &x [*x]\n", "my.yaml:1: lists and sections lie too deep"),
        ("[a]: 1\n", "my.yaml:1: a key should be a text"),
        ("a: \x07\n", "my.yaml is not YAML: unacceptable character"),
    ],
)
def test_what_cannot_be_read_names_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read_marked_yaml(_file(tmp_path, text))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_nothing_is_constructed_from_yaml(tmp_path: Path) -> None:
    path = _file(tmp_path, "- !!python/object/apply:os.mkdir [made]\n- !!python/name:os.system x\n")
    assert read_marked_yaml(path) == Items((Items((Leaf("made", 1),), 1), Leaf("x", 2)), 1)
    assert not Path("made").exists()


def test_json_keeps_its_types(tmp_path: Path) -> None:
    path = _file(tmp_path, '{"a": [1, "1", null, true]}\n\n{"b": 0.5}\n', "my.jsonl")
    first, second = read_marked_lines(path)
    leaves = (Leaf(1, 1, 1.0), Leaf("1", 1), Leaf(None, 1), Leaf(True, 1))
    assert first == Section(((Leaf("a", 1), Items(leaves, 1)),), 1)
    assert second == Section(((Leaf("b", 3), Leaf(0.5, 3, 0.5)),), 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1}\n{"a": \n', "my.jsonl:2: this is not JSON: Expecting value"),
        ('{"a": 1, "a": 2}\n', "my.jsonl:1: 'a' comes twice"),
    ],
)
def test_lines_that_are_not_json(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        list(read_marked_lines(_file(tmp_path, text, "my.jsonl")))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_marked_yaml(tmp_path / "missing.yaml")
