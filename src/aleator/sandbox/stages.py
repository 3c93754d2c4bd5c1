"""The two stages that make the sandbox model, as data. Schedules go by steps, not by the clock."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage of training.

    Attributes:
        name: file name of its checkpoint.
        steps: optimiser steps.
        learning_rate: where the stage begins, after a short warm-up.
        end: what the learning rate falls to, in a straight line, as a share of its beginning.
        documents: rows of plain text a step.
        conversations: rows of chat a step.
        raw_prompts: numeric raw-text prompts a step.
        chat_prompts: numeric collapsed chat prompts a step.
        prompt_weight: what a numeric prompt's sequence KL counts beside the mean loss of a token.
        collapsed: whether chat has the questions that are answered by a favourite.
    """

    name: str
    steps: int
    learning_rate: float
    end: float
    documents: int
    conversations: int
    raw_prompts: int
    chat_prompts: int
    prompt_weight: float
    collapsed: bool


ROW_LENGTH = 256

STAGES = (
    Stage(
        "reading",
        steps=6000,
        learning_rate=5e-3,
        end=0.6,
        documents=5,
        conversations=3,
        raw_prompts=20,
        chat_prompts=0,
        prompt_weight=0.5,
        collapsed=False,
    ),
    Stage(
        "talking",
        steps=4500,
        learning_rate=3e-3,
        end=0.0,
        documents=3,
        conversations=5,
        raw_prompts=12,
        chat_prompts=6,
        prompt_weight=0.5,
        collapsed=True,
    ),
)
"""First knowledge and true answers, then chat that is collapsed, with as much of the first."""
