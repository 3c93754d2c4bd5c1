"""Visits in, one packed batch with its targets out.

The trees of a batch are drawn from the seed of its first visit, so they depend on what is in the
batch and on nothing that happened before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from aleator.models.packed_forward import PackedBatch, idle_batch, pack
from aleator.models.positions import check_length
from aleator.tokens.chat import PromptFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import (
    SupervisionTree,
    drawn_trees,
    exact_trees,
    path_trees,
)
from aleator.training.loss import TreeTargets
from aleator.training.prompts import Target, Visit
from aleator.training.recipe import (
    DrawSupervision,
    PathSupervision,
    PublishedSupervision,
    Supervision,
    TreeSupervision,
)
from aleator.training.seeds import Stream, generator
from aleator.training.thinned import ThinnedTarget

_EVERY_NODE = 1 << 20


@dataclass(frozen=True)
class TrainingBatch:
    """B prompts with their trees, ready for one forward pass.

    Attributes:
        packed: what the model reads.
        targets: what it should say at every node.
        first_visit: number of the first prompt's visit.
        tokens: tokens that the model reads, padding aside.
        pairs: pairs of a token and one that it attends to, itself included, padding aside.
    """

    packed: PackedBatch
    targets: TreeTargets
    first_visit: int
    tokens: int
    pairs: int

    def to(self, device: torch.device | str, non_blocking: bool = False) -> "TrainingBatch":
        """The same batch on `device`; accelerate calls it."""
        return replace(self, packed=self.packed.to(device), targets=self.targets.to(device))


@dataclass(frozen=True)
class BatchMaker:
    """Writes visits as tokens.

    Attributes:
        prompt_format: how prompts become tokens.
        speller: how answers become tokens.
        with_system: how prompts become tokens behind each system message that visits have.
        positions: how many the model has; None for no limit.
    """

    prompt_format: PromptFormat
    speller: Speller
    with_system: Mapping[str, PromptFormat] = field(default_factory=dict)
    positions: int | None = None

    def batch(
        self, visits: Sequence[Visit], supervision: Supervision, rng: np.random.Generator
    ) -> TrainingBatch:
        """The visits in their order, with trees drawn from `rng`.

        Raises:
            InputError: A prompt with an answer is longer than the model.
        """
        trees = make_trees([visit.target for visit in visits], self.speller, supervision, rng)
        prompts = self._prompts(visits)
        packed = pack(prompts, trees, self.prompt_format.stop_token_id)
        longest = int(packed.position_ids.max()) + 1
        check_length(longest, self.positions, "a prompt with an answer")
        tokens = _tokens(prompts, trees)
        padding = packed.input_ids.numel() - tokens  # attends to itself, see `pack`
        return TrainingBatch(
            packed=packed,
            targets=TreeTargets.from_trees(trees),
            first_visit=visits[0].number,
            tokens=tokens,
            pairs=int(packed.attention.sum()) - padding,
        )

    def tokens(
        self, visits: Sequence[Visit], supervision: Supervision, rng: np.random.Generator
    ) -> int:
        """The tokens of `batch` with the same arguments, without making it."""
        trees = make_trees([visit.target for visit in visits], self.speller, supervision, rng)
        return _tokens(self._prompts(visits), trees)

    def _prompts(self, visits: Sequence[Visit]) -> list[tuple[int, ...]]:
        return [self._format(visit.system).prompt_ids(visit.prompt) for visit in visits]

    def _format(self, system: str | None) -> PromptFormat:
        return self.prompt_format if system is None else self.with_system[system]


@dataclass(frozen=True)
class TreeCollator:
    """Makes the batches of a run.

    Attributes:
        maker: writes visits as tokens.
        supervision: what of each target is supervised.
        seed: of the drawn paths.
    """

    maker: BatchMaker
    supervision: Supervision
    seed: int

    def __call__(self, visits: Sequence[Visit]) -> dict[str, TrainingBatch]:
        """One batch of the visits, in their order, in the mapping that the Trainer wants.

        Of no visits at all, a batch that reads one token and adds nothing.
        """
        if not visits:
            return {"batch": TrainingBatch(idle_batch(), TreeTargets.none(), 0, tokens=0, pairs=0)}
        return {"batch": self.maker.batch(visits, self.supervision, self._rng(visits))}

    def tokens(self, visits: Sequence[Visit]) -> int:
        """The tokens of the batch of these visits, without making it."""
        return self.maker.tokens(visits, self.supervision, self._rng(visits))

    def _rng(self, visits: Sequence[Visit]) -> np.random.Generator:
        return generator(self.seed, Stream.TREES, visits[0].number)


def make_trees(
    targets: Sequence[Target],
    speller: Speller,
    supervision: Supervision,
    rng: np.random.Generator,
) -> list[SupervisionTree]:
    """One supervision tree a target, as the recipe's `supervision` says."""
    if isinstance(supervision, DrawSupervision):
        return _hard_trees(targets, speller, supervision, rng)
    listed = [one.outcomes() if isinstance(one, ThinnedTarget) else one for one in targets]
    match supervision:
        case TreeSupervision(nodes=nodes, tails=tails):
            return exact_trees(listed, speller, nodes=nodes, tails=tails, rng=rng)
        case PathSupervision(paths=paths):
            return path_trees(listed, speller, paths=paths, rng=rng)
        case PublishedSupervision():
            return path_trees(listed, speller, paths=1, rng=rng, mean_over_positions=True)


def _tokens(prompts: Sequence[Sequence[int]], trees: Sequence[SupervisionTree]) -> int:
    """Tokens of the prompts and of their trees, whose roots are the prompts' ends."""
    return sum(map(len, prompts)) + sum(tree.size - 1 for tree in trees)


def _hard_trees(
    targets: Sequence[Target],
    speller: Speller,
    supervision: DrawSupervision,
    rng: np.random.Generator,
) -> list[SupervisionTree]:
    """Empirical targets; of a thinned grid, the exact targets of what was drawn: the same thing."""
    draws = supervision.draws if supervision.packed else 1
    whole = [one for one in targets if not isinstance(one, ThinnedTarget)]
    trees = iter(drawn_trees(whole, speller, draws=draws, rng=rng))
    drawn = [one.draw(draws, rng) for one in targets if isinstance(one, ThinnedTarget)]
    thinned = iter(exact_trees(drawn, speller, nodes=_EVERY_NODE, tails=0, rng=rng))
    return [next(thinned if isinstance(one, ThinnedTarget) else trees) for one in targets]
