"""A lenient reading of multiple-choice questions: what a reader takes as one question, one answer.

Ours, beside the strict one of ``mcq``: it tells a model that spreads its answers badly from one
that only leaves the layout. Whatever reads strictly reads leniently, to the same letter.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from aleator.evaluation.mcq import LETTERS, ReadQuestion, read_strict, written_lines

_MARKS = re.compile(r"^(?:#+\s+|>\s+|[-•+*]\s+)+")
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)")
_QUESTION = re.compile(r"^(?:question|q)\s*\d*\s*[:.)]\s*", re.IGNORECASE)
_OPTION = re.compile(r"^(?:option\s+)?[(\[]?([A-D])[)\].:]+\s*", re.IGNORECASE)
_ANSWER = re.compile(
    r"^(?:the\s+)?(?:(?:correct|right|best)\s+)?(?:answer|option|choice)"
    r"\s*(?:[:=–—-]|\bis\b)[\s:]*",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(r"^(?:explanation|rationale|reason|reasoning)\s*:", re.IGNORECASE)
# A letter, and what sets it off from any text of the option that follows.
_LETTER = re.compile(
    r"^(?:(?:option|choice|letter)\s+)?[(\[]?([A-D])"
    r"(?:[)\].:]+|\s+[–—-](?=\s)|\s+(?=[(\[])|$)(.*)$",
    re.IGNORECASE,
)
_SECOND_LETTER = re.compile(
    r"^(?:and|or|&|,|/)\s*[(\[]?[A-D]\b|^[(\[]?[A-D][)\].]*$", re.IGNORECASE
)

_Part = Literal["question", "options", "answer", "explanation"]


def read_lenient(text: str) -> ReadQuestion | None:
    """The question in an answer that a reader can make out; None where there is none, or two.

    Beyond the strict layout: emphasis, headings and list marks; a lead-in before the question;
    labels in any case and in other words ("Q:", "(a)", "Answer is"); parts of several lines; the
    answer as "**B**", "(B)", "B. text" or on the line below its label; an explanation of several
    lines, unlabelled or missing. Not read: options that are missing or come twice, a second
    question, no answer of one letter, or answers that disagree.
    """
    strict = read_strict(text)
    if strict is not None:
        return strict
    reading = _Reading()
    for line in written_lines(text):
        if not reading.take(_MARKS.sub("", _EMPHASIS.sub("", line)).strip()):
            return None
    return reading.result()


@dataclass
class _Reading:
    """What has been read of an answer, line by line."""

    part: _Part = "question"
    labelled: bool = False
    question: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)

    def take(self, line: str) -> bool:
        """Read one more line; False where the text is not one question."""
        if not line:
            return True
        if label := _QUESTION.match(line):
            return self._take_question(line[label.end() :])
        if (label := _ANSWER.match(line)) and len(self.options) == len(LETTERS):
            self._take_answer(line[label.end() :])
            return True
        if _EXPLANATION.match(line):
            self.part = "explanation"
            return len(self.options) == len(LETTERS)
        if (label := _OPTION.match(line)) and self.part in ("question", "options"):
            return self._take_option(label[1].upper(), line[label.end() :])
        self._take_more(line)
        return True

    def result(self) -> ReadQuestion | None:
        """The question, if all of it was there."""
        question = " ".join(self.question)
        texts = [" ".join(self.options.get(letter, ())) for letter in LETTERS]
        if not question or not all(texts) or len(self.letters) != 1:
            return None
        a, b, c, d = texts
        return ReadQuestion(question, (a, b, c, d), next(iter(self.letters)))

    def _take_question(self, rest: str) -> bool:
        """The first label drops what led in to it; a second one is a second question."""
        if self.labelled or self.part != "question":
            return False
        self.labelled = True
        self.question = [rest] if rest else []
        return True

    def _take_option(self, letter: str, rest: str) -> bool:
        self.part = "options"
        if letter in self.options:
            return False
        self.options[letter] = [rest] if rest else []
        return True

    def _take_answer(self, rest: str) -> None:
        """What stands behind the label, which some say twice; or else the next line."""
        self.part = "answer"
        while again := _ANSWER.match(rest):
            rest = rest[again.end() :]
        if rest:
            self._take_letter(rest)

    def _take_letter(self, text: str) -> None:
        self.part = "explanation"
        found = _LETTER.match(text)
        if found and not _SECOND_LETTER.match(found[2].strip()):
            self.letters.add(found[1].upper())

    def _take_more(self, line: str) -> None:
        if self.part == "question":
            self.question.append(line)
        elif self.part == "options":
            self.options[list(self.options)[-1]].append(line)
        elif self.part == "answer":
            self._take_letter(line)
