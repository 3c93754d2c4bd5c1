"""From the rows of NoveltyBench's stages to what ``result.json`` says of a set.

The layout is explained in ``novelty``. Every figure is a mean over prompts with its 95% bootstrap
interval over prompts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aleator.benchmarks.novelty_judges import GivenAnswer
from aleator.benchmarks.novelty_sets import NoveltyPrompt
from aleator.benchmarks.spread import spread_places
from aleator.files import JsonValue
from aleator.metrics.intervals import family_balanced_mean
from aleator.metrics.utility import distinct, earned, utility

EXAMPLES = 40
"""Prompts shown with their answers, spread evenly over the set."""

EXAMPLE_CHARACTERS = 120
"""Most characters shown of an answer."""


@dataclass(frozen=True)
class JudgedPrompt:
    """A prompt, its answers in order, their classes and ratings."""

    prompt: NoveltyPrompt
    answers: tuple[GivenAnswer, ...]
    written_tokens: int
    classes: tuple[int, ...]
    ratings: tuple[int, ...]

    @property
    def distinct(self) -> int:
        """How many classes."""
        return distinct(self.classes)

    @property
    def scores(self) -> list[int]:
        """What each answer earns."""
        return earned(self.classes, self.ratings)

    @property
    def utility(self) -> float:
        """What the answers are worth together."""
        worth = utility(self.scores)
        assert worth is not None  # a prompt has at least one answer
        return worth


def summarise_set(judged: Sequence[JudgedPrompt], draws: int, seed: int) -> dict[str, JsonValue]:
    """The figures of one set.

    Args:
        judged: Its prompts, at least one.
        draws: Answers a prompt.
        seed: Of the bootstrap.
    """
    worth = _worth(judged)
    columns: dict[str, list[float]] = {
        **worth,
        "mean_words": [_mean([len(a.text.split()) for a in one.answers]) for one in judged],
        "mean_tokens": [one.written_tokens / len(one.answers) for one in judged],
        "empty_rate": [_mean([not a.text.strip() for a in one.answers]) for one in judged],
        "truncated_rate": [_mean([a.truncated for a in one.answers]) for one in judged],
    }
    listed = [one for one in judged if one.prompt.valid is not None]
    counts = np.bincount([one.distinct for one in judged], minlength=draws + 1)
    shown = spread_places(len(judged), EXAMPLES)
    return {
        **_figures(judged, columns, seed),
        "distinct_counts": counts[1:].tolist(),
        "listed": _figures(listed, _worth(listed), seed) if listed else None,
        "by_prompt": {
            "id": [one.prompt.id for one in judged],
            "distinct": worth["distinct"],
            "utility": worth["utility"],
        },
        "examples": [_example(judged[place]) for place in shown],
    }


def _worth(judged: Sequence[JudgedPrompt]) -> dict[str, list[float]]:
    return {
        "distinct": [one.distinct for one in judged],
        "utility": [one.utility for one in judged],
        "mean_rating": [_mean(one.ratings) for one in judged],
    }


def _figures(
    judged: Sequence[JudgedPrompt], columns: Mapping[str, Sequence[float]], seed: int
) -> dict[str, JsonValue]:
    figures: dict[str, JsonValue] = {"prompts": len(judged)}
    for name, column in columns.items():
        figures[name] = _estimate(column, seed)
    return figures


def _example(judged: JudgedPrompt) -> dict[str, JsonValue]:
    return {
        "id": judged.prompt.id,
        "prompt": judged.prompt.text,
        "answers": [_clipped(answer.text) for answer in judged.answers],
        "classes": judged.classes,
        "scores": judged.scores,
        "distinct": judged.distinct,
        "utility": judged.utility,
    }


def _clipped(text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) <= EXAMPLE_CHARACTERS:
        return plain
    return plain[: EXAMPLE_CHARACTERS - 1].rstrip() + "…"


def _estimate(values: Sequence[float], seed: int) -> dict[str, JsonValue]:
    interval = family_balanced_mean(values, ["all"] * len(values), seed=seed)
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
