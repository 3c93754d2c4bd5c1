"""The perplexity benchmark: figures from rows, rows that resume, and the sandbox's own text."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import pytest
import torch

from aleator.benchmarks.perplexity import run_perplexity
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.benchmarks.subject import AnsweringModel, Subject, open_model
from aleator.errors import ConfigurationChangedError, InputError
from aleator.evaluation.document_loss import DocumentScorer
from aleator.evaluation.windows import Windowing
from aleator.files import JsonValue, read_rows
from aleator.sampling.draws import Draws
from tests.answering import always
from tests.number_model import number_format
from tests.tiny_models import tiny_model, tiny_tokenizer

TEXTS = {
    "long": [f"The number is {n / 7:.5f} and {n}. " * 12 for n in range(9)],
    "odd": ["", "x", "Ein paar Wörter, 数 und 🎲.", "12.5"],
    "empty": ["", ""],
}


class _Estimate(TypedDict):
    value: float | None
    low: float | None
    high: float | None


class _Slice(TypedDict):
    slice: str
    documents: int
    left_out: int
    tokens: int
    bytes: int
    perplexity: _Estimate
    bits_per_byte: _Estimate


class _Bench(TypedDict):
    slices: list[_Slice]
    bos: bool
    model_positions: int | None
    context_used: int
    stride_used: int
    context: int


def _bench(found: dict[str, JsonValue]) -> _Bench:
    return cast("_Bench", json.loads(json.dumps(found, allow_nan=False)))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> PerplexitySettings:
    folder = tmp_path_factory.mktemp("texts")
    for name, texts in TEXTS.items():
        lines = "".join(json.dumps({"text": one}) + "\n" for one in texts)
        (folder / f"{name}.jsonl").write_text(lines)
    return PerplexitySettings(context=64, stride=20, files=folder, seed=3)


@pytest.fixture(scope="module")
def model() -> AnsweringModel:
    return AnsweringModel(tiny_model("qwen3"), tiny_tokenizer(), number_format())


@pytest.fixture(scope="module")
def evaluated(
    settings: PerplexitySettings, model: AnsweringModel, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, JsonValue]]:
    out = tmp_path_factory.mktemp("evaluation")
    return out, run_perplexity(Subject.local(model), settings, out)


def test_figures_are_sums_over_documents(
    evaluated: tuple[Path, dict[str, JsonValue]], model: AnsweringModel
) -> None:
    bench = _bench(evaluated[1])
    assert [one["slice"] for one in bench["slices"]] == ["empty", "long", "odd"]
    assert not bench["bos"] and bench["model_positions"] == 512
    assert (bench["context_used"], bench["stride_used"]) == (64, 20)
    scorer = DocumentScorer(model.model, model.tokenizer, Windowing(64, 20))
    for found in bench["slices"][1:]:
        losses = scorer.score([scorer.read(text) for text in TEXTS[found["slice"]]])
        nats = sum(one.nats or 0.0 for one in losses)
        tokens, sizes = sum(one.tokens for one in losses), sum(one.bytes for one in losses)
        assert (found["tokens"], found["bytes"]) == (tokens, sizes)
        for name, expected in (
            ("perplexity", math.exp(nats / tokens)),
            ("bits_per_byte", nats / math.log(2) / sizes),
        ):
            estimate = cast("_Estimate", found[name])
            assert None not in estimate.values()
            assert abs((estimate["value"] or 0) / expected - 1) <= 1e-4
            assert (estimate["low"] or 0) < expected < (estimate["high"] or 0)
    long, odd = bench["slices"][1:]
    assert (long["documents"], long["left_out"]) == (9, 0)
    assert (odd["documents"], odd["left_out"]) == (2, 2), "one token has nothing before it"


def test_a_slice_with_nothing_to_score_is_undefined(
    evaluated: tuple[Path, dict[str, JsonValue]],
) -> None:
    empty = _bench(evaluated[1])["slices"][0]
    assert (empty["documents"], empty["left_out"], empty["tokens"]) == (0, 2, 0)
    for estimate in (empty["perplexity"], empty["bits_per_byte"]):
        assert estimate == {"value": None, "low": None, "high": None}


def test_rows_name_their_documents(evaluated: tuple[Path, dict[str, JsonValue]]) -> None:
    rows = {str(row["key"]): row for row in read_rows(evaluated[0] / "rows" / "perplexity.jsonl")}
    keys = [f"{name}/{n:04d}" for name, texts in TEXTS.items() for n in range(len(texts))]
    assert sorted(rows) == sorted(keys)
    assert rows["odd/0000"]["nll"] is None and rows["odd/0000"]["tokens"] == 0
    assert rows["odd/0002"]["slice"] == "odd"
    assert cast("int", rows["long/0000"]["windows"]) > 5


def test_an_interrupted_run_scores_only_what_is_missing(
    evaluated: tuple[Path, dict[str, JsonValue]],
    settings: PerplexitySettings,
    model: AnsweringModel,
    tmp_path: Path,
) -> None:
    out, whole = evaluated
    lines = (out / "rows" / "perplexity.jsonl").read_text().splitlines(keepends=True)
    partial = tmp_path / "rows" / "perplexity.jsonl.partial"
    partial.parent.mkdir()
    kept = [json.dumps({**json.loads(line), "windows": -1}) + "\n" for line in lines[:4]]
    partial.write_text("".join(kept) + lines[4][:30])
    seen: list[tuple[int, int]] = []
    again = run_perplexity(
        Subject.local(model), settings, tmp_path, lambda done, total: seen.append((done, total))
    )
    assert seen[0] == (4, 15) and seen[-1] == (15, 15)
    rows = read_rows(tmp_path / "rows" / "perplexity.jsonl")
    assert [row["windows"] for row in rows].count(-1) == 4, "rows that were there are kept"
    for one, other in zip(_bench(again)["slices"], _bench(whole)["slices"], strict=True):
        value, expected = one["perplexity"]["value"], other["perplexity"]["value"]
        assert (value is None) == (expected is None)
        assert abs((value or 0) - (expected or 0)) <= 1e-5 * (expected or 1)
    assert run_perplexity(Subject.local(model), settings, tmp_path) == again


def test_rows_of_other_texts_are_refused(
    evaluated: tuple[Path, dict[str, JsonValue]],
    settings: PerplexitySettings,
    model: AnsweringModel,
    tmp_path: Path,
) -> None:
    subject = Subject.local(model)
    with pytest.raises(ConfigurationChangedError, match="scores another text"):
        run_perplexity(subject, replace(settings, limit=2), evaluated[0])
    other = tmp_path / "long.jsonl"
    other.write_text('{"text": "Other words."}\n' * 9)
    with pytest.raises(ConfigurationChangedError, match="'.*/0000'"):
        run_perplexity(subject, replace(settings, files=other), evaluated[0])


def test_a_model_that_gives_no_number_is_counted_not_averaged(
    settings: PerplexitySettings, tmp_path: Path
) -> None:
    broken = tiny_model("qwen3", layers=1)
    torch.nn.init.constant_(next(broken.parameters()), math.nan)
    subject = Subject.local(AnsweringModel(broken, tiny_tokenizer(), number_format()))
    for one in _bench(run_perplexity(subject, settings, tmp_path))["slices"]:
        assert one["documents"] == 0 and one["perplexity"]["value"] is None


def test_an_endpoint_is_refused(settings: PerplexitySettings, tmp_path: Path) -> None:
    class Nobody:
        def draw_each(
            self,
            prompts: Sequence[str],
            draws: int,
            seed: int,
            streams: Sequence[int] | None = None,
        ) -> Iterator[Draws]:
            raise AssertionError(prompts)

    with pytest.raises(InputError, match="needs the model's logits"):
        run_perplexity(Subject(always(Nobody()), None), settings, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_sandbox_model_predicts_its_own_world(tmp_path: Path) -> None:
    """Of 1,280 tokens a few are likely; windows of 1,024 positions, for it has no more."""
    opened = open_model("sandbox", None)
    found = run_perplexity(Subject.local(opened.subject), PerplexitySettings(limit=10), tmp_path)
    bench = _bench(found)
    assert (bench["context"], bench["context_used"], bench["stride_used"]) == (2048, 1024, 512)
    assert len(bench["slices"]) == 6
    for one in bench["slices"]:
        assert one["documents"] == 10
        value, low, high = one["perplexity"].values()
        assert all(isinstance(end, float) for end in (value, low, high))
        assert np.all(np.array([low, value, high], dtype=float) > 1)
        assert np.all(np.array([low, value, high], dtype=float) < 4)
