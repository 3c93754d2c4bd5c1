"""Importing vLLM, and that it is not there."""

import importlib.util
import os
import sys

import pytest

from aleator.errors import InputError
from aleator.sampling.vllm_interface import import_vllm
from tests.stand_in_vllm import VERSION, LoRARequest, SamplingParams, VLLMError, install


@pytest.mark.skipif(importlib.util.find_spec("vllm") is not None, reason="vLLM is installed")
def test_a_missing_vllm_is_told_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"needs vLLM, the extra aleator\[vllm\]") as told:
        import_vllm()
    assert told.value.exit_status == 2


def test_the_names_are_looked_up_where_vllm_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    found = import_vllm()
    assert found.version == VERSION and found.error is VLLMError
    assert found.sampling_params is SamplingParams and found.lora_request is LoRARequest


def test_the_log_goes_to_stderr_unless_the_user_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.delenv("VLLM_LOGGING_STREAM")
    import_vllm()
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"
    monkeypatch.setenv("VLLM_LOGGING_STREAM", "ext://sys.stdout")
    import_vllm()
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stdout"


def test_a_part_that_vllm_misses_is_not_called_a_missing_vllm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch)
    monkeypatch.delitem(sys.modules, "vllm.exceptions")
    with pytest.raises(ModuleNotFoundError, match=r"vllm\.exceptions"):
        import_vllm()
