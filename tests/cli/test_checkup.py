"""The quick checks that `train` and `eval` run by themselves."""

from pathlib import Path
from typing import cast

import pytest

from aleator.cli.app import run
from aleator.cli.checkup import warn_of_failures
from aleator.models.loading import load_model
from tests.doctor.patients import loaded


@pytest.fixture
def doubled(tmp_path: Path) -> Path:
    """A model whose template writes its beginning of sequence twice."""
    parts, folder = loaded("llama"), tmp_path / "model"
    template = cast(str, parts.tokenizer.chat_template)
    parts.tokenizer.chat_template = "{{ bos_token }}" + template
    parts.model.save_pretrained(folder)
    parts.tokenizer.save_pretrained(folder)
    return folder


def _warned(capsys: pytest.CaptureFixture[str]) -> bool:
    told = " ".join(capsys.readouterr().err.split())
    return "warning: beginning of sequence: a prompt begins with 2 '<bos>'" in told


def test_a_healthy_model_is_not_talked_about(capsys: pytest.CaptureFixture[str]) -> None:
    warn_of_failures(load_model("sandbox"))
    assert capsys.readouterr().err == ""


def test_eval_and_train_warn_and_go_on(
    doubled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--limit", "1", "--draws", "0", "--splits", "held_out_families", "--decimals", "0"]
    assert run(["eval", str(doubled), "--out", str(tmp_path / "eval"), *few]) == 0
    assert _warned(capsys)
    short = ["max_steps=1", "batch_size=1", "validation=null"]
    overrides = [word for pair in short for word in ("--set", pair)]
    out, recipe = tmp_path / "run", ["--method", "soft", "--recipe", "sandbox/soft"]
    assert run(["train", str(doubled), *recipe, "--out", str(out), *overrides]) == 0
    assert _warned(capsys)
    assert run(["train", str(doubled), *recipe, "--out", str(out), *overrides]) == 0
    assert not _warned(capsys), "a finished run loads nothing"
