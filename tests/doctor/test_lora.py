"""What the planted faults of `test_examination.py` leave open."""

from pathlib import Path

import torch
from peft import LoraConfig, PeftModel

from aleator.doctor.lora import ACTS, LOADED, adapter_lines, fresh_adapter, weights_in_place
from aleator.doctor.patient import Patient
from aleator.models.adapters import LoraSettings, attach_adapter, load_adapter
from tests.doctor.patients import healthy, loaded, recipe, write_adapter


def test_an_adapter_that_was_put_on_but_not_read_is_found(tmp_path: Path) -> None:
    """The right layers, the right shapes, other weights: a server that failed to load."""
    folder = write_adapter(tmp_path)
    attached = attach_adapter(loaded().model, LoraSettings(rank=2), seed=1)
    finding = weights_in_place(attached, folder)
    assert finding.verdict == "fail" and "32 of 32 weights" in finding.said
    assert weights_in_place(load_adapter(loaded().model, folder), folder).verdict == "pass"


def test_one_weight_that_is_elsewhere_is_named(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path)
    adapted = load_adapter(loaded().model, folder)
    name = "base_model.model.model.layers.3.self_attn.v_proj.lora_B.default.weight"
    with torch.no_grad():
        adapted.get_parameter(name)[0, 0] += 1
    said = weights_in_place(adapted, folder).said
    assert "1 of 32" in said and "layers.3.self_attn.v_proj.lora_B" in said


def test_without_an_adapter_there_is_nothing_to_check() -> None:
    lines = list(adapter_lines(healthy()))
    assert [line.name for line in lines] == [LOADED, ACTS]
    assert {line.finding.verdict for line in lines} == {"not applicable"}


def test_a_damaged_file_fails_its_line(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path)
    (folder / "adapter_model.safetensors").write_bytes(b"no weights")
    first, second = adapter_lines(healthy(adapter=folder))
    assert first.finding.verdict == "fail" and "save the adapter again" in first.finding.said
    assert second.finding.verdict == "not applicable"


def test_an_adapter_can_be_judged_where_the_model_cannot_be_asked(tmp_path: Path) -> None:
    patient = Patient.admit(loaded("qwen3", "none"), adapter=write_adapter(tmp_path))
    lines = list(adapter_lines(patient))
    # The tokenizer without a template has fewer tokens; the adapter is the same.
    assert [line.finding.verdict for line in lines] == ["pass", "not applicable"]


def test_a_fresh_adapter_leaves_no_trace() -> None:
    patient = healthy()
    names = [name for name, _ in patient.model.named_parameters()]
    with fresh_adapter(patient, recipe()) as adapted:
        assert isinstance(adapted, PeftModel)
        assert isinstance(adapted.peft_config["default"], LoraConfig)
        assert any("lora_A" in name for name, _ in patient.model.named_parameters())
    assert [name for name, _ in patient.model.named_parameters()] == names
    assert not patient.model.training
