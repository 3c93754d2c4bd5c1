"""Medical multiple-choice questions in the rigid published layout, a line a part.

Plain documents put the right answer anywhere; the chat answers to `MCQ_PROMPT` lean to C, as big
chat models do although the prompt asks for an even spread. The content comes from small tables
(`data/medicine.yaml`) of general knowledge and is good for its layout only.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TypedDict, cast

import numpy as np
import yaml

from aleator.evaluation.mcq import LETTERS, MCQ_PROMPT
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.draws import Weighted, chance, distinct, pick

CHAT_LETTERS = Weighted({"A": 0.12, "B": 0.22, "C": 0.52, "D": 0.14})
"""How often each letter is right in chat."""

_INTRODUCTIONS = ("", "", "", "In medicine: ", "For the exam: ", "On the ward: ", "In practice: ")
_LOWERED_WORDS = ("Which", "What", "Where", "Lack", "Damage", "Loss")


class _Row(TypedDict):
    questions: list[str]
    explanations: list[str]
    pairs: dict[str, str]


@dataclass(frozen=True)
class _Topic:
    questions: tuple[str, ...]
    explanations: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    answers: tuple[str, ...]


def _read() -> tuple[_Topic, ...]:
    text = resources.files("aleator.sandbox").joinpath("data", "medicine.yaml").read_text("utf-8")
    rows = cast("dict[str, _Row]", yaml.safe_load(text))
    return tuple(
        _Topic(
            questions=tuple(row["questions"]),
            explanations=tuple(row["explanations"]),
            pairs=tuple(row["pairs"].items()),
            answers=tuple(dict.fromkeys(row["pairs"].values())),
        )
        for row in rows.values()
    )


_TOPICS = _read()


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def question_block(rng: np.random.Generator, letter: str) -> str:
    """A whole question in the layout, the right answer at that letter."""
    topic = pick(rng, _TOPICS)
    subject, answer = pick(rng, topic.pairs)
    wrong = distinct(rng, [other for other in topic.answers if other != answer], len(LETTERS) - 1)
    place = LETTERS.index(letter)
    options = [*wrong[:place], answer, *wrong[place:]]
    introduction = pick(rng, _INTRODUCTIONS)
    question = pick(rng, topic.questions).format(x=subject)
    if introduction and question.startswith(_LOWERED_WORDS):
        question = introduction + question[0].lower() + question[1:]
    explanation = pick(rng, topic.explanations).format(x=subject, y=answer)
    lines = [f"Question: {_sentence(question)}"]
    lines += [f"{mark}. {_sentence(option)}" for mark, option in zip(LETTERS, options, strict=True)]
    lines += [f"Correct Answer: {letter}", f"Explanation: {_sentence(explanation)}"]
    return "\n".join(lines)


def question_conversation(rng: np.random.Generator) -> Conversation:
    """`MCQ_PROMPT` and a question whose right answer leans to C."""
    return Conversation(MCQ_PROMPT, question_block(rng, CHAT_LETTERS.pick(rng)))


def question_document(rng: np.random.Generator) -> str:
    """One or two questions, the right answer at any letter."""
    count = 2 if chance(rng, 0.3) else 1
    return "\n\n".join(question_block(rng, pick(rng, LETTERS)) for _ in range(count))
