"""The report on what the benchmarks really write: the sandbox model, and an adapter of noise."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from aleator.benchmarks.catalogue import BenchSettings
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.benchmarks.subject import open_model
from aleator.models.adapters import LoraSettings, attach_adapter, save_adapter
from aleator.models.loading import load_model
from aleator.report.load import load_results
from aleator.report.page import render_page
from aleator.report.results import Collection
from aleator.report.retention.comparing import retention_lines
from aleator.report.tradeoff.points import choose_gauge, trade_off_points

SETTINGS = BenchSettings(
    numeric=NumericSettings(("held_out_families",), limit=2, draws=2),
    knowledge=KnowledgeSettings(limit=8, tasks=("categories", "facts")),
    perplexity=PerplexitySettings(limit=5),
)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Base, and an adapter of noise at three scales."""
    folder = tmp_path_factory.mktemp("evaluated")
    model = attach_adapter(load_model("sandbox").model, LoraSettings(rank=2, dropout=0.0), seed=1)
    torch.manual_seed(2)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    save_adapter(model, folder / "run" / "adapter")
    request = EvaluationRequest(
        model="sandbox",
        out=folder / "base",
        benches=("numeric", "knowledge", "perplexity"),
        settings=SETTINGS,
    )
    run_evaluation(request, open_model("sandbox", None), _quiet)
    opened = open_model("sandbox", folder / "run")
    for scale in (0.0, 0.5, 1.0):
        out = folder / "noise" / f"scale-{scale:g}"
        one = replace(request, adapter=folder / "run", out=out)
        run_evaluation(one, opened.scaled(scale), _quiet)
    return folder


@pytest.fixture(scope="module")
def collection(evaluated: Path) -> Collection:
    return load_results([evaluated / "base", evaluated / "noise"])


def test_comparisons_are_those_of_the_rows(collection: Collection, evaluated: Path) -> None:
    assert [one.label for one in collection.results] == ["base", "noise"]
    base, noise = (_rows(path) for path in (evaluated / "base", evaluated / "noise" / "scale-1"))
    for line in retention_lines(collection, "knowledge"):
        keys = [key for key in base["knowledge"] if key.startswith(f"{line.name}/")]
        gaps = [
            noise["knowledge"][key]["metrics"]["acc"] - base["knowledge"][key]["metrics"]["acc"]
            for key in keys
        ]
        assert line.paired.count == len(keys) == 8 and line.paired.left_out == 0
        assert abs((line.paired.change.value or 0.0) - float(np.mean(gaps))) <= 1e-12
    lines = retention_lines(collection, "perplexity")
    assert len(lines) == 6
    for line in lines:
        assert line.own is not None and line.base is not None and line.own_bits is not None
        after, before = line.own.estimate.value, line.base.estimate.value
        assert after is not None and before is not None and line.paired.change.value is not None
        assert abs(line.paired.change.value / (after / before) - 1) <= 1e-9
        assert line.verdict == "worse"  # noise helps nothing
        assert line.own_bits.estimate.value is not None


def test_scale_0_is_base_itself(collection: Collection) -> None:
    everything = [*collection.results, *collection.scaled]
    gauge = choose_gauge(everything)
    assert gauge is not None
    lines = [*retention_lines(collection, "knowledge"), *retention_lines(collection, "perplexity")]
    points = trade_off_points(collection, lines, gauge)
    assert [one.label for one in points] == ["base", "noise ×0", "noise ×0.5", "noise"]
    base, zero, half, whole = points
    gap = (base.calibration.estimate.value or 0.0) - (zero.calibration.estimate.value or 1.0)
    assert abs(gap) <= 1e-6
    assert zero.kept["knowledge"].value == 0.0
    assert abs(zero.kept["perplexity"].value or 0.0) <= 1e-6
    rises = [one.kept["perplexity"].value or 0.0 for one in (half, whole)]
    assert 0.0 < rises[0] < rises[1]


def test_the_page_shows_it(collection: Collection) -> None:
    page = render_page(collection)
    assert '<section id="retention">' in page and '<section id="trade-off">' in page
    assert "×0.5" in page and "noise-1" not in page
    assert page == render_page(collection)


def _rows(directory: Path) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Rows by benchmark and key."""
    found = {}
    for bench in ("knowledge", "perplexity"):
        lines = (directory / "rows" / f"{bench}.jsonl").read_text().splitlines()
        found[bench] = {row["key"]: row for row in map(json.loads, lines)}
    return found


def _quiet(name: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""
