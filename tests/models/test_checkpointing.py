"""Checkpointing by either of transformers' namings: the installed one is run, both are written."""

import inspect

import pytest
import torch
from transformers import PreTrainedModel, TrainingArguments

from aleator.models import checkpointing
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.checkpointing import (
    checkpointing_arguments,
    disable_checkpointing,
    enable_checkpointing,
)
from tests.tiny_models import tiny_model


def _readings(model: PreTrainedModel) -> int:
    """How often the first query projection is computed in a pass forwards and backwards."""
    [first, *_] = [part for name, part in model.named_modules() if name.endswith("q_proj")]
    counted: list[int] = []
    hook = first.register_forward_hook(lambda module, inputs, output: counted.append(1))
    model(torch.tensor([[3, 4, 5]])).logits.sum().backward()
    hook.remove()
    return len(counted)


def test_layers_are_computed_anew_until_it_is_taken_off() -> None:
    model = tiny_model("qwen3")
    attach_adapter(model, LoraSettings(dropout=0.0), seed=0).train()
    assert _readings(model) == 1
    enable_checkpointing(model)
    assert _readings(model) == 2
    disable_checkpointing(model)
    assert _readings(model) == 1
    assert not model.get_input_embeddings()(torch.tensor([[3]])).requires_grad


def test_the_installed_transformers_knows_the_arguments() -> None:
    known = inspect.signature(TrainingArguments).parameters
    assert checkpointing_arguments(True).keys() <= known.keys()


@pytest.mark.parametrize(
    ("renamed", "prefix"), [(True, "activation_checkpointing"), (False, "gradient_checkpointing")]
)
def test_either_naming(monkeypatch: pytest.MonkeyPatch, renamed: bool, prefix: str) -> None:
    monkeypatch.setattr(checkpointing, "_RENAMED", renamed)
    expected = {prefix: True, f"{prefix}_kwargs": {"use_reentrant": False}}
    assert checkpointing_arguments(True) == expected
