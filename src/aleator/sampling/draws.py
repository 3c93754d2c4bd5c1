"""Drawn answers, and what they are drawn from: a model, an endpoint, a way of prompting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    """A distinct answer.

    Attributes:
        text: What was written before the stop token, special tokens left in, nothing stripped.
        count: How many draws gave it.
        truncated: The limit came before the stop token.
    """

    text: str
    count: int
    truncated: bool


@dataclass(frozen=True)
class Draws:
    """The draws of one prompt.

    Attributes:
        answers: Distinct answers, most frequent first.
        forward_tokens: Tokens of answers that went through the model; None where nobody tells.
        written_tokens: Tokens that the draws consist of, each draw counted, stop tokens included:
            what a plain sampler computes and an endpoint charges.
    """

    answers: tuple[Answer, ...]
    forward_tokens: int | None
    written_tokens: int

    @property
    def count(self) -> int:
        """All draws."""
        return sum(answer.count for answer in self.answers)

    @property
    def truncated(self) -> int:
        """Draws that the limit cut off."""
        return sum(answer.count for answer in self.answers if answer.truncated)


class AnswerSource(Protocol):
    """Answers independent draws to prompts."""

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """Draw `draws` answers to each prompt, in the prompts' order, as they come.

        Args:
            prompts: The prompts' texts.
            draws: How many of each.
            seed: Of all prompts.
            streams: Tells the prompts' generators apart; their places by default.
        """
        ...
