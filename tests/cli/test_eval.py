"""`aleator eval` on a tiny model in a directory."""

import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import PreTrainedModel

from aleator.cli.app import run
from aleator.models.adapters import LoraSettings, attach_adapter, save_adapter
from aleator.models.loading import load_model
from tests.tiny_models import tiny_model, tiny_tokenizer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model("qwen3", "sdpa").save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return str(folder)


def test_result_and_rows_are_written(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "evaluation"
    arguments = ["eval", model, "--out", str(out), "--limit", "2", "--draws", "10"]
    assert run([*arguments, "--splits", "held_out_families", "--decimals", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("numeric, held out families (2 prompts): value TV 0.")
    assert told[-1] == str(out / "result.json")
    result = json.loads((out / "result.json").read_text())
    numeric = result["bench"]["numeric"]
    assert list(numeric["splits"]) == ["held_out_families"]
    assert numeric["decimals"] == 1 and numeric["draws"] == 10
    assert len((out / "rows" / "numeric.jsonl").read_text().splitlines()) == 2
    # The same words in another order of splits are another configuration.
    assert run([*arguments, "--decimals", "1"]) == 2
    assert "numeric.splits" in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--bench", "numerik"], "known: numeric"),
        (["--bench", ""], "no benchmark"),
        (["--splits", "trane"], "did you mean 'train'?"),
        (["--adapter", "nowhere"], "nowhere does not exist"),
        (["--adapter", "/"], "/ holds no adapter"),
        (["--decimals", "40"], "decimals=40 is out of range: give 0 to 12"),
        (
            ["--bench", "closed_sets", "--targets", "nowhere.yaml"],
            "unknown target file 'nowhere.yaml'; known: language",
        ),
        (["--bench", "knowledge", "--knowledge-tasks", "mmlu"], "known: local, tiny, arithmetic"),
        (["--bench", "knowledge", "--knowledge-items", "no.bin"], "cannot read no.bin"),
        (["--bench", "knowledge", "--knowledge-items", "no.bin@ab"], "64 hexadecimal digits"),
        (["--bench", "knowledge", "--method", "ssot"], "is not for the benchmark 'knowledge'"),
        (["--bench", "knowledge", "--endpoint", "http://localhost:9"], "compares log-likelihoods"),
        (["--bench", "novelty", "--draws", "0"], "draws=0: give at least 1"),
        (["--adapter-scale", "0.5"], "--adapter-scale needs an adapter"),
        (["--method", "temperature", "--decimals", "40"], "decimals=40 is out of range"),
        (["--endpoint", "http://localhost:9", "--draws", "0"], "give draws above 0"),
        (["--endpoint", "http://localhost:9", "--bench", "perplexity"], "needs the model's logits"),
        (["--bench", "perplexity", "--method", "temperature"], "not for the benchmark"),
        (["--bench", "perplexity", "--perplexity-texts", "pile"], "known: sandbox, paloma"),
        (["--bench", "perplexity", "--perplexity-files", "nowhere"], "cannot read nowhere"),
        (["--bench", "perplexity", "--perplexity-context", "9"], "stride=1024: give 1 to 8"),
    ],
)
def test_wrong_input_is_told_in_a_sentence(
    wrong: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the model is loaded, which is not there, and before anything is written."""
    assert run(["eval", "./no-model", "--out", str(tmp_path / "out"), *wrong]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_perplexity_of_files_in_windows(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its options reach it, and another content of the same file is another configuration."""
    texts = tmp_path / "mine.jsonl"
    texts.write_text('{"text": "A number is 1.25, another 2.5."}\n' * 3)
    arguments = ["eval", model, "--bench", "perplexity", "--out", str(tmp_path / "out")]
    arguments += ["--perplexity-files", str(texts), "--perplexity-context", "12"]
    assert run([*arguments, "--perplexity-stride", "5", "--limit", "2"]) == 0
    found = json.loads((tmp_path / "out" / "result.json").read_text())["bench"]["perplexity"]
    (one,) = found["slices"]
    assert (one["slice"], one["documents"]) == ("mine", 2)
    assert (found["context_used"], found["stride_used"]) == (12, 5)
    texts.write_text('{"text": "Words."}\n')
    assert run([*arguments, "--perplexity-stride", "5", "--limit", "2"]) == 2
    assert "perplexity.files_sha256" in capsys.readouterr().err.replace("\n", "")


def test_a_place_that_cannot_be_written(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        assert run(["eval", "./no-model", "--out", str(out), "--limit", "1"]) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert f"cannot write {out}: not a directory" in told.replace("- ", "-")
    assert run(["eval", model, "--out", "/proc/aleator", "--limit", "1"]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_what_this_model_cannot_be_asked_is_refused_in_one_sentence(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No bar before it, and nothing is written."""
    (tmp_path / "mine.yaml").write_text("sets: [{name: a, prompts: [Go], outcomes: [<bos>, 1]}]")
    arguments = ["eval", model, "--bench", "closed_sets", "--out", str(tmp_path / "out")]
    assert run([*arguments, "--targets", str(tmp_path / "mine.yaml")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("aleator: ")
    assert "the outcome '<bos>' holds a special token" in " ".join(told.split())
    assert not (tmp_path / "out").exists()


def test_knowledge_tasks_and_their_limit(model: str, tmp_path: Path) -> None:
    asked = ["--bench", "knowledge", "--knowledge-tasks", "facts", "--limit", "knowledge=3"]
    assert run(["eval", model, "--out", str(tmp_path), *asked]) == 0
    knowledge = json.loads((tmp_path / "result.json").read_text())["bench"]["knowledge"]
    assert knowledge["task_names"] == ["facts"] and knowledge["limit"] == 3
    assert knowledge["tasks"][0]["items"] == 3
    assert len((tmp_path / "rows" / "knowledge.jsonl").read_text().splitlines()) == 3


def test_an_adapter_at_several_scales(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder each; 0 is the model without its adapter, 1 what is measured without a scale."""
    adapter = tmp_path / "adapter"
    save_adapter(_trained(load_model(model).model), adapter)
    common = ["--limit", "2", "--draws", "0", "--splits", "held_out_families", "--decimals", "1"]

    def evaluated(place: str, *options: str) -> None:
        assert run(["eval", model, "--out", str(tmp_path / place), *common, *options]) == 0

    evaluated("base")
    evaluated("whole", "--adapter", str(adapter))
    evaluated("half", "--adapter", str(adapter), "--adapter-scale", "0.5")
    capsys.readouterr()
    evaluated("all", "--adapter", str(adapter), "--adapter-scale", "0,0.5,1")
    folders = [tmp_path / "all" / f"scale-{name}" for name in ("0", "0.5", "1")]
    told = capsys.readouterr().out.splitlines()
    assert told[::4] == [f"adapter at scale {name}" for name in ("0", "0.5", "1")]
    assert told[3::4] == [str(one / "result.json") for one in folders]
    results = [json.loads((one / "result.json").read_text()) for one in folders]
    assert [one["adapter_scale"] for one in results] == [0, 0.5, 1]
    for place, result in zip(("base", "half", "whole"), results, strict=True):
        alone = json.loads((tmp_path / place / "result.json").read_text())
        assert alone["bench"] == result["bench"], place
        assert alone["adapter_scale"] == {"base": None, "half": 0.5, "whole": 1}[place]
    assert len({json.dumps(one["bench"]) for one in results}) == 3


def _trained(model: PreTrainedModel) -> PeftModel:
    adapted = attach_adapter(model, LoraSettings(rank=2), seed=1)
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.2)
    return adapted


def test_four_bits_are_recorded_and_may_be_declined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter, told = tmp_path / "adapter", ["--limit", "1", "--draws", "5", "--splits", "train"]
    rounded = load_model("sandbox", quantisation="nf4").model
    save_adapter(attach_adapter(rounded, LoraSettings(rank=1), 0), adapter)
    ways = {
        "adapter": ["--adapter", str(adapter)],
        "declined": ["--adapter", str(adapter), "--quantisation", "none"],
        "base": ["--quantisation", "nf4"],
    }
    found: dict[str, str | None] = {}
    for name, options in ways.items():
        assert run(["eval", "sandbox", "--out", str(tmp_path / name), *told, *options]) == 0
        result = json.loads((tmp_path / name / "result.json").read_text())
        found[name] = result.get("quantisation")
    assert found == {"adapter": "nf4", "declined": None, "base": "nf4"}
    served = ["--endpoint", "http://localhost:9", "--quantisation", "nf4"]
    assert run(["eval", "m", "--out", str(tmp_path / "served"), *told, *served]) == 2
    assert "--quantisation nf4 is for models loaded here" in capsys.readouterr().err.replace(
        "\n", " "
    )
