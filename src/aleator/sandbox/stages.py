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
    """

    name: str
    steps: int
    learning_rate: float
    documents: int
    conversations: int
    raw_prompts: int
    chat_prompts: int


ROW_LENGTH = 256

STAGES = (
    Stage("reading", 3000, 2e-3, documents=6, conversations=0, raw_prompts=24, chat_prompts=0),
    Stage("talking", 2000, 1e-3, documents=1, conversations=6, raw_prompts=10, chat_prompts=14),
)
"""First knowledge (text, and raw-text draws with exact targets), then chat that is collapsed."""
