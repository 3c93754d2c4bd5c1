"""Drawn answers, and what they are drawn from: a model, an endpoint, a way of prompting."""

from collections.abc import Iterator, Mapping, Sequence
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
            what a plain sampler computes and an endpoint charges. Where a method of prompting makes
            the model write more than the answer, all of it.
        invalid: Draws from which a method of prompting got no answer; their text is empty.
    """

    answers: tuple[Answer, ...]
    forward_tokens: int | None
    written_tokens: int
    invalid: int = 0

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


class Answering(Protocol):
    """Gives sources of answers, by how the model shall be asked."""

    def __call__(
        self, max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        """A source of answers.

        Args:
            max_new_tokens: Most tokens of an answer, the stop token included.
            system: A system message put before every prompt.
            temperature: Logits are divided by it.
        """
        ...


def ordered_answers(counts: Mapping[tuple[str, bool], int]) -> tuple[Answer, ...]:
    """Answers of counted (text, truncated) pairs, most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Answer(text, count, cut) for (text, cut), count in ordered)
