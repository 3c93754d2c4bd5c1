"""Runs that keep only what goes into each layer, against runs that keep everything."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from torch import nn

from aleator.files import as_object, read_yaml, write_yaml
from aleator.models.loading import LoadedModel
from aleator.training.run import TrainRequest, train
from tests.tiny_models import Architecture, tiny_model, tiny_tokenizer
from tests.training.runs import Kill, adapter_bytes, anchored

ON = {"gradient_checkpointing": "true"}
EXPERTS = {
    "lora.target_parameters": "[mlp.experts.down_proj]",
    "lora.dropout": "0",
    "max_steps": "2",
}


class Readings:
    """Counts how often the first query projection is computed."""

    def __init__(self) -> None:
        self.count = 0

    def watch(self, loaded: LoadedModel) -> None:
        """Count from now on."""
        [first, *_] = [m for name, m in loaded.model.named_modules() if name.endswith("q_proj")]
        first.register_forward_hook(self._read)

    def _read(self, module: nn.Module, inputs: object, output: object) -> None:
        self.count += 1


def _request(request_: TrainRequest, architecture: Architecture, folder: Path) -> TrainRequest:
    """The same run of another tiny model."""
    tiny_model(architecture, "eager" if architecture == "gpt_oss" else "sdpa").save_pretrained(
        folder
    )
    tiny_tokenizer("chatml").save_pretrained(folder)
    return replace(request_, model=str(folder))


def _trained(request_: TrainRequest, name: str, overrides: Mapping[str, str]) -> tuple[bytes, int]:
    """The adapter, and how often a layer was computed for it."""
    readings = Readings()
    wanted = replace(
        request_,
        out=request_.out.with_name(name),
        overrides={**request_.overrides, **overrides},
    )
    return adapter_bytes(train(wanted, inspect=readings.watch)), readings.count


@pytest.mark.parametrize("architecture", ["qwen3", "gemma3"])
def test_the_adapter_is_the_same_bit_for_bit(
    request_: TrainRequest, architecture: Architecture, tmp_path: Path
) -> None:
    """With dropout, whose draws must come again when a layer is computed anew."""
    request_ = _request(request_, architecture, tmp_path / "model")
    kept, once = _trained(request_, "kept", {})
    anew, twice = _trained(request_, "anew", ON)
    assert anew == kept
    assert twice == 2 * once > 0


def test_experts_are_adapted_the_same(request_: TrainRequest, tmp_path: Path) -> None:
    """PEFT writes their weights anew in every pass, so in the second one, too."""
    request_ = _request(request_, "gpt_oss", tmp_path / "model")
    kept, once = _trained(request_, "kept", EXPERTS)
    anew, twice = _trained(request_, "anew", {**EXPERTS, **ON})
    assert anew == kept
    assert twice == 2 * once > 0


def test_an_anchored_run_is_the_same(request_: TrainRequest) -> None:
    """The pass with the adapter switched off is over when layers are computed anew."""
    request_ = anchored(request_)
    kept, once = _trained(request_, "kept", {})
    anew, more = _trained(request_, "anew", ON)
    assert anew == kept
    assert once < more < 2 * once  # the pass with the adapter off is made once


def test_a_run_broken_off_goes_on_bit_for_bit(request_: TrainRequest) -> None:
    request_ = replace(request_, overrides=ON)
    whole, _ = _trained(request_, "whole", {})
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(3)])
    assert adapter_bytes(train(request_)) == whole


def test_a_run_begun_before_there_was_such_a_key_goes_on(request_: TrainRequest) -> None:
    whole, _ = _trained(request_, "whole", {})
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(3)])
    path = request_.out / "run.yaml"
    values = as_object(read_yaml(path), path)
    recipe = as_object(values["recipe"], path)
    del recipe["gradient_checkpointing"]
    write_yaml(path, {**values, "recipe": recipe})
    assert adapter_bytes(train(request_)) == whole
