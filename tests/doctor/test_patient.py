import pytest
from transformers import GenerationConfig

from aleator.doctor.patient import UNTRUNCATED, Patient
from aleator.errors import ModelError
from tests.doctor.patients import loaded


def test_a_model_that_cannot_be_asked_is_admitted_all_the_same() -> None:
    patient = Patient.admit(loaded("qwen3", "none"))
    assert patient.recipe is None and patient.adapter is None
    with pytest.raises(ModelError, match="has no chat template"):
        _ = patient.prompt_format


def test_all_that_generate_is_told_are_settings_it_knows() -> None:
    assert set(UNTRUNCATED) <= set(GenerationConfig().to_dict())
