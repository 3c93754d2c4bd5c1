"""A trained run, exported, and loaded again by transformers and PEFT alone."""

import json
from pathlib import Path
from shutil import copytree

import pytest
import torch
from huggingface_hub import ModelCard, ModelCardData
from peft import PeftModel
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, PreTrainedModel

from aleator.cli.app import run
from aleator.errors import InputError, ModelError
from aleator.files import as_object, read_yaml, write_yaml
from aleator.models.adapters import load_adapter
from aleator.models.loading import load_model
from aleator.report.export import ExportRequest, export
from aleator.tokens.chat import FINAL_CHANNEL, ChatFormat
from aleator.training.run import TrainRequest, train
from tests.family_tokenizers import FamilyName, tiny_family_tokenizer
from tests.tiny_families import FAMILIES, save_tiny_family

SHORT = {
    "epochs": "null",
    "max_steps": "2",
    "batch_size": "2",
    "data.max_bins": "20",
    "validation": "null",
    "optimiser.learning_rate": "0.05",
}


def trained(model: Path, out: Path, **more: str) -> Path:
    train(TrainRequest(str(model), "soft", out, overrides={**SHORT, **more}))
    return out


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `model`, a finished `run`, and `eval/base` and `eval/soft`."""
    folder = tmp_path_factory.mktemp("qwen")
    model = save_tiny_family("qwen3", folder / "model", taught=True)
    trained(model, folder / "run")
    short = ["--bench", "numeric", "--limit", "1", "--draws", "4"]
    for name, adapter in (("base", []), ("soft", ["--adapter", str(folder / "run")])):
        out = ["--out", str(folder / "eval" / name)]
        assert run(["eval", str(model), *adapter, *short, *out]) == 0
    return folder


def logits(model: nn.Module, family: FamilyName) -> Tensor:
    ids = ChatFormat(tiny_family_tokenizer(family)).prompt_ids("Generate a number.")
    with torch.no_grad():
        return model(torch.tensor([ids]), use_cache=False).logits


def plainly(folder: Path) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(folder).eval()


# PEFT 0.21 asks transformers 5 under a name that 6 will drop.
@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
@pytest.mark.parametrize("family", FAMILIES)
def test_loads_again(family: FamilyName, tmp_path: Path) -> None:
    """Both kinds answer as base and adapter do, and base does not."""
    model = save_tiny_family(family, tmp_path / "model")
    done = trained(model, tmp_path / "run")
    expected = logits(load_adapter(load_model(str(model)).model, done / "adapter"), family)
    assert (expected - logits(plainly(model), family)).abs().max() > 0.01
    export(ExportRequest(done, tmp_path / "adapter"))
    adapted = PeftModel.from_pretrained(plainly(model), str(tmp_path / "adapter")).eval()
    assert torch.equal(logits(adapted, family), expected)
    export(ExportRequest(done, tmp_path / "merged", "merged"))
    merged = plainly(tmp_path / "merged")
    assert (logits(merged, family) - expected).abs().le(1e-4).all()
    card = (tmp_path / "merged" / "README.md").read_text()
    assert (FINAL_CHANNEL in card) == (family == "gpt_oss")
    assert ("enable_thinking=False" in card) == (family == "qwen3")
    assert ("prints today's date" in card) == (family in ("llama3", "gpt_oss"))


def test_experts_are_merged_too(tmp_path: Path) -> None:
    model = save_tiny_family("gpt_oss", tmp_path / "model")
    experts = {"lora.dropout": "0", "lora.target_parameters": "[mlp.experts.down_proj]"}
    experts["lora.target_modules"] = "[q_proj]"
    done = trained(model, tmp_path / "run", **experts)
    expected = logits(load_adapter(load_model(str(model)).model, done / "adapter"), "gpt_oss")
    export(ExportRequest(done, tmp_path / "merged", "merged"))
    assert (logits(plainly(tmp_path / "merged"), "gpt_oss") - expected).abs().le(1e-4).all()


def test_in_bfloat16_a_merge_is_rounded_and_says_so(tmp_path: Path) -> None:
    model = save_tiny_family("llama3", tmp_path / "model")
    half = load_model(str(model), dtype=torch.bfloat16)
    half.model.save_pretrained(model)
    done = trained(model, tmp_path / "run")
    export(ExportRequest(done, tmp_path / "merged", "merged"))
    merged = load_model(str(tmp_path / "merged")).model
    assert merged.dtype == torch.bfloat16
    expected = logits(load_adapter(load_model(str(model)).model, done / "adapter"), "llama3")
    error = (logits(merged, "llama3").float() - expected.float()).abs().max()
    assert 0 < error <= 0.2
    assert "Merging rounded in bfloat16" in (tmp_path / "merged" / "README.md").read_text()


def test_an_adapter_and_its_card(qwen: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    request = ExportRequest(qwen / "run", out, evaluations=(qwen / "eval",), name="me/mine")
    assert export(request) == out
    names = {"README.md", "adapter_config.json", "adapter_model.safetensors"}
    assert {path.name for path in out.iterdir()} == names
    card = ModelCard.load(out / "README.md")
    assert isinstance(card.data, ModelCardData)
    assert card.data.model_name == "mine"
    assert card.data.eval_results is not None
    result = json.loads((qwen / "eval" / "soft" / "result.json").read_text())
    figures = result["bench"]["numeric"]["splits"]["held_out_families"]["family_mean"]
    found = {
        one.metric_type: one.metric_value
        for one in card.data.eval_results
        if one.dataset_split == "Held-out families"
    }
    assert found["sequence_kl"] == figures["sequence_kl"]["value"]
    assert "| Held-out families | base | calibrated |" in card.text
    assert "only 1 of 92 prompts" in card.text


def test_no_place_on_this_machine_is_told(qwen: Path, tmp_path: Path) -> None:
    for kind in ("adapter", "merged"):
        out = tmp_path / kind
        export(ExportRequest(qwen / "run", out, kind, evaluations=(qwen / "eval",)))
        for path in out.iterdir():
            assert str(qwen).encode() not in path.read_bytes(), path


def test_what_is_there_is_left_alone(qwen: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match="is not empty: choose another --out"):
        export(ExportRequest(qwen / "run", tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    export(ExportRequest(qwen / "run", tmp_path / "empty"))


def test_whole_or_absent(qwen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise InputError("no card today")

    monkeypatch.setattr("aleator.report.export.model_card", broken)
    with pytest.raises(InputError, match="no card today"):
        export(ExportRequest(qwen / "run", tmp_path / "out", "merged"))
    assert not list(tmp_path.iterdir())


def test_an_unfinished_run(qwen: Path, tmp_path: Path) -> None:
    copytree(qwen / "run", tmp_path / "run")
    record = as_object(read_yaml(tmp_path / "run" / "run.yaml"), tmp_path)
    write_yaml(tmp_path / "run" / "run.yaml", {**record, "spent": None})
    with pytest.raises(InputError, match="is not finished: the same `aleator train` goes on"):
        export(ExportRequest(tmp_path / "run", tmp_path / "out"))
    write_yaml(tmp_path / "run" / "run.yaml", record)
    (tmp_path / "run" / "adapter" / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"lacks adapter_model.safetensors"):
        export(ExportRequest(tmp_path / "run", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no run.yaml: give the folder of a training run"):
        export(ExportRequest(tmp_path, tmp_path / "out"))


def test_an_evaluation_of_another_adapter(qwen: Path, tmp_path: Path) -> None:
    other = trained(qwen / "model", tmp_path / "run", seed="3")
    with pytest.raises(InputError, match="soft measured other weights"):
        export(ExportRequest(other, tmp_path / "out", evaluations=(qwen / "eval",)))
    assert not (tmp_path / "out").exists()
