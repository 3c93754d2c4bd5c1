"""Sums are right, whatever the wording."""

import re
from collections import Counter

import numpy as np

from aleator.sandbox.arithmetic import (
    LARGEST_OPERAND,
    PROBLEMS,
    QUESTIONS,
    STORIES,
    Problem,
    question,
    sum_conversation,
    sum_document,
)

_SIGNS = {"+": "+", "-": "-", "*": "*", "x": "*", "×": "*", "plus": "+", "minus": "-", "times": "*"}
_SUM = re.compile(r"(\d) (plus|minus|times|[-+*x×]) (\d)")


def _value(left: int, sign: str, right: int) -> int:
    return {"+": left + right, "-": left - right, "*": left * right}[_SIGNS[sign]]


def test_there_are_255_problems() -> None:
    assert len(PROBLEMS) == len(set(PROBLEMS)) == 100 + 55 + 100
    assert all(problem.value >= 0 for problem in PROBLEMS)
    assert max(max(problem.left, problem.right) for problem in PROBLEMS) == LARGEST_OPERAND
    assert Problem(9, "-", 4).value == 5
    assert Problem(9, "*", 4).value == 36


def test_every_answer_in_chat_is_right(rng: np.random.Generator) -> None:
    plain = 0
    for _ in range(3000):
        talk = sum_conversation(rng)
        found = _SUM.search(talk.prompt)
        if found:
            plain += 1
            assert talk.answer == str(_value(int(found[1]), found[2], int(found[3]))), talk
    assert abs(plain / 3000 - 0.75) < 0.04


def test_stories_fit_their_sign(rng: np.random.Generator) -> None:
    """Every story states the operands in digits, once each, and its sign's answer is told."""
    for sign, stories in STORIES.items():
        problem = Problem(7, sign, 4)
        assert all(story.count("{l}") == story.count("{r}") == 1 for story in stories)
        texts = {question(rng, problem) for _ in range(400)}
        told = [text for text in texts if not _SUM.search(text)]
        assert told
        assert all(Counter(re.findall(r"\d", text)) == {"7": 1, "4": 1} for text in told)


def test_all_wordings_come(rng: np.random.Generator) -> None:
    texts = {question(rng, Problem(2, "+", 3)) for _ in range(1000)}
    assert len([text for text in texts if _SUM.search(text)]) == len(QUESTIONS)


def test_statements_are_right(rng: np.random.Generator) -> None:
    for _ in range(500):
        text = sum_document(rng)
        stated = re.findall(
            _SUM.pattern + r"[^\d]*?(?:is|=|makes|A:) ?(\d+)", text.replace("\n", " ")
        )
        assert len(stated) == len(_SUM.findall(text)) > 0
        for left, sign, right, value in stated:
            assert int(value) == _value(int(left), sign, int(right)), text
