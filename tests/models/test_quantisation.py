"""Four-bit base weights, against the rounding they are defined by and the model as it is."""

from pathlib import Path

import pytest
import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn.modules import Linear4bit, Params4bit
from scipy.stats import norm
from torch import nn

from aleator.errors import InputError, ModelError
from aleator.models.adapters import (
    LoraSettings,
    attach_adapter,
    load_adapter,
    merge_adapter,
    save_adapter,
)
from aleator.models.loading import SANDBOX, load_model
from aleator.models.output_head import output_head
from aleator.models.quantisation import (
    QUANTISATION_FILE,
    Quantisation,
    adapter_quantisation,
    quantisation_of,
)
from aleator.training.flops import PassCost
from tests.tiny_models import tiny_model, tiny_tokenizer

_BLOCK = 64


def _rounded(model: nn.Module) -> dict[str, torch.Tensor]:
    """The four-bit layers' weights as they count."""
    return {
        name: dequantize_4bit(one.weight.data, one.weight.quant_state)
        for name, one in model.named_modules()
        if isinstance(one, Linear4bit) and isinstance(one.weight, Params4bit)
    }


def _levels() -> torch.Tensor:
    """The sixteen values of a normal float, made as its paper (appendix E) makes them."""
    offset = 0.9677083
    positive = norm.ppf(torch.linspace(offset, 0.5, 9)[:-1].numpy())
    negative = -norm.ppf(torch.linspace(offset, 0.5, 8)[:-1].numpy())
    values = torch.tensor([*positive, 0.0, *negative], dtype=torch.float32).sort().values
    return values / values.max()


def test_weights_are_rounded_to_normal_floats() -> None:
    """Of each block to the nearest level times its largest, which itself is kept in eight bits."""
    plain = load_model(SANDBOX).model
    model = load_model(SANDBOX, quantisation="nf4").model
    levels, found = _levels(), _rounded(model)
    assert len(found) == 7 * plain.config.num_hidden_layers
    for name, weight in found.items():
        blocks = plain.get_parameter(f"{name}.weight").detach().reshape(-1, _BLOCK)
        scales = blocks.abs().amax(dim=1, keepdim=True)
        nearest = levels[(blocks / scales)[..., None].sub(levels).abs().argmin(dim=-1)] * scales
        # The scales' own error: 256 of them share one of theirs, and half a step of eight bits.
        error = (weight.reshape(-1, _BLOCK) - nearest).abs().amax() / scales.amax()
        assert error <= 0.02
    assert torch.equal(output_head(model).weight, output_head(plain).weight)
    assert quantisation_of(model) == "nf4" and quantisation_of(plain) is None


def test_reading_does_not_change_them() -> None:
    """bitsandbytes would lay them out anew where nothing takes gradients, and round once more."""
    model = load_model(SANDBOX, quantisation="nf4").model
    before = _rounded(model)
    with torch.no_grad():
        model(input_ids=torch.tensor([[1, 2, 3]]))
    after = _rounded(model)
    assert all(torch.equal(after[name], weight) for name, weight in before.items())


def test_an_adapter_says_what_it_was_trained_on(tmp_path: Path) -> None:
    rounded, plain = tmp_path / "rounded", tmp_path / "plain"
    wanted: dict[Path, Quantisation | None] = {rounded: "nf4", plain: None}
    for folder, quantisation in wanted.items():
        model = load_model(SANDBOX, quantisation=quantisation).model
        save_adapter(attach_adapter(model, LoraSettings(rank=2), 0), folder)
    assert (adapter_quantisation(rounded), adapter_quantisation(plain)) == ("nf4", None)
    load_adapter(load_model(SANDBOX, quantisation="nf4").model, rounded)
    (rounded / QUANTISATION_FILE).write_text('{"base_model": "fp3"}')
    with pytest.raises(InputError, match="quantisation.json says 'fp3', which this version"):
        adapter_quantisation(rounded)


def test_an_adapter_is_not_merged_into_them() -> None:
    model = load_model(SANDBOX, quantisation="nf4").model
    with pytest.raises(ModelError, match="not merged into four-bit weights"):
        merge_adapter(attach_adapter(model, LoraSettings(rank=2), 0))


def test_all_weights_are_counted() -> None:
    """Two of them lie in a byte."""
    costs = [
        PassCost.of(
            attach_adapter(load_model(SANDBOX, quantisation=one).model, LoraSettings(rank=2), 0)
        )
        for one in ("nf4", None)
    ]
    assert costs[0] == costs[1]


def test_rows_that_are_not_whole_blocks_are_refused_on_a_cpu(tmp_path: Path) -> None:
    """bitsandbytes 0.50 reads them with scales of other rows."""
    tiny_model("qwen3", "sdpa").save_pretrained(tmp_path)
    tiny_tokenizer("chatml").save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="q_proj has rows of 32 weights, which bitsandbytes"):
        load_model(str(tmp_path), quantisation="nf4")


def test_what_is_quantised_already_is_refused(tmp_path: Path) -> None:
    load_model(SANDBOX, quantisation="nf4").model.save_pretrained(tmp_path)
    tiny_tokenizer("chatml").save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="is quantised already; leave out quantisation"):
        load_model(str(tmp_path), quantisation="nf4")
