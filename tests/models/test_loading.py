import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers.utils import logging

from aleator.errors import ModelError
from aleator.models.loading import (
    hub_revision,
    load_classifier,
    load_model,
    load_tokenizer,
    sandbox_path,
)
from aleator.tokens.chat import ChatFormat
from tests.tiny_judges import reward_model, reward_tokenizer, saved
from tests.tiny_models import tiny_model, tiny_tokenizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole model, as `save_pretrained` leaves it."""
    tiny_model("qwen3").save_pretrained(tmp_path)
    tiny_tokenizer("chatml").save_pretrained(tmp_path)
    return tmp_path


def test_a_directory(folder: Path) -> None:
    loaded = load_model(str(folder), device="cpu")
    assert loaded.name == loaded.path == str(folder)
    assert loaded.revision is None
    assert not loaded.model.training
    assert loaded.model.dtype == torch.float32
    ids = torch.tensor([ChatFormat(loaded.tokenizer).prompt_ids("Hi")])
    expected = tiny_model("qwen3", "sdpa")
    assert torch.equal(loaded.model(ids).logits, expected(ids).logits)


def test_a_tokenizer_alone(folder: Path) -> None:
    loaded = load_tokenizer(str(folder))
    assert loaded.get_vocab() == load_model(str(folder)).tokenizer.get_vocab()
    with pytest.raises(ModelError, match="there is no directory"):
        load_tokenizer("./nowhere")


def test_nothing_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No bar of weights; transformers' own setting is as it was afterwards."""
    logging.enable_progress_bar()
    load_model(str(folder))
    written = capfd.readouterr()
    assert (written.out, written.err) == ("", "")
    assert logging.is_progress_bar_enabled()


def test_dtype_and_attention(folder: Path) -> None:
    loaded = load_model(
        str(folder), device="cpu", dtype=torch.bfloat16, attn_implementation="eager"
    )
    assert loaded.model.dtype == torch.bfloat16
    assert loaded.model.config._attn_implementation == "eager"


def test_gpt_oss_gets_eager_attention(tmp_path: Path) -> None:
    tiny_model("gpt_oss").save_pretrained(tmp_path)
    tiny_tokenizer("harmony").save_pretrained(tmp_path)
    loaded = load_model(str(tmp_path), device="cpu")
    assert loaded.model.config._attn_implementation == "eager"


@pytest.mark.skipif(not sandbox_path().is_dir(), reason="the sandbox model is not built yet")
def test_the_sandbox() -> None:
    loaded = load_model("sandbox", device="cpu")
    assert loaded.path == str(sandbox_path())
    assert loaded.model.dtype == torch.float32
    assert ChatFormat(loaded.tokenizer).stop_token_id < loaded.model.config.vocab_size


def error(name: str) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(name, device="cpu")
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_no_such_directory(tmp_path: Path) -> None:
    assert "there is no directory" in error(str(tmp_path / "nowhere"))
    assert "there is no directory runs/a/model" in error("runs/a/model")


@pytest.mark.parametrize("name", ["nobody/nothing", "nothing"])
def test_no_such_hub_model(name: str) -> None:
    assert "the hub has no such model or cannot be reached" in error(name)


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (["config.json"], "holds no config.json"),
        (["tokenizer.json", "tokenizer_config.json"], "holds no tokenizer"),
        (["model.safetensors"], "holds no weights in safetensors format"),
    ],
)
def test_a_file_is_missing(folder: Path, lost: list[str], said: str) -> None:
    for name in lost:
        (folder / name).unlink()
    assert said in error(str(folder))


def test_pickled_weights_are_not_looked_at(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    assert "holds no weights in safetensors format" in error(str(folder))


def test_a_weight_is_missing(folder: Path) -> None:
    """transformers would draw it at random."""
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.self_attn.q_proj.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    said = error(str(folder))
    assert "lacks 1 of the model's weights, the first is model.layers.1" in said


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_damaged_file(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b'{"torn')
    assert "cannot" in error(str(folder))


def test_another_size_than_the_config_says(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    assert "cannot load the weights" in error(str(folder))


def test_an_unknown_architecture(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "telepathy"
    (folder / "config.json").write_text(json.dumps(config))
    assert "cannot use the model" in error(str(folder))


def test_a_classifier(tmp_path: Path) -> None:
    model, tokenizer = reward_model(), reward_tokenizer()
    folder = saved(model, tokenizer, tmp_path / "model")
    loaded = load_classifier(folder, labels=1, device="cpu")
    assert loaded.model.config.num_labels == 1
    assert not loaded.model.training and loaded.revision is None
    ids = torch.tensor([tokenizer("1 2 3")["input_ids"]])
    assert torch.equal(loaded.model(ids).logits, model(ids).logits)


def test_a_classifier_with_a_tokenizer_from_elsewhere(tmp_path: Path) -> None:
    folder = saved(reward_model(), reward_tokenizer(), tmp_path / "model")
    tiny_tokenizer("chatml").save_pretrained(tmp_path / "tokenizer")
    loaded = load_classifier(folder, labels=1, tokenizer=str(tmp_path / "tokenizer"), device="cpu")
    assert loaded.tokenizer.chat_template == tiny_tokenizer("chatml").chat_template


def test_pickled_classifiers_are_not_looked_at(tmp_path: Path) -> None:
    folder = saved(reward_model(), reward_tokenizer(), tmp_path)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="holds no weights in safetensors format"):
        load_classifier(folder, labels=1, device="cpu")


def test_revisions(tmp_path: Path) -> None:
    assert hub_revision(str(tmp_path)) is None
    with pytest.raises(ModelError, match="the hub has no such model or cannot be reached"):
        hub_revision("nobody/nothing")
