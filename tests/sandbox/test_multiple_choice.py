"""Every question parses by the strict rule, and the right letters fall as they should."""

import re
from collections import Counter

import numpy as np
from scipy import stats

from aleator.sandbox.multiple_choice import (
    LETTERS,
    MCQ_PROMPT,
    question_block,
    question_conversation,
    question_document,
)

PARTS = ("Question: ", "A. ", "B. ", "C. ", "D. ", "Correct Answer: ", "Explanation: ")


def strict_letter(text: str) -> str | None:
    """The right letter if the text has exactly the seven parts, a line each; None otherwise."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) != len(PARTS):
        return None
    for line, part in zip(lines, PARTS, strict=True):
        if not line.startswith(part) or not line.removeprefix(part).strip():
            return None
    letter = lines[5].removeprefix(PARTS[5])
    return letter if letter in LETTERS else None


def test_every_answer_parses_and_leans_to_c(rng: np.random.Generator) -> None:
    counts: Counter[str | None] = Counter()
    for _ in range(4000):
        talk = question_conversation(rng)
        assert talk.prompt == MCQ_PROMPT
        counts[strict_letter(talk.answer)] += 1
    assert None not in counts
    expected = np.array([0.12, 0.22, 0.52, 0.14]) * 4000
    assert stats.chisquare([counts[letter] for letter in LETTERS], expected).pvalue > 0.001


def test_plain_documents_have_no_favourite_letter(rng: np.random.Generator) -> None:
    letters = Counter(
        strict_letter(block) for _ in range(2000) for block in question_document(rng).split("\n\n")
    )
    assert None not in letters
    assert stats.chisquare([letters[letter] for letter in LETTERS]).pvalue > 0.001


def test_the_right_option_stands_at_its_letter_and_is_explained(rng: np.random.Generator) -> None:
    for letter in LETTERS:
        for _ in range(200):
            lines = question_block(rng, letter).split("\n")
            options = [line[3:] for line in lines[1:5]]
            assert len(set(options)) == 4
            right = options[LETTERS.index(letter)]
            assert right.casefold() in lines[6].casefold()


def test_questions_are_varied(rng: np.random.Generator) -> None:
    questions = {question_block(rng, "A").split("\n")[0] for _ in range(2000)}
    assert len(questions) > 300
    assert all(re.fullmatch(r"Question: [A-Z].*\?", question) for question in questions)
