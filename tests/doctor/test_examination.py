"""Planted faults: each is found, and fails its own line only. Real models and templates."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

import pytest
from torch import nn

from aleator.doctor.examination import CHECKS, examine, examine_quickly
from aleator.doctor.findings import failures
from aleator.doctor.lora import ACTS, LOADED
from aleator.doctor.patient import Patient
from aleator.models.loading import load_model
from aleator.tokens.chat import ChatFormat
from tests.doctor.patients import (
    end_of_text,
    healthy,
    loaded,
    recipe,
    run_eager,
    write_adapter,
    wrong,
)
from tests.tiny_models import ARCHITECTURES, Architecture

Plant = Callable[[Path], Patient]


def _with_template(change: Callable[[str], str], architecture: Architecture = "qwen3") -> Patient:
    parts = loaded(architecture)
    template = cast(str, parts.tokenizer.chat_template)
    parts.tokenizer.chat_template = change(template)
    assert parts.tokenizer.chat_template != template
    return Patient.admit(parts, recipe())


def _double_bos(_: Path) -> Patient:
    return _with_template(lambda template: "{{ bos_token }}" + template, "llama")


def _wrong_stop_token(_: Path) -> Patient:
    parts = loaded()
    chat = ChatFormat(parts.tokenizer)
    chat.stop_token_id = end_of_text(parts.tokenizer)
    return replace(Patient.admit(parts, recipe()), asked=chat)


def _stop_token_unknown_to_generate(_: Path) -> Patient:
    patient = healthy()
    assert patient.model.generation_config is not None
    patient.model.generation_config.eos_token_id = patient.tokenizer.eos_token_id
    return patient


def _leaked_top_k(_: Path) -> Patient:
    patient = replace(healthy(), drawing={"do_sample": True, "temperature": 1.0})
    assert patient.model.generation_config is not None
    patient.model.generation_config.top_k = 20
    return patient


def _boolean_mask_under_eager(_: Path) -> Patient:
    """The model's configuration says sdpa, which takes booleans; its layers run eager."""
    parts = loaded("llama", attention="sdpa")
    run_eager(parts.model, "self_attn")
    return Patient.admit(parts, recipe())


def _adapter_of_another_size(folder: Path) -> Patient:
    config = (write_adapter(folder / "other", rank=3) / "adapter_config.json").read_text()
    (write_adapter(folder / "adapter") / "adapter_config.json").write_text(config)
    return healthy(adapter=folder / "adapter")


def _adapter_without_effect(folder: Path) -> Patient:
    return healthy(adapter=write_adapter(folder / "adapter", trained=False))


def _dropped_system_message(_: Path) -> Patient:
    kept, dropping = "messages %}", "messages if message.role != 'system' %}"
    return _with_template(lambda template: template.replace(kept, dropping, 1))


def _open_thought(_: Path) -> Patient:
    """As templates of models that cannot but think."""
    closed = "<think>\n\n</think>\n\n{% endif %}{% endif %}"
    left_open = "<think>\n{% endif %}{% endif %}"
    return _with_template(lambda template: template.replace(closed, left_open))


def _another_template_for_evaluation(_: Path) -> Patient:
    parts = loaded()
    thinking = ChatFormat(parts.tokenizer, template_options={"enable_thinking": True})
    return replace(Patient.admit(parts, recipe()), asked=thinking)


def _training_mode(_: Path) -> Patient:
    patient = healthy()
    patient.model.get_decoder().train()
    return patient


def _no_such_target(_: Path) -> Patient:
    modules = {"lora.target_modules": "[query_key_value]"}
    return Patient.admit(loaded(), recipe(**modules))


def _too_large_a_step(_: Path) -> Patient:
    return Patient.admit(loaded(), recipe(batch_size=f"{10**9}"))


def _no_template(_: Path) -> Patient:
    return Patient.admit(loaded("qwen3", "none"), recipe())


PLANTED: dict[Plant, str] = {
    _double_bos: "beginning of sequence",
    _wrong_stop_token: "stop token",
    _stop_token_unknown_to_generate: "generation config",
    _leaked_top_k: "logits processors",
    _boolean_mask_under_eager: "attention masks",
    _adapter_of_another_size: LOADED,
    _adapter_without_effect: ACTS,
    _dropped_system_message: "system message",
    _open_thought: "training prompt",
    _another_template_for_evaluation: "training prompt",
    _training_mode: "evaluation mode",
    _no_such_target: "adapter targets",
    _too_large_a_step: "memory for training",
    _no_template: "chat template",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_fault_fails_its_line_only(plant: Plant, tmp_path: Path) -> None:
    found = wrong(plant(tmp_path))
    assert [line.name for line in found] == [PLANTED[plant]]
    assert found[0].finding.said and "could not be checked" not in found[0].finding.said


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_healthy_models_of_four_architectures(architecture: Architecture) -> None:
    assert [line.sentence() for line in wrong(healthy(architecture))] == []
    assert len(ARCHITECTURES) == 4


def test_a_healthy_adapter(tmp_path: Path) -> None:
    lines = list(examine(healthy(adapter=write_adapter(tmp_path))))
    assert not failures(lines)
    assert {line.name: line.finding.verdict for line in lines if line.name in (LOADED, ACTS)} == {
        LOADED: "pass",
        ACTS: "pass",
    }


class _OtherHead(nn.Linear):
    """Such as a quantised one, whose float32 product is not `F.linear` of its weight."""


def test_a_check_that_cannot_run_says_so_and_the_others_run() -> None:
    patient = healthy()
    head = patient.model.get_output_embeddings()
    assert head is not None
    head.__class__ = _OtherHead
    found = wrong(patient)
    assert [line.name for line in found] == [
        "attention masks",
        "dtype of the loss",
        "memory for training",
    ]
    for line in found:
        assert line.finding.said.startswith("could not be checked: the model's output head is")


def test_what_needs_a_failed_check_is_not_applicable(tmp_path: Path) -> None:
    lines = list(examine(_no_template(tmp_path)))
    waiting = [line for line in lines if "needs 'chat template', which failed" in line.sentence()]
    assert len(waiting) == len([check for check in CHECKS if check.needs])
    assert {line.finding.verdict for line in waiting} == {"not applicable"}


def test_quick_checks_are_quick_and_find_what_spoils_a_run(tmp_path: Path) -> None:
    sandbox = Patient.admit(load_model("sandbox"))
    begin = time.process_time()
    assert not failures(examine_quickly(sandbox))
    assert time.process_time() - begin < 0.3
    for plant in (_double_bos, _wrong_stop_token, _open_thought, _no_template):
        found = failures(examine_quickly(plant(tmp_path)))
        assert [line.name for line in found] == [PLANTED[plant]]


def test_the_sandbox_passes() -> None:
    lines = list(examine(Patient.admit(load_model("sandbox"), recipe())))
    assert [line.sentence() for line in failures(lines)] == []
    absent = [line.name for line in lines if line.finding.verdict == "not applicable"]
    assert absent == ["beginning of sequence", LOADED, ACTS]
