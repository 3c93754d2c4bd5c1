"""Layers computed anew in the backward pass, by whichever names the installed transformers has.

Up to 5.20 it says ``gradient_checkpointing``; 5.23 says ``activation_checkpointing`` and warns of
the former. The newest vLLM holds transformers below 5.21, so both are spoken, and only here.
Re-entrant checkpointing would find no input that needs a gradient: it is never asked for.
"""

from typing import TypedDict

from transformers import PreTrainedModel

_RENAMED = hasattr(PreTrainedModel, "activation_checkpointing_enable")


class CheckpointingArguments(TypedDict, total=False):
    """Arguments of transformers' TrainingArguments; those of one naming are there."""

    activation_checkpointing: bool
    activation_checkpointing_kwargs: dict[str, bool]
    gradient_checkpointing: bool
    gradient_checkpointing_kwargs: dict[str, bool]


def checkpointing_arguments(wanted: bool) -> CheckpointingArguments:
    """A recipe's `gradient_checkpointing` in the words of transformers' TrainingArguments."""
    how = {"use_reentrant": False}
    if _RENAMED:
        return {"activation_checkpointing": wanted, "activation_checkpointing_kwargs": how}
    return {"gradient_checkpointing": wanted, "gradient_checkpointing_kwargs": how}


def enable_checkpointing(model: PreTrainedModel) -> None:
    """Have `model` keep only what goes into each layer; its embeddings then require gradients."""
    how = {"use_reentrant": False}
    if _RENAMED:
        model.activation_checkpointing_enable(how)
    else:
        model.gradient_checkpointing_enable(how)


def disable_checkpointing(model: PreTrainedModel) -> None:
    """Have `model` keep everything again, and its embeddings require what they did."""
    if _RENAMED:
        model.activation_checkpointing_disable()
    else:
        model.gradient_checkpointing_disable()
    model.disable_input_require_grads()  # which was switched on with the rest
