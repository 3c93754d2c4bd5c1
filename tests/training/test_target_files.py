"""Target files as a recipe names them."""

from dataclasses import replace
from pathlib import Path

import pytest

from aleator.errors import InputError, RecipeError, UnknownNameError
from aleator.training.recipe import Recipe, TreeSupervision
from aleator.training.target_files import all_targets, read_target_files

COIN = "sets:\n  - {name: coin, prompts: [Flip.], outcomes: [heads, tails]}\n"
DIE = "  - {name: die, split: held_out, prompts: [Roll.], outcomes: ['1', '2']}\n"


def _recipe(*paths: Path, **mix: float) -> Recipe:
    return Recipe(
        method="soft",
        supervision=TreeSupervision(),
        targets=tuple(map(str, paths)),
        mix=mix,
        max_steps=1,
    )


def _write(path: Path, text: str = COIN + DIE) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_has_a_name_a_digest_and_its_sets_by_split(tmp_path: Path) -> None:
    path = _write(tmp_path / "mine.yaml")
    (file,) = read_target_files(_recipe(path))
    assert file.name == "mine" and len(file.digest) == 64
    assert [one.name for one in file.training] == ["coin"]
    assert [one.name for one in file.held_out] == ["die"]
    assert [one.name for one in all_targets([file])] == ["coin", "die"]
    (moved,) = read_target_files(_recipe(_write(tmp_path / "there" / "mine.yaml")))
    assert moved.digest == file.digest
    (changed,) = read_target_files(_recipe(_write(path, COIN)))
    assert changed.digest != file.digest


def test_files_that_came_with_aleator_go_by_name() -> None:
    (file,) = read_target_files(replace(_recipe(), targets=("language/closed_sets",)))
    assert file.name == "closed_sets" and file.training and file.held_out


def test_what_cannot_be_told_apart_is_refused(tmp_path: Path) -> None:
    first, second = _write(tmp_path / "a" / "mine.yaml"), _write(tmp_path / "b" / "mine.yaml")
    with pytest.raises(RecipeError, match="called 'mine', as another target file: rename it"):
        read_target_files(_recipe(first, second))
    with pytest.raises(RecipeError, match="called 'numeric', as the numeric families: rename it"):
        read_target_files(_recipe(_write(tmp_path / "numeric.yaml")))


def test_the_mix_names_every_file_and_no_other(tmp_path: Path) -> None:
    mine, yours = _write(tmp_path / "mine.yaml"), _write(tmp_path / "yours.yaml")
    assert len(read_target_files(_recipe(mine, yours, mine=1, yours=2))) == 2
    with pytest.raises(UnknownNameError, match="'min'; did you mean 'mine'. known: numeric, mine"):
        read_target_files(_recipe(mine, min=1))
    with pytest.raises(RecipeError, match="gives no share to 'yours': add it, or leave it out"):
        read_target_files(_recipe(mine, yours, numeric=1, mine=1))


def test_a_file_without_training_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"mine.yaml holds no set to train on"):
        read_target_files(_recipe(_write(tmp_path / "mine.yaml", "sets:\n" + DIE)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown target file"):
        read_target_files(_recipe(tmp_path / "mine.yaml"))
