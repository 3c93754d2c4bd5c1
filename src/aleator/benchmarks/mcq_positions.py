"""MCQ answer positions: where a model puts the right answers of questions it writes itself.

Paper: arXiv 2605.11845. One fixed prompt (`MCQ_PROMPT`) asks for a multiple-choice question in a
rigid layout and for right answers that are evenly spread. ``rows/mcq_positions.jsonl`` has one row
for every `DRAWS_A_ROW` draws; `ROWS_AT_ONCE` are drawn together, so that a kill loses no more.
``result.json`` holds under ``bench.mcq_positions``::

    {"prompt": str, "drawn": int,
     "strict": {"parsed": int,
                "parse_rate":              {"value", "low", "high"},
                "total_variation":         {"value", "low", "high"},   # null: nothing parses
                "perfect_total_variation": {"value", "low", "high"},
                "chi_square_p": float or null,
                "counts":  {"A": int, …},
                "letters": {"A": {"value", "low", "high"}, …},
                "distinct_questions": int},
     "lenient": {…},                                                   # the same
     "truncated_rate": {"value", "low", "high"},
     "forward_tokens": int or null, "written_tokens": int,
     "draws", "limit", "max_new_tokens", "seed"}                       # the settings

TV is that of the letters of what parses from an even spread; a low one with few parsed is no
success, so the parse rate always stands beside it. Intervals are exact 95% ones
(``metrics.proportions``, ``metrics.uniformity``). ``perfect_total_variation`` is the median and
central 95% of a perfect sampler with as many parsed, for TV is biased upwards. ``chi_square_p`` is
undefined below ten parsed. ``distinct_questions`` counts different questions, case aside: letters
of one question said a thousand times are no thousand answers.

A row holds ``answers``: every distinct text with its count, whether it was cut off, and the letter
it gives in either reading (null: none).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TypedDict, cast

import numpy as np

from aleator.benchmarks.estimates import as_estimate, as_reference, defined, known_total
from aleator.benchmarks.kept_rows import Progress, kept_rows, no_progress
from aleator.benchmarks.subject import Subject
from aleator.errors import InputError
from aleator.evaluation.mcq import LETTERS, MCQ_PROMPT, ReadQuestion, read_strict
from aleator.evaluation.mcq_lenient import read_lenient
from aleator.files import JsonValue, Row
from aleator.metrics.goodness_of_fit import chi_square
from aleator.metrics.proportions import proportion
from aleator.metrics.uniformity import perfect_variation, uniform_variation
from aleator.sampling.draws import Draws

NAME = "mcq_positions"

DRAWS_A_ROW = 100
ROWS_AT_ONCE = 5

Reader = Callable[[str], ReadQuestion | None]

READERS: dict[str, Reader] = {"strict": read_strict, "lenient": read_lenient}


@dataclass(frozen=True)
class McqSettings:
    """What is measured.

    Attributes:
        limit: At most so many rows of `DRAWS_A_ROW` draws, for there is but one prompt; None for
            all.
        draws: Questions drawn.
        seed: Of draws and perfect samples.
        max_new_tokens: Most tokens of a question.
    """

    limit: int | None = None
    draws: int = 1000
    seed: int = 0
    max_new_tokens: int = 256

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows, for the record."""
        return {**asdict(self), "prompt": MCQ_PROMPT}


class _Answer(TypedDict):
    text: str
    count: int
    truncated: bool
    strict: str | None
    lenient: str | None


def row_draws(settings: McqSettings) -> list[int]:
    """How many draws each row has.

    Raises:
        InputError: ``limit`` or ``draws`` is below 1.
    """
    if settings.limit is not None and settings.limit < 1:
        raise InputError(f"limit={settings.limit}: draw at least 1 row of {DRAWS_A_ROW} questions")
    if settings.draws < 1:
        raise InputError(f"draws={settings.draws}: draw at least 1 question")
    starts = range(0, settings.draws, DRAWS_A_ROW)
    return [min(DRAWS_A_ROW, settings.draws - start) for start in starts][: settings.limit]


def run_mcq_positions(
    subject: Subject,
    settings: McqSettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Evaluate whoever answers; rows already in ``out/rows/mcq_positions.jsonl`` are kept.

    Args:
        subject: Who answers.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the rows done and all rows.

    Returns:
        What ``result.json`` holds under ``bench.mcq_positions``.

    Raises:
        InputError: The settings make no sense.
        OutputError: The directory cannot be written.
    """
    sizes = row_draws(settings)

    def measure(done: frozenset[str]) -> Iterator[Row]:
        source = subject.answers(settings.max_new_tokens)
        left = [stream for stream in range(len(sizes)) if _key(stream) not in done]
        for streams in _drawn_together(left, sizes):
            prompts, size = [MCQ_PROMPT] * len(streams), sizes[streams[0]]
            drawn = source.draw_each(prompts, size, settings.seed, streams)
            for stream, draws in zip(streams, drawn, strict=True):
                yield _row(stream, draws)

    keys = [_key(stream) for stream in range(len(sizes))]
    rows = kept_rows(out, NAME, keys, measure, advance)
    return {**_summary(rows, settings), **settings.as_json()}


def _drawn_together(streams: Iterable[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Streams of the same number of draws, a few at a time."""
    for _, alike in groupby(streams, key=lambda stream: sizes[stream]):
        same = list(alike)
        for start in range(0, len(same), ROWS_AT_ONCE):
            yield same[start : start + ROWS_AT_ONCE]


def _key(stream: int) -> str:
    return f"draws/{stream:03d}"


def _row(stream: int, draws: Draws) -> Row:
    return {
        "key": _key(stream),
        "draws": draws.count,
        "forward_tokens": draws.forward_tokens,
        "written_tokens": draws.written_tokens,
        "answers": [
            {
                **asdict(answer),
                **{name: _letter(read(answer.text)) for name, read in READERS.items()},
            }
            for answer in draws.answers
        ],
    }


def _letter(question: ReadQuestion | None) -> str | None:
    return None if question is None else question.letter


def _summary(rows: Sequence[Row], settings: McqSettings) -> dict[str, JsonValue]:
    answers = [one for row in rows for one in cast("list[_Answer]", row["answers"])]
    drawn = sum(one["count"] for one in answers)
    truncated = sum(one["count"] for one in answers if one["truncated"])
    summaries: dict[str, JsonValue] = {
        name: _reading(answers, read, drawn, settings.seed) for name, read in READERS.items()
    }
    return {
        "drawn": drawn,
        **summaries,
        "truncated_rate": as_estimate(proportion(truncated, drawn)),
        "forward_tokens": known_total([row["forward_tokens"] for row in rows]),
        "written_tokens": known_total([row["written_tokens"] for row in rows]),
    }


def _reading(
    answers: Iterable[_Answer], read: Reader, drawn: int, seed: int
) -> dict[str, JsonValue]:
    """The figures of one way of reading."""
    found: Counter[str] = Counter()
    questions: set[str] = set()
    for answer in answers:
        question = read(answer["text"])
        if question is not None:
            found[question.letter] += answer["count"]
            questions.add(question.question.casefold())
    counts = [found[letter] for letter in LETTERS]
    parsed = sum(counts)
    even = np.full(len(LETTERS), 1 / len(LETTERS))
    return {
        "parsed": parsed,
        "parse_rate": as_estimate(proportion(parsed, drawn)),
        "total_variation": as_estimate(uniform_variation(counts)),
        "perfect_total_variation": as_reference(perfect_variation(parsed, len(LETTERS), seed)),
        "chi_square_p": defined(chi_square(np.array(counts), even).p_value),
        "counts": dict(zip(LETTERS, counts, strict=True)),
        "letters": {
            letter: as_estimate(proportion(count, parsed))
            for letter, count in zip(LETTERS, counts, strict=True)
        },
        "distinct_questions": len(questions),
    }
