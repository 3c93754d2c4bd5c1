"""Tiny models of four architectures as the doctor sees them, healthy."""

from copy import deepcopy
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from aleator.doctor.examination import examine
from aleator.doctor.findings import Line, failures
from aleator.doctor.patient import Patient
from aleator.models.adapters import LoraSettings, attach_adapter, save_adapter
from aleator.models.loading import LoadedModel
from aleator.recipe_files import recipe_path
from aleator.tokens.chat import ChatFormat
from aleator.training.recipe import Recipe
from aleator.training.recipe_yaml import read_recipe
from tests.tiny_models import Architecture, Template, tiny_model, tiny_tokenizer

TEMPLATES: dict[Architecture, Template] = {
    "llama": "llama3",
    "qwen3": "chatml_thinking",
    "gemma3": "gemma",
    "gpt_oss": "harmony",
}


def recipe(**overrides: str) -> Recipe:
    """The sandbox's, two prompts a step."""
    return read_recipe(recipe_path("sandbox/soft"), {"batch_size": "2", **overrides})


def loaded(
    architecture: Architecture = "qwen3",
    template: Template | None = None,
    attention: str = "eager",
    digits: int = 1,
) -> LoadedModel:
    """A model whose generation config ends answers as its template does."""
    tokenizer = tiny_tokenizer(template or TEMPLATES[architecture], digits)
    model = tiny_model(architecture, attention, vocabulary=len(tokenizer))
    assert model.generation_config is not None
    if tokenizer.chat_template is not None:
        stop = ChatFormat(tokenizer).stop_token_id
        model.generation_config.eos_token_id = [stop, end_of_text(tokenizer)]
    return LoadedModel("tiny", model, tokenizer, "tiny", None)


def end_of_text(tokenizer: PreTrainedTokenizerFast) -> int:
    """The tokenizer's own end token, which ends no turn."""
    return tokenizer.get_vocab()["<|endoftext|>"]


def run_eager(model: PreTrainedModel, attention: str) -> None:
    """Let attentions whose name ends so run eager, whatever the model's configuration says."""
    config = deepcopy(model.config)
    config._attn_implementation = "eager"
    for name, module in model.named_modules():
        if name.endswith(attention):
            vars(module)["config"] = config


def healthy(architecture: Architecture = "qwen3", adapter: Path | None = None) -> Patient:
    """Nothing is wrong with it."""
    return Patient.admit(loaded(architecture), recipe(), adapter)


def write_adapter(folder: Path, *, trained: bool = True, rank: int = 2) -> Path:
    """An adapter of the tiny Qwen3."""
    adapted = attach_adapter(loaded().model, LoraSettings(rank=rank), seed=0)
    if trained:
        with torch.no_grad():
            for name, parameter in adapted.named_parameters():
                if "lora_B" in name:
                    parameter.normal_()
    folder.mkdir(parents=True, exist_ok=True)
    save_adapter(adapted, folder)
    return folder


def wrong(patient: Patient) -> list[Line]:
    """The lines of a whole examination that fail."""
    return failures(list(examine(patient)))
