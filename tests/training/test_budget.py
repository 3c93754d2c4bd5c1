"""What is counted before a run against what the Trainer then reads."""

from dataclasses import replace
from pathlib import Path

import pytest

from aleator.errors import RecipeError
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.training.budget import RunLength, run_length
from aleator.training.collator import BatchMaker, TreeCollator
from aleator.training.prompts import make_visits
from aleator.training.recipe import (
    DrawSupervision,
    PathSupervision,
    PublishedData,
    Recipe,
    TreeSupervision,
    WideData,
)
from aleator.training.settings import training_arguments
from aleator.training.target_files import TargetFile, read_target_files
from aleator.training.trainer import TreeTrainer
from tests.tiny_models import tiny_model

# Nine prompts: with batches of four the last update of an epoch has one.
MAXWELL = PublishedData(split="held_out_families", families=("maxwell",))
POISSON = replace(MAXWELL, families=("poisson",))  # seventeen, few outcomes each
RECIPE = Recipe(
    method="soft",
    supervision=PathSupervision(paths=2),
    data=MAXWELL,
    max_steps=5,
    batch_size=4,
    validation=None,
)
HARD = replace(RECIPE, method="hard", supervision=DrawSupervision(draws=2, packed=False))


def _length(recipe: Recipe, maker: BatchMaker, processes: int = 1) -> RunLength:
    files = read_target_files(recipe)
    collator = TreeCollator(maker, recipe.supervision, recipe.seed)
    return run_length(recipe, files, collator, processes)


def _trained(recipe: Recipe, maker: BatchMaker, folder: Path) -> RunLength:
    files: tuple[TargetFile, ...] = read_target_files(recipe)
    trainer = TreeTrainer(
        attach_adapter(tiny_model("qwen3", "sdpa", layers=1), LoraSettings(rank=1), 0),
        training_arguments(recipe, folder),
        visits=make_visits(recipe, files),
        collator=TreeCollator(maker, recipe.supervision, recipe.seed),
        mean=recipe.mean,
    )
    trainer.fit(None)
    return RunLength(trainer.counters.updates, trainer.counters.tokens)


@pytest.mark.parametrize(
    "recipe",
    [
        RECIPE,
        replace(RECIPE, max_steps=None, epochs=2),
        replace(RECIPE, gradient_accumulation=2),
        replace(RECIPE, gradient_accumulation=4, max_steps=None, epochs=2),
        replace(RECIPE, supervision=TreeSupervision(nodes=8), data=WideData(families=("gamma",))),
        HARD,
        replace(HARD, supervision=DrawSupervision(draws=3)),
    ],
)
def test_a_run_reads_what_was_counted(recipe: Recipe, maker: BatchMaker, tmp_path: Path) -> None:
    assert _length(recipe, maker) == _trained(recipe, maker, tmp_path)


@pytest.mark.parametrize("recipe", [RECIPE, replace(RECIPE, data=WideData(families=("chi",)))])
def test_a_budget_takes_as_many_updates_as_fit(recipe: Recipe, maker: BatchMaker) -> None:
    five, six = _length(recipe, maker), _length(replace(recipe, max_steps=6), maker)
    for budget in (five.tokens, six.tokens - 1):
        assert _length(replace(recipe, max_steps=None, max_tokens=budget), maker) == five
    assert _length(replace(recipe, max_steps=None, max_tokens=six.tokens), maker) == six


def test_a_mix_takes_a_budget(maker: BatchMaker, tmp_path: Path) -> None:
    path = tmp_path / "coin.yaml"
    path.write_text("sets:\n  - {name: coin, prompts: [Flip.], outcomes: [heads, tails]}\n")
    mixed = replace(RECIPE, targets=(str(path),), mix={"numeric": 0.5, "coin": 0.5})
    length = _length(mixed, maker)
    assert length.updates == 5
    budget = replace(mixed, max_steps=None, max_tokens=length.tokens + 1)
    assert _length(budget, maker) == length


@pytest.mark.parametrize("passes", [1, 2])
def test_processes_share_a_batch(maker: BatchMaker, passes: int) -> None:
    """Trees that cover everything do not depend on how a batch is split, nor on an epoch's end."""
    complete = replace(
        RECIPE,
        supervision=TreeSupervision(nodes=200),
        data=POISSON,
        max_steps=None,
        epochs=1,
        gradient_accumulation=passes,
    )
    alone = _length(complete, maker)
    assert alone.updates == 5
    assert _length(complete, maker, 2) == alone


def test_a_budget_for_less_than_an_update_is_refused(maker: BatchMaker) -> None:
    recipe = replace(RECIPE, max_steps=None, max_tokens=10)
    with pytest.raises(RecipeError, match="max_tokens 10 is less than the [0-9]+ tokens of the fi"):
        _length(recipe, maker)
