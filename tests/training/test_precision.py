"""Runs in bfloat16 and on four-bit weights, beside runs in float32."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from aleator.benchmarks.subject import open_model
from aleator.errors import ModelError
from aleator.models.adapters import load_adapter
from aleator.models.loading import SANDBOX, LoadedModel, load_model
from aleator.models.quantisation import quantisation_of
from aleator.report.export import ExportRequest, export
from aleator.training.metrics_log import validation_figures
from aleator.training.recipe import Lora, Recipe, Sharding, TreeSupervision
from aleator.training.run import TrainRequest, TrainResult, train
from aleator.training.trainer import TreeTrainer
from tests.training.runs import WEIGHTS, Kill, adapter_bytes

_MEASURED = {"validation": "{every: 3, prompts: 4, nodes: 16}", "lora.dropout": "0"}
_BFLOAT16 = {"dtype": "bfloat16", "bf16": "true"}
_NF4 = {"quantisation": "nf4"}


@pytest.fixture
def wide(request_: TrainRequest) -> TrainRequest:
    """The run on a model whose rows are whole blocks of four-bit weights."""
    return replace(request_, model=SANDBOX)


def _trained(request_: TrainRequest, name: str, *overrides: dict[str, str]) -> TrainResult:
    told = dict(_MEASURED)
    for one in overrides:
        told |= one
    return train(replace(request_, out=request_.out.with_name(name), overrides=told))


def test_bfloat16_comes_near_float32(
    request_: TrainRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights and products have eight bits, a relative error of 0.004; a loss of them less."""
    losses: set[torch.dtype] = set()
    given = TreeTrainer.compute_loss

    def watched(
        self: TreeTrainer,
        model: nn.Module,
        inputs: Mapping[str, object],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        loss = given(self, model, inputs, return_outputs, num_items_in_batch)
        losses.add(loss.dtype)
        return loss

    exact = validation_figures(_trained(request_, "exact").metrics)
    with monkeypatch.context() as patch:
        patch.setattr(TreeTrainer, "compute_loss", watched)
        result = _trained(request_, "short", _BFLOAT16)
    assert losses == {torch.float32}
    short = validation_figures(result.metrics)
    assert short == pytest.approx(exact, rel=0.004)
    assert short[-1] < 0.9 * short[0]
    weights = load_file(result.adapter / WEIGHTS).values()
    assert {weight.dtype for weight in weights} == {torch.float32}


def test_four_bit_weights_train(wide: TrainRequest) -> None:
    """Broken off and resumed as well, bit for bit; who loads the adapter gets the rounded base."""
    result = _trained(wide, "rounded", _NF4)
    figures = validation_figures(result.metrics)
    assert figures[-1] < 0.9 * figures[0]
    with pytest.raises(KeyboardInterrupt):
        out = wide.out.with_name("resumed")
        train(
            replace(wide, out=out, overrides={**_MEASURED, **_NF4}),
            callbacks=[Kill(4)],
        )
    assert adapter_bytes(_trained(wide, "resumed", _NF4)) == adapter_bytes(result)

    opened = open_model(wide.model, result.out)
    assert quantisation_of(opened.loaded.model) == "nf4" and not opened.adapter_silent
    plain = open_model(wide.model, result.out, quantisation="none")
    assert quantisation_of(plain.loaded.model) is None
    assert quantisation_of(open_model(wide.model, None).loaded.model) is None


def test_a_run_on_four_bits_is_merged_into_the_model_as_it_is(
    wide: TrainRequest, tmp_path: Path
) -> None:
    result = _trained(wide, "rounded", _NF4)
    folder = export(ExportRequest(result.out, tmp_path / "merged", kind="merged"))
    merged = load_model(str(folder)).model
    assert quantisation_of(merged) is None
    adapted = load_adapter(load_model(wide.model).model, result.adapter)
    input_ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        torch.testing.assert_close(
            merged(input_ids=input_ids).logits, adapted(input_ids=input_ids).logits
        )
    assert "rounded to four bits (NF4)" in (folder / "README.md").read_text()
    copied = export(ExportRequest(result.out, tmp_path / "adapter"))
    assert quantisation_of(open_model(wide.model, copied).loaded.model) == "nf4"


def test_without_bitsandbytes(request_: TrainRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aleator.models.quantisation.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"not installed: pip install 'aleator\[quantised\]'"):
        _trained(request_, "run", _NF4)
    assert not request_.out.exists()


def test_four_bits_and_shards_are_refused() -> None:
    recipe = Recipe(method="soft", supervision=TreeSupervision(), epochs=1, quantisation="nf4")
    lora = Lora(dropout=0.0, target_parameters=("mlp.experts.down_proj",))
    for more in ({"sharding": Sharding("fsdp")}, {"lora": lora}):
        with pytest.raises(ValueError, match="quantisation 'nf4' goes neither with sharding nor"):
            replace(recipe, **more)


def test_checks_see_the_rounded_model(wide: TrainRequest) -> None:
    seen: list[LoadedModel] = []
    wide = replace(wide, overrides={**_NF4, "epochs": "1"})
    train(wide, inspect=seen.append)
    assert quantisation_of(seen[0].model) == "nf4"
