from pathlib import Path

from aleator.doctor.lengths import check_lengths
from aleator.doctor.patient import Patient
from tests.doctor.patients import healthy, loaded, recipe


def test_a_prompt_longer_than_the_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("sets:\n  - {name: die, prompts: [%s], outcomes: [1, 2]}" % ("Roll. " * 300))
    finding = check_lengths(Patient.admit(loaded(), recipe(targets=f"[{path}]")))
    assert finding.verdict == "fail"
    assert f"{path}:2: the prompt 'Roll. Roll." in finding.said and "512" in finding.said


def test_without_a_recipe_or_a_limit_there_is_nothing_to_check() -> None:
    assert check_lengths(Patient.admit(loaded())).verdict == "not applicable"
    patient = healthy()
    assert (
        check_lengths(patient).said == "every prompt of the recipe fits the model's 512 positions"
    )
    delattr(patient.model.config, "max_position_embeddings")
    assert check_lengths(patient).verdict == "not applicable"
