"""The keys of a target file and what they take."""

from pathlib import Path

import pytest

from aleator.errors import RecipeError
from aleator.outcomes.target_file import read_written_sets

SET = "  - name: coin\n    prompts: [Flip a coin.]\n    outcomes: [heads, tails]\n"


def _problem(folder: Path, text: str, name: str = "my.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        read_written_sets(path)
    message = str(caught.value)
    assert message.startswith(str(folder)) and "\n" not in message
    return message.removeprefix(f"{folder}/")


def test_a_set_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(f"sets:\n{SET}    system: Be brief.\n    split: held_out\n")
    (one,) = read_written_sets(path)
    assert (one.name, one.prompts, one.split) == ("coin", ("Flip a coin.",), "held_out")
    assert [(outcome.text, outcome.weight) for outcome in one.outcomes] == [
        ("heads", 1.0),
        ("tails", 1.0),
    ]
    assert (one.line, one.prompt_lines, one.outcome_lines) == (2, (3,), (4, 4))
    assert one.system == "Be brief."


def test_jsonl_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    path.write_text(
        '{"name": "coin", "prompt": "Flip.", "outcomes": {"heads": 1, "tails": 0.5}}\n'
        '{"name": "die", "prompts": ["Roll."], "outcomes": ["1", "2"], "system": null}\n'
    )
    coin, die = read_written_sets(path)
    assert [(outcome.text, outcome.weight) for outcome in coin.outcomes] == [
        ("heads", 1.0),
        ("tails", 0.5),
    ]
    assert (coin.prompts, coin.line, coin.outcome_lines) == (("Flip.",), 1, (1, 1))
    assert (die.split, die.system, die.outcome_lines) == ("train", None, (2, 2))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "my.yaml:1: a target file holds one list, under the key 'sets'."),
        ("- a\n", "my.yaml:1: a target file holds one list, under the key 'sets'."),
        ("sets: []\n", "my.yaml holds no sets: write at least one."),
        (f"set:\n{SET}", "my.yaml:1: unknown key 'set'; did you mean 'sets'? known: sets."),
        ("sets:\n  - coin\n", "my.yaml:2: a set is a section of keys: name, split, system, "),
        (
            f"sets:\n{SET}    promts: [a]\n",
            "my.yaml:5: unknown key 'promts'; did you mean 'prompts'? known: name, split, ",
        ),
        (f"sets:\n{SET}    prompt: a\n", "my.yaml:5: give either prompt or prompts, not both."),
        (f"sets:\n{SET}    name: a\n", "my.yaml:5: 'name' comes twice, here and in line 2"),
        (f"sets:\n{SET}    split: test\n", "my.yaml:5: split should be train or held_out, not "),
        (f"sets:\n{SET}    system: [a]\n", "my.yaml:5: system should be a single text."),
        ("sets:\n  - prompts: [a]\n    outcomes: [b]\n", "my.yaml:2: the set has no name: give "),
        ("sets:\n  - name: a\n    outcomes: [b]\n", "my.yaml:2: the set has no prompts: give "),
        ("sets:\n  - name: a\n    prompts: [b]\n", "my.yaml:2: the set has no outcomes: give "),
        (
            "sets:\n  - name: a\n    prompts: [b, {c: d}]\n    outcomes: [b]\n",
            "my.yaml:3: prompts should be a list of texts.",
        ),
        (
            "sets:\n  - name: a\n    prompts: [b]\n    outcomes: heads\n",
            "my.yaml:4: outcomes should be a list, or weights by outcome, such as {heads: 1, ",
        ),
        (
            "sets:\n  - name: a\n    prompts: [b]\n    outcomes:\n    - c\n    - [d]\n",
            "my.yaml:6: an outcome should be a single text.",
        ),
        (
            "sets:\n  - name: a\n    prompts: [b]\n    outcomes:\n      c: 1\n      d: [2]\n",
            "my.yaml:6: a weight should be a single number.",
        ),
        (
            "sets:\n  - name: a\n    prompts: [b]\n    outcomes:\n    - c\n    -\n",
            "my.yaml:6: an outcome is empty: write it, in quotes if it is the word null.",
        ),
        (
            "sets:\n  - name: a\n    prompts: [null]\n    outcomes: [c]\n",
            "my.yaml:3: a prompt is empty: write it",
        ),
        ("sets:\n  - name:\n    prompts: [b]\n    outcomes: [c]\n", "my.yaml:2: name is empty: "),
    ],
)
def test_problems_name_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    assert words in _problem(tmp_path, text)


@pytest.mark.parametrize("weight", ["-0.5", "a lot", ".nan", "inf", "true", "'0.5'"])
def test_weights_that_are_none(tmp_path: Path, weight: str) -> None:
    text = f"sets:\n  - name: a\n    prompts: [b]\n    outcomes:\n      c: 1\n      d: {weight}\n"
    problem = _problem(tmp_path, text)
    assert problem.startswith("my.yaml:6: the outcome 'd' has the weight ")
    assert problem.endswith(": a weight is a number, 0 or more.")


def test_numbers_in_json_want_quotes(tmp_path: Path) -> None:
    text = '{"name": "die", "prompt": "Roll.", "outcomes": ["1", 2]}\n'
    words = "my.jsonl:1: an outcome should be a text, not 2: put it in quotes."
    assert _problem(tmp_path, text, "my.jsonl") == words


def test_other_files_are_no_target_files(tmp_path: Path) -> None:
    words = "my.txt is no target file: its name should end in .yaml or .jsonl."
    assert _problem(tmp_path, "", "my.txt") == words
