"""The trainer's loss and its update, against plain transformers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel

from aleator.distributions.families import FAMILIES
from aleator.distributions.grids import split_distributions
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.outcomes.lattice import NumericTarget
from aleator.training.anchor import AnchorTerm, AnchorText
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
from tests.tiny_models import random_prompt, tiny_model

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
    recipe: Recipe,
    maker: BatchMaker,
    folder: Path,
    visits: Visits | None = None,
    anchor: AnchorTerm | None = None,
) -> TreeTrainer:
    lora = LoraSettings(recipe.lora.rank, recipe.lora.alpha, recipe.lora.dropout)
    return TreeTrainer(
        attach_adapter(tiny_model("qwen3", "sdpa"), lora, recipe.seed),
        training_arguments(recipe, folder),
        visits=make_visits(recipe) if visits is None else visits,
        collator=TreeCollator(maker, recipe.supervision, recipe.seed),
        mean=recipe.mean,
        anchor=anchor,
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


def _anchor(weight: float) -> AnchorTerm:
    rng = np.random.default_rng(5)
    texts = [AnchorText(tuple(random_prompt(rng, length)), 2) for length in (5, 30, 12, 9, 21, 16)]
    return AnchorTerm(weight, texts, tokens=60, seed=1, pad_token_id=0)


@pytest.mark.parametrize("passes", [2, 4])
def test_splitting_a_batch_changes_nothing_about_the_anchor(
    maker: BatchMaker, tmp_path: Path, passes: int
) -> None:
    recipe = replace(RECIPE, max_steps=3, log_every=1)
    whole = _trainer(recipe, maker, tmp_path / "whole", anchor=_anchor(5.0))
    split_recipe = replace(recipe, gradient_accumulation=passes)
    split = _trainer(split_recipe, maker, tmp_path / "split", anchor=_anchor(5.0))
    free = _trainer(recipe, maker, tmp_path / "free")
    for trainer in (whole, split, free):
        trainer.fit(None)
    torch.testing.assert_close(_weights(split), _weights(whole), rtol=1e-3, atol=1e-4)
    assert (_weights(free) - _weights(whole)).abs().max() > 1e-3
    rows = [
        [row["anchor_kl"] for row in trainer.state.log_history if "anchor_kl" in row]
        for trainer in (whole, split)
    ]
    assert len(rows[0]) == 3
    assert rows[1] == pytest.approx(rows[0], rel=1e-3, abs=1e-5)
    assert whole.counters.anchor_tokens == split.counters.anchor_tokens > 0
    assert whole.counters.tokens - whole.counters.anchor_tokens == free.counters.tokens
    assert free.counters.anchor_tokens == 0


def test_the_loss_of_an_update_is_that_of_the_calibration_plus_weight_times_the_mean_kl(
    maker: BatchMaker, tmp_path: Path
) -> None:
    anchor = _anchor(3.0)
    recipe = replace(RECIPE, batch_size=2)
    trainer = _trainer(recipe, maker, tmp_path, anchor=anchor)
    model = _model(trainer)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.1)
    visits = make_visits(recipe)
    inputs = {"batch": _batch(trainer, [visits[0], visits[1]])}
    items = torch.tensor(2.0)
    alone = trainer.compute_loss(model, inputs, num_items_in_batch=items).item()
    items = trainer._get_num_items_in_batch([inputs], torch.device("cpu"))
    both = trainer.compute_loss(model, inputs, num_items_in_batch=items).item()
    [packed] = anchor.update(0, 1).passes
    assert packed is not None
    kl = anchor.kl_sum(model, packed).item() / len(packed.rows)
    assert kl > 0.01
    assert abs(both - alone - 3.0 * kl) <= 1e-4 * both
