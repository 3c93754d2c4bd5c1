import json

import numpy as np
import pytest

from aleator.benchmarks.closed_prompts import ClosedPrompt, ClosedSetsSettings
from aleator.benchmarks.closed_summary import MOST_ANSWERS, summarise
from aleator.files import JsonValue, Row
from aleator.outcomes.language import LanguageTarget
from aleator.outcomes.outcomes import Outcomes

COIN = LanguageTarget("coin", ("A?", "B?"), Outcomes(("heads", "tails"), np.array([0.5, 0.5])))
LOADED = LanguageTarget(
    "loaded", ("C?",), Outcomes(("heads", "tails"), np.array([0.9, 0.1])), split="held_out"
)
PROMPTS = [ClosedPrompt(COIN, 0, 0), ClosedPrompt(COIN, 0, 1), ClosedPrompt(LOADED, 1, 0)]
ROWS: list[Row] = [
    {"tv": 0.1, "tv_oracle": 0.05, "answers": {"heads": 0.6, "tails": 0.4}},
    {"tv": 0.3, "tv_oracle": 0.05, "answers": {"heads": 0.8}},
    {"tv": None, "tv_oracle": 0.03, "answers": {}},
]


def _summary(settings: ClosedSetsSettings) -> dict[str, JsonValue]:
    found = summarise(settings, PROMPTS, ROWS, ["tv", "tv_oracle"])
    return json.loads(json.dumps(found, allow_nan=False))


def _at(value: JsonValue, *path: str) -> JsonValue:
    for name in path:
        assert isinstance(value, dict)
        value = value[name]
    return value


def test_splits_are_apart_and_together() -> None:
    splits = _summary(ClosedSetsSettings())["splits"]
    assert isinstance(splits, dict)
    assert list(splits) == ["train", "held_out", "all"]
    assert _at(splits, "train", "mean", "tv", "value") == pytest.approx(0.2)
    assert _at(splits, "held_out", "mean", "tv") == {"value": None, "low": None, "high": None}
    assert _at(splits, "held_out", "left_out") == {"tv": 1}
    assert _at(splits, "all", "mean", "tv", "value") == pytest.approx(0.2)
    assert (_at(splits, "all", "sets"), _at(splits, "all", "prompts")) == (2, 3)


def test_sets_tell_shares_beside_their_target() -> None:
    sets = _summary(ClosedSetsSettings())["sets"]
    assert _at(sets, "coin", "tv") == pytest.approx(0.2)
    assert _at(sets, "coin", "answers") == pytest.approx({"heads": 0.7, "tails": 0.2})
    assert _at(sets, "coin", "target") == {"heads": 0.5, "tails": 0.5}
    assert _at(sets, "loaded", "tv") is None
    assert _at(sets, "loaded", "answers") == {"heads": 0.0, "tails": 0.0}
    assert _at(sets, "loaded", "split") == "held_out"


def test_oracles_are_averaged_within_their_repetitions() -> None:
    plain = _summary(ClosedSetsSettings())
    drawn = _summary(ClosedSetsSettings(draws=100))
    assert _at(plain, "splits", "all", "mean", "tv_oracle", "value") == pytest.approx(0.04)
    means = _at(drawn, "splits", "all", "mean")
    low, value, high = (_at(means, "tv_oracle", end) for end in ("low", "value", "high"))
    assert isinstance(low, float) and isinstance(value, float) and isinstance(high, float)
    assert 0 < low < value < high < 0.15
    effective = _at(means, "effective_answers_oracle", "value")
    assert isinstance(effective, float) and 1.3 < effective < 2


def test_large_sets_tell_their_most_likely_outcomes() -> None:
    count = MOST_ANSWERS + 20
    strings = tuple(str(number) for number in range(count))
    target = LanguageTarget("many", ("?",), Outcomes(strings, np.full(count, 1 / count)))
    rows: list[Row] = [{"tv": 0.5, "answers": {"119": 0.9}}]
    found = summarise(ClosedSetsSettings(), [ClosedPrompt(target, 0, 0)], rows, ["tv"])
    answers = _at(found, "sets", "many", "answers")
    assert isinstance(answers, dict) and len(answers) == MOST_ANSWERS
    assert answers["119"] == pytest.approx(0.9)
    assert _at(found, "sets", "many", "outcomes") == count
