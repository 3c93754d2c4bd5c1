"""The trainer's loss and its update, against plain transformers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from aleator.distributions.families import FAMILIES
from aleator.distributions.grids import split_distributions
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.outcomes.lattice import NumericTarget
from aleator.training.collator import BatchMaker, TrainingBatch, TreeCollator
from aleator.training.prompts import Visit, Visits, make_visits, numeric_question
from aleator.training.recipe import (
    DrawSupervision,
    Lora,
    Optimiser,
    PublishedData,
    Recipe,
    TreeSupervision,
)
from aleator.training.settings import training_arguments
from aleator.training.trainer import Mean, TreeTrainer
from tests.tiny_models import tiny_model

BERNOULLI = PublishedData(split="held_out_families", families=("bernoulli",))
COMPLETE = TreeSupervision(nodes=50, tails=1)
RECIPE = Recipe(
    method="soft",
    supervision=COMPLETE,
    data=BERNOULLI,
    max_steps=2,
    batch_size=4,
    lora=Lora(rank=4, dropout=0.0),
    optimiser=Optimiser(learning_rate=0.01, schedule="constant", warmup_ratio=0.0),
)


def _trainer(
    recipe: Recipe, maker: BatchMaker, folder: Path, visits: Visits | None = None
) -> TreeTrainer:
    lora = LoraSettings(recipe.lora.rank, recipe.lora.alpha, recipe.lora.dropout)
    return TreeTrainer(
        attach_adapter(tiny_model("qwen3", "sdpa"), lora, recipe.seed),
        training_arguments(recipe, folder),
        visits=make_visits(recipe) if visits is None else visits,
        collator=TreeCollator(maker, recipe.supervision, recipe.seed),
        mean=recipe.mean,
    )


def _model(trainer: TreeTrainer) -> PeftModel:
    assert isinstance(trainer.model, PeftModel)
    return trainer.model


def _weights(trainer: TreeTrainer) -> torch.Tensor:
    lora = [p.detach().flatten() for n, p in _model(trainer).named_parameters() if "lora_" in n]
    return torch.cat(lora)


def _batch(trainer: TreeTrainer, visits: Sequence[Visit]) -> TrainingBatch:
    assert isinstance(trainer.data_collator, TreeCollator)
    return trainer.data_collator(visits)["batch"]


def test_the_loss_falls_on_one_prompt(maker: BatchMaker, tmp_path: Path) -> None:
    """A fair coin, learnt by a random model as far as its frozen output head can say it."""
    fair = FAMILIES["bernoulli"].distribution(p=0.5)
    optimiser = replace(RECIPE.optimiser, learning_rate=0.03)
    recipe = replace(RECIPE, optimiser=optimiser, max_steps=40, batch_size=1, log_every=1)
    trainer = _trainer(
        recipe, maker, tmp_path, Visits(40, lambda number: numeric_question(fair, BERNOULLI))
    )
    trainer.fit(None)
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    assert losses[0] > 10
    assert losses[-1] < 4
    assert trainer.counters.updates == 40
    assert trainer.counters.nodes == 40 * 3  # the start, after "0", after "1"


def test_only_the_adapter_moves(maker: BatchMaker, tmp_path: Path) -> None:
    trainer = _trainer(RECIPE, maker, tmp_path)
    trainer.fit(None)
    base = tiny_model("qwen3", "sdpa").state_dict()
    for name, weight in _model(trainer).get_base_model().state_dict().items():
        if "lora_" not in name:
            assert torch.equal(weight, base[name.replace(".base_layer", "")]), name
    assert all(p.dtype == torch.float32 for p in _model(trainer).parameters())


@pytest.mark.parametrize("passes", [2, 4])
@pytest.mark.parametrize("mean", ["prompts", "tokens"])
def test_splitting_a_batch_changes_nothing(
    maker: BatchMaker, tmp_path: Path, passes: int, mean: Mean
) -> None:
    """Complete trees do not depend on their batch, so two updates must agree to rounding."""
    recipe = replace(RECIPE, mean=mean)
    whole = _trainer(recipe, maker, tmp_path / "whole")
    split = _trainer(replace(recipe, gradient_accumulation=passes), maker, tmp_path / "split")
    for trainer in (whole, split):
        trainer.fit(None)
    # Adam divides by the size of the gradient: rounding may show where that is near zero.
    torch.testing.assert_close(_weights(split), _weights(whole), rtol=1e-3, atol=1e-4)
    assert split.counters.tokens == whole.counters.tokens
    assert split.counters.updates == whole.counters.updates == 2


def test_unpacked_draws_are_plain_token_mean_cross_entropy(
    maker: BatchMaker, tmp_path: Path
) -> None:
    """The published hard loss: transformers' own loss over the drawn answers and stop tokens."""
    recipe = replace(
        RECIPE, method="hard", supervision=DrawSupervision(draws=2, packed=False), mean="tokens"
    )
    trainer = _trainer(recipe, maker, tmp_path)
    chosen = split_distributions("held_out_families")[::20]
    visits = [Visit(7, one.prompt(), NumericTarget.of(one, 2)) for one in chosen]
    batch = _batch(trainer, visits)
    ours = trainer.compute_loss(
        _model(trainer), {"batch": batch}, num_items_in_batch=batch.targets.total_weight
    )

    logits, labels = [], []
    for row, visit in enumerate(visits):
        prompt = maker.prompt_format.prompt_ids(visit.prompt)
        nodes = int((batch.packed.rows == row).sum())
        used = batch.packed.input_ids[row, : len(prompt) + nodes - 1].tolist()
        sequence = [*used, maker.speller.stop]
        with torch.no_grad():
            output = _model(trainer)(input_ids=torch.tensor([sequence])).logits[0]
        logits.append(output[len(prompt) - 1 : -1])
        labels += sequence[len(prompt) :]
    theirs = torch.nn.functional.cross_entropy(torch.cat(logits), torch.tensor(labels))
    torch.testing.assert_close(ours.detach(), theirs, rtol=1e-5, atol=1e-5)


def test_a_report_leaves_the_log_that_is_due(maker: BatchMaker, tmp_path: Path) -> None:
    """The Trainer takes any log for the one it owed."""
    trainer = _trainer(RECIPE, maker, tmp_path)
    for due in (True, False):
        trainer.control.should_log = due
        trainer.report({"validation_kl": 0.5})
        assert trainer.control.should_log is due
    assert [row["validation_kl"] for row in trainer.state.log_history] == [0.5, 0.5]


def test_dropout_depends_on_the_batch_alone(maker: BatchMaker, tmp_path: Path) -> None:
    recipe = replace(RECIPE, lora=Lora(rank=4, dropout=0.5))
    trainer = _trainer(recipe, maker, tmp_path)
    model = _model(trainer)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_()
    model.train()
    visits = make_visits(recipe)

    def loss(*indices: int) -> float:
        torch.rand(len(indices))  # what was drawn before does not matter
        batch = _batch(trainer, [visits[index] for index in indices])
        return trainer.compute_loss(model, {"batch": batch}, num_items_in_batch=1).item()

    first = loss(0, 1)
    assert loss(3) != first
    assert loss(0, 1) == first


def test_autocast_computes_in_bfloat16_and_keeps_the_loss_in_float32(
    maker: BatchMaker, tmp_path: Path
) -> None:
    plain = _trainer(RECIPE, maker, tmp_path / "plain")
    mixed = _trainer(replace(RECIPE, bf16=True), maker, tmp_path / "mixed")
    for trainer in (plain, mixed):
        trainer.fit(None)
    losses = [trainer.state.log_history[-1]["train_loss"] for trainer in (plain, mixed)]
    assert losses[1] != losses[0]
    assert losses[1] == pytest.approx(losses[0], rel=0.02)
    assert all(p.dtype == torch.float32 for p in _model(mixed).parameters())


def test_a_bfloat16_model_gets_a_float32_adapter(maker: BatchMaker, tmp_path: Path) -> None:
    model = tiny_model("qwen3", "sdpa")
    torch.nn.Module.to(model, torch.bfloat16)
    trainer = TreeTrainer(
        attach_adapter(model, LoraSettings(rank=4), 1),
        training_arguments(RECIPE, tmp_path),
        visits=make_visits(RECIPE),
        collator=TreeCollator(maker, COMPLETE, 1),
        mean="prompts",
    )
    trainer.fit(None)
    assert _weights(trainer).dtype == torch.float32
    assert _weights(trainer).isfinite().all()
