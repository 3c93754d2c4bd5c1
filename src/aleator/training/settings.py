"""A recipe in the words of transformers' TrainingArguments."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from transformers import TrainingArguments
from transformers.integrations.integration_utils import (
    INTEGRATION_TO_CALLBACK,
    get_available_reporting_integrations,
)

from aleator.errors import InputError, RecipeError, UnknownNameError
from aleator.models.checkpointing import checkpointing_arguments
from aleator.training.recipe import Recipe, Schedule
from aleator.training.sharding import check_sharding, sharding_arguments

_SCHEDULES: Mapping[Schedule, str] = {
    "cosine": "cosine",
    "linear": "linear",
    "constant": "constant_with_warmup",
}


def training_arguments(
    recipe: Recipe, checkpoints: Path, report_to: Sequence[str] = ()
) -> TrainingArguments:
    """The Trainer's settings for a recipe.

    Several processes share the batches of one (`sharing.py`).

    Args:
        recipe: What to train.
        checkpoints: The folder for checkpoints.
        report_to: Experiment trackers, by transformers' names.

    Raises:
        RecipeError: A batch cannot be split evenly over the processes, or there is only one to
            shard over.
        InputError: A tracker is unknown or not installed, one process sees several GPUs, or what
            the sharding needs is not there.
    """
    _check_trackers(report_to)
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        max_steps=-1 if recipe.max_steps is None else recipe.max_steps,
        num_train_epochs=1 if recipe.epochs is None else recipe.epochs,
        gradient_accumulation_steps=recipe.gradient_accumulation,
        learning_rate=recipe.optimiser.learning_rate,
        weight_decay=recipe.optimiser.weight_decay,
        lr_scheduler_type=_SCHEDULES[recipe.optimiser.schedule],
        warmup_steps=recipe.optimiser.warmup_ratio,  # below 1 it is a ratio
        max_grad_norm=recipe.optimiser.max_grad_norm,
        seed=recipe.seed,
        bf16=recipe.bf16,
        use_cpu=not torch.accelerator.is_available(),
        train_sampling_strategy="sequential",  # the visits are in their order already
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        ddp_find_unused_parameters=False,
        logging_steps=recipe.log_every,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=recipe.checkpoint_every,
        report_to=list(report_to) or "none",
        disable_tqdm=True,
        **checkpointing_arguments(recipe.gradient_checkpointing),
        **sharding_arguments(recipe.sharding),
    )
    check_sharding(recipe, arguments)
    if arguments.n_gpu > 1:
        raise InputError(
            f"this process sees {torch.cuda.device_count()} GPUs: set CUDA_VISIBLE_DEVICES to one, "
            "or start one process a GPU with torchrun"
        )
    arguments.per_device_train_batch_size = _chunk(recipe, arguments.world_size)
    return arguments


def _chunk(recipe: Recipe, processes: int) -> int:
    """The prompts of one pass."""
    passes = recipe.gradient_accumulation * processes
    if recipe.batch_size % passes:
        raise RecipeError(
            f"batch_size {recipe.batch_size} cannot be split evenly over {processes} processes "
            f"with gradient_accumulation {recipe.gradient_accumulation}"
        )
    return recipe.batch_size // passes


def _check_trackers(names: Sequence[str]) -> None:
    for name in names:
        if name not in INTEGRATION_TO_CALLBACK:
            raise UnknownNameError("experiment tracker", name, INTEGRATION_TO_CALLBACK)
        if name not in get_available_reporting_integrations():
            raise InputError(f"the experiment tracker {name!r} is not installed: pip install it")
