"""`aleator sandbox info` says what the files say."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from aleator.cli import sandbox
from aleator.cli.app import run
from aleator.cli.sandbox import read_facts
from aleator.errors import InputError, ModelError
from aleator.files import write_json, write_text

CARD = "---\nlicense: apache-2.0\n---\n# A model\n\nIt is small.\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with the files that make a model, and 2 x 3 + 4 weights."""
    config = {"architectures": ["Qwen3ForCausalLM"], "vocab_size": 2, "num_hidden_layers": 1}
    write_json(tmp_path / "config.json", config)
    write_text(tmp_path / "README.md", CARD)
    weights = {"a": np.zeros((2, 3), np.float16), "b": np.zeros(4, np.float32)}
    save_file(weights, tmp_path / "model.safetensors")
    return tmp_path


def test_the_facts_are_those_of_the_files(model: Path) -> None:
    facts = read_facts(model)
    weights = (model / "model.safetensors").read_bytes()
    assert facts.parameters == 10
    assert facts.architecture == "Qwen3ForCausalLM"
    assert (facts.vocabulary, facts.layers) == (2, 1)
    assert facts.megabytes == pytest.approx(len(weights) / 1e6, abs=0.01)
    assert facts.sha256 == hashlib.sha256(weights).hexdigest()


def test_info_prints_facts_and_card(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox, "SANDBOX_MODEL", model)
    assert run(["sandbox", "info"]) == 0
    printed = capsys.readouterr().out
    assert "Qwen3ForCausalLM" in printed
    assert "It is small." in printed
    assert "license" not in printed


def test_the_packaged_model_is_what_it_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sandbox", "info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["architecture"] == "Qwen3ForCausalLM"
    assert 2_000_000 <= facts["parameters"] <= 6_000_000
    assert facts["megabytes"] <= 12


def test_a_folder_without_weights_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no model\.safetensors"):
        read_facts(tmp_path)


def test_a_folder_without_configuration_is_one_sentence(model: Path) -> None:
    (model / "config.json").unlink()
    with pytest.raises(InputError, match=r"cannot read .*config\.json"):
        read_facts(model)


def test_another_configuration_is_one_sentence(model: Path) -> None:
    write_json(model / "config.json", {"architectures": []})
    with pytest.raises(ModelError, match="does not describe a causal model"):
        read_facts(model)
