"""What the planted faults of `test_examination.py` leave open."""

from dataclasses import replace

import pytest
import torch

from aleator.doctor.drawing import check_evaluation_mode, check_logits_processors
from tests.doctor.patients import healthy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0.6),
        ("top_k", 20),
        ("top_p", 0.5),
        ("min_p", 0.2),
        ("repetition_penalty", 1.3),
        ("suppress_tokens", [5, 6]),
        ("bad_words_ids", [[7]]),
    ],
)
def test_what_the_checkpoint_says_is_overridden_and_told(name: str, value: object) -> None:
    patient = healthy()
    setattr(patient.model.generation_config, name, value)
    finding = check_logits_processors(patient)
    assert finding.verdict == "pass" and f"override {name}={value}" in finding.said
    telling_less = {key: told for key, told in patient.drawing.items() if key != name}
    leaked = check_logits_processors(replace(patient, drawing=telling_less))
    assert leaked.verdict == "fail" and f"sets {name}={value}" in leaked.said


def test_the_library_has_a_top_k_of_its_own() -> None:
    """Where neither the checkpoint nor the caller says anything, transformers cuts at 50."""
    patient = replace(healthy(), drawing={"do_sample": True, "temperature": 1.0})
    finding = check_logits_processors(patient)
    assert finding.verdict == "fail" and "by default" in finding.said
    assert "top_k=0" in finding.remedy


def test_the_random_state_is_left_alone() -> None:
    patient = healthy()
    before = torch.get_rng_state()
    check_logits_processors(patient)
    assert torch.equal(torch.get_rng_state(), before)


def test_one_part_in_training_mode_is_found_by_name() -> None:
    patient = healthy()
    patient.model.get_submodule("model.layers.2.mlp").training = True
    assert "model.layers.2.mlp" in check_evaluation_mode(patient).said
