"""The open-ended benchmark on a tiny model whose short answers can be counted."""

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import pytest
import torch
from scipy import stats

from aleator.benchmarks.open_ended import (
    DRAWN_METRICS,
    METRICS,
    OpenEndedSettings,
    run_open_ended,
)
from aleator.benchmarks.open_prompts import some_prompts
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError
from aleator.evaluation.support_size import THRESHOLDS
from aleator.files import JsonValue, read_rows
from tests.number_model import number_format, number_model, number_tokenizer

SMALL = OpenEndedSettings(limit=6, draws=60, seed=3, max_new_tokens=6)


class _Estimate(TypedDict):
    value: float | None
    low: float | None
    high: float | None


class _Bench(TypedDict):
    prompts: int
    mean: dict[str, _Estimate]
    median: dict[str, _Estimate]
    left_out: dict[str, int]
    support_sizes: dict[str, dict[str, _Estimate]]
    kinds: dict[str, dict[str, float | None]]
    forward_tokens: int | None
    written_tokens: int


class _Counted(TypedDict):
    folded: str
    text: str
    count: int


class _Row(TypedDict):
    key: str
    kind: str
    prompt: str
    draws: int
    support_sizes: dict[str, int]
    support_size: int | None
    unique_rate: float
    top_share: float
    top4_share: float
    effective_answers: float
    empty_rate: float
    truncated_rate: float
    intervals: dict[str, dict[str, float]]
    answers: list[_Counted]
    raw: list[_Counted]


def _bench(found: dict[str, JsonValue]) -> _Bench:
    return cast("_Bench", json.loads(json.dumps(found, allow_nan=False)))


def _rows(out: Path) -> list[_Row]:
    return cast("list[_Row]", read_rows(out / "rows" / "open_ended.jsonl"))


@pytest.fixture(scope="module")
def model() -> AnsweringModel:
    # Short answers, some of them empty, some cut off.
    return AnsweringModel(number_model(stop_bias=7.0), number_tokenizer(), number_format())


@pytest.fixture(scope="module")
def evaluated(
    model: AnsweringModel, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, JsonValue]]:
    out = tmp_path_factory.mktemp("evaluation")
    return out, run_open_ended(Subject.local(model), SMALL, out)


def test_the_schema(evaluated: tuple[Path, dict[str, JsonValue]]) -> None:
    out, found = evaluated
    bench, rows = _bench(found), _rows(out)
    assert bench["prompts"] == 6 and bench["left_out"] == {}
    assert set(bench["mean"]) == set(bench["median"]) == set(METRICS)
    assert set(bench["support_sizes"]) == {f"{at:g}" for at in THRESHOLDS}
    estimates = [*bench["mean"].values(), *bench["median"].values()]
    estimates += [one for row in bench["support_sizes"].values() for one in row.values()]
    for estimate in estimates:
        assert estimate["value"] is not None and estimate["low"] is not None
        assert estimate["high"] is not None
        assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert bench["support_sizes"]["0.9"]["mean"] == bench["mean"]["support_size"]
    assert bench["written_tokens"] > (bench["forward_tokens"] or 0) > 0
    assert set(bench["kinds"]) == {row["kind"] for row in rows}
    assert all(set(figures) == set(METRICS) for figures in bench["kinds"].values())
    assert {"draws": 60, "limit": 6, "seed": 3, "max_new_tokens": 6}.items() <= found.items()
    assert [row["key"] for row in rows] == [prompt.key for prompt in some_prompts(6)]


def test_support_sizes_are_those_of_a_plain_pass(
    model: AnsweringModel, evaluated: tuple[Path, dict[str, JsonValue]]
) -> None:
    for row in _rows(evaluated[0]):
        ids = torch.tensor([model.prompt_format.prompt_ids(row["prompt"])])
        with torch.no_grad():
            probabilities = model.model(input_ids=ids).logits[0, -1].double().softmax(-1)
        ordered = sorted(probabilities.tolist(), reverse=True)
        for threshold in THRESHOLDS:
            size = next(n for n in range(1, 500) if math.fsum(ordered[:n]) >= threshold)
            assert row["support_sizes"][f"{threshold:g}"] == size


def test_figures_of_each_prompt_against_plain_counts(
    evaluated: tuple[Path, dict[str, JsonValue]],
) -> None:
    out, found = evaluated
    rows = _rows(out)
    empty = 0
    for row in rows:
        exact: Counter[str] = Counter()
        for raw in row["raw"]:
            exact[" ".join(raw["text"].split())] += raw["count"]
        empty += exact[""]
        assert row["draws"] == 60 == sum(exact.values())
        assert row["empty_rate"] == exact.pop("", 0) / 60
        assert row["unique_rate"] == len(exact) / 60
        counts = [one["count"] for one in row["answers"]]
        assert sum(counts) == sum(exact.values()) and counts == sorted(counts, reverse=True)
        assert row["top_share"] == counts[0] / sum(counts)
        assert row["top4_share"] == sum(counts[:4]) / sum(counts)
        assert row["effective_answers"] == pytest.approx(math.exp(stats.entropy(counts)))
        for name in ("top_share", "top4_share", "empty_rate"):
            interval = row["intervals"][name]
            assert interval["low"] <= row[name] <= interval["high"]
    assert empty > 0
    mean = np.mean([row["top_share"] for row in rows])
    assert _bench(found)["mean"]["top_share"]["value"] == pytest.approx(mean)


def test_an_interrupted_run_is_completed_with_the_same_rows(
    model: AnsweringModel, evaluated: tuple[Path, dict[str, JsonValue]], tmp_path: Path
) -> None:
    out, bench = evaluated
    lines = (out / "rows" / "open_ended.jsonl").read_text().splitlines(keepends=True)
    partial = tmp_path / "rows" / "open_ended.jsonl.partial"
    partial.parent.mkdir()
    partial.write_text("".join(lines[:2]) + lines[2][:30])
    seen: list[tuple[int, int]] = []
    again = run_open_ended(
        Subject.local(model), SMALL, tmp_path, lambda done, total: seen.append((done, total))
    )
    assert seen == [(done, 6) for done in range(2, 7)]
    assert (tmp_path / "rows" / "open_ended.jsonl").read_text().splitlines(keepends=True) == lines
    assert again == bench


def test_finished_rows_are_not_computed_again(
    evaluated: tuple[Path, dict[str, JsonValue]],
) -> None:
    out, bench = evaluated
    other = AnsweringModel(number_model(stop_bias=-1.0), number_tokenizer(), number_format())
    assert run_open_ended(Subject.local(other), SMALL, out) == bench


def test_an_endpoint_has_no_support_size(
    model: AnsweringModel, evaluated: tuple[Path, dict[str, JsonValue]], tmp_path: Path
) -> None:
    endpoint = replace(Subject.local(model), model=None)
    bench, local = _bench(run_open_ended(endpoint, SMALL, tmp_path)), _bench(evaluated[1])
    assert bench["left_out"] == {"support_size": 6}
    assert bench["support_sizes"]["0.9"]["median"]["value"] is None
    for metric in DRAWN_METRICS:
        assert bench["mean"][metric] == local["mean"][metric]


def test_support_sizes_alone(model: AnsweringModel, tmp_path: Path) -> None:
    bench = _bench(run_open_ended(Subject.local(model), replace(SMALL, draws=0), tmp_path))
    assert bench["left_out"] == dict.fromkeys(DRAWN_METRICS, 6)
    assert (bench["mean"]["support_size"]["value"] or 0) >= 1
    assert bench["written_tokens"] == 0


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"draws": -1}])
def test_settings_without_sense_are_refused(
    model: AnsweringModel, wrong: dict[str, int], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        run_open_ended(Subject.local(model), replace(SMALL, **wrong), tmp_path)
