"""The estimate against the multiplications that torch counts in a real pass."""

from dataclasses import replace

import numpy as np
import pytest
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.packed_forward import packed_logits
from aleator.training.anchor import AnchorTerm, AnchorText
from aleator.training.collator import BatchMaker, TrainingBatch
from aleator.training.flops import PassCost, Rate, Reading
from aleator.training.loss import tree_loss_sum
from aleator.training.prompts import make_visits
from aleator.training.recipe import PathSupervision, PublishedData, Recipe
from tests.tiny_models import Architecture, tiny_gemma3_with_vision, tiny_model

DATA = PublishedData(split="held_out_families", families=("maxwell",))
RECIPE = Recipe(method="soft", supervision=PathSupervision(paths=3), data=DATA, epochs=1)


def _batch(maker: BatchMaker, prompts: int) -> TrainingBatch:
    visits = make_visits(RECIPE)
    chosen = [visits[place] for place in range(prompts)]
    return maker.batch(chosen, RECIPE.supervision, np.random.default_rng(0))


def _reading(batch: TrainingBatch) -> Reading:
    """Of one prompt, so without padding; eager attention computes every pair there could be."""
    return Reading(batch.tokens, len(batch.targets.weights), batch.tokens**2)


def _counted(model: nn.Module, batch: TrainingBatch) -> int:
    with FlopCounterMode(display=False) as counter:
        tree_loss_sum(packed_logits(model, batch.packed), batch.targets).backward()
    return counter.get_total_flops()


@pytest.mark.parametrize("architecture", ["llama", "qwen3", "gemma3"])
def test_the_estimate_is_what_a_pass_computes(
    maker: BatchMaker, architecture: Architecture
) -> None:
    batch = _batch(maker, 1)
    model = attach_adapter(tiny_model(architecture), LoraSettings(rank=4), 0)
    model.enable_input_require_grads()  # then gradients run down to the embeddings
    estimate = PassCost.of(model).training(_reading(batch))
    # Rotary angles are small matrix products of their own.
    assert abs(estimate / _counted(model, batch) - 1) <= 0.01


def test_below_the_lowest_adapter_there_is_no_way_back(maker: BatchMaker) -> None:
    """Of six layers the last two: all that is counted too much is that of the fifth's input."""
    batch = _batch(maker, 1)
    model = attach_adapter(tiny_model("qwen3", layers=6), LoraSettings(4, layers=(-2, -1)), 0)
    cost = PassCost.of(model)
    everywhere = PassCost.of(attach_adapter(tiny_model("qwen3", layers=6), LoraSettings(4), 0))
    counted = _counted(model, batch)
    assert counted <= cost.training(_reading(batch)) <= 1.05 * counted
    assert cost.training(_reading(batch)) < 0.8 * everywhere.training(_reading(batch))
    assert cost.base == everywhere.base


@pytest.mark.parametrize("weight", [1.0, 0.0])
def test_the_anchor_costs_a_pass_more(weight: float) -> None:
    """Texts of one length, which are packed without padding or a pair too many."""
    text = AnchorText(tuple(range(30, 61)), begin=11)
    term = AnchorTerm(weight, [text], tokens=1, seed=0, pad_token_id=0)
    model = attach_adapter(tiny_model("qwen3"), LoraSettings(rank=4), 0)
    model.enable_input_require_grads()
    update = term.update(0, passes=1)
    (packed,) = update.passes
    assert packed is not None and update.reading == Reading(30, 20, 30 * 31 / 2)
    with FlopCounterMode(display=False) as counter:
        loss = term.kl_sum(model, packed)
        if weight:
            loss.backward()
    dense = replace(update.reading, pairs=30**2)
    estimate = PassCost.of(model).anchor(dense, trained=weight > 0)
    assert abs(estimate / counter.get_total_flops() - 1) <= 0.01


def test_of_experts_those_that_work_count() -> None:
    """Two of four a token: it costs what a model with half of each layer's experts would."""
    model = attach_adapter(tiny_model("gpt_oss"), LoraSettings(rank=4), 0)
    sizes = {
        name: one.numel()
        for name, one in model.named_parameters()
        if one.ndim > 1 and not name.endswith("bias")
    }
    experts = sum(size for name, size in sizes.items() if ".experts." in name)
    adapter = sum(size for name, size in sizes.items() if "lora_" in name)
    elsewhere = sum(sizes[name] for name in sizes if "embed" in name or "lm_head" in name)
    others = sum(sizes.values()) - experts - adapter - elsewhere
    assert experts > others > 0
    cost = PassCost.of(model)
    assert cost.training(Reading(1, 0, 0)) == 4 * (others + experts / 2) + 6 * adapter


def test_only_the_language_model_counts() -> None:
    with_vision = attach_adapter(tiny_gemma3_with_vision(), LoraSettings(rank=4), 0)
    without = attach_adapter(tiny_model("gemma3"), LoraSettings(rank=4), 0)
    assert PassCost.of(with_vision) == PassCost.of(without)


def test_costs_add_up() -> None:
    cost = PassCost(Rate(1, 2, 3), Rate(10, 20, 30), Rate(100, 200, 300))
    reading = Reading(tokens=1, nodes=2, pairs=3)
    assert cost.training(reading) == 140 + 1400
    assert cost.anchor(reading, trained=True) == 14 + 140 + 1400
    assert cost.anchor(reading, trained=False) == 14 + 140


def test_pairs_are_those_of_separate_prompts(maker: BatchMaker) -> None:
    """Whatever stands beside them: padding attends to itself only, and is not counted."""
    together = _batch(maker, 2)
    rng = np.random.default_rng(0)
    visits = make_visits(RECIPE)
    alone = [maker.batch([visits[place]], RECIPE.supervision, rng) for place in range(2)]
    assert together.pairs == sum(one.pairs for one in alone)
    assert together.tokens == sum(one.tokens for one in alone)
    assert alone[0].pairs == int(alone[0].packed.attention.sum())
