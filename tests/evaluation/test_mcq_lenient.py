"""The lenient reading, case by case, and that it reads whatever the strict one does."""

import pytest
from hypothesis import given

from aleator.evaluation.mcq import read_strict
from aleator.evaluation.mcq_lenient import read_lenient
from tests.evaluation.test_mcq import TEXT, blocks


@given(blocks())
def test_what_reads_strictly_reads_leniently(block: tuple[list[str], str]) -> None:
    text = "\n".join(block[0])
    assert read_lenient(text) == read_strict(text) is not None


@pytest.mark.parametrize(
    "answer",
    [
        "b",
        "**B**",
        "(B)",
        "[B]",
        "B.",
        "B)",
        "`B`",
        "B. Pancreas",
        "**B. Pancreas**",
        "B) Pancreas",
        "B: Pancreas",
        "B - Pancreas",
        "B – Pancreas",
        "B (Pancreas)",
        "Option B",
        "The correct answer is B.",
        "\nB",
        "\n\n**B.** Pancreas",
        "B. C. difficile",  # an option that begins like a letter
        "B. Vitamin D",
    ],
)
def test_ways_to_give_the_answer(answer: str) -> None:
    found = read_lenient(TEXT.replace("Answer: B", f"Answer: {answer}"))
    assert found is not None and found.letter == "B"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "E",
        "Pancreas",
        "A and B",
        "A, B",
        "A/B",
        "A. and B.",
        "B) or C)",
        "AB",
        "A B",
        "All of the above",
        "Both",
        "A pancreas",
    ],
)
def test_answers_of_no_letter_or_several(answer: str) -> None:
    assert read_lenient(TEXT.replace("Answer: B", f"Answer: {answer}")) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Question:", "question:"),
        ("Question:", "QUESTION:"),
        ("Question:", "**Question:**"),
        ("Question:", "### Question:\n"),
        ("Question:", "Q1."),
        ("Question: ", ""),
        ("Question:", "Here is a question.\n\nQuestion:"),
        ("Question:", "<think>A question:\nA. one</think>Question:"),
        ("insulin?", "insulin?\nChoose one."),
        ("A. Liver", "- **A.** Liver"),
        ("A. Liver", "* (a) Liver"),
        ("A. Liver", "Option A: Liver"),
        ("A. Liver", "A.\nLiver"),
        ("D. Kidney", "D. Kidney\n---"),
        ("Correct Answer:", "correct answer:"),
        ("Correct Answer:", "**Correct Answer:**"),
        ("Correct Answer:", "Answer:"),
        ("Correct Answer:", "The right answer is"),
        ("Correct Answer:", "Best option -"),
        ("Explanation: Its islets do.", ""),
        ("Explanation: ", ""),
        ("Explanation:", "Rationale:"),
        ("do.", "do.\n\nA. is wrong.\n- C) is wrong too.\nThe answer is B."),
        ("\n", "\r\n"),
    ],
)
def test_other_layouts_that_read(old: str, new: str) -> None:
    text = TEXT.replace(old, new)
    assert read_strict(text) is None or "\r" in text or "<think>" in text
    found = read_lenient(text)
    assert found is not None and found.letter == "B"
    assert "makes insulin?" in found.question
    assert found.options[1:3] == ("Pancreas", "Spleen")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A. Liver\n", ""),
        ("D. Kidney\n", ""),
        ("D. Kidney", "D."),
        ("D. Kidney", "C. Kidney"),
        ("D. Kidney", "D. Kidney\nD. Lung"),
        ("Question: Which organ makes insulin?\n", ""),
        ("Correct Answer: B\n", ""),
        ("do.", f"do.\n{TEXT}"),
        ("do.", "do.\nQuestion: And glucagon?"),
        ("do.", "do.\nCorrect Answer: C"),
        (TEXT, ""),
        (TEXT, "I cannot do that."),
        (TEXT, "A. B. C. D. Correct Answer: A"),
    ],
)
def test_what_does_not_read(old: str, new: str) -> None:
    assert old in TEXT
    assert read_lenient(TEXT.replace(old, new)) is None


def test_explanation_before_the_answer() -> None:
    lines = TEXT.split("\n")
    swapped = [*lines[:5], "explanation: Its islets do.", "A. does not.", "**Answer:** (b)"]
    found = read_lenient("\n".join(swapped))
    assert found is not None and found.letter == "B"
