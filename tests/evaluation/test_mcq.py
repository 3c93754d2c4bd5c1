"""The strict reading: every well-formed question reads, none with a line less or more."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.evaluation.mcq import LABELS, LETTERS, MCQ_PROMPT, ReadQuestion, read_strict

LINES = [
    "Question: Which organ makes insulin?",
    "A. Liver",
    "B. Pancreas",
    "C. Spleen",
    "D. Kidney",
    "Correct Answer: B",
    "Explanation: Its islets do.",
]
TEXT = "\n".join(LINES)

# What may stand in a part: anything on one line that is not blank.
PART = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])).filter(
    lambda text: bool(text.strip()) and "<" not in text
)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[list[str], str]:
    """The seven lines of a well-formed question, in any order, and its letter."""
    letter = draw(st.sampled_from(LETTERS))
    parts = [letter if label == LABELS[5] else draw(PART) for label in LABELS]
    spaces = draw(st.lists(st.sampled_from(["", " ", "  ", "\t"]), min_size=7, max_size=7))
    lines = [label + space + part for label, space, part in zip(LABELS, spaces, parts, strict=True)]
    return draw(st.permutations(lines)), letter


@given(blocks(), st.sampled_from(["\n", "\n\n", "\n \t\n", "\r\n"]))
def test_a_well_formed_question_reads_to_its_letter(block: tuple[list[str], str], end: str) -> None:
    lines, letter = block
    found = read_strict(end.join(lines) + end)
    assert found is not None and found.letter == letter


@given(blocks(), st.integers(0, 6), st.integers(0, 7))
def test_a_line_less_or_more_does_not_read(
    block: tuple[list[str], str], dropped: int, place: int
) -> None:
    lines, _ = block
    assert read_strict("\n".join(lines[:dropped] + lines[dropped + 1 :])) is None
    assert read_strict("\n".join([*lines[:place], lines[dropped], *lines[place:]])) is None
    assert read_strict("\n".join([*lines[:place], "That is all.", *lines[place:]])) is None


@given(blocks(), st.integers(0, 6))
def test_an_empty_part_does_not_read(block: tuple[list[str], str], emptied: int) -> None:
    lines, _ = block
    label = next(label for label in LABELS if lines[emptied].startswith(label))
    assert read_strict("\n".join([*lines[:emptied], label + " ", *lines[emptied + 1 :]])) is None


def test_the_parts() -> None:
    assert read_strict(TEXT) == ReadQuestion(
        "Which organ makes insulin?", ("Liver", "Pancreas", "Spleen", "Kidney"), "B"
    )
    assert read_strict(f"<think>\nQuestion: ?\n</think>\n\n{TEXT}") == read_strict(TEXT)


@pytest.mark.parametrize(
    "answer", ["b", "E", "**B**", "(B)", "B.", "B. Pancreas", "A, B", "BC", "Pancreas", "ABCD"]
)
def test_the_answer_is_exactly_one_letter(answer: str) -> None:
    assert read_strict(TEXT.replace("Answer: B", f"Answer: {answer}")) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Question:", "question:"),
        ("Question:", "**Question:**"),
        ("A. ", "A) "),
        ("A. ", "a. "),
        ("Correct Answer:", "Correct answer:"),
        ("Correct Answer:", "Answer:"),
        ("Question:", "Here it is:\nQuestion:"),
        ("do.", "do.\nThe others do not."),
    ],
)
def test_other_layouts_do_not_read(old: str, new: str) -> None:
    assert read_strict(TEXT.replace(old, new)) is None


def test_the_prompt_is_the_one_that_the_sandbox_model_was_trained_on() -> None:
    digest = hashlib.sha256(MCQ_PROMPT.encode()).hexdigest()
    assert digest == "2402dc721acb2abc17d6b480edfd445b6873c7227f80310d48f13516cdbc1b0a"
    assert all(f"\n{label}" in MCQ_PROMPT for label in LABELS)
