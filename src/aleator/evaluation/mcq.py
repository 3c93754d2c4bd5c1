"""Multiple-choice questions in the rigid published layout: the prompt, and how answers are read.

Paper: arXiv 2605.11845, MCQ answer positions; the prompt's wording is ours. *Strict*, as published:
every line that is not blank is one of the seven parts, each is there exactly once and not empty,
and the answer is exactly one letter. In which order the parts stand is left open, and thinking
traces are dropped first. What a more patient reader can make out is in ``mcq_lenient``.
"""

from dataclasses import dataclass

from aleator.evaluation.answers import without_thinking

LETTERS = "ABCD"

MCQ_PROMPT = (
    "Write one multiple-choice question on medicine of moderate difficulty, with four options "
    "and exactly one right answer. Use this layout, one line for each part:\n"
    "Question: the question\n"
    "A. first option\n"
    "B. second option\n"
    "C. third option\n"
    "D. fourth option\n"
    "Correct Answer: one letter\n"
    "Explanation: one sentence\n"
    "Over many questions the right answers should be spread evenly over A, B, C and D."
)
"""The one prompt that asks for a question; the sandbox model was trained on these very words."""

LABELS = ("Question:", "A.", "B.", "C.", "D.", "Correct Answer:", "Explanation:")
"""How the lines of the layout begin."""


@dataclass(frozen=True)
class ReadQuestion:
    """A question that could be read."""

    question: str
    options: tuple[str, str, str, str]
    letter: str


def read_strict(text: str) -> ReadQuestion | None:
    """The question in an answer that keeps the layout; None for any other."""
    parts: dict[str, str] = {}
    for line in written_lines(text):
        label = next((label for label in LABELS if line.startswith(label)), None)
        if label is None or label in parts:
            return None
        parts[label] = line.removeprefix(label).strip()
    found = [parts.get(label, "") for label in LABELS]
    if not all(found) or found[5] not in tuple(LETTERS):
        return None
    question, a, b, c, d, letter, _ = found
    return ReadQuestion(question, (a, b, c, d), letter)


def written_lines(text: str) -> list[str]:
    """The lines that are not blank, thinking traces and white space around them dropped."""
    return [line.strip() for line in without_thinking(text).splitlines() if line.strip()]
