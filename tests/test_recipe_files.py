"""The recipes are found in a checkout, in an installed wheel, and nowhere else."""

from pathlib import Path

import pytest

import aleator
from aleator import recipe_files
from aleator.errors import InputError, RecipeError, UnknownNameError
from aleator.recipe_files import (
    find_matrix,
    find_recipe,
    find_target_file,
    matrix_names,
    matrix_path,
    recipe_names,
    recipe_path,
    recipe_summary,
    recipes_folder,
    target_file_names,
    target_file_path,
)
from tests.sources import ROOT


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package's folder as a wheel lays it, with nothing in it yet."""
    package = tmp_path / "lib" / "site-packages" / "aleator"
    package.mkdir(parents=True)
    monkeypatch.setattr(aleator, "__file__", str(package / "__init__.py"))
    return package


def test_a_checkout_has_them_at_the_root() -> None:
    assert recipes_folder() == ROOT / "recipes"
    assert {"wide", "paper/soft", "paper/hard", "sandbox/soft", "sandbox/hard"} <= set(
        recipe_names()
    )


def test_every_recipe_says_what_it_is_for() -> None:
    assert not [name for name in recipe_names() if not recipe_summary(recipe_path(name))]


def test_a_wheel_has_them_inside(installed: Path) -> None:
    (installed / "recipes" / "paper").mkdir(parents=True)
    (installed / "recipes" / "paper" / "soft.yaml").write_text("# As published.\nsteps: 1\n")
    (installed / "recipes" / "paper" / "notes.txt").touch()
    assert recipe_names() == ("paper/soft",)
    assert recipe_summary(recipe_path("paper/soft")) == "As published."


@pytest.mark.usefixtures("installed")
def test_an_installation_without_recipes_says_so() -> None:
    with pytest.raises(InputError, match="no recipes came with aleator"):
        recipe_names()


def test_an_unknown_recipe_lists_the_known() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'wide'"):
        recipe_path("wid")


def test_a_path_out_of_the_folder_is_no_name() -> None:
    with pytest.raises(UnknownNameError):
        recipe_path("../pyproject")


def test_a_users_own_file_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_recipe("wide") == recipe_path("wide")
    (tmp_path / "wide").touch()
    assert find_recipe("wide") == Path("wide")
    with pytest.raises(UnknownNameError):
        find_recipe("mine.yaml")


def test_target_files_are_told_from_recipes(tmp_path: Path) -> None:
    assert "language/closed_sets" in target_file_names()
    assert not set(target_file_names()) & set(recipe_names())
    assert find_target_file("language/closed_sets") == target_file_path("language/closed_sets")
    own = tmp_path / "mine.jsonl"
    own.touch()
    assert find_target_file(str(own)) == own
    with pytest.raises(UnknownNameError, match="unknown target file 'wide'; known: language/"):
        find_target_file("wide")
    assert not [name for name in target_file_names() if not recipe_summary(target_file_path(name))]


def test_matrices_are_told_from_both() -> None:
    assert matrix_names() == ("paper/matrix", "sandbox/matrix")
    assert not {"paper/matrix"} & {*recipe_names(), *target_file_names()}
    assert recipe_summary(matrix_path("paper/matrix"))
    with pytest.raises(UnknownNameError, match="unknown matrix 'wide'; known: paper/matrix"):
        matrix_path("wide")


def test_a_matrix_is_found_and_is_no_recipe(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text("# mine\nmodels: []\n")
    assert (find_matrix(str(own)), find_matrix("paper/matrix")) == (
        own,
        matrix_path("paper/matrix"),
    )
    for name in (str(own), "paper/matrix"):
        with pytest.raises(RecipeError, match=f"{name} is a matrix of runs, not a recipe"):
            find_recipe(name)


def test_a_recipe_without_a_comment_has_no_summary(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("steps: 1\n# not this\n")
    assert recipe_files.recipe_summary(tmp_path / "a.yaml") == ""


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    for find in (find_recipe, find_target_file, find_matrix):
        with pytest.raises(InputError, match=f"{tmp_path} is a directory: give a "):
            find(str(tmp_path))
