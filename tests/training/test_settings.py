"""A recipe in transformers' words."""

from dataclasses import replace
from pathlib import Path

import pytest

from aleator.errors import UnknownNameError
from aleator.models.checkpointing import checkpointing_arguments
from aleator.training.recipe import Optimiser, Recipe, Schedule, TreeSupervision
from aleator.training.settings import training_arguments

EPOCHS = Recipe(method="soft", supervision=TreeSupervision(), epochs=3)


def test_every_number_arrives(tmp_path: Path) -> None:
    recipe = replace(
        EPOCHS, epochs=None, max_steps=200, batch_size=12, gradient_accumulation=3, seed=5
    )
    arguments = training_arguments(recipe, tmp_path)
    assert arguments.max_steps == 200
    assert arguments.get_warmup_steps(200) == 6
    assert arguments.per_device_train_batch_size == 4
    assert arguments.gradient_accumulation_steps == 3
    assert (arguments.seed, arguments.learning_rate) == (5, 2e-4)
    assert (arguments.weight_decay, arguments.max_grad_norm) == (0.01, 1.0)
    assert arguments.report_to == []


@pytest.mark.parametrize("wanted", [False, True])
def test_checkpointing(tmp_path: Path, wanted: bool) -> None:
    arguments = training_arguments(replace(EPOCHS, gradient_checkpointing=wanted), tmp_path)
    assert checkpointing_arguments(wanted).items() <= vars(arguments).items()


def test_epochs(tmp_path: Path) -> None:
    arguments = training_arguments(EPOCHS, tmp_path)
    assert (arguments.num_train_epochs, arguments.max_steps) == (3, -1)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("cosine", "cosine"), ("linear", "linear"), ("constant", "constant_with_warmup")],
)
def test_schedules(tmp_path: Path, ours: Schedule, theirs: str) -> None:
    recipe = replace(EPOCHS, optimiser=Optimiser(schedule=ours))
    assert training_arguments(recipe, tmp_path).lr_scheduler_type == theirs


def test_an_unknown_tracker_is_answered_with_the_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown experiment tracker 'wandbb'.*tensorboard"):
        training_arguments(EPOCHS, tmp_path, ("wandbb",))
