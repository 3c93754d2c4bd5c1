"""Who says what is the same and what is good, by the name a user gives.

The partition is judged by ``rule`` (words, ours), ``published`` or another pair classifier; ratings
come from ``validity`` (ours), ``published`` or another reward model. A model is loaded only when
there is something to judge. What it judged is kept under its name and its weights, so that another
judge, or the same one trained anew, begins a file of its own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from aleator.benchmarks.novelty_sets import NoveltyPrompt
from aleator.benchmarks.record import fingerprint
from aleator.errors import InputError, ModelError
from aleator.evaluation.pair_classifier import PUBLISHED_CLASSIFIER, load_pair_classifier
from aleator.evaluation.partition import Same, same_by_rule
from aleator.evaluation.reward import PUBLISHED_REWARD_MODEL, load_reward_model, rating
from aleator.evaluation.validity import validity_rating
from aleator.models.loading import hub_revision

RULE = "rule"
VALIDITY = "validity"
PUBLISHED = "published"
"""Stands for the published classifier or reward model."""

J = TypeVar("J")


@dataclass(frozen=True)
class GivenAnswer:
    """One of the answers to a prompt, and whether the limit cut it off."""

    text: str
    truncated: bool


@dataclass(frozen=True)
class Ratings:
    """Ratings of some answers from 1 to 10, and the scores behind them where a model gave them."""

    ratings: list[int]
    rewards: list[float] | None


Rate = Callable[[NoveltyPrompt, Sequence[GivenAnswer]], Ratings]


@dataclass(frozen=True)
class Judge(Generic[J]):
    """A judge that is not loaded yet.

    Attributes:
        name: A rule's name, a directory or a hub id.
        weights: Tells its weights from others; None for a rule.
        load: Makes it ready.
    """

    name: str
    weights: str | None
    load: Callable[[], J]

    @property
    def label(self) -> str:
        """Names it in a file's name."""
        plain = re.sub(r"[^\w.-]+", "-", Path(self.name).name)
        return plain if self.weights is None else f"{plain}-{self.weights[:12]}"


def partition_judge(name: str) -> Judge[Same]:
    """Who says which answers are the same.

    Args:
        name: ``rule``, ``published``, a directory or a hub id.

    Raises:
        InputError: The name is that of a scorer.
        ModelError: There is no such model.
    """
    if name == RULE:
        return Judge(name, None, lambda: same_by_rule)
    if name == VALIDITY:
        raise InputError(f"{name!r} rates answers; the partition takes {RULE!r} or a classifier")
    model = PUBLISHED_CLASSIFIER if name == PUBLISHED else name
    return Judge(model, _weights(model), lambda: load_pair_classifier(model).same)


def scorer(name: str) -> Judge[Rate]:
    """Who says how good an answer is.

    Args:
        name: ``validity``, ``published``, a directory or a hub id.

    Raises:
        InputError: The name is that of a partition's judge.
        ModelError: There is no such model.
    """
    if name == VALIDITY:
        return Judge(name, None, lambda: _rate_validity)
    if name == RULE:
        raise InputError(f"{name!r} compares answers; the scorer is {VALIDITY!r} or a reward model")
    model = PUBLISHED_REWARD_MODEL if name == PUBLISHED else name
    return Judge(model, _weights(model), lambda: _reward_rater(model))


def _rate_validity(prompt: NoveltyPrompt, answers: Sequence[GivenAnswer]) -> Ratings:
    found = [
        validity_rating(answer.text, truncated=answer.truncated, valid=prompt.valid)
        for answer in answers
    ]
    return Ratings(found, None)


def _reward_rater(name: str) -> Rate:
    model = load_reward_model(name)

    def rate(prompt: NoveltyPrompt, answers: Sequence[GivenAnswer]) -> Ratings:
        rewards = model.rewards(prompt.text, [answer.text for answer in answers])
        return Ratings([rating(reward) for reward in rewards], rewards)

    return rate


def _weights(name: str) -> str:
    folder = Path(name).expanduser()
    if folder.is_dir():
        return fingerprint(folder)
    revision = hub_revision(name)
    if revision is None:
        raise ModelError(
            f"cannot tell which commit of {name} lies in the cache; give a directory instead"
        )
    return revision
