"""What the planted faults of `test_examination.py` leave open."""

import pytest
import torch

from aleator.doctor.masks import check_masks
from aleator.doctor.patient import Patient
from tests.doctor.patients import healthy, loaded, run_eager
from tests.tiny_models import tiny_gemma3_with_vision


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_either_attention_is_right(attention: str) -> None:
    finding = check_masks(Patient.admit(loaded("gemma3", attention=attention)))
    assert finding.verdict == "pass"
    assert finding.said.endswith(
        "(sliding_attention and full_attention, sliding window of 5 crossed)"
    )


def test_the_layer_is_named_where_passes_part() -> None:
    parts = loaded("qwen3", attention="sdpa")
    run_eager(parts.model, "layers.2.self_attn")
    finding = check_masks(Patient.admit(parts))
    assert finding.verdict == "fail" and "first in layer 2 of 4 (full_attention)" in finding.said


def test_half_precision_is_no_wrong_mask_and_hides_none() -> None:
    for layer in (None, "layers.1.self_attn"):
        parts = loaded("llama", attention="sdpa")
        torch.nn.Module.to(parts.model, torch.bfloat16)
        if layer is not None:
            run_eager(parts.model, layer)
        finding = check_masks(Patient.admit(parts))
        assert (finding.verdict == "pass") == (layer is None), finding.said


def test_a_window_that_no_prompt_can_cross_is_told() -> None:
    parts = loaded("gemma3")
    parts.model.config.max_position_embeddings = 50
    parts.model.config.sliding_window = 49
    finding = check_masks(Patient.admit(parts))
    assert finding.verdict == "pass" and "sliding window of 49 too long" in finding.said


def test_a_prompt_is_made_longer_than_the_window() -> None:
    parts = loaded("gemma3")
    parts.model.config.sliding_window = 150
    assert "150 crossed" in check_masks(Patient.admit(parts)).said


def test_a_model_with_a_vision_tower() -> None:
    parts = loaded("gemma3")
    model = tiny_gemma3_with_vision()
    patient = Patient(model, parts.tokenizer, healthy("gemma3").prompt_format)
    assert check_masks(patient).verdict == "pass"


def test_another_attention_in_the_language_part_is_read_there() -> None:
    """Vision and language may run on different kinds, and what matters is the language's."""
    model = tiny_gemma3_with_vision()
    model.set_attn_implementation({"": "sdpa", "text_config": "eager"})
    assert model.config._attn_implementation == "sdpa"
    assert model.config.get_text_config()._attn_implementation == "eager"
    parts = loaded("gemma3")
    patient = Patient(model, parts.tokenizer, healthy("gemma3").prompt_format)
    finding = check_masks(patient)
    assert finding.verdict == "pass", finding.said
