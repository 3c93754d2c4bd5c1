"""How long a run will be, counted before it begins.

Batches are a function of the seed alone, so the tokens that each update will read can be counted
without the model, in about a millisecond a prompt. A token budget thereby becomes a number of
updates: as many as fit. The learning rate then falls over exactly those, a resumed run counts the
same, and what is left of the budget is less than the update that did not fit. What an anchor reads
is not counted: its texts are drawn from the model, and are about as long in every update.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from aleator.errors import RecipeError
from aleator.training.collator import TreeCollator
from aleator.training.prompts import make_visits
from aleator.training.recipe import Recipe
from aleator.training.sharing import Chunks
from aleator.training.target_files import TargetFile


@dataclass(frozen=True)
class RunLength:
    """What a run will come to.

    Attributes:
        updates: optimiser steps.
        tokens: tokens that the model will read, padding and anchor aside.
    """

    updates: int
    tokens: int


def run_length(
    recipe: Recipe, files: Sequence[TargetFile], collator: TreeCollator, processes: int = 1
) -> RunLength:
    """Count a run's updates and tokens.

    Args:
        recipe: What to train, for how long.
        files: Its target files, as `read_target_files` reads them.
        collator: What makes its batches.
        processes: How many processes share a batch.

    Raises:
        RecipeError: A token budget does not reach for one update.
    """
    updates = tokens = 0
    budget = recipe.max_tokens
    for size in islice(_update_tokens(recipe, files, collator, processes), recipe.max_steps):
        if budget is not None and tokens + size > budget:
            break
        updates, tokens = updates + 1, tokens + size
    if budget is not None and not updates:
        first = next(_update_tokens(recipe, files, collator, processes))
        raise RecipeError(
            f"max_tokens {budget:,} is less than the {first:,} tokens of the first update: give "
            "more, or make batch_size smaller"
        )
    return RunLength(updates, tokens)


def _update_tokens(
    recipe: Recipe, files: Sequence[TargetFile], collator: TreeCollator, processes: int
) -> Iterator[int]:
    """The tokens of one update after another; without end, unless the recipe counts epochs."""
    visits = make_visits(recipe, files)
    passes = recipe.gradient_accumulation * processes
    chunks = Chunks(len(visits), recipe.batch_size // passes)
    for epoch in count() if recipe.epochs is None else range(recipe.epochs):
        visits.set_epoch(epoch)
        epoch_chunks = iter(chunks)
        # An epoch's last update has the chunks that are left.
        while update := list(islice(epoch_chunks, passes)):
            yield sum(collator.tokens([visits[index] for index in chunk]) for chunk in update)
