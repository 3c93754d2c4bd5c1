"""The MCQ benchmark on an endpoint that writes known questions, and on a model that cannot."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import pytest
from scipy import stats

from aleator.benchmarks.mcq_positions import (
    ROWS_AT_ONCE,
    McqSettings,
    row_draws,
    run_mcq_positions,
)
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError
from aleator.evaluation.mcq import LETTERS, MCQ_PROMPT
from aleator.files import JsonValue, read_rows
from aleator.sampling.draws import Answer, AnswerSource, Draws
from aleator.sandbox.multiple_choice import question_block
from tests.answering import always
from tests.number_model import number_format, number_model, number_tokenizer

SHARES = np.array([0.12, 0.22, 0.52, 0.14])
SETTINGS = McqSettings(draws=950, seed=4)


class _Estimate(TypedDict):
    value: float | None
    low: float | None
    high: float | None


class _Reading(TypedDict):
    parsed: int
    parse_rate: _Estimate
    total_variation: _Estimate
    perfect_total_variation: _Estimate
    chi_square_p: float | None
    counts: dict[str, int]
    letters: dict[str, _Estimate]
    distinct_questions: int


class _Bench(TypedDict):
    prompt: str
    drawn: int
    strict: _Reading
    lenient: _Reading
    truncated_rate: _Estimate
    forward_tokens: int | None
    written_tokens: int


@dataclass(frozen=True)
class Examiner:
    """Writes questions of the sandbox's tables; of ten, one in bold type and one unreadable."""

    asked: list[int]

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        assert streams is not None and list(prompts) == [MCQ_PROMPT] * len(streams)
        assert len(streams) <= ROWS_AT_ONCE
        for stream in streams:
            self.asked.append(stream)
            rng = np.random.default_rng([seed, stream])
            texts = Counter(self._question(rng) for _ in range(draws))
            answers = (Answer(text, count, truncated=False) for text, count in texts.items())
            yield Draws(tuple(answers), None, 100 * draws)

    def _question(self, rng: np.random.Generator) -> str:
        block = question_block(rng, rng.choice(list(LETTERS), p=SHARES))
        point = rng.random()
        if point < 0.1:
            return block.replace("Correct Answer: ", "**Correct Answer:** ")
        return block if point < 0.9 else block.replace("B. ", "F. ")


def _subject(source: AnswerSource) -> Subject:
    return Subject(always(source), None)


def _bench(found: dict[str, JsonValue]) -> _Bench:
    return cast("_Bench", json.loads(json.dumps(found, allow_nan=False)))


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, JsonValue]]:
    out = tmp_path_factory.mktemp("evaluation")
    return out, run_mcq_positions(_subject(Examiner([])), SETTINGS, out)


def _within(estimate: _Estimate, truth: float) -> bool:
    assert estimate["low"] is not None and estimate["high"] is not None
    return estimate["low"] <= truth <= estimate["high"]


def test_figures_hold_what_the_examiner_does(
    evaluated: tuple[Path, dict[str, JsonValue]],
) -> None:
    bench = _bench(evaluated[1])
    assert bench["prompt"] == MCQ_PROMPT and bench["drawn"] == 950
    assert bench["forward_tokens"] is None and bench["written_tokens"] == 95_000
    assert bench["truncated_rate"]["value"] == 0
    for reading, rate in ((bench["strict"], 0.8), (bench["lenient"], 0.9)):
        assert _within(reading["parse_rate"], rate)
        assert _within(reading["total_variation"], 0.27)
        assert not _within(reading["perfect_total_variation"], 0.27)
        for letter, share in zip(LETTERS, SHARES, strict=True):
            assert _within(reading["letters"][letter], float(share))
        counts = list(reading["counts"].values())
        assert sum(counts) == reading["parsed"]
        assert reading["chi_square_p"] == pytest.approx(stats.chisquare(counts).pvalue, rel=1e-6)
        assert 100 < reading["distinct_questions"] <= reading["parsed"]
    assert bench["lenient"]["parsed"] > bench["strict"]["parsed"]


def test_rows_hold_every_answer_with_its_letters(
    evaluated: tuple[Path, dict[str, JsonValue]],
) -> None:
    rows = read_rows(evaluated[0] / "rows" / "mcq_positions.jsonl")
    assert [row["draws"] for row in rows] == [100] * 9 + [50]
    strict: Counter[str | None] = Counter()
    for row in rows:
        answers = cast("list[dict[str, str | int | None]]", row["answers"])
        assert sum(cast("int", one["count"]) for one in answers) == row["draws"]
        for one in answers:
            strict[cast("str | None", one["strict"])] += cast("int", one["count"])
            assert one["lenient"] is not None or one["strict"] is None
    bench = _bench(evaluated[1])
    assert {letter: strict[letter] for letter in LETTERS} == bench["strict"]["counts"]


def test_an_interrupted_run_asks_only_for_what_is_missing(
    evaluated: tuple[Path, dict[str, JsonValue]], tmp_path: Path
) -> None:
    out, bench = evaluated
    lines = (out / "rows" / "mcq_positions.jsonl").read_text().splitlines(keepends=True)
    partial = tmp_path / "rows" / "mcq_positions.jsonl.partial"
    partial.parent.mkdir()
    partial.write_text("".join(lines[:7]) + lines[7][:50])
    examiner, seen = Examiner([]), list[tuple[int, int]]()
    again = run_mcq_positions(
        _subject(examiner), SETTINGS, tmp_path, lambda done, total: seen.append((done, total))
    )
    assert examiner.asked == [7, 8, 9]
    assert seen == [(7, 10), (8, 10), (9, 10), (10, 10)]
    assert again == bench
    assert run_mcq_positions(_subject(examiner), SETTINGS, tmp_path) == bench
    assert examiner.asked == [7, 8, 9]


def test_nothing_that_parses_has_no_variation(tmp_path: Path) -> None:
    """A real model that writes numbers: the rate is nought, and the rest is undefined, not 0."""
    model = AnsweringModel(number_model(stop_bias=7.0), number_tokenizer(), number_format())
    settings = McqSettings(draws=130, max_new_tokens=4)
    bench = _bench(run_mcq_positions(Subject.local(model), settings, tmp_path))
    assert bench["drawn"] == 130
    assert bench["written_tokens"] > (bench["forward_tokens"] or 0) > 0
    nothing = {"value": None, "low": None, "high": None}
    for reading in (bench["strict"], bench["lenient"]):
        assert reading["parsed"] == 0 and reading["parse_rate"]["value"] == 0
        assert 0 < (reading["parse_rate"]["high"] or 0) < 0.05
        assert reading["total_variation"] == nothing == reading["perfect_total_variation"]
        assert reading["chi_square_p"] is None
        assert list(reading["letters"].values()) == [nothing] * 4


def test_rows_are_chunks_of_draws() -> None:
    assert row_draws(McqSettings()) == [100] * 10
    assert row_draws(McqSettings(draws=30)) == [30]
    assert row_draws(McqSettings(draws=230)) == [100, 100, 30]
    assert row_draws(McqSettings(limit=2)) == [100, 100]


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"draws": 0}])
def test_settings_without_sense_are_refused(wrong: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        run_mcq_positions(_subject(Examiner([])), replace(SETTINGS, **wrong), tmp_path)
