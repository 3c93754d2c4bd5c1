import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from aleator.errors import ModelError, OutputError
from aleator.models.adapters import (
    LoraSettings,
    adapter_changes_output,
    adapter_disabled,
    attach_adapter,
    load_adapter,
    merge_adapter,
    save_adapter,
    scale_adapter,
)
from tests.tiny_models import tiny_gemma3_with_vision, tiny_model

SETTINGS = LoraSettings(rank=2, alpha=4, dropout=0.0)
PROMPT = (5, 6, 7)


def logits(model: nn.Module) -> Tensor:
    with torch.no_grad():
        return model(torch.tensor([PROMPT])).logits


def trained_adapter(model: PeftModel) -> PeftModel:
    """As if after training: no update is zero."""
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    return model.eval()


def adapter_weights(model: PeftModel) -> dict[str, Tensor]:
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def test_attach() -> None:
    before = logits(tiny_model("qwen3"))
    model = attach_adapter(tiny_model("qwen3"), SETTINGS, seed=1)
    assert torch.equal(logits(model.eval()), before), "a fresh adapter changes nothing"
    weights = adapter_weights(model)
    assert len(weights) == 2 * 4 * 4, "A and B of four projections in four layers"
    assert all("lora_" in name for name in weights)


def test_the_seed_decides_alone() -> None:
    torch.manual_seed(1)
    first = adapter_weights(attach_adapter(tiny_model("qwen3"), SETTINGS, seed=1))
    torch.manual_seed(2)
    model = tiny_model("qwen3")
    state = torch.get_rng_state()
    again = adapter_weights(attach_adapter(model, SETTINGS, seed=1))
    assert torch.equal(torch.get_rng_state(), state)
    other = adapter_weights(attach_adapter(tiny_model("qwen3"), SETTINGS, seed=2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_adapter_weights_are_float32() -> None:
    base = tiny_model("qwen3")
    base.bfloat16()
    model = attach_adapter(base, SETTINGS, seed=1)
    assert {weight.dtype for weight in adapter_weights(model).values()} == {torch.float32}


@pytest.mark.parametrize("name", ["query", "lm_head"])
def test_targets_must_exist(name: str) -> None:
    """The output head counts as missing: logits are computed beside it."""
    settings = LoraSettings(target_modules=("q_proj", name))
    with pytest.raises(ModelError, match=f"no layer '{name}' to adapt; .* down_proj, .* v_proj"):
        attach_adapter(tiny_model("qwen3"), settings, seed=1)


def test_a_vision_tower_is_left_alone() -> None:
    """Its projections have the same names, and would get no gradients."""
    base = tiny_gemma3_with_vision()
    assert any("vision" in name and name.endswith("q_proj.weight") for name in base.state_dict())
    weights = adapter_weights(attach_adapter(base, SETTINGS, seed=1))
    assert len(weights) == 2 * 4 * 4
    assert all("language_model" in name for name in weights)


def test_save_and_load(tmp_path: Path) -> None:
    model = trained_adapter(attach_adapter(tiny_model("gemma3"), SETTINGS, seed=1))
    save_adapter(model, tmp_path)
    loaded = load_adapter(tiny_model("gemma3"), tmp_path)
    assert not loaded.training
    assert torch.equal(logits(loaded.eval()), logits(model))
    assert not adapter_weights(loaded)


def test_load_to_train_on(tmp_path: Path) -> None:
    save_adapter(attach_adapter(tiny_model("gemma3"), SETTINGS, seed=1), tmp_path)
    assert adapter_weights(load_adapter(tiny_model("gemma3"), tmp_path, trainable=True))


def test_disabled_and_merged() -> None:
    base = logits(tiny_model("llama"))
    model = trained_adapter(attach_adapter(tiny_model("llama"), SETTINGS, seed=1))
    adapted = logits(model)
    assert (adapted - base).abs().max() > 0.1
    with adapter_disabled(model):
        assert torch.equal(logits(model), base)
    assert torch.equal(logits(model), adapted)
    merged = merge_adapter(model)
    assert not any("lora" in name for name, _ in merged.named_parameters())
    assert (logits(merged) - adapted).abs().le(1e-4).all()


@pytest.mark.parametrize("alpha", [4, 3.7])
def test_the_adapter_s_scale(tmp_path: Path, alpha: float) -> None:
    """Against an adapter whose trained matrices were themselves multiplied."""
    settings = LoraSettings(rank=3, alpha=alpha, dropout=0.0)
    base = logits(tiny_model("qwen3"))
    save_adapter(trained_adapter(attach_adapter(tiny_model("qwen3"), settings, 1)), tmp_path)
    model = load_adapter(tiny_model("qwen3"), tmp_path)
    loaded = logits(model)
    for factor in (0.25, 2.0, 0.0, 0.5, 1.0):
        scale_adapter(model, factor)
        other = load_adapter(tiny_model("qwen3"), tmp_path)
        with torch.no_grad():
            for name, parameter in other.named_parameters():
                if "lora_B" in name:
                    parameter *= factor
        assert (logits(model) - logits(other)).abs().max() <= 1e-4
        if factor in (0, 1):
            assert torch.equal(logits(model), base if factor == 0 else loaded)
    with pytest.raises(ModelError, match="no adapter on this model"):
        scale_adapter(tiny_model("qwen3"), 0.5)


def test_at_scale_0_a_short_format_is_the_base_to_the_bit() -> None:
    base = tiny_model("llama").bfloat16()
    before = logits(base)
    model = trained_adapter(attach_adapter(base, SETTINGS, seed=1))
    scale_adapter(model, 0.0)
    assert torch.equal(logits(model), before)


@pytest.mark.parametrize(
    ("layers", "adapted"),
    [((0,), {0}), ((-1, -2), {2, 3}), ((3, -1, 1), {1, 3}), (None, {*range(4)})],
)
def test_only_some_layers(layers: tuple[int, ...] | None, adapted: set[int]) -> None:
    for base in (tiny_model("qwen3"), tiny_gemma3_with_vision()):
        settings = replace(SETTINGS, layers=layers)
        names = adapter_weights(attach_adapter(base, settings, seed=1))
        assert {int(name.partition("layers.")[2].partition(".")[0]) for name in names} == adapted
        assert len(names) == 2 * 4 * len(adapted)


@pytest.mark.parametrize("layer", [4, -5])
def test_layers_must_exist(layer: int) -> None:
    settings = replace(SETTINGS, layers=(1, layer))
    with pytest.raises(ModelError, match=f"no layer {layer} to adapt: choose layers among 0 to 3"):
        attach_adapter(tiny_model("qwen3"), settings, seed=1)


def test_an_untrained_adapter_changes_nothing() -> None:
    model = attach_adapter(tiny_model("qwen3"), SETTINGS, seed=1).eval()
    assert not adapter_changes_output(model, PROMPT)
    assert adapter_changes_output(trained_adapter(model), PROMPT)


def test_without_an_adapter() -> None:
    with pytest.raises(ModelError, match="no adapter on this model"):
        adapter_changes_output(tiny_model("qwen3"), PROMPT)
    with pytest.raises(ModelError, match="no adapter on this model"):
        merge_adapter(tiny_model("qwen3"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_adapter(attach_adapter(tiny_model("qwen3"), SETTINGS, seed=1), tmp_path)
    return tmp_path


def error(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_adapter(tiny_model("qwen3"), folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_file_is_missing(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"it has no {name}" in error(folder)


def test_an_adapter_of_another_model(folder: Path) -> None:
    with pytest.raises(ModelError, match="does not fit the model: 16 weights differ"):
        load_adapter(tiny_model("qwen3", layers=2), folder)


def test_a_weight_is_missing(folder: Path) -> None:
    weights = load_file(folder / "adapter_model.safetensors")
    del weights[min(weights)]
    save_file(weights, folder / "adapter_model.safetensors")
    assert "does not fit the model: 1 weights differ" in error(folder)


def test_a_damaged_file(folder: Path) -> None:
    (folder / "adapter_model.safetensors").write_bytes(b"torn")
    assert "cannot read" in error(folder)


def test_of_another_kind(folder: Path) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    config["peft_type"] = "IA3"
    (folder / "adapter_config.json").write_text(json.dumps(config))
    assert "of type 'IA3'" in error(folder)


def test_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write the adapter"):
        save_adapter(attach_adapter(tiny_model("qwen3"), SETTINGS, 1), tmp_path / "file" / "x")
