"""The benchmark of closed sets on a tiny model."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.closed_prompts import ClosedSetsSettings, closed_prompts
from aleator.benchmarks.closed_sets import (
    DRAWN_METRICS,
    EXACT_METRICS,
    METRICS,
    NAME,
    TARGET_METRICS,
    run_closed_sets,
)
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError
from aleator.evaluation.closed import ClosedSettings
from aleator.files import JsonValue, read_rows
from aleator.sampling.draws import Answer, Draws
from tests.answering import always
from tests.word_model import word_format, word_model, word_tokenizer

FILE = """
sets:
  - name: die
    prompts: [Roll a die., Throw a die!]
    outcomes: ['1', '2', '3', '4', '5', '6']
  - name: loaded
    split: held_out
    prompts: [Roll a loaded die., "A loaded die?"]
    outcomes: {'1': 1, '2': 1, '6': 2}
  - name: asked politely
    split: held_out
    system: Always answer with one digit.
    prompts: [Pick 0 or 1.]
    outcomes: ['0', '1']
"""
Result = tuple[Path, dict[str, JsonValue]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ClosedSetsSettings:
    path = tmp_path_factory.mktemp("targets") / "mine.yaml"
    path.write_text(FILE)
    few = ClosedSettings(batch_prompts=3)
    return ClosedSetsSettings(targets=path, draws=60, seed=3, max_new_tokens=4, exact=few)


@pytest.fixture(scope="module")
def subject() -> Subject:
    favoured = {**{str(digit): 6.0 for digit in range(10)}, ".": 7.0, " ": 4.0}
    return Subject.local(AnsweringModel(word_model(favoured), word_tokenizer(), word_format()))


@pytest.fixture(scope="module")
def evaluated(
    subject: Subject, settings: ClosedSetsSettings, tmp_path_factory: pytest.TempPathFactory
) -> Result:
    out = tmp_path_factory.mktemp("evaluation")
    return out, run_closed_sets(subject, settings, out)


def test_the_schema(evaluated: Result, settings: ClosedSetsSettings) -> None:
    out, found = evaluated
    bench = json.loads(json.dumps(found, allow_nan=False))
    assert set(settings.as_json()) | {"splits", "sets"} == set(bench)
    assert list(bench["splits"]) == ["train", "held_out", "all"]
    for summary, prompts in zip(bench["splits"].values(), (2, 3, 5), strict=True):
        assert summary["prompts"] == prompts
        # "asked politely" has 0.2% valid mass, which 60 draws need not meet.
        assert set(summary["left_out"]) <= {
            "tv_sampled",
            "top_share_sampled",
            "effective_answers_sampled",
        }
        assert set(summary["mean"]) == set(METRICS)
        for metric, estimate in summary["mean"].items():
            assert estimate["low"] <= estimate["value"] <= estimate["high"], metric
    assert list(bench["sets"]) == ["die", "loaded", "asked politely"]
    for one in bench["sets"].values():
        assert set(METRICS) < set(one)
        assert sum(one["answers"].values()) == pytest.approx(one["valid_mass"], rel=1e-4)
        assert sum(one["target"].values()) == pytest.approx(1)
    assert bench["sets"]["loaded"]["target"] == {"1": 0.25, "2": 0.25, "6": 0.5}
    rows = read_rows(out / "rows" / f"{NAME}.jsonl")
    assert {str(row["key"]) for row in rows} == {prompt.key for prompt in closed_prompts(settings)}
    for row in rows:
        assert set(METRICS) < set(row) and row["draws"] == 60
        assert isinstance(row["answers"], dict) and row["top_answer"] in row["answers"]


def test_exact_and_drawn_figures_go_together(evaluated: Result) -> None:
    out, _ = evaluated
    for row in read_rows(out / "rows" / f"{NAME}.jsonl"):
        valid, rate = row["valid_mass"], row["valid_rate"]
        assert isinstance(valid, float) and isinstance(rate, float)
        assert abs(valid - rate) <= 4 * (valid * (1 - valid) / 60) ** 0.5 + 1e-3


def test_a_system_message_reaches_the_model(evaluated: Result, subject: Subject) -> None:
    out, _ = evaluated
    (told,) = [
        row for row in read_rows(out / "rows" / f"{NAME}.jsonl") if row["set"] == "asked politely"
    ]
    assert told["system"] == "Always answer with one digit."
    assert told["sequence_kl"] != pytest.approx(_untold(subject, out), rel=1e-3)


def _untold(subject: Subject, out: Path) -> float:
    path = out / "untold.yaml"
    path.write_text("sets: [{name: asked, prompts: [Pick 0 or 1.], outcomes: ['0', '1']}]")
    found = run_closed_sets(subject, ClosedSetsSettings(targets=path), out / "untold")
    sets = json.loads(json.dumps(found))["sets"]
    assert sets["asked"]["valid_rate"] is None
    return sets["asked"]["sequence_kl"]


def test_an_interrupted_run_is_completed_with_the_same_rows(
    subject: Subject, settings: ClosedSetsSettings, evaluated: Result, tmp_path: Path
) -> None:
    out, bench = evaluated
    lines = (out / "rows" / f"{NAME}.jsonl").read_text().splitlines(keepends=True)
    partial = tmp_path / "rows" / f"{NAME}.jsonl.partial"
    partial.parent.mkdir()
    partial.write_text("".join(lines[:1]) + lines[1][:30])  # killed within a batch and a line
    seen: list[tuple[int, int]] = []
    again = run_closed_sets(
        subject, settings, tmp_path, lambda done, total: seen.append((done, total))
    )
    assert seen[0] == (1, 5) and seen[-1] == (5, 5)
    assert (tmp_path / "rows" / f"{NAME}.jsonl").read_text().splitlines(keepends=True) == lines
    assert again == bench


class _Endpoint:
    """Answers without logits: a known list, the same for every prompt."""

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        for _ in prompts:
            wordy = Answer("I rolled a 6.", draws // 4, truncated=False)
            yield Draws((Answer("6", draws - draws // 4, truncated=False), wordy), None, 0)


def _plain_file(settings: ClosedSetsSettings, tmp_path: Path) -> ClosedSetsSettings:
    path = tmp_path / "plain.yaml"
    path.write_text(FILE.partition("  - name: asked")[0])
    return replace(settings, targets=path)


def test_an_endpoint_has_drawn_figures_only(settings: ClosedSetsSettings, tmp_path: Path) -> None:
    endpoint = Subject(always(_Endpoint()), None)
    found = run_closed_sets(endpoint, _plain_file(settings, tmp_path), tmp_path)
    bench = json.loads(json.dumps(found, allow_nan=False))
    whole = bench["splits"]["all"]
    assert set(whole["left_out"]) == set(EXACT_METRICS)
    assert set(whole["mean"]) == {*DRAWN_METRICS, *EXACT_METRICS, *TARGET_METRICS}
    assert whole["mean"]["valid_rate"]["value"] == pytest.approx(0.75)
    assert bench["sets"]["die"]["tv_sampled"] == pytest.approx(5 / 6)
    assert bench["sets"]["die"]["answers"]["6"] == pytest.approx(0.75)
    assert bench["sets"]["loaded"]["tv_sampled"] == pytest.approx(0.5)
    (row, *_) = read_rows(tmp_path / "rows" / f"{NAME}.jsonl")
    assert row["invalid"] == {"I rolled a 6.": 15}
    assert row["top_answer"] == "6"


def test_an_endpoint_needs_draws_and_takes_no_system_message(
    settings: ClosedSetsSettings, tmp_path: Path
) -> None:
    endpoint = Subject(always(_Endpoint()), None)
    exact_only = replace(_plain_file(settings, tmp_path), draws=0)
    with pytest.raises(InputError, match="give --draws 100"):
        run_closed_sets(endpoint, exact_only, tmp_path / "a")
    with pytest.raises(InputError, match=r"mine\.yaml:10: .*system message"):
        run_closed_sets(endpoint, settings, tmp_path / "b")
    assert not (tmp_path / "b" / "rows" / f"{NAME}.jsonl.partial").read_text()
