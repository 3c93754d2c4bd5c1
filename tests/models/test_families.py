"""The published set-up's families in the packed pass and under an adapter.

As `test_packed_forward`, but whole: prompts as each family's template writes them, numbers as its
tokenizer cuts them, its rotary positions, its experts.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers.quantizers.quantizer_mxfp4 import Mxfp4HfQuantizer

from aleator.errors import ModelError
from aleator.files import read_json, write_json
from aleator.models.adapters import (
    LoraSettings,
    adapter_disabled,
    attach_adapter,
    load_adapter,
    merge_adapter,
    save_adapter,
)
from aleator.models.attention import AttentionRules
from aleator.models.loading import load_model
from aleator.models.packed_check import packed_error
from aleator.models.packed_forward import pack, packed_logits
from aleator.tokens.chat import ChatFormat
from tests.family_tokenizers import FamilyName, tiny_family_tokenizer
from tests.tiny_families import FAMILIES, KNOWN, save_tiny_family, tiny_family_model
from tests.tiny_models import WINDOW, TinyTree

EXPERTS = ("mlp.experts.gate_up_proj", "mlp.experts.down_proj")
PROMPT = "Generate exactly ONE random number."


def prompt_and_tree(family: FamilyName) -> tuple[tuple[int, ...], TinyTree]:
    """A prompt longer than the window, and numbers below it, one of them longer than it too."""
    form = ChatFormat(tiny_family_tokenizer(family))
    tokens, parents = [-1], [-1]
    nodes: dict[tuple[int, ...], int] = {(): 0}
    numbers = ["-12.3456789", "-12.5", "-0.25", "1234567890.123456789", "3"]
    for ids in form.answer_ids(numbers):
        for end in range(1, len(ids) + 1):
            if ids[:end] not in nodes:
                nodes[ids[:end]] = len(tokens)
                tokens.append(ids[end - 1])
                parents.append(nodes[ids[: end - 1]])
    return form.prompt_ids(PROMPT), TinyTree(np.array(tokens), np.array(parents))


def adapted(
    family: FamilyName, *, experts: bool = False, attention: str | None = None
) -> nn.Module:
    """A family's model with an adapter that changes much."""
    model = attach_adapter(tiny_family_model(family, attention), settings(experts), seed=0)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.3)
    return model.eval()


def settings(experts: bool) -> LoraSettings:
    return LoraSettings(rank=2, alpha=4, dropout=0.0, target_parameters=EXPERTS if experts else ())


def logits(model: nn.Module) -> Tensor:
    with torch.no_grad():
        return model(torch.tensor([[5, 6, 7, 8]]), use_cache=False).logits


CASES = [(family, None, False) for family in FAMILIES]
CASES += [(family, "eager", False) for family in FAMILIES if family != "gpt_oss"]
CASES += [("gpt_oss", None, True)]


@pytest.mark.parametrize(("family", "attention", "experts"), CASES)
def test_packed_is_separate(family: FamilyName, attention: str | None, experts: bool) -> None:
    model = adapted(family, experts=experts, attention=attention)
    prompt, tree = prompt_and_tree(family)
    assert packed_error(model, prompt, tree) <= 5e-5
    window = AttentionRules.of(model).window
    assert window == KNOWN[family].window
    if window is not None:
        assert len(prompt) > 2 * WINDOW


@pytest.mark.parametrize("family", ["gemma3", "gpt_oss"])
def test_the_window_matters_here(family: FamilyName) -> None:
    model = tiny_family_model(family)
    prompt, tree = prompt_and_tree(family)
    batch = pack([prompt], [tree], pad_token_id=0)
    with torch.no_grad():
        right = packed_logits(model, batch)
        model.config.sliding_window = 1000
        assert (packed_logits(model, batch) - right).abs().max() > 0.01


def test_experts_get_gradients() -> None:
    """Through the packed pass, all of them that the tree's tokens are sent to."""
    model = adapted("gpt_oss", experts=True)
    prompt, tree = prompt_and_tree("gpt_oss")
    packed_logits(model, pack([prompt], [tree], pad_token_id=0)).log_softmax(-1)[
        :, 0
    ].sum().backward()
    found = {name: one.grad for name, one in model.named_parameters() if one.requires_grad}
    assert len(found) == 2 * (4 + 2) * 2, "A and B of four projections and two stacks, two layers"
    assert all(one is not None and one.abs().max() > 0 for one in found.values())


def test_experts_are_adapted_saved_loaded_and_merged(tmp_path: Path) -> None:
    model = adapted("gpt_oss", experts=True)
    expected = logits(model)
    save_adapter(model, tmp_path)
    loaded = load_adapter(tiny_family_model("gpt_oss"), tmp_path)
    assert torch.equal(logits(loaded), expected)
    with adapter_disabled(loaded):
        assert torch.equal(logits(loaded), logits(tiny_family_model("gpt_oss")))
    assert (logits(merge_adapter(loaded)) - expected).abs().le(1e-4).all()


def test_adapters_of_experts_are_float32() -> None:
    base = tiny_family_model("gpt_oss")
    base.bfloat16()
    model = attach_adapter(base, settings(experts=True), seed=0)
    assert {one.dtype for one in model.parameters() if one.requires_grad} == {torch.float32}


@pytest.mark.parametrize(
    ("family", "asked", "told"),
    [
        (
            "gpt_oss",
            {"target_modules": ("down_proj",)},
            "choose target_modules among them, or target_parameters among mlp.experts.down_proj, ",
        ),
        (
            "gpt_oss",
            {"target_parameters": ("experts.up_proj",)},
            "no stack of weights 'experts.up_proj' to adapt; it has mlp.experts.down_proj, ",
        ),
        ("qwen3", {"target_parameters": EXPERTS}, "no stack of weights .* to adapt; it has none"),
    ],
)
def test_what_is_not_there_is_refused(
    family: FamilyName, asked: dict[str, tuple[str, ...]], told: str
) -> None:
    wanted = replace(settings(experts=False), **asked)
    with pytest.raises(ModelError, match=told):
        attach_adapter(tiny_family_model(family), wanted, seed=0)


FP4 = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""Values of the three low bits of MXFP4; the fourth is the sign."""


def pack_experts(folder: Path) -> dict[str, Tensor]:
    """Write a saved GPT-OSS's experts as MXFP4, as they are published; give what they are worth.

    By the format's definition: 32 values share a power of two; two values a byte, the first one
    low; matrices transposed.
    """
    path, worth = folder / "model.safetensors", {}
    weights = load_file(path)
    generator = torch.Generator().manual_seed(0)
    for name in [name for name in weights if name.endswith(("gate_up_proj", "down_proj"))]:
        experts, inputs, outputs = weights.pop(name).shape
        codes = torch.randint(16, (experts, outputs, inputs // 32, 32), generator=generator)
        scales = torch.randint(-5, -2, (experts, outputs, inputs // 32), generator=generator)
        weights[f"{name}_blocks"] = (codes[..., ::2] + 16 * codes[..., 1::2]).to(torch.uint8)
        weights[f"{name}_scales"] = (scales + 127).to(torch.uint8)
        sizes = torch.tensor(FP4)[codes % 8] * torch.where(codes < 8, 1.0, -1.0)
        values = sizes * torch.exp2(scales.float())[..., None]
        worth[name] = values.reshape(experts, outputs, inputs).transpose(1, 2)
    save_file(weights, path, metadata={"format": "pt"})
    config = read_json(folder / "config.json")
    assert isinstance(config, dict)
    packing = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]}
    write_json(folder / "config.json", {**config, "quantization_config": packing})
    return worth


def test_packed_experts_are_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Because they were asked to be, not because this machine has no kernels for them."""
    asked: list[bool] = []
    monkeypatch.setattr(
        Mxfp4HfQuantizer,
        "validate_environment",
        lambda self, *_, **__: asked.append(self.quantization_config.dequantize),
    )
    folder = save_tiny_family("gpt_oss", tmp_path)
    worth = pack_experts(folder)
    model = load_model(str(folder), device="cpu").model
    assert asked == [True]
    loaded = dict(model.named_parameters())
    for name, values in worth.items():
        assert torch.equal(loaded[name].float(), values)
    save_adapter(attach_adapter(model, settings(experts=True), seed=0), tmp_path / "adapter")
    again = load_adapter(load_model(str(folder), device="cpu").model, tmp_path / "adapter")
    merged = merge_adapter(again)
    merged.save_pretrained(tmp_path / "merged")
    config = read_json(tmp_path / "merged" / "config.json")
    assert isinstance(config, dict) and "quantization_config" not in config
