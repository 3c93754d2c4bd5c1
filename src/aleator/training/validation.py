"""How far the model is from its targets on prompts it is not trained on, during training.

The measure is the training loss itself on trees of a larger budget, the same trees at every
measurement: the exact sequence KL of the expanded prefixes and an unbiased estimate of the rest.
Prompts of target files are measured beside the numeric ones, the held-out sets apart.
`aleator eval` measures more, and with an error bound.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aleator.distributions.grids import split_distributions
from aleator.models.packed_forward import packed_logits
from aleator.training.collator import BatchMaker, TrainingBatch
from aleator.training.loss import prompt_losses
from aleator.training.prompts import Question, Visit, language_questions, numeric_question
from aleator.training.recipe import Recipe, TreeSupervision, Validation
from aleator.training.seeds import Stream, generator
from aleator.training.target_files import TargetFile

VALIDATION_KL = "validation_kl"
LANGUAGE_KL = "validation_kl_language"
HELD_OUT_KL = "validation_kl_held_out"
VALIDATION_FIGURES: Mapping[str, str] = {
    VALIDATION_KL: "validation KL",
    LANGUAGE_KL: "language KL",
    HELD_OUT_KL: "held-out KL",
}
"""The fields of a row of validation, and what to call them."""

_PROMPTS_A_PASS = 4  # a few hundred nodes each, and a row of the whole vocabulary for every node


@dataclass(frozen=True)
class SequenceKL:
    """Mean sequence KL (nats) of a model on fixed prompts and trees.

    Attributes:
        batches: the prompts with their trees.
    """

    batches: Sequence[TrainingBatch]

    @classmethod
    def of(
        cls, questions: Sequence[Question], validation: Validation, maker: BatchMaker, seed: int
    ) -> "SequenceKL":
        """Some of the questions, evenly spaced among them."""
        count = min(validation.prompts, len(questions))
        places = np.linspace(0, len(questions) - 1, count).round().astype(int)
        chosen = [questions[place] for place in places]
        visits = [
            Visit(number, one.prompt, one.target, one.system) for number, one in enumerate(chosen)
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


def validation_measures(
    recipe: Recipe, validation: Validation, files: Sequence[TargetFile], maker: BatchMaker
) -> dict[str, SequenceKL]:
    """What to measure, by the name of its figure."""
    split = split_distributions(validation.split)
    questions = {
        VALIDATION_KL: [numeric_question(one, recipe.data) for one in split],
        LANGUAGE_KL: [one for file in files for one in language_questions(file.training)],
        HELD_OUT_KL: [one for file in files for one in language_questions(file.held_out)],
    }
    return {
        name: SequenceKL.of(some, validation, maker, recipe.seed)
        for name, some in questions.items()
        if some
    }


class ValidationCallback(TrainerCallback):
    """Measures before the first update, every so many, and after the last.

    Args:
        measures: What to measure of the model, by the name of the figure.
        every: Updates between two measurements.
        report: Where to tell it, such as `TreeTrainer.report`.
    """

    def __init__(
        self,
        measures: Mapping[str, Callable[[nn.Module], float]],
        every: int,
        report: Callable[[dict[str, float]], None],
    ) -> None:
        self._measures = measures
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
            self._report(self._measured(model))

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
            self._report(self._measured(model))

    def _measured(self, model: nn.Module) -> dict[str, float]:
        return {name: measure(model) for name, measure in self._measures.items()}
