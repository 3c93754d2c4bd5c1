from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aleator.benchmarks.closed_prompts import ClosedSetsSettings, closed_prompts
from aleator.errors import InputError
from aleator.outcomes.language import read_targets

ALL = ClosedSetsSettings()
FILE = """
sets:
  - name: coin
    prompts: [Flip a coin., Heads or tails?]
    outcomes: [heads, tails]
  - name: loaded coin
    split: held_out
    prompts: [Flip a loaded coin.]
    outcomes: {heads: 3, tails: 1}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    return path


def test_the_shipped_sets() -> None:
    targets = read_targets(ALL.path)
    sizes = {target.name: len(target.outcomes.strings) for target in targets}
    known = {"weekday": 7, "month": 12, "coin": 2, "die": 6, "card suit": 4, "card": 52}
    known |= {"planet": 8, "letter": 26, "digit": 10, "integer from 1 to 100": 100, "US state": 50}
    known |= {"one of the first twenty elements": 20, "Greek letter": 24, "zodiac sign": 12}
    assert {name: sizes[name] for name in known} == known
    assert len(targets) >= 60
    assert all(len(target.prompts) >= 3 for target in targets)
    prompts = closed_prompts(ALL)
    assert max(Counter(prompt.text for prompt in prompts).values()) == 1
    assert len({prompt.key for prompt in prompts}) == len(prompts)
    assert len({prompt.stream for prompt in prompts}) == len(prompts)


@pytest.mark.parametrize(
    ("name", "outcome", "probability"),
    [
        ("die that shows six half of the time", "6", 0.5),
        ("red or blue", "red", 0.7),
        ("sum of two dice", "7", 6 / 36),
        ("sum of two dice", "12", 1 / 36),
        ("heads in three tosses", "2", 3 / 8),
        ("die without luck", "1", 4 / 9),
        ("letter of banana", "N", 2 / 6),
        ("sunday half of the time", "Sunday", 0.5),
        ("coin, then coin", "C", 0.25),
        ("winning ticket", "win", 0.05),
        ("blood group", "AB", 0.04),
        ("halving numbers", "4", 0.125),
    ],
)
def test_weighted_sets(name: str, outcome: str, probability: float) -> None:
    (target,) = [one for one in read_targets(ALL.path) if one.name == name]
    place = target.outcomes.strings.index(outcome)
    assert target.outcomes.probabilities[place] == pytest.approx(probability)


def test_a_limit_spreads_over_sets_before_wordings() -> None:
    few = closed_prompts(replace(ALL, limit=10))
    assert len(few) == 20  # of both splits
    assert len({prompt.target.name for prompt in few}) == 20
    assert {prompt.wording for prompt in few} == {0}
    held_out = {one.name for one in read_targets(ALL.path) if one.split == "held_out"}
    some = closed_prompts(replace(ALL, limit=len(held_out) + 3))
    kept = [prompt for prompt in some if prompt.target.split == "held_out"]
    assert {prompt.target.name for prompt in kept} == held_out
    assert sum(prompt.wording == 1 for prompt in kept) == 3


def test_wordings_are_the_first_ones() -> None:
    prompts = closed_prompts(replace(ALL, wordings=2))
    assert {prompt.wording for prompt in prompts} == {0, 1}
    assert len(prompts) == 2 * len(read_targets(ALL.path))


def test_streams_do_not_depend_on_what_else_is_asked() -> None:
    streams = {prompt.key: prompt.stream for prompt in closed_prompts(ALL)}
    few = closed_prompts(replace(ALL, limit=7, wordings=2))
    assert {prompt.key: streams[prompt.key] for prompt in few} == {
        prompt.key: prompt.stream for prompt in few
    }


def test_a_file_of_the_user(file: Path) -> None:
    prompts = closed_prompts(replace(ALL, targets=file))
    assert [prompt.key for prompt in prompts] == ["coin/00", "coin/01", "loaded coin/00"]
    assert [prompt.target.split for prompt in prompts] == ["train", "train", "held_out"]
    assert np.allclose(prompts[2].target.outcomes.probabilities, [0.75, 0.25])


def test_the_record_tells_files_apart_by_content(file: Path) -> None:
    settings = replace(ALL, targets=file)
    before = settings.as_json()
    assert before["targets"] == str(file)
    assert before != ALL.as_json()
    file.write_text(FILE.replace("heads: 3", "heads: 4"))
    assert settings.as_json() != before


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"draws": -1}, {"wordings": 0}])
def test_settings_without_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        closed_prompts(replace(ALL, **wrong))
