"""Training a model that several processes hold a part of each: FSDP and DeepSpeed.

transformers' Trainer and accelerate do the work; here are their settings, and how an adapter of
which every process holds a part becomes one file.

Each process reads the whole model into main memory first, and only then gives away all but its
part: checks of the model, the anchor's answers and the adapter's first weights thereby are what
they are without sharding. It costs main memory for as many copies as a machine has processes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict, cast

from accelerate import Accelerator
from accelerate.utils import DistributedType
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from transformers import TrainingArguments
from transformers.integrations.deepspeed import set_hf_deepspeed_config, unset_hf_deepspeed_config
from transformers.training_args import ParallelMode

from aleator.errors import InputError, RecipeError
from aleator.files import Row, as_object, read_json
from aleator.training.recipe import Recipe, Sharding

_ZERO_3: Row = {
    "zero_optimization": {"stage": 3},
    "train_micro_batch_size_per_gpu": "auto",
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
    "bf16": {"enabled": "auto"},
}


class ShardingArguments(TypedDict, total=False):
    """What of the Trainer's settings is about sharding."""

    fsdp: str
    fsdp_config: Row
    deepspeed: Row


def sharding_arguments(sharding: Sharding | None) -> ShardingArguments:
    """A recipe's sharding in the words of transformers' TrainingArguments.

    Raises:
        InputError: DeepSpeed is not installed, or the settings' file cannot be read.
        RecipeError: accelerate was told otherwise.
    """
    wanted = None if sharding is None else sharding.strategy
    for strategy in ("fsdp", "deepspeed"):
        told = os.environ.get(f"ACCELERATE_USE_{strategy.upper()}", "false").lower() == "true"
        if told and strategy != wanted:
            raise RecipeError(
                f"accelerate's configuration asks for {strategy} and the recipe does not: give "
                f"--set sharding.strategy={strategy}, or take it out there"
            )
    if sharding is None:
        return {}
    given = None
    if sharding.config is not None:
        path = Path(sharding.config)
        given = as_object(read_json(path), path)
    if sharding.strategy == "fsdp":
        # transformers wants True and is typed for what it took before.
        return {"fsdp": cast(str, True), "fsdp_config": given or {}}
    if find_spec("deepspeed") is None:
        raise InputError("DeepSpeed is not installed: pip install 'aleator[deepspeed]'")
    return {"deepspeed": given or _ZERO_3}


def check_sharding(recipe: Recipe, arguments: TrainingArguments) -> None:
    """Refuse to shard where it would be left out without a word.

    Raises:
        RecipeError: There is one process only, which was told of no others, or FSDP has no GPUs.
    """
    if recipe.sharding is None:
        return
    strategy = recipe.sharding.strategy
    if arguments.parallel_mode != ParallelMode.DISTRIBUTED:
        raise RecipeError(
            f"sharding {strategy!r} needs several processes: start the same command with "
            "torchrun --nproc-per-node N -m aleator train …"
        )
    state = arguments.distributed_state
    assert state is not None
    if strategy == "fsdp" and state.distributed_type == DistributedType.MULTI_CPU:
        raise RecipeError("sharding 'fsdp' needs GPUs, and there are none: leave it out")


@contextmanager
def unsharded_loading(arguments: TrainingArguments) -> Iterator[None]:
    """Within this context models are loaded whole, also where ZeRO-3 would take them apart."""
    if not arguments.deepspeed:
        yield
        return
    unset_hf_deepspeed_config()
    try:
        yield
    finally:
        set_hf_deepspeed_config(arguments.hf_deepspeed_config)


def whole_weights(model: nn.Module, accelerator: Accelerator) -> dict[str, Tensor] | None:
    """What is trained of a sharded model, in float32 by its name; None where nothing is sharded.

    All processes must call it together.
    """
    match accelerator.distributed_type:
        case DistributedType.FSDP:
            options = StateDictOptions(
                full_state_dict=True, cpu_offload=True, ignore_frozen_params=True
            )
            weights = get_model_state_dict(model, options=options)
            return {name: one for name, one in weights.items() if isinstance(one, Tensor)}
        case DistributedType.DEEPSPEED:
            return _master_weights(model)
        case _:
            return None


def _master_weights(model: nn.Module) -> dict[str, Tensor]:
    """DeepSpeed computes in bfloat16 with copies; what its optimiser updates is float32."""
    from deepspeed.utils import (  # pyright: ignore[reportMissingImports]
        safe_get_full_fp32_param,
    )

    weights: dict[str, Tensor] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            whole = safe_get_full_fp32_param(parameter)
            assert isinstance(whole, Tensor), f"DeepSpeed does not give {name}"
            weights[name] = whole.detach().cpu().clone()
    return weights
