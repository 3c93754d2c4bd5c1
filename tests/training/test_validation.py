"""The sequence KL during training, against one forward pass a prefix."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from aleator.distributions.grids import split_distributions
from aleator.outcomes.language import LanguageTarget
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.chat import ChatFormat
from aleator.training.collator import BatchMaker
from aleator.training.prompts import numeric_question
from aleator.training.recipe import PublishedData, Recipe, TreeSupervision, Validation
from aleator.training.target_files import TargetFile
from aleator.training.validation import (
    HELD_OUT_KL,
    LANGUAGE_KL,
    VALIDATION_KL,
    Goal,
    SequenceKL,
    ValidationCallback,
    evenly_spaced,
    validation_measures,
)
from tests.tiny_models import tiny_model, tiny_tokenizer


def _by_enumeration(
    model: torch.nn.Module, maker: BatchMaker, prompt: list[int], outcomes: Outcomes
) -> float:
    """KL(P ‖ Q) over whole answers: every answer's probability by a pass of its own."""
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
    measure = _measure(validation, maker, seed=1, decimals=0)
    expected = [
        _by_enumeration(
            model,
            maker,
            list(maker.prompt_format.prompt_ids(one.prompt())),
            NumericTarget.of(one, 0).outcomes(),
        )
        for one in (split[0], split[-1])
    ]
    assert measure(model) == pytest.approx(sum(expected) / 2, rel=1e-4)


def _measure(validation: Validation, maker: BatchMaker, seed: int, decimals: int = 2) -> SequenceKL:
    data = PublishedData(decimals=decimals)
    chosen = evenly_spaced(split_distributions(validation.split), validation.prompts)
    questions = [numeric_question(one, data) for one in chosen]
    return SequenceKL.of(questions, validation, maker, seed)


def test_language_targets_are_measured_beside_the_numbers_and_held_out_ones_apart(
    maker: BatchMaker,
) -> None:
    """Each against separate passes over every answer, the system message in its prompt."""
    model = tiny_model("qwen3", "sdpa")
    system = ChatFormat(tiny_tokenizer("chatml"), system="Be brief.")
    maker = BatchMaker(maker.prompt_format, maker.speller, {"Be brief.": system})
    words = Outcomes(("nor", "north", "south", "3"), np.array([0.1, 0.5, 0.0, 0.4]))
    suits = Outcomes(("hearts", "spades"), np.array([0.5, 0.5]))
    targets = (
        LanguageTarget("words", ("Pick one.",), words),
        LanguageTarget("suits", ("Draw.",), suits, system="Be brief.", split="held_out"),
    )
    recipe = Recipe(method="soft", supervision=TreeSupervision(), targets=("mine.yaml",), epochs=1)
    validation = Validation(prompts=1, nodes=500)
    file = TargetFile("mine", "", targets)
    measures = validation_measures(recipe, validation, [file], maker)
    assert list(measures) == [VALIDATION_KL, LANGUAGE_KL, HELD_OUT_KL]
    for name, chat, prompt, outcomes in (
        (LANGUAGE_KL, maker.prompt_format, "Pick one.", words),
        (HELD_OUT_KL, system, "Draw.", suits),
    ):
        expected = _by_enumeration(model, maker, list(chat.prompt_ids(prompt)), outcomes)
        assert measures[name](model) == pytest.approx(expected, rel=1e-4)
    assert list(validation_measures(recipe, validation, [], maker)) == [VALIDATION_KL]


def test_the_same_model_measures_the_same(maker: BatchMaker) -> None:
    model = tiny_model("qwen3", "sdpa")
    validation = Validation(split="held_out_families", prompts=5, nodes=4, tails=1)
    first, second = (_measure(validation, maker, seed=1) for _ in range(2))
    assert len(first.batches) == 2
    assert first(model) == first(model) == second(model)
    assert _measure(validation, maker, seed=2)(model) != first(model)


def test_when_the_callback_measures(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1)
    told: list[dict[str, float]] = []
    steps: list[int] = []
    state, control = TrainerState(max_steps=7), TrainerControl()

    def measure(model: torch.nn.Module) -> float:
        steps.append(state.global_step)
        return 0.25

    callback = ValidationCallback({VALIDATION_KL: measure}, 3, told.append)
    arguments = TrainingArguments(output_dir=str(tmp_path))
    callback.on_train_begin(arguments, state, control, model=model)
    for state.global_step in range(1, 8):
        callback.on_step_end(arguments, state, control, model=model)
    assert steps == [0, 3, 6, 7]
    assert told == [{VALIDATION_KL: 0.25}] * 4

    state.global_step = 3
    callback.on_train_begin(arguments, state, control, model=model)
    assert len(told) == 4, "a resumed run has measured at its checkpoint already"


@pytest.mark.parametrize(
    ("goal", "figures", "reached"),
    [
        (Goal(), [3.0, 0.0], False),
        (Goal(nats=0.5), [3.0, 0.6], False),
        (Goal(nats=0.5), [3.0, 0.6, 0.4], True),
        (Goal(ratio=0.2), [3.0, 0.61], False),
        (Goal(ratio=0.2), [3.0, 0.59], True),
        (Goal(nats=0.1, ratio=0.2), [3.0, 0.59], True),
        (Goal(nats=0.5), [], False),
    ],
)
def test_a_goal(goal: Goal, figures: list[float], reached: bool) -> None:
    assert goal.reached(figures) is reached


def test_the_callback_stops_at_the_goal_but_not_at_the_end(tmp_path: Path) -> None:
    state, control = TrainerState(max_steps=6), TrainerControl()
    model, stopped = torch.nn.Linear(1, 1), []
    callback = ValidationCallback(
        {VALIDATION_KL: lambda _: 1.0 / (1 + state.global_step)},
        every=2,
        report=state.log_history.append,
        goal=Goal(ratio=0.3),
        stop=lambda: stopped.append(state.global_step),
    )
    arguments = TrainingArguments(output_dir=str(tmp_path))
    callback.on_train_begin(arguments, state, control, model=model)
    for state.global_step in range(1, 7):
        callback.on_step_end(arguments, state, control, model=model)
    assert stopped == [4], "1/3 at 2 is too much, 1/5 at 4 is below; 6 is the end anyway"


def test_prompts_are_spaced_evenly() -> None:
    assert evenly_spaced(range(9), 3) == [0, 4, 8]
    assert evenly_spaced("ab", 5) == ["a", "b"]
    assert evenly_spaced([], 3) == []
