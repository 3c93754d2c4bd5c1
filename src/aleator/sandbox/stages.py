"""The two stages that make the sandbox model, as data. Schedules go by steps, not by the clock."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage of training.

    Attributes:
        name: file name of its checkpoint.
        steps: optimiser steps.
        learning_rate: peak; linear warm-up, then cosine to a tenth.
        documents: rows of plain text a step.
        conversations: rows of chat a step.
        raw_prompts: numeric raw-text prompts a step.
        chat_prompts: numeric collapsed chat prompts a step.
        prompt_weight: what a numeric prompt's sequence KL counts beside the mean loss of a token.
    """

    name: str
    steps: int
    learning_rate: float
    documents: int
    conversations: int
    raw_prompts: int
    chat_prompts: int
    prompt_weight: float


ROW_LENGTH = 256

STAGES = (
    Stage(
        "reading",
        steps=3000,
        learning_rate=2e-3,
        documents=6,
        conversations=0,
        raw_prompts=24,
        chat_prompts=0,
        prompt_weight=1.0,
    ),
    Stage(
        "talking",
        steps=1900,
        learning_rate=2e-3,
        documents=4,
        conversations=8,
        raw_prompts=8,
        chat_prompts=8,
        prompt_weight=0.2,
    ),
)
"""First knowledge (text, and raw-text draws with exact targets), then chat that is collapsed."""
