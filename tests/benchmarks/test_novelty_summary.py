import json

import pytest

from aleator.benchmarks.novelty_judges import GivenAnswer
from aleator.benchmarks.novelty_sets import NoveltyPrompt
from aleator.benchmarks.novelty_summary import EXAMPLES, JudgedPrompt, summarise_set
from aleator.files import JsonValue


def judged(index: int, texts: list[str], classes: list[int], ratings: list[int]) -> JudgedPrompt:
    prompt = NoveltyPrompt("mine", index, f"p{index}", f"Pick {index}.", ("a",) if index else None)
    answers = tuple(GivenAnswer(text, text == "cut") for text in texts)
    return JudgedPrompt(prompt, answers, 8, tuple(classes), tuple(ratings))


TWO = [
    judged(0, ["a", "a", "b c", ""], [0, 0, 1, 2], [10, 10, 4, 1]),
    judged(1, ["a", "a", "a", "cut"], [0, 0, 0, 0], [10, 10, 10, 1]),
]


def value(summary: dict[str, JsonValue], name: str) -> float:
    figure = json.loads(json.dumps(summary[name], allow_nan=False))
    assert figure["low"] <= figure["value"] <= figure["high"]
    return figure["value"]


def test_figures_by_hand() -> None:
    summary = summarise_set(TWO, 4, seed=0)
    weight = 1 + 0.8 + 0.64 + 0.512
    first, second = (10 + 0.64 * 4 + 0.512 * 1) / weight, 10 / weight
    assert summary["prompts"] == 2
    assert value(summary, "distinct") == 2
    assert value(summary, "utility") == pytest.approx((first + second) / 2)
    assert value(summary, "mean_rating") == pytest.approx((25 / 4 + 31 / 4) / 2)
    assert value(summary, "mean_words") == 1
    assert value(summary, "mean_tokens") == 2
    assert value(summary, "empty_rate") == 1 / 8
    assert value(summary, "truncated_rate") == 1 / 8
    assert summary["distinct_counts"] == [1, 0, 1, 0]
    assert summary["listed_answers"] == 1
    assert summary["by_prompt"] == {
        "id": ["p0", "p1"],
        "distinct": [3, 1],
        "utility": [pytest.approx(first), pytest.approx(second)],
    }


def test_intervals_are_over_prompts() -> None:
    """Prompts that agree leave no width; of two, resampling reaches either alone."""
    same = summarise_set(TWO[:1] * 5, 4, seed=0)["distinct"]
    assert same == {"value": 3, "low": 3, "high": 3}
    assert summarise_set(TWO, 4, seed=0)["distinct"] == {"value": 2, "low": 1, "high": 3}


def test_examples_are_few_and_short() -> None:
    many = [judged(i, ["x " * 200, "y"], [0, 1], [5, 1]) for i in range(3 * EXAMPLES)]
    examples = json.loads(json.dumps(summarise_set(many, 2, seed=0)["examples"]))
    assert len(examples) == EXAMPLES
    assert examples[0]["id"] == "p0" and examples[-1]["id"] == f"p{3 * EXAMPLES - 1}"
    assert set(examples[0]) == {
        "id", "prompt", "answers", "classes", "scores", "distinct", "utility"
    }  # fmt: skip
    assert examples[0]["scores"] == [5, 1] and examples[0]["classes"] == [0, 1]
    assert len(examples[0]["answers"][0]) <= 120 and examples[0]["answers"][0].endswith("x…")
