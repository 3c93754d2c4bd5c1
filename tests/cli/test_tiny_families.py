"""Every family of the published set-up from one end to the other, small: `train`, then `eval`."""

import json
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.files import as_object, read_yaml
from aleator.models.adapters import WEIGHTS_FILE
from tests.tiny_families import FAMILIES, FamilyName, save_tiny_family

SHORT = {
    "epochs": "null",
    "max_steps": "2",
    "batch_size": "2",
    "data.max_bins": "20",
    "validation": "{prompts: 2, nodes: 4}",
}


def train(model: Path, out: Path, method: str, **more: str) -> int:
    overrides = {**SHORT, **more}.items()
    words = [word for key, value in overrides for word in ("--set", f"{key}={value}")]
    return run(["train", str(model), "--method", method, "--out", str(out), *words])


@pytest.mark.parametrize("family", FAMILIES)
def test_train_and_eval(
    family: FamilyName, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the paper's recipes, shortened; the adapter is on when it is evaluated."""
    model = save_tiny_family(family, tmp_path / "model", taught=True)
    for method in ("soft", "hard"):
        out = tmp_path / method
        assert train(model, out, method) == 0
        assert (out / "adapter" / WEIGHTS_FILE).is_file()
        record = as_object(read_yaml(out / "run.yaml"), out)
        assert as_object(record["recipe"], out)["method"] == method
    capsys.readouterr()
    out = tmp_path / "evaluation"
    options = ["--bench", "numeric", "--limit", "2", "--draws", "10", "--out", str(out)]
    assert run(["eval", str(model), "--adapter", str(tmp_path / "soft"), *options]) == 0
    assert "changes nothing" not in capsys.readouterr().err
    numeric = json.loads((out / "result.json").read_text())["bench"]["numeric"]
    for split in numeric["splits"].values():
        assert split["prompts"] == 2
        assert split["family_mean"]["sequence_kl"]["value"] > 0


def test_experts_are_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = save_tiny_family("gpt_oss", tmp_path / "model")
    experts = {"lora.target_parameters": "[mlp.experts.down_proj]"}
    assert train(model, tmp_path / "run", "soft", **experts) == 2
    assert "lora.dropout 0.05 does not go with lora.target_parameters" in " ".join(
        capsys.readouterr().err.split()
    )
    assert train(model, tmp_path / "run", "soft", **experts, **{"lora.dropout": "0"}) == 0
    config = json.loads((tmp_path / "run" / "adapter" / "adapter_config.json").read_text())
    assert config["target_parameters"] == ["mlp.experts.down_proj"]
