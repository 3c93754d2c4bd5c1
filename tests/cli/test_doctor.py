"""`aleator doctor` on models in directories, and what it prints and returns."""

import json
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.files import read_json, write_json
from tests.doctor.patients import loaded, write_adapter


@pytest.fixture
def model(tmp_path: Path) -> Path:
    parts, folder = loaded(), tmp_path / "model"
    parts.model.save_pretrained(folder)
    parts.tokenizer.save_pretrained(folder)
    return folder


def _said(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    written = capsys.readouterr()
    return written.out.splitlines(), " ".join(written.err.split())


def test_all_is_well(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adapter = write_adapter(tmp_path / "run" / "adapter")
    arguments = ["doctor", str(model), "--adapter", str(adapter.parent)]
    assert run([*arguments, "--recipe", "sandbox/hard"]) == 0
    lines, told = _said(capsys)
    assert {line[:4] for line in lines} == {"pass", "n/a "} and len(lines) == 16
    assert "pass  adapter on and off: next-token logits differ" in lines
    assert not told


def test_faults_in_files_are_one_line_each(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = model / "chat_template.jinja"
    kept, dropping = "messages %}", "messages if message.role != 'system' %}"
    template.write_text(template.read_text().replace(kept, dropping, 1))
    config = read_json(model / "generation_config.json")
    assert isinstance(config, dict)
    write_json(model / "generation_config.json", {**config, "eos_token_id": 0})
    adapter = write_adapter(tmp_path / "adapter", trained=False)
    assert run(["doctor", str(model), "--adapter", str(adapter)]) == 1
    lines, told = _said(capsys)
    assert [line.split(":")[0] for line in lines if line.startswith("FAIL")] == [
        "FAIL  generation config",
        "FAIL  system message",
        "FAIL  adapter on and off",
    ]
    assert "3 of 16 checks" in told and "generation config, system message" in told


def test_json_for_a_program(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", str(model), "--json", "--recipe", "sandbox/soft"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["passed"] is True and printed["adapter"] is None
    assert {check["name"]: check["verdict"] for check in printed["checks"]}["stop token"] == "pass"
    (model / "chat_template.jinja").unlink()
    assert run(["doctor", str(model), "--json", "--recipe", "sandbox/soft"]) == 1
    printed = json.loads(capsys.readouterr().out)
    first = printed["checks"][0]
    assert printed["passed"] is False and first["name"] == "chat template"
    assert first["verdict"] == "fail" and "has no chat template" in first["said"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["./no-model"], "there is no directory ./no-model"),
        (["sandbox", "--adapter", "nowhere"], "nowhere does not exist"),
        (["sandbox", "--recipe", "nosuch"], "unknown recipe 'nosuch'"),
    ],
)
def test_wrong_input(wrong: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", *wrong]) == 2
    assert told in _said(capsys)[1]
