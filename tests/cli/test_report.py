from pathlib import Path

import pytest

from aleator.cli.app import run


def test_a_page_is_written_and_named(
    finished_demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pages" / "one.html"
    assert run(["report", str(finished_demo), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.read_text().startswith("<!DOCTYPE html>")


def test_several_directories_make_one_page(finished_demo: Path, tmp_path: Path) -> None:
    parts = [str(finished_demo / "eval" / name) for name in ("soft", "base")]
    assert run(["report", *parts, "--out", str(tmp_path / "two.html")]) == 0
    assert "hard" not in (tmp_path / "two.html").read_text().partition("<main>")[0]


def test_a_directory_without_a_result_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(tmp_path), "--out", str(tmp_path / "x.html")]) == 2
    told = capsys.readouterr().err
    assert "holds no evaluation: result.json is missing" in " ".join(told.split())
    assert not (tmp_path / "x.html").exists()


def test_a_page_that_cannot_be_written_is_one_sentence(
    finished_demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    assert run(["report", str(finished_demo), "--out", str(tmp_path / "taken")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("aleator: cannot write") and told.count("\n") == 1


def test_no_directory_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report"]) == 2
    assert "Usage:" in capsys.readouterr().err
