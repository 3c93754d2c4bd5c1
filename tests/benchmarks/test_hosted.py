"""A model in vLLM as the subject of benchmarks: the stand-in draws from a real tiny model.

Everything of ours is the real part: the checkpoint's tokenizer and template, the adapter that PEFT
saved, the probe, the benchmark and its files.
"""

from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BenchSettings
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.hosted import open_hosted
from aleator.benchmarks.numeric import EXACT_METRICS, NumericSettings
from aleator.benchmarks.subject import open_model
from aleator.errors import ConfigurationChangedError, ModelError
from aleator.files import as_object, read_json, read_rows
from aleator.models.loading import SANDBOX, sandbox_path
from aleator.sampling.vllm_settings import VllmSettings
from tests.hosted_models import hosted_adapter, hosted_model
from tests.stand_in_vllm import VERSION, StandIn, install

NUMERIC = NumericSettings(limit=3, draws=6, seed=1, splits=("held_out_families",))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return hosted_model(tmp_path_factory.mktemp("hosted") / "tiny")


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return install(monkeypatch)


def test_prompts_are_those_of_the_local_engine(model: str, vllm: StandIn) -> None:
    hosted = open_hosted(model, None, VllmSettings())
    assert hosted.subject.model is None and hosted.adapter is None
    assert (hosted.path, hosted.revision, hosted.adapter_scale) == (model, None, None)
    local = open_model(model, None).subject.prompt_format
    list(hosted.subject.answers(2).draw_each(["Go"], 1, 0))
    list(hosted.subject.answers(2, system="Be short.", temperature=0.5).draw_each(["Go"], 1, 0))
    (plain,), (told,) = (ids for ids, _ in vllm.asked)
    assert tuple(plain) == local.prompt_ids("Go")
    assert len(told) > len(plain) and vllm.asked[1][1][0].temperature == 0.5
    assert all(params[0].stop_token_ids == [local.stop_token_id] for _, params in vllm.asked)


def test_the_sandbox_is_drawn_from_in_float32_as_here(vllm: StandIn) -> None:
    assert open_hosted(SANDBOX, None, VllmSettings()).path == str(sandbox_path())
    assert vllm.started[0]["dtype"] == "float32"
    open_hosted(SANDBOX, None, VllmSettings({"dtype": "bfloat16"}))
    assert vllm.started[1]["dtype"] == "bfloat16"


def test_an_adapter_is_seen_to_be_applied(model: str, vllm: StandIn, tmp_path: Path) -> None:
    hosted_adapter(model, tmp_path / "adapter")
    hosted = open_hosted(model, tmp_path, VllmSettings())
    assert hosted.adapter == tmp_path / "adapter" and hosted.adapter_scale == 1.0
    assert len(vllm.asked) == 3, "off, on, off"


def test_an_engine_that_ignores_the_adapter_is_found_out(
    model: str, vllm: StandIn, tmp_path: Path
) -> None:
    vllm.deaf = True
    hosted_adapter(model, tmp_path)
    with pytest.raises(ModelError, match="answers the same with the adapter .* as without it"):
        open_hosted(model, tmp_path, VllmSettings())


def test_an_untrained_adapter_is_found_out(model: str, vllm: StandIn, tmp_path: Path) -> None:
    hosted_adapter(model, tmp_path, trained=False)
    with pytest.raises(ModelError, match="never trained"):
        open_hosted(model, tmp_path, VllmSettings())


def test_an_evaluation_is_kept_resumed_and_told_apart(
    model: str, vllm: StandIn, tmp_path: Path
) -> None:
    adapter = hosted_adapter(model, tmp_path / "adapter")
    out = tmp_path / "out"
    settings = BenchSettings(numeric=NUMERIC)
    request = EvaluationRequest(model, out, ("numeric",), adapter, settings=settings)
    hosted = open_hosted(model, adapter, VllmSettings({"gpu_memory_utilization": 0.8}))
    path = run_evaluation(request, hosted, lambda *state: None)
    before, asked = path.read_text(), len(vllm.asked)
    roomier = open_hosted(model, adapter, VllmSettings({"gpu_memory_utilization": 0.8}))
    run_evaluation(request, roomier, lambda *state: None)
    assert path.read_text() == before and len(vllm.asked) == asked + 3  # the probe's
    result = as_object(read_json(path), path)
    arguments = {"gpu_memory_utilization": 0.8}
    assert result["engine"] == {"name": "vllm", "version": VERSION, "arguments": arguments}
    assert result["adapter"] == str(adapter) and result["adapter_scale"] == 1.0
    numeric = as_object(as_object(result["bench"], path)["numeric"], path)
    summary = as_object(as_object(numeric["splits"], path)["held_out_families"], path)
    means = as_object(summary["family_mean"], path)
    assert all(as_object(means[metric], path)["value"] is None for metric in EXACT_METRICS)
    assert as_object(means["valid_rate"], path)["value"] is not None
    assert all(row["draws"] == 6 for row in read_rows(out / "rows" / "numeric.jsonl"))
    for other in (open_model(model, adapter), open_hosted(model, None, VllmSettings())):
        with pytest.raises(ConfigurationChangedError, match="model_weights|adapter"):
            run_evaluation(request, other, lambda *state: None)
