"""Distributions over words: questions in several wordings, and how often each answer should come.

They are read from a target file (YAML or JSONL; README shows one). Weights of any positive total
are normalised. What only a tokenizer can tell, such as an outcome that it cannot spell, is checked
where there is one, in `tokens/spelling.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aleator.errors import RecipeError
from aleator.outcomes.outcomes import Outcomes
from aleator.outcomes.target_file import Role, WrittenSet, read_written_sets


@dataclass(frozen=True)
class LanguageTarget:
    """One question and the distribution of its answers.

    Attributes:
        name: what the set is called; no other of its file is called so.
        prompts: wordings of the question, at least one.
        outcomes: the answers with their probabilities.
        system: a system message before every prompt; None for none.
        split: "train", or "held_out" for what is never trained on.
        place: "file:line" where the set begins, for messages.
        outcome_places: "file:line" of each outcome; empty where no file was read.
    """

    name: str
    prompts: tuple[str, ...]
    outcomes: Outcomes
    system: str | None = None
    split: Role = "train"
    place: str = ""
    outcome_places: tuple[str, ...] = ()

    def place_of(self, outcome: int) -> str:
        """Where an outcome stands, by its number: its "file:line", or the set's."""
        return self.outcome_places[outcome] if self.outcome_places else self.place


def read_targets(path: Path) -> tuple[LanguageTarget, ...]:
    """Read a target file.

    Raises:
        InputError: The file cannot be read.
        RecipeError: It says something that cannot be done; the message names file and line.
    """
    sets = read_written_sets(path)
    first_lines: dict[str, int] = {}
    for one in sets:
        if one.name in first_lines:
            raise RecipeError(
                f"{path}:{one.line}: the set of line {first_lines[one.name]} is called "
                f"{one.name!r} too: choose another name."
            )
        first_lines[one.name] = one.line
    return tuple(_target(path, one) for one in sets)


def _target(path: Path, written: WrittenSet) -> LanguageTarget:
    place = f"{path}:{written.line}"
    if not written.name.strip():
        raise RecipeError(f"{place}: the set's name is empty: give it one.")
    if not written.prompts:
        raise RecipeError(f"{place}: the set {written.name!r} has no prompts: give at least one.")
    _check_texts(path, "prompt", written.prompts, written.prompt_lines)
    texts = tuple(one.text for one in written.outcomes)
    _check_texts(path, "outcome", texts, written.outcome_lines)
    for text, line in zip(texts, written.outcome_lines, strict=True):
        if text != text.strip():
            raise RecipeError(
                f"{path}:{line}: the outcome {text!r} begins or ends with white space, which is "
                "not seen in an answer: leave it out."
            )
    if written.system is not None and not written.system.strip():
        raise RecipeError(f"{place}: system is empty: write a message or leave the key out.")
    return LanguageTarget(
        name=written.name,
        prompts=written.prompts,
        outcomes=Outcomes(texts, _probabilities(place, written)),
        system=written.system,
        split=written.split,
        place=place,
        outcome_places=tuple(f"{path}:{line}" for line in written.outcome_lines),
    )


def _check_texts(path: Path, what: str, texts: Sequence[str], lines: Sequence[int]) -> None:
    """Refuse empty texts, those that are no Unicode text, and those that come twice."""
    first_lines: dict[str, int] = {}
    for text, line in zip(texts, lines, strict=True):
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise RecipeError(
                f"{path}:{line}: this {what} holds half of a character (a lone surrogate, as "
                "\\ud800), which no model can read: write it whole."
            )
        if not text.strip():
            raise RecipeError(f"{path}:{line}: this {what} is empty: write it or leave it out.")
        if text in first_lines:
            raise RecipeError(
                f"{path}:{line}: the {what} {text!r} is listed twice, first in line "
                f"{first_lines[text]}: list it once."
            )
        first_lines[text] = line


def _probabilities(place: str, written: WrittenSet) -> NDArray[np.float64]:
    weights = np.array([one.weight for one in written.outcomes], dtype=np.float64)
    if not weights.size:
        raise RecipeError(f"{place}: the set {written.name!r} has no outcomes: give at least one.")
    total = float(weights.sum())
    if not 0 < total < np.inf:
        raise RecipeError(
            f"{place}: the weights of the set {written.name!r} add up to {total:g}: make at least "
            "one of them positive."
        )
    return weights / total
