import re
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.files import as_object, read_yaml
from tests.tiny_models import tiny_model, tiny_tokenizer

SHORT = ["epochs=null", "max_steps=2", "batch_size=2", "data.max_bins=20"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-model")
    tiny_model("qwen3", "sdpa").save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return folder


def _train(model: Path, out: Path, *options: str) -> int:
    overrides = [word for pair in SHORT for word in ("--set", pair)]
    return run(["train", str(model), "--out", str(out), *overrides, *options])


def test_an_adapter_is_trained_and_named(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    options = ("--method", "soft", "--set", "validation={prompts: 2, nodes: 4}")
    assert _train(model, out, *options) == 0
    written = capsys.readouterr()
    assert written.out == f"{out / 'adapter'}\n"
    assert "2 updates" in written.err and "validation KL" in written.err
    assert (out / "adapter" / "adapter_model.safetensors").is_file()
    record = as_object(read_yaml(out / "run.yaml"), out)
    assert (record["decimals"], record["method"]) == (5, "soft"), "the paper's recipe"

    assert _train(model, out, *options) == 0
    assert "finished before: 2 updates" in capsys.readouterr().err

    assert _train(model, out, *options, "--set", "seed=3") == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "holds a run with another configuration (seed was 11, is 3)" in told


def test_what_is_left_of_a_token_budget_is_told(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--method", "soft", "--set", "max_tokens=700", "--set", "batch_size=2"]
    options += ["--set", "validation=null", "--set", "data.max_bins=20"]
    assert run(["train", str(model), "--out", str(tmp_path / "run"), *options]) == 0
    told = " ".join(capsys.readouterr().err.split())
    found = re.search(r"(\d+) tokens, .*; (\d+) of max_tokens 700 left, less than one more", told)
    assert found is not None and int(found[1]) + int(found[2]) == 700


def test_words_are_trained_on_and_mixed(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("sets:\n  - {name: coin, prompts: [Flip.], outcomes: [heads, tails]}\n")
    options = ("--method", "soft", "--targets", str(mine), "--mix", "numeric=0.5,mine=0.5")
    options = (*options, "--set", "validation={prompts: 2, nodes: 4}")
    assert _train(model, tmp_path / "run", *options) == 0
    assert "language KL" in capsys.readouterr().err
    record = as_object(read_yaml(tmp_path / "run" / "run.yaml"), tmp_path)
    recipe = as_object(record["recipe"], tmp_path)
    assert recipe["targets"] == [str(mine)]
    assert recipe["mix"] == {"numeric": 0.5, "mine": 0.5}
    assert list(as_object(record["targets"], tmp_path)) == ["mine"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--method", "soft", "--recipe", "widde"), "unknown recipe 'widde'; did you mean 'wide'?"),
        (("--method", "hard", "--recipe", "paper/soft"), "is for method 'soft', not 'hard'"),
        (("--method", "soft", "--set", "lora.rnk=3"), "unknown key 'rnk' in lora"),
        (("--method", "soft", "--set", "lora.rank"), "'lora.rank' is not NAME=VALUE"),
        (("--method", "soft", "--mix", "numeric=1"), "a mix needs target files"),
        (("--method", "soft", "--mix", "numeric"), "'numeric' is not NAME=VALUE"),
        (
            ("--method", "soft", "--targets", "language/closed_sets", "--mix", "closed=1"),
            "unknown source in the mix 'closed'; did you mean 'closed_sets'? known: numeric, ",
        ),
        (("--method", "soft", "--targets", "nowhere.yaml"), "unknown target file 'nowhere.yaml'"),
        (("--method", "soft", "--report-to", "wandbb"), "unknown experiment tracker 'wandbb'"),
    ],
)
def test_wrong_input_is_one_sentence(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    words: str,
) -> None:
    assert _train(model, tmp_path / "run", *options) == 2
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_model_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _train(tmp_path / "nowhere", tmp_path / "run", "--method", "soft") == 2
    assert "there is no directory" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_an_anchor_is_a_dial(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "keep.jsonl"
    mine.write_text('{"prompt": "Hello?"}\n{"text": "Once upon a time."}\n')
    options = ("--method", "soft", "--set", "validation=null", "--set", "anchor.max_tokens=8")
    options = (*options, "--anchor", "0.5", "--anchor-prompts", str(mine))
    assert _train(model, tmp_path / "run", *options) == 0
    record = as_object(read_yaml(tmp_path / "run" / "run.yaml"), tmp_path)
    anchor = as_object(as_object(record["recipe"], tmp_path)["anchor"], tmp_path)
    assert (anchor["weight"], anchor["prompts"], anchor["max_tokens"]) == (0.5, str(mine), 8)
    assert (tmp_path / "run" / "anchor.jsonl").is_file()
    capsys.readouterr()
    assert (
        _train(model, tmp_path / "other", "--method", "soft", "--anchor-prompts", "no.jsonl") == 2
    )
    assert "there are no anchor prompts 'no.jsonl'" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "other").exists()


def test_an_early_stop_is_told(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goal = "validation={every: 1, prompts: 2, nodes: 4, stop_below: 1000}"
    assert _train(model, tmp_path / "run", "--method", "soft", "--set", goal) == 0
    assert "1 updates" in (told := capsys.readouterr().err)
    assert "stopped early" in " ".join(told.split())
