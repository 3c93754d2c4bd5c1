"""`aleator sandbox build` on stages of a few steps, measured and carded like the real one."""

import dataclasses
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aleator.cli.app import run
from aleator.cli.sandbox import app
from aleator.files import as_object, read_json
from aleator.sandbox import build, finish, measures, stages


@pytest.mark.slow
def test_a_short_build_is_measured_and_carded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"steps": 2, "raw_prompts": 2, "chat_prompts": 1, "documents": 1}
    short = tuple(dataclasses.replace(stage, **counts) for stage in stages.STAGES)
    monkeypatch.setattr(build.build_model, "__kwdefaults__", {"seed": 11, "stages": short})
    monkeypatch.setattr(stages, "STAGES", short)
    monkeypatch.setattr(build, "TOKENIZER_DOCUMENTS", 300)
    monkeypatch.setattr(finish, "NUMERIC_LIMIT", 2)
    for name, value in {
        "NUMERIC_LIMIT": 2,
        "NUMERIC_DRAWS": 20,
        "CHOICE_DRAWS": 2,
        "LIST_DRAWS": 1,
        "QUESTION_DRAWS": 2,
        "LONGEST_ANSWER": 4,
    }.items():
        monkeypatch.setattr(measures, name, value)
    out, work = tmp_path / "model", tmp_path / "work"
    arguments = ["build", "--out", str(out), "--work", str(work), "--threads", "1"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    chat = as_object(as_object(read_json(out / "figures.json"), out)["chat"], out)
    card = (out / "README.md").read_text()
    assert f"| sums and products to 9: right | {chat['arithmetic']:.2f} |" in card
    assert {path.name for path in out.iterdir()} >= {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "chat_template.jinja",
    }


@pytest.mark.parametrize("option", ["--out", "--work"])
def test_a_file_where_the_model_should_go(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, not when an hour of training is done."""
    (tmp_path / "file").write_text("")
    folders = {"--out": str(tmp_path / "model"), "--work": str(tmp_path / "work")}
    folders[option] = str(tmp_path / "file")
    assert run(["sandbox", "build", *(word for pair in folders.items() for word in pair)]) == 2
    assert "not a directory" in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
