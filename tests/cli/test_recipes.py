"""`aleator recipes` lists, shows and copies."""

import json
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.recipe_files import (
    matrix_names,
    matrix_path,
    recipe_names,
    recipe_path,
    target_file_names,
    target_file_path,
)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_list_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recipes", "list"]) == 0
    printed = capsys.readouterr().out
    names = [*recipe_names(), *target_file_names(), *matrix_names()]
    assert not [name for name in names if name not in printed]
    assert run(["recipes", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == names


def test_show_prints_the_file_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recipes", "show", "paper/soft"]) == 0
    assert capsys.readouterr().out == recipe_path("paper/soft").read_text(encoding="utf-8")


def test_target_files_and_matrices_are_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recipes", "show", "paper/matrix"]) == 0
    assert capsys.readouterr().out == matrix_path("paper/matrix").read_text(encoding="utf-8")
    assert run(["recipes", "show", "language/weighted"]) == 0
    text = target_file_path("language/weighted").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text


@pytest.mark.parametrize(
    ("to", "written"),
    [([], "soft.yaml"), (["mine/own.yaml"], "mine/own.yaml"), (["here"], "here/soft.yaml")],
)
def test_copy_writes_a_file_to_edit(to: list[str], written: str) -> None:
    Path("here").mkdir()
    assert run(["recipes", "copy", "paper/soft", *to]) == 0
    assert Path(written).read_bytes() == recipe_path("paper/soft").read_bytes()


def test_copy_overwrites_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("soft.yaml").write_text("mine")
    assert run(["recipes", "copy", "paper/soft"]) == 2
    assert capsys.readouterr().err == ("aleator: soft.yaml exists already; name another file.\n")
    assert Path("soft.yaml").read_text() == "mine"


def test_copy_to_an_unwritable_place_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").touch()
    assert run(["recipes", "copy", "paper/soft", "file/own.yaml"]) == 2
    assert capsys.readouterr().err.startswith("aleator: cannot write file/own.yaml: ")


def test_an_unknown_recipe_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recipes", "show", "wid"]) == 2
    assert "did you mean 'wide'?" in capsys.readouterr().err
