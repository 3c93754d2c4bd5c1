"""Does an adapter go where it should, was it really loaded, and does it do anything?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import torch
from peft import LoraModel, PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from torch import nn

from aleator.doctor.findings import Finding, Line, failed, not_applicable, passed
from aleator.doctor.patient import PROMPT, Patient
from aleator.errors import ModelError
from aleator.models.adapters import (
    WEIGHTS_FILE,
    LoraSettings,
    adapter_changes_output,
    attach_adapter,
    load_adapter,
)
from aleator.training.recipe import Recipe

LOADED, ACTS = "adapter loaded", "adapter on and off"


def check_targets(patient: Patient) -> Finding:
    """The recipe's target modules exist, and what is trained there is float32."""
    if patient.recipe is None:
        return not_applicable("no training was asked about")
    names = patient.recipe.lora.target_modules
    try:
        with fresh_adapter(patient, patient.recipe) as adapted:
            trained = [one for one in adapted.parameters() if one.requires_grad]
            layers = sum("lora_A" in name for name, _ in adapted.named_parameters())
    except ModelError as error:
        return failed(str(error))
    others = {str(one.dtype) for one in trained} - {"torch.float32"}
    size = sum(one.numel() for one in trained)
    if others:
        return failed(
            f"the adapter's weights are {', '.join(sorted(others))}",
            "load the model in a dtype that leaves adapters in float32",
        )
    return passed(f"{', '.join(names)}: {layers} layers, {size:,} weights in float32")


@contextmanager
def fresh_adapter(patient: Patient, recipe: Recipe) -> Iterator[PeftModel]:
    """The model with the adapter that `recipe` would train; it is taken off afterwards.

    Raises:
        ModelError: The model has no layers of those names.
    """
    adapted = attach_adapter(patient.model, LoraSettings(**asdict(recipe.lora)), recipe.seed)
    try:
        yield adapted
    finally:
        assert isinstance(adapted.base_model, LoraModel)
        adapted.base_model.unload()


def adapter_lines(patient: Patient) -> Iterator[Line]:
    """Load the adapter, which changes the model for good, and see whether it is there."""
    if patient.adapter is None:
        for name in (LOADED, ACTS):
            yield Line(name, not_applicable("no --adapter was given"))
        return
    try:
        adapted = load_adapter(patient.model, patient.adapter)
    except ModelError as error:
        yield Line(LOADED, failed(str(error)))
        yield Line(ACTS, not_applicable(f"needs {LOADED!r}, which failed"))
        return
    loaded = weights_in_place(adapted, patient.adapter)
    yield Line(LOADED, loaded)
    if loaded.verdict == "fail":
        yield Line(ACTS, not_applicable(f"needs {LOADED!r}, which failed"))
    elif isinstance(patient.asked, ModelError):
        yield Line(ACTS, not_applicable("needs a chat template that can be used"))
    else:
        yield Line(ACTS, acts(adapted, patient.asked.prompt_ids(PROMPT)))


def weights_in_place(adapted: PeftModel, folder: Path) -> Finding:
    """The weights on the model are those of the file, every one."""
    wanted = load_file(folder / WEIGHTS_FILE)
    there = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    away = [
        name
        for name, weight in sorted(wanted.items())
        if name not in there or not torch.equal(there[name].cpu().to(weight.dtype), weight)
    ]
    if away:
        return failed(
            f"{len(away)} of {len(wanted)} weights in {folder} are not on the model, the first is "
            f"{away[0]}",
            "load the adapter with aleator.load_adapter, on the model that it was trained on",
        )
    layers = sum("lora_A" in name for name in wanted)
    return passed(f"all {len(wanted)} weights of {layers} layers are on the model")


def acts(adapted: nn.Module, prompt_ids: tuple[int, ...]) -> Finding:
    """Answers differ with the adapter on and off."""
    if not adapter_changes_output(adapted, prompt_ids):
        return failed(
            "answers are the same with the adapter on and off, so the base model would be "
            "measured in its name",
            "train it, or give the folder of a finished training run",
        )
    return passed("next-token logits differ")
