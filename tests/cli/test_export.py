"""`aleator export`, from the command line to a folder, and on to a hub on this machine."""

from pathlib import Path

import pytest
from huggingface_hub import HfApi

from aleator.cli.app import run
from aleator.training.run import TrainRequest, train
from tests.hub_server import hub_server
from tests.tiny_families import save_tiny_family


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    model = save_tiny_family("gemma3", folder / "model")
    short = {"epochs": "null", "max_steps": "1", "batch_size": "1", "validation": "null"}
    train(TrainRequest(str(model), "soft", folder / "run", overrides=short))
    return folder / "run"


def test_both_kinds(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(finished), "--out", str(tmp_path / "a"), "--adapter"]) == 0
    written = capsys.readouterr()
    assert written.out == f"{tmp_path / 'a'}\n"
    assert "no --eval was given" in written.err
    assert (tmp_path / "a" / "adapter_model.safetensors").is_file()
    assert run(["export", str(finished), "--out", str(tmp_path / "m"), "--merged"]) == 0
    assert (tmp_path / "m" / "model.safetensors").is_file()
    assert "Writing" not in capsys.readouterr().err, "no bars of others"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--push", "a/b/c"], "--push 'a/b/c' is no repository: give OWNER/NAME"),
        (["--eval", "nowhere"], "nowhere is no directory"),
        (["--merged", "--adapter"], "--merged and --adapter are two exports: give one of them"),
    ],
)
def test_wrong_input_is_one_sentence(
    finished: Path,
    tmp_path: Path,
    options: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["export", str(finished), "--out", str(tmp_path / "out"), *options]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_pushed(
    finished: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    out = tmp_path / "out"
    with hub_server() as hub:
        monkeypatch.setattr(
            "aleator.report.push.HfApi", lambda endpoint: HfApi(endpoint=endpoint or hub.url)
        )
        assert run(["export", str(finished), "--out", str(out), "--push", "me/mine"]) == 0
        assert capsys.readouterr().out.split() == [str(out), f"{hub.url}/me/mine/commit/{'0' * 40}"]
        assert hub.files == {path.name: path.read_bytes() for path in out.iterdir()}
        assert "# mine" in hub.files["README.md"].decode()
        hub.refuse = 403
        again = ["export", str(finished), "--out", str(tmp_path / "again"), "--push", "me/mine"]
        assert run(again) == 2
    assert (tmp_path / "again" / "README.md").is_file()
    assert "hf upload me/mine" in " ".join(capsys.readouterr().err.split())
