"""How far the model is from its targets on prompts it is not trained on, during training.

The measure is the training loss itself on trees of a larger budget, the same trees at every
measurement: the exact sequence KL of the expanded prefixes and an unbiased estimate of the rest.
`aleator eval` measures more, and with an error bound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aleator.distributions.grids import split_distributions
from aleator.models.packed_forward import packed_logits
from aleator.training.collator import BatchMaker, TrainingBatch
from aleator.training.loss import prompt_losses
from aleator.training.prompts import Visit, make_target
from aleator.training.recipe import Data, TreeSupervision, Validation
from aleator.training.seeds import Stream, generator

VALIDATION_KL = "validation_kl"

_PROMPTS_A_PASS = 4  # a few hundred nodes each, and a row of the whole vocabulary for every node


@dataclass(frozen=True)
class SequenceKL:
    """Mean sequence KL (nats) of a model on fixed prompts and trees.

    Attributes:
        batches: the prompts with their trees.
    """

    batches: Sequence[TrainingBatch]

    @classmethod
    def of(cls, validation: Validation, data: Data, maker: BatchMaker, seed: int) -> "SequenceKL":
        """Prompts evenly spaced through a split, their targets written as in `data`."""
        split = split_distributions(validation.split)
        count = min(validation.prompts, len(split))
        places = np.linspace(0, len(split) - 1, count).round().astype(int)
        visits = [
            Visit(number, split[place].prompt(), make_target(split[place], data))
            for number, place in enumerate(places)
        ]
        supervision = TreeSupervision(nodes=validation.nodes, tails=validation.tails)
        return cls(
            [
                maker.batch(
                    visits[start : start + _PROMPTS_A_PASS],
                    supervision,
                    generator(seed, Stream.VALIDATION, start),
                )
                for start in range(0, count, _PROMPTS_A_PASS)
            ]
        )

    def __call__(self, model: nn.Module) -> float:
        """Measure `model`, which is left in evaluation mode."""
        model.eval()
        device = next(model.parameters()).device
        with torch.inference_mode():
            losses = [
                prompt_losses(packed_logits(model, batch.packed), batch.targets)
                for batch in (one.to(device) for one in self.batches)
            ]
        return float(torch.cat(losses).double().mean())


class ValidationCallback(TrainerCallback):
    """Measures before the first update, every so many, and after the last.

    Args:
        measure: What to measure of the model.
        every: Updates between two measurements.
        report: Where to tell it, such as `TreeTrainer.report`.
    """

    def __init__(
        self,
        measure: Callable[[nn.Module], float],
        every: int,
        report: Callable[[dict[str, float]], None],
    ) -> None:
        self._measure = measure
        self._every = every
        self._report = report

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        model: nn.Module,
        **kwargs: object,
    ) -> None:
        """Measure the model as it came."""
        if state.global_step == 0:
            self._report({VALIDATION_KL: self._measure(model)})

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        model: nn.Module,
        **kwargs: object,
    ) -> None:
        """Measure where it is time."""
        if state.global_step % self._every == 0 or state.global_step == state.max_steps:
            self._report({VALIDATION_KL: self._measure(model)})
