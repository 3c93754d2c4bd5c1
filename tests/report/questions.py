"""Real results of MCQ answer positions from draws whose letters a test chooses."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aleator.benchmarks.mcq_positions import McqSettings, run_mcq_positions
from aleator.benchmarks.subject import Subject
from aleator.sampling.draws import Answer, AnswerSource, Draws

_QUESTION = """Question: Which organ pumps blood in {letter}?
A. Heart
B. Liver
C. Lung
D. Skin
Correct Answer: {letter}
Explanation: It does."""


class _Fixed:
    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        return iter([self._draws] * len(prompts))


def mcq_result(folder: Path, letters: Mapping[str, int], *, unread: int) -> dict[str, Any]:
    """What result.json holds of so many questions a letter and other texts: at most 100."""
    answers = [
        Answer(_QUESTION.format(letter=letter), count, truncated=False)
        for letter, count in letters.items()
        if count
    ]
    if unread:
        answers.append(Answer("I would rather not.", unread, truncated=True))
    total = sum(answer.count for answer in answers)
    draws = Draws(tuple(answers), total, total)

    def source(
        max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        return _Fixed(draws)

    return run_mcq_positions(Subject(source, None), McqSettings(draws=total), folder)
