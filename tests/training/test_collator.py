"""From visits to a packed batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from aleator.distributions.grids import split_distributions
from aleator.errors import InputError
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.packed_forward import packed_logits
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.chat import ChatFormat
from aleator.training.collator import BatchMaker, TrainingBatch, TreeCollator, make_trees
from aleator.training.loss import tree_loss_sum
from aleator.training.prompts import Visit
from aleator.training.recipe import (
    DrawSupervision,
    PathSupervision,
    PublishedSupervision,
    Supervision,
    TreeSupervision,
)
from aleator.training.thinned import ThinnedTarget
from tests.tiny_models import tiny_model, tiny_tokenizer

DISTRIBUTIONS = split_distributions("held_out_families")[::9]


def _visits(start: int = 0) -> list[Visit]:
    return [
        Visit(start + index, one.prompt(), NumericTarget.of(one, 2))
        for index, one in enumerate(DISTRIBUTIONS)
    ]


def _collate(maker: BatchMaker, seed: int, start: int) -> TrainingBatch:
    return TreeCollator(maker, PathSupervision(paths=2), seed)(_visits(start))["batch"]


def test_a_batch_depends_on_the_seed_and_its_first_visit(maker: BatchMaker) -> None:
    batch, again = _collate(maker, 3, 40), _collate(maker, 3, 40)
    assert torch.equal(batch.packed.input_ids, again.packed.input_ids)
    assert torch.equal(batch.targets.weights, again.targets.weights)
    for seed, start in ((4, 40), (3, 48)):
        other = _collate(maker, seed, start)
        assert not torch.equal(batch.packed.input_ids, other.packed.input_ids)
    assert batch.first_visit == 40


def test_tokens_are_counted_without_a_batch(maker: BatchMaker) -> None:
    collator = TreeCollator(maker, PathSupervision(paths=2), 3)
    assert collator.tokens(_visits(40)) == collator(_visits(40))["batch"].tokens


def test_prompts_stand_as_they_do_in_generation(maker: BatchMaker) -> None:
    batch = _collate(maker, 1, 0)
    for row, visit in zip(batch.packed.input_ids.tolist(), _visits(), strict=True):
        ids = list(maker.prompt_format.prompt_ids(visit.prompt))
        assert row[: len(ids)] == ids


def test_tokens_are_those_of_prompts_and_nodes(maker: BatchMaker) -> None:
    batch = _collate(maker, 1, 0)
    attended = batch.packed.attention.any(dim=1) & (batch.packed.attention.sum(dim=2) > 1)
    attended[:, 0] = True  # the first token sees itself alone, as padding does
    assert batch.tokens == int(attended.sum())


@pytest.mark.parametrize(
    ("supervision", "roots", "total"),
    [
        (TreeSupervision(nodes=8, tails=1), 1.0, None),
        (PathSupervision(paths=5), 1.0, None),
        (PublishedSupervision(), None, 1.0),
        (DrawSupervision(draws=7), 1.0, None),
        (DrawSupervision(draws=7, packed=False), 1.0, None),
    ],
)
def test_every_kind_of_supervision(
    maker: BatchMaker,
    rng: np.random.Generator,
    supervision: Supervision,
    roots: float | None,
    total: float | None,
) -> None:
    """The root is on every path; the published mean over positions sums to one."""
    targets = [visit.target for visit in _visits()]
    for tree in make_trees(targets, maker.speller, supervision, rng):
        if roots is not None:
            assert tree.weights[0] == pytest.approx(roots)
        if total is not None:
            assert tree.weights.sum() == pytest.approx(total)


def test_one_draw_at_a_time_where_they_are_not_packed(
    maker: BatchMaker, rng: np.random.Generator
) -> None:
    targets = [visit.target for visit in _visits()]
    supervision = DrawSupervision(draws=16, packed=False)
    for tree in make_trees(targets, maker.speller, supervision, rng):
        assert (tree.target_probabilities == 1).all()
        assert (tree.parents == np.arange(-1, tree.size - 1)).all()


def test_draws_of_a_thinned_grid_are_hard_targets_too(maker: BatchMaker) -> None:
    """Weights are shares of draws: they add up to the mean length of the answers drawn."""
    targets = [ThinnedTarget(one, 4, 50) for one in DISTRIBUTIONS]
    supervision = DrawSupervision(draws=9)
    trees = make_trees(targets, maker.speller, supervision, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    for target, tree in zip(targets, trees, strict=True):
        drawn = target.draw(9, rng)
        lengths = [len(answer) + 1 for answer in maker.speller.encode(drawn.strings)]
        assert tree.weights.sum() == pytest.approx(drawn.probabilities @ lengths)
        assert (tree.weights * 9) % 1 == pytest.approx(0, abs=1e-9)


def test_thinned_grids_are_listed_for_soft_targets(
    maker: BatchMaker, rng: np.random.Generator
) -> None:
    targets = [ThinnedTarget(one, 4, 50) for one in DISTRIBUTIONS]
    for tree in make_trees(targets, maker.speller, TreeSupervision(nodes=1000, tails=1), rng):
        assert tree.complete


def test_batches_move_between_devices(maker: BatchMaker) -> None:
    moved = _collate(maker, 1, 0).to("meta")
    assert moved.packed.input_ids.is_meta and moved.targets.weights.is_meta


@pytest.mark.parametrize(
    "supervision",
    [
        TreeSupervision(nodes=1000),
        PathSupervision(),
        PublishedSupervision(),
        DrawSupervision(draws=5),
    ],
)
def test_words_and_numbers_share_a_batch(maker: BatchMaker, supervision: Supervision) -> None:
    """In the order they came, whatever is drawn for which first."""
    words = Outcomes(("north", "south"), np.array([0.25, 0.75]))
    suits = Outcomes(("hearts", "spades", "clubs"), np.full(3, 1 / 3))
    number = NumericTarget.of(DISTRIBUTIONS[0], 0)
    thinned = ThinnedTarget(DISTRIBUTIONS[-1], 4, 50)
    targets = [words, thinned, number, suits]
    trees = make_trees(targets, maker.speller, supervision, np.random.default_rng(2))
    for target, tree in zip(targets, trees, strict=True):
        listed = target if isinstance(target, Outcomes) else target.outcomes()
        first_tokens = {answer[0] for answer in maker.speller.encode(listed.strings)}
        assert set(tree.target_tokens[: tree.target_offsets[1]].tolist()) <= first_tokens


def test_a_system_message_stands_before_its_prompt_alone(maker: BatchMaker) -> None:
    system = ChatFormat(tiny_tokenizer("chatml"), system="Be brief.")
    maker = BatchMaker(maker.prompt_format, maker.speller, {"Be brief.": system})
    coin = Outcomes(("heads", "tails"), np.array([0.5, 0.5]))
    visits = [Visit(0, "Flip.", coin), Visit(1, "Flip.", coin, "Be brief.")]
    batch = maker.batch(visits, TreeSupervision(), np.random.default_rng(0))
    plain, briefly = batch.packed.input_ids.tolist()
    for row, ids in (
        (plain, maker.prompt_format.prompt_ids("Flip.")),
        (briefly, system.prompt_ids("Flip.")),
    ):
        assert row[: len(ids)] == list(ids)
    assert len(system.prompt_ids("Flip.")) > len(maker.prompt_format.prompt_ids("Flip."))


def test_no_visits_are_one_token_that_adds_nothing(maker: BatchMaker) -> None:
    """To the loss and its parts; but every weight gets a gradient, of zeros."""
    model = attach_adapter(tiny_model("qwen3", "sdpa"), LoraSettings(rank=2), 0)
    collator = TreeCollator(maker, TreeSupervision(nodes=4), seed=0)
    batch = collator([])["batch"]
    assert (batch.tokens, batch.pairs, batch.targets.prompts) == (0, 0, 0)
    assert float(batch.targets.total_weight) == 0
    loss = tree_loss_sum(packed_logits(model, batch.packed), batch.targets)
    loss.backward()
    assert float(loss.detach()) == 0
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    for weight in trained:
        assert weight.grad is not None and torch.equal(weight.grad, torch.zeros_like(weight))


def test_a_batch_longer_than_the_model_is_refused(maker: BatchMaker) -> None:
    """The longest path counts, not the row that holds a whole tree; to the token."""
    longest = int(_collate(maker, 1, 0).packed.position_ids.max()) + 1
    _collate(replace(maker, positions=longest), 1, 0)
    with pytest.raises(InputError, match=f"a prompt with an answer takes {longest} tokens"):
        _collate(replace(maker, positions=longest - 1), 1, 0)
