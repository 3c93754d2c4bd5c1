import pytest
import torch

from aleator.doctor import memory
from aleator.doctor.lora import fresh_adapter
from aleator.doctor.memory import check_memory, step_memory
from aleator.doctor.patient import Patient
from aleator.models.loading import load_model
from aleator.models.packed_forward import packed_logits
from aleator.tokens.speller import Speller
from aleator.training.collator import BatchMaker, TreeCollator
from aleator.training.loss import tree_loss
from aleator.training.prompts import make_visits
from tests.doctor.patients import healthy, loaded, recipe


def test_the_batch_counts_and_its_passes_share_it() -> None:
    patient = healthy()
    small = step_memory(patient, recipe(batch_size="2"))
    large = step_memory(patient, recipe(batch_size="16"))
    assert 4 * small.kept <= large.kept <= 10 * small.kept  # a longer prompt is among them
    assert large.logits >= 4 * small.logits and large.adapter == small.adapter
    split = step_memory(patient, recipe(batch_size="16", gradient_accumulation="8"))
    assert split.total <= 1.1 * small.total


def test_what_is_kept_is_what_autograd_keeps() -> None:
    """Against the same count over a real batch of four; prompts differ a little in length."""
    patient = healthy("llama")
    wanted = recipe(batch_size="4")
    estimated = step_memory(patient, wanted).kept
    with fresh_adapter(patient, wanted) as adapted:
        real = _kept_of_a_batch(patient, adapted.train())
    assert 0.99 * real <= estimated <= 1.5 * real


def test_checkpointing_keeps_less_and_is_taken_off_again() -> None:
    patient = healthy()
    plain = step_memory(patient, recipe(batch_size="16"))
    less = step_memory(patient, recipe(batch_size="16", gradient_checkpointing="true"))
    assert 0 < less.kept <= 0.8 * plain.kept  # of four layers, and logits are kept either way
    assert (less.logits, less.adapter) == (plain.logits, plain.adapter)
    layers = [part for part in patient.model.modules() if "gradient_checkpointing" in vars(part)]
    assert layers and not any(vars(layer)["gradient_checkpointing"] for layer in layers)
    assert step_memory(patient, recipe(batch_size="16")) == plain


def _kept_of_a_batch(patient: Patient, adapted: torch.nn.Module) -> int:
    wanted = recipe(batch_size="4")
    maker = BatchMaker(patient.prompt_format, Speller(patient.prompt_format))
    visits = make_visits(wanted)
    collate = TreeCollator(maker, wanted.supervision, wanted.seed)
    batch = collate([visits[place] for place in range(4)])["batch"]
    seen: dict[int, torch.Tensor] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        seen[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        tree_loss(packed_logits(adapted, batch.packed), batch.targets)
    own = {weight.untyped_storage().data_ptr() for weight in adapted.parameters()}
    return sum(one.untyped_storage().nbytes() for key, one in seen.items() if key not in own)


def test_sharding_is_told_to_be_another_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is one process; more of them share prompts and weights."""
    patient = Patient.admit(loaded(), recipe(**{"sharding.strategy": "fsdp"}))
    finding = check_memory(patient)
    assert finding.verdict == "pass" and "of several each takes its share" in finding.said
    monkeypatch.setattr(memory, "free_bytes", lambda device: 0)
    finding = check_memory(patient)
    assert finding.verdict == "fail" and "start more processes with torchrun, set grad" in str(
        finding
    )


def test_rounded_weights_are_measured_as_they_are_trained() -> None:
    """Products are of the same shapes, so that as much is kept; the weights themselves are less."""
    wanted = recipe(quantisation="nf4")
    sizes, kept = [], []
    for one in ("nf4", None):
        parts = load_model("sandbox", quantisation=one)
        sizes.append(parts.model.get_memory_footprint())
        kept.append(step_memory(Patient.admit(parts, wanted), wanted))
    assert sizes[0] <= 0.7 * sizes[1]
    assert kept[0].adapter == kept[1].adapter and kept[0].logits == kept[1].logits
    assert 0.9 * kept[1].kept <= kept[0].kept <= 1.1 * kept[1].kept


def test_optimiser_and_gradients_are_those_of_the_adapter() -> None:
    patient = healthy()
    wanted = recipe()
    with fresh_adapter(patient, wanted) as adapted:
        trained = sum(one.numel() for one in adapted.parameters() if one.requires_grad)
    assert step_memory(patient, wanted).adapter == 12 * trained


def test_words_are_measured_as_numbers_are() -> None:
    finding = check_memory(Patient.admit(loaded(), recipe(targets="[language/weighted]")))
    assert finding.verdict == "pass", finding.said


def test_without_a_recipe_there_is_nothing_to_check() -> None:
    assert check_memory(Patient.admit(loaded())).verdict == "not applicable"
