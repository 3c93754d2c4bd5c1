"""What a target file means."""

from pathlib import Path

import numpy as np
import pytest

from aleator.errors import RecipeError
from aleator.outcomes.language import LanguageTarget, read_targets
from aleator.outcomes.outcomes import Outcomes

FILE = """\
sets:
  - name: weekday
    split: held_out
    prompts:
      - Name a random weekday.
      - "Pick a weekday. Output ONLY the weekday."
    outcomes: [Monday, Tuesday]
  - name: loaded die
    system: You are a die.
    prompt: Roll.
    outcomes:
      1: 1
      "2": 0.5
      6: 2.5
"""


def _read(folder: Path, text: str) -> tuple[LanguageTarget, ...]:
    path = folder / "my.yaml"
    path.write_text(text, encoding="utf-8")
    return read_targets(path)


def test_sets_are_distributions(tmp_path: Path) -> None:
    weekday, die = _read(tmp_path, FILE)
    assert (weekday.name, weekday.split, weekday.system) == ("weekday", "held_out", None)
    assert weekday.prompts == (
        "Name a random weekday.",
        "Pick a weekday. Output ONLY the weekday.",
    )
    assert weekday.outcomes.strings == ("Monday", "Tuesday")
    assert weekday.outcomes.probabilities.tolist() == [0.5, 0.5]
    assert (die.split, die.system, die.prompts) == ("train", "You are a die.", ("Roll.",))
    assert die.outcomes.strings == ("1", "2", "6")
    np.testing.assert_allclose(die.outcomes.probabilities, [0.25, 0.125, 0.625], rtol=1e-15)
    assert not die.outcomes.is_numeric


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    weekday, die = _read(tmp_path, FILE)
    path = tmp_path / "my.yaml"
    assert (weekday.place, weekday.place_of(1)) == (f"{path}:2", f"{path}:7")
    assert (die.place, die.place_of(2)) == (f"{path}:8", f"{path}:14")
    made = LanguageTarget("coin", ("Flip.",), Outcomes(("a",), np.ones(1)), place="here:1")
    assert made.place_of(0) == "here:1"


def _set(prompts: str = "[b]", outcomes: str = "[c]", more: str = "", name: str = "a") -> str:
    return (
        f"  - name: {name}\n    prompts: {prompts}\n    outcomes: {outcomes}\n"
        f"{'    ' if more else ''}{more}"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_set(prompts="[b, '']"), "my.yaml:3: this prompt is empty: write it or leave it out."),
        (_set(prompts="[b, ' ']"), "my.yaml:3: this prompt is empty"),
        (_set(prompts="[b, c, b]"), "my.yaml:3: the prompt 'b' is listed twice, first in line 3"),
        (_set(prompts="[]"), "my.yaml:2: the set 'a' has no prompts: give at least one."),
        (_set(outcomes="[]"), "my.yaml:2: the set 'a' has no outcomes: give at least one."),
        (_set(outcomes="['']"), "my.yaml:4: this outcome is empty: write it or leave it out."),
        (
            _set(outcomes="\n    - c\n    - d\n    - c"),
            "my.yaml:7: the outcome 'c' is listed twice, first in line 5: list it once.",
        ),
        (_set(outcomes="[1, '1']"), "my.yaml:4: the outcome '1' is listed twice"),
        (_set(outcomes="{c: 1, c: 2}"), "my.yaml:4: 'c' comes twice, here and in line 4"),
        (_set(outcomes="{c: 1, d: -1}"), "my.yaml:4: the outcome 'd' has the weight -1.0"),
        (_set(outcomes="{c: 0, d: 0}"), "my.yaml:2: the weights of the set 'a' add up to 0: make"),
        (_set(outcomes="[' c']"), "my.yaml:4: the outcome ' c' begins or ends with white space"),
        (_set(name="''"), "my.yaml:2: the set's name is empty: give it one."),
        (_set(more="system: ''\n"), "my.yaml:2: system is empty: write a message or leave"),
        (_set() + _set(), "my.yaml:5: the set of line 2 is called 'a' too: choose another name."),
    ],
)
def test_problems_name_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        _read(tmp_path, f"sets:\n{text}")
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_weight_of_zero_is_a_weight(tmp_path: Path) -> None:
    (one,) = _read(tmp_path, f"sets:\n{_set(outcomes='{c: 0, d: 3}')}")
    assert one.outcomes.probabilities.tolist() == [0.0, 1.0]


def test_half_a_character_names_file_and_line(tmp_path: Path) -> None:
    lines = '{"name": "a", "prompt": "b", "outcomes": ["c"]}\n'
    lines += '{"name": "d", "prompt": "e", "outcomes": ["f", "\\ud800x"]}\n'
    (tmp_path / "mine.jsonl").write_text(lines)
    with pytest.raises(RecipeError, match=r"mine.jsonl:2: this outcome holds half of a character"):
        read_targets(tmp_path / "mine.jsonl")
