"""The sequence KL during training, against one forward pass a prefix."""

from pathlib import Path

import pytest
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from aleator.distributions.grids import split_distributions
from aleator.outcomes.lattice import NumericTarget
from aleator.training.collator import BatchMaker
from aleator.training.recipe import PublishedData, Validation
from aleator.training.validation import VALIDATION_KL, SequenceKL, ValidationCallback
from tests.tiny_models import tiny_model


def _by_enumeration(model: torch.nn.Module, maker: BatchMaker, target: NumericTarget) -> float:
    """KL(P ‖ Q) over whole answers: every answer's probability by a pass of its own."""
    prompt = list(maker.prompt_format.prompt_ids(target.distribution.prompt()))
    outcomes = target.outcomes()
    total = 0.0
    answers = maker.speller.encode(outcomes.strings)
    for answer, p in zip(answers, outcomes.probabilities.tolist(), strict=True):
        if p == 0:
            continue
        tokens = [*answer, maker.speller.stop]
        with torch.no_grad():
            logits = model(torch.tensor([[*prompt, *tokens]])).logits[0].double()
        log_q = logits.log_softmax(-1)[len(prompt) - 1 : -1]
        total += p * (torch.tensor(p).log() - log_q.gather(1, torch.tensor(tokens)[:, None]).sum())
    return float(total)


def test_complete_trees_give_the_sequence_kl(maker: BatchMaker) -> None:
    """Nodes enough for every prefix of Bernoulli and Poisson: no estimate is left."""
    model = tiny_model("qwen3", "sdpa")
    split = split_distributions("held_out_families")
    discrete = [one for one in split if one.family.kind == "discrete"]
    assert split[: len(discrete)] == tuple(discrete), "the places chosen below rely on it"
    validation = Validation(split="held_out_families", prompts=2, nodes=500)
    measure = SequenceKL.of(validation, PublishedData(decimals=0), maker, seed=1)
    chosen = [NumericTarget.of(split[place], 0) for place in (0, len(split) - 1)]
    expected = [_by_enumeration(model, maker, target) for target in chosen]
    assert measure(model) == pytest.approx(sum(expected) / 2, rel=1e-4)


def test_the_same_model_measures_the_same(maker: BatchMaker) -> None:
    model = tiny_model("qwen3", "sdpa")
    validation = Validation(split="held_out_families", prompts=5, nodes=4, tails=1)
    first, second = (SequenceKL.of(validation, PublishedData(), maker, seed=1) for _ in range(2))
    assert len(first.batches) == 2
    assert first(model) == first(model) == second(model)
    assert SequenceKL.of(validation, PublishedData(), maker, seed=2)(model) != first(model)


def test_when_the_callback_measures(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1)
    told: list[dict[str, float]] = []
    steps: list[int] = []
    state, control = TrainerState(max_steps=7), TrainerControl()

    def measure(model: torch.nn.Module) -> float:
        steps.append(state.global_step)
        return 0.25

    callback = ValidationCallback(measure, 3, told.append)
    arguments = TrainingArguments(output_dir=str(tmp_path))
    callback.on_train_begin(arguments, state, control, model=model)
    for state.global_step in range(1, 8):
        callback.on_step_end(arguments, state, control, model=model)
    assert steps == [0, 3, 6, 7]
    assert told == [{VALIDATION_KL: 0.25}] * 4

    state.global_step = 3
    callback.on_train_begin(arguments, state, control, model=model)
    assert len(told) == 4, "a resumed run has measured at its checkpoint already"
