"""`--engine vllm` as a user types it, with a stand-in behind which a real tiny model draws."""

import importlib.util
import json
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.cli.engine_options import engine_settings
from aleator.errors import InputError, UnknownNameError
from aleator.models.quantisation import QUANTISATION_FILE
from aleator.sampling.vllm_settings import VllmSettings
from tests.hosted_models import hosted_adapter, hosted_model
from tests.stand_in_vllm import StandIn, install

SMALL = ["--splits", "held_out_families", "--limit", "2", "--draws", "5"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return hosted_model(tmp_path_factory.mktemp("hosted") / "tiny")


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return install(monkeypatch)


def _told(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_arguments_are_numbers_words_and_truths() -> None:
    assert engine_settings("local", None) is None
    assert engine_settings("vllm", None) == VllmSettings()
    text = "tensor_parallel_size=2, gpu_memory_utilization=0.8,dtype=bfloat16,enforce_eager=true,a="
    assert engine_settings("vllm", text) == VllmSettings(
        {
            "tensor_parallel_size": 2,
            "gpu_memory_utilization": 0.8,
            "dtype": "bfloat16",
            "enforce_eager": True,
            "a": None,
        }
    )


@pytest.mark.parametrize(
    ("engine", "arguments", "told"),
    [
        ("local", "dtype=float32", "--engine-args is for --engine vllm"),
        ("vllm", "dtype", "'dtype' is not NAME=VALUE, such as tensor_parallel_size=2"),
        ("vllm", "a=1,a=2", "a is given twice"),
        ("vllm", "a={b: 1}", "is no number, word"),
        ("vllm", "a=2024-01-01", "is no number, word"),
        ("vllm", "a='", "is no number, word"),
        ("vllm", "generation_config=auto", "set by aleator"),
    ],
)
def test_wrong_arguments(engine: str, arguments: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        engine_settings(engine, arguments)


def test_an_unknown_engine_lists_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="known: local, vllm"):
        engine_settings("sglang", None)


def test_a_model_with_an_adapter_is_measured(
    model: str, vllm: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = hosted_adapter(model, tmp_path / "adapter")
    arguments = ["eval", model, "--adapter", str(adapter), "--engine", "vllm", *SMALL]
    room = ["--engine-args", "gpu_memory_utilization=0.8"]
    out = ["--bench", "numeric,open_ended", "--out", str(tmp_path / "out")]
    assert run([*arguments, *room, *out]) == 0
    assert vllm.started[0]["gpu_memory_utilization"] == 0.8
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["engine"]["name"] == "vllm" and result["adapter"] == str(adapter)
    assert set(result["bench"]) == {"numeric", "open_ended"}
    capsys.readouterr()
    local = ["eval", model, "--adapter", str(adapter), *SMALL, *out]
    assert run(local) == 2
    assert "model_weights" in _told(capsys)


def test_a_prompt_is_asked(model: str, vllm: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sample", model, "Go", "-n", "30", "--max-new-tokens", "2", "--seed", "4"]
    assert run([*arguments, "--engine", "vllm", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["draws"] == 30 and printed["forward_tokens"] is None
    assert run([*arguments, "--engine", "vllm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == printed


def test_an_adapter_of_rounded_weights_is_not_put_on_others(
    model: str, vllm: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter, out = hosted_adapter(model, tmp_path / "adapter"), ["--out", str(tmp_path / "out")]
    (adapter / QUANTISATION_FILE).write_text('{"base_model": "nf4"}')
    asked = ["--adapter", str(adapter), "--engine", "vllm"]
    measured = ["eval", model, *asked, *SMALL, *out]
    for command in (["sample", model, "Go", *asked], measured):
        assert run(command) == 2
        assert f"the adapter in {adapter} was trained on four-bit weights" in _told(capsys)
    assert not vllm.started and not (tmp_path / "out").exists()
    assert run([*measured, "--quantisation", "none"]) == 0
    assert vllm.started and (tmp_path / "out" / "result.json").exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--endpoint", "http://127.0.0.1:9/v1"], "give one of them"),
        (["--adapter", "ADAPTER", "--adapter-scale", "0.5"], "--adapter-scale is for --engine"),
        (["--method", "temperature", "--temperature", "3"], "from 0.01 to 2, not at 3"),
        (["--method", "temperature"], "neither an endpoint nor vLLM gives"),
        (["--bench", "perplexity"], "neither an endpoint nor vLLM gives"),
        (["--draws", "0"], "draws above 0"),
    ],
)
def test_what_vllm_cannot_be_asked_is_refused_before_it_is_started(
    wrong: list[str],
    told: str,
    model: str,
    vllm: StandIn,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed = [str(tmp_path) if word == "ADAPTER" else word for word in wrong]
    arguments = ["eval", model, "--out", str(tmp_path / "out"), "--engine", "vllm", *SMALL]
    assert run([*arguments, "--decimals", "1", *typed]) == 2
    assert told in _told(capsys)
    assert not vllm.started and not (tmp_path / "out").exists()


@pytest.mark.skipif(importlib.util.find_spec("vllm") is not None, reason="vLLM is installed")
def test_a_missing_vllm_is_told(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["eval", model, "--out", str(tmp_path / "out")], ["sample", model, "Go"]):
        assert run([*command, "--engine", "vllm"]) == 2
        assert "needs vLLM, the extra aleator[vllm]" in _told(capsys)
    assert not (tmp_path / "out").exists()
