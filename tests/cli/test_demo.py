"""The command around the stages; the stages themselves run in `make demo`."""

import json
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.cli.demo_settings import DemoSettings, note_settings


def test_other_settings_in_the_same_folder_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note_settings(tmp_path, DemoSettings.chosen(11, quick=True))
    assert run(["demo", "--out", str(tmp_path), "--quick", "--seed", "12"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "holds a demo with other settings: seed=11 there and 12 here;" in told
    assert not (tmp_path / "logs").exists()


def test_an_unwritable_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run(["demo", "--out", str(tmp_path / "file" / "demo")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_what_is_finished_goes_straight_to_the_page(
    tmp_path: Path, finished_demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "--out", str(finished_demo), "--quick"]) == 0
    printed = capsys.readouterr()
    assert "This was a quick run." in " ".join(printed.out.split())
    assert "Shape KL ≤ 1/5" in printed.out
    assert "soft: calibration: " in printed.out and "retention: not measured" in printed.out
    assert str(finished_demo / "report.html") in printed.out.replace("\n", "")
    page = (finished_demo / "report.html").read_text()
    assert "This was a quick run" in page
    assert json.loads((finished_demo / "demo.json").read_text())["limits"]["numeric"] == 32
