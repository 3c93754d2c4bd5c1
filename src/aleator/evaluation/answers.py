"""What of a drawn text is its answer, and which answers are the same.

Paper: arXiv 2605.11845, open-ended random generation: thinking traces are dropped, the first
non-empty line is taken, its white space collapsed and its quotes stripped; what is left is compared
as it is. Ours: `fold` also takes answers as the same that differ in case, in emphasis marks or in
final punctuation, for "Paris", "paris." and "**Paris**" are one city.

A trace may be unclosed (the limit came first), or closed without having been opened (the prompt
opened it). What is not known here: whether an answer is right, or two of them synonyms.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from aleator.sampling.draws import Draws
from aleator.tokens.chat import FINAL_CHANNEL

_TAGS = "think|thinking|thought|reasoning"
_CLOSED_TRACE = re.compile(rf"<({_TAGS})>.*?</\1>", re.DOTALL | re.IGNORECASE)
_UNOPENED_TRACE = re.compile(rf"^.*</(?:{_TAGS})>", re.DOTALL | re.IGNORECASE)
_UNCLOSED_TRACE = re.compile(rf"<(?:{_TAGS})>.*$", re.DOTALL | re.IGNORECASE)
_OTHER_CHANNEL = "<|channel|>"  # GPT-OSS; whatever is not in its final channel is thinking

_QUOTES = "\"'`´“”„‟‘’‚‛«»‹›「」『』"
_EMPHASIS = "*_"
_FINAL_PUNCTUATION = ".,;:!?…。！？"


def without_thinking(text: str) -> str:
    """The text without thinking traces."""
    before, final, after = text.rpartition(FINAL_CHANNEL)
    text = after if final else before + after.partition(_OTHER_CHANNEL)[0]
    text = _CLOSED_TRACE.sub("\n", text)
    return _UNCLOSED_TRACE.sub("", _UNOPENED_TRACE.sub("", text))


def normalise(text: str) -> str:
    """The answer in a drawn text, as published; empty where there is none."""
    for line in without_thinking(text).splitlines():
        words = " ".join(line.split())
        if words:
            return words.strip(_QUOTES + " ")
    return ""


def fold(answer: str) -> str:
    """What stands for all spellings of a normalised answer; not empty unless the answer is.

    A punctuation mark that is the whole answer stays.
    """
    around = _QUOTES + _EMPHASIS + " "
    folded = unicodedata.normalize("NFC", answer).casefold()
    return folded.rstrip(around + _FINAL_PUNCTUATION).lstrip(around) or folded


@dataclass(frozen=True)
class FoldedAnswer:
    """Answers that fold to the same.

    Attributes:
        folded: What they fold to.
        text: Their most frequent spelling.
        count: How many draws gave one of them.
    """

    folded: str
    text: str
    count: int


@dataclass(frozen=True)
class AnswerCounts:
    """The answers of one prompt's draws.

    Attributes:
        draws: All draws.
        empty: Those without an answer.
        truncated: Those that the limit cut off, whatever they answer.
        distinct: Different non-empty answers, as published.
        folded: Non-empty answers, case and final punctuation aside, most frequent first.
    """

    draws: int
    empty: int
    truncated: int
    distinct: int
    folded: tuple[FoldedAnswer, ...]


def count_answers(draws: Draws) -> AnswerCounts:
    """Count the answers of one prompt's draws."""
    exact: Counter[str] = Counter()
    for one in draws.answers:
        exact[normalise(one.text)] += one.count
    empty = exact.pop("", 0)
    spellings: dict[str, list[tuple[int, str]]] = {}
    for text, count in exact.items():
        spellings.setdefault(fold(text), []).append((-count, text))
    groups = [
        FoldedAnswer(folded, min(members)[1], -sum(count for count, _ in members))
        for folded, members in spellings.items()
    ]
    ordered = sorted(groups, key=lambda group: (-group.count, group.folded))
    return AnswerCounts(draws.count, empty, draws.truncated, len(exact), tuple(ordered))
