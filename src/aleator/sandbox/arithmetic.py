"""Small sums: operands up to nine, plus, minus and times.

Answers are a bare number, so that they can be checked. Minus never goes below zero. There are
255 problems; a model of the sandbox's size learns them by heart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from aleator.sandbox.conversation import Conversation
from aleator.sandbox.draws import pick

Sign = Literal["+", "-", "*"]
LARGEST_OPERAND = 9
SIGNS: tuple[Sign, ...] = ("+", "-", "*")
WORDS: dict[Sign, str] = {"+": "plus", "-": "minus", "*": "times"}


@dataclass(frozen=True)
class Problem:
    """`left sign right`, with both operands from 0 to `LARGEST_OPERAND`."""

    left: int
    sign: Sign
    right: int

    @property
    def value(self) -> int:
        """The right answer."""
        if self.sign == "+":
            return self.left + self.right
        return self.left - self.right if self.sign == "-" else self.left * self.right


def all_problems() -> tuple[Problem, ...]:
    """Every problem there is, in a fixed order."""
    numbers = range(LARGEST_OPERAND + 1)
    return tuple(
        Problem(left, sign, right)
        for sign in SIGNS
        for left in numbers
        for right in numbers
        if sign != "-" or right <= left
    )


PROBLEMS = all_problems()

QUESTIONS = (
    "What is {l} {s} {r}?",
    "What is {l} {w} {r}?",
    "Calculate {l} {s} {r}.",
    "Compute {l} {s} {r}. Output ONLY the number.",
    "{l} {s} {r} = ?",
    "{l} {s} {r}",
    "How much is {l} {w} {r}?",
    "What is {l} {s} {r}? Answer with a number.",
    "Work out {l} {w} {r}.",
    "Please tell me what {l} {s} {r} is.",
)
"""Wordings with slots l and r (operands), s (sign) and w (the sign as a word)."""

STORIES: dict[Sign, tuple[str, ...]] = {
    "+": (
        "{n} has {l} {o} and gets {r} more. How many {o} does {n} have now?",
        "There are {l} {o} in a box. {n} puts in {r} more. How many {o} are in the box?",
        "{n} buys {l} {o} on Monday and {r} on Tuesday. How many {o} is that in all?",
        "One bag holds {l} {o}, another holds {r}. How many {o} are there together?",
    ),
    "-": (
        "{n} has {l} {o} and gives away {r}. How many {o} are left?",
        "There are {l} {o} on the table. {n} takes {r}. How many {o} remain?",
        "{n} had {l} {o} and lost {r}. How many {o} does {n} still have?",
        "Of {l} {o}, {r} are sold. How many {o} are not sold?",
    ),
    "*": (
        "{n} has {l} boxes with {r} {o} each. How many {o} is that?",
        "There are {l} bags and {r} {o} in every bag. How many {o} are there?",
        "{n} buys {r} {o} a day for {l} days. How many {o} does {n} buy?",
        "{l} children have {r} {o} each. How many {o} do they have together?",
    ),
}
OBJECTS = (
    "apples", "books", "coins", "cards", "stamps", "eggs", "pens", "marbles", "cakes", "shells",
)  # fmt: skip
NAMES = ("Tom", "Anna", "Ben", "Clara", "Max", "Nina", "Oscar", "Lucy")

SENTENCES = (
    "{l} {w} {r} is {v}.",
    "{l} {s} {r} = {v}",
    "{l} {w} {r} makes {v}.",
    "The result of {l} {s} {r} is {v}.",
    "Q: What is {l} {s} {r}?\nA: {v}",
)
_MOST_SENTENCES = 8


def _sign_in_text(rng: np.random.Generator, sign: Sign) -> str:
    return pick(rng, ("*", "x", "×")) if sign == "*" else sign


def question(rng: np.random.Generator, problem: Problem) -> str:
    """A question about the problem: a plain one or, one time in four, a little story."""
    if rng.random() < 0.25:
        return pick(rng, STORIES[problem.sign]).format(
            n=pick(rng, NAMES), o=pick(rng, OBJECTS), l=problem.left, r=problem.right
        )
    return pick(rng, QUESTIONS).format(
        l=problem.left,
        r=problem.right,
        w=WORDS[problem.sign],
        s=_sign_in_text(rng, problem.sign),
    )


def sum_conversation(rng: np.random.Generator) -> Conversation:
    """A problem asked for and its value."""
    problem = pick(rng, PROBLEMS)
    return Conversation(question(rng, problem), str(problem.value))


def sum_document(rng: np.random.Generator) -> str:
    """A few sentences or lines that state sums, all in the same wording."""
    wording = pick(rng, SENTENCES)
    lines: list[str] = []
    for _ in range(1 + int(rng.random() * _MOST_SENTENCES)):
        problem = pick(rng, PROBLEMS)
        lines.append(
            wording.format(
                l=problem.left,
                r=problem.right,
                w=WORDS[problem.sign],
                s=_sign_in_text(rng, problem.sign),
                v=problem.value,
            )
        )
    return "\n".join(lines)
