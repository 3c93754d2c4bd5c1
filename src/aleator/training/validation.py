"""How far the model is from its targets on prompts it is not trained on, during training.

The measure is the training loss itself on trees of a larger budget, the same trees at every
measurement: the exact sequence KL of the expanded prefixes and an unbiased estimate of the rest.
Prompts of target files are measured beside the numeric ones, the held-out sets apart.
`aleator eval` measures more, and with an error bound.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

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

_T = TypeVar("_T")
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
        """The questions, with trees of the validation's budget."""
        visits = [
            Visit(number, one.prompt, one.target, one.system)
            for number, one in enumerate(questions)
        ]
        supervision = TreeSupervision(nodes=validation.nodes, tails=validation.tails)
        return cls(
            [
                maker.batch(
                    visits[start : start + _PROMPTS_A_PASS],
                    supervision,
                    generator(seed, Stream.VALIDATION, start),
                )
                for start in range(0, len(visits), _PROMPTS_A_PASS)
            ]
        )

    def __call__(self, model: nn.Module) -> float:
        """Measure `model`, which is left in evaluation mode."""
        model.eval()
        device = next(model.parameters()).device
        with torch.no_grad():  # inference_mode would leave sharded weights unfit for training
            losses = [
                prompt_losses(packed_logits(model, batch.packed), batch.targets)
                for batch in (one.to(device) for one in self.batches)
            ]
        return float(torch.cat(losses).double().mean())


def validation_measures(
    recipe: Recipe, validation: Validation, files: Sequence[TargetFile], maker: BatchMaker
) -> dict[str, SequenceKL]:
    """What to measure, by the name of its figure: prompts evenly spaced through each part."""
    numeric = evenly_spaced(split_distributions(validation.split), validation.prompts)
    trained = [one for file in files for one in language_questions(file.training)]
    held_out = [one for file in files for one in language_questions(file.held_out)]
    questions = {
        VALIDATION_KL: [numeric_question(one, recipe.data) for one in numeric],
        LANGUAGE_KL: evenly_spaced(trained, validation.prompts),
        HELD_OUT_KL: evenly_spaced(held_out, validation.prompts),
    }
    return {
        name: SequenceKL.of(some, validation, maker, recipe.seed)
        for name, some in questions.items()
        if some
    }


def evenly_spaced(items: Sequence[_T], count: int) -> list[_T]:
    """At most `count` of the items, first and last among them."""
    places = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[place] for place in places]


@dataclass(frozen=True)
class Goal:
    """How small the KL on numeric prompts must become for a run to stop early.

    Attributes:
        nats: below so much.
        ratio: below this part of the first measurement.
    """

    nats: float | None = None
    ratio: float | None = None

    def reached(self, figures: Sequence[float]) -> bool:
        """Whether the last of all measurements, the first of which was before training, is below.

        False where nothing is asked for.
        """
        if not figures:
            return False
        in_nats = self.nats is not None and figures[-1] < self.nats
        return in_nats or (self.ratio is not None and figures[-1] < self.ratio * figures[0])


class ValidationCallback(TrainerCallback):
    """Measures before the first update, every so many, and after the last.

    Args:
        measures: What to measure of the model, by the name of the figure.
        every: Updates between two measurements.
        report: Where to tell it, such as `TreeTrainer.report`.
        goal: Where the run may stop.
        stop: How it is stopped, such as `TreeTrainer.stop_early`.
    """

    def __init__(
        self,
        measures: Mapping[str, Callable[[nn.Module], float]],
        every: int,
        report: Callable[[dict[str, float]], None],
        goal: Goal = Goal(),
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._measures = measures
        self._every = every
        self._report = report
        self._goal = goal
        self._stop = stop

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
        """Measure where it is time, and stop where the goal is reached before the end."""
        if state.global_step % self._every == 0 or state.global_step == state.max_steps:
            self._report(self._measured(model))
            figures = [row[VALIDATION_KL] for row in state.log_history if VALIDATION_KL in row]
            if state.global_step < state.max_steps and self._goal.reached(figures):
                self._stop()

    def _measured(self, model: nn.Module) -> dict[str, float]:
        return {name: measure(model) for name, measure in self._measures.items()}
