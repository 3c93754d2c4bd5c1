"""Exact figures of a model on numeric prompts: one session a batch, two trees a prompt.

The *target's* tree (its heaviest prefixes, and a few drawn tails below them) gives the sequence
KL, its two parts and the step KL; the *model's* tree, which takes over what that has computed and
goes on best-first over all spellings, gives everything on values. "Exact" means no sampling where
the trees cover everything, and says how much they cover where they do not:

- KLs are exact on prefixes within ``target_nodes`` and unbiased estimates from tails below;
  ``exact_share`` is the share of an answer's expected steps that is exact (1 if ``tree_complete``);
- values are exact up to ``unexpanded_mass``, which bounds the error of value TV, and
  ``settled_mass``, of which only the chance to end is estimated (see ``model_values``).

A figure that is undefined is None: values where nothing valid is answered, W1 where the target is a
single value.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from aleator.evaluation.growth import (
    grow_trees,
    spelling_probabilities,
    take_over,
)
from aleator.evaluation.model_tree import FloatArray, GrowthPolicy, ModelTree
from aleator.evaluation.model_values import ModelValues, model_values
from aleator.evaluation.numeral_automaton import NumeralVocabulary
from aleator.evaluation.target_reference import TargetReference, target_reference
from aleator.metrics.divergences import entropy, total_variation
from aleator.metrics.transport import wasserstein
from aleator.models.packed_session import PackedSession
from aleator.outcomes.bins import ValueBins
from aleator.outcomes.lattice import NumericTarget
from aleator.tokens.chat import PromptFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import SupervisionTree, exact_trees


@dataclass(frozen=True)
class ExactSettings:
    """How much is computed for one prompt.

    Attributes:
        target_nodes: Prefixes of the target's tree with exact weights.
        target_tails: Drawn paths below them; 0 leaves out what is below.
        growth: How far the model's tree is grown.
        batch_prompts: Prompts in one session.
    """

    target_nodes: int = 256
    target_tails: int = 4
    growth: GrowthPolicy = GrowthPolicy()
    batch_prompts: int = 8


@dataclass(frozen=True)
class Divergences:
    """Figures on the target's tree, in nats; see the module's text."""

    sequence_kl: float
    shape_kl: float
    spelling_kl: float
    step_kl: float
    exact_share: float
    tree_complete: bool


@dataclass(frozen=True)
class ValueFigures:
    """Figures on the model's values; None where undefined."""

    valid_mass: float
    canonical_mass: float
    value_tv: float | None
    w1_normalised: float | None
    modal_share: float | None
    effective_values: float | None
    unexpanded_mass: float
    settled_mass: float


@dataclass(frozen=True)
class Curve:
    """Cumulative probabilities of target and model at the same values, for a picture."""

    values: tuple[float, ...]
    target: tuple[float, ...]
    model: tuple[float, ...]


@dataclass(frozen=True)
class ExactResult:
    """Everything exact about one prompt; ``curve`` is None where nothing valid is answered."""

    divergences: Divergences
    figures: ValueFigures
    curve: Curve | None
    nodes: int


class ExactEvaluation:
    """Evaluates one model."""

    def __init__(
        self,
        model: nn.Module,
        prompt_format: PromptFormat,
        vocabulary: NumeralVocabulary,
        settings: ExactSettings | None = None,
    ) -> None:
        """Bind what stays the same from prompt to prompt.

        Args:
            model: In evaluation mode.
            prompt_format: How prompts are put to it.
            vocabulary: Its tokenizer's numeral tokens, which tell more fraction digits apart than
                the targets have decimals.
            settings: How much is computed.
        """
        self._model = model
        self._format = prompt_format
        self._speller = Speller(prompt_format)
        self._vocabulary = vocabulary
        self._settings = settings or ExactSettings()

    def batches(
        self, targets: Sequence[NumericTarget], seed: int
    ) -> Iterator[tuple[range, list[ExactResult]]]:
        """Evaluate in batches: the places among ``targets``, and their results.

        Batches are cut in order and tails are seeded by batch, so that figures do not depend on
        which batches were computed before.
        """
        size = self._settings.batch_prompts
        for start in range(0, len(targets), size):
            places = range(start, min(start + size, len(targets)))
            rng = np.random.default_rng([seed, start])
            yield places, self.evaluate(targets[places.start : places.stop], rng)

    def evaluate(
        self, targets: Sequence[NumericTarget], rng: np.random.Generator
    ) -> list[ExactResult]:
        """Evaluate the targets of one batch; ``rng`` draws the tails of target trees."""
        settings = self._settings
        supervision = exact_trees(
            targets,
            self._speller,
            nodes=settings.target_nodes,
            tails=settings.target_tails,
            rng=rng,
        )
        prompts = [self._format.prompt_ids(one.distribution.prompt()) for one in targets]
        session = PackedSession(self._model, prompts)
        below = session.extend(
            [tree.tokens[1:] for tree in supervision], [tree.parents[1:] for tree in supervision]
        )
        references = [target_reference(target) for target in targets]
        divergences, trees = [], []
        for root, rest, reference, own in zip(
            session.root_logits, below, references, supervision, strict=True
        ):
            logits = torch.cat((root[None], rest))
            divergences.append(tree_divergences(logits, own, reference.bins))
            trees.append(self._begin(logits, reference, own))
        sizes = [tree.size for tree in supervision]
        computed = grow_trees(session, trees, sizes)
        del session
        results = []
        for tree, reference, kls, size in zip(trees, references, divergences, sizes, strict=True):
            values = model_values(tree)
            figures, curve = value_figures(values, reference), value_curve(values, reference)
            results.append(ExactResult(kls, figures, curve, nodes=size + tree.grown))
        assert computed == sum(tree.grown for tree in trees)
        return results

    def _begin(
        self, logits: Float[Tensor, "N V"], reference: TargetReference, own: SupervisionTree
    ) -> ModelTree:
        tree = ModelTree(self._vocabulary, reference, self._settings.growth)
        probabilities = spelling_probabilities(logits, self._vocabulary)
        root = np.zeros(1, dtype=np.int64)
        tree.expand(root, root, probabilities[:1])
        take_over(tree, own.parents, own.tokens, probabilities)
        return tree


def tree_divergences(
    logits: Float[Tensor, "N V"], tree: SupervisionTree, bins: ValueBins
) -> Divergences:
    """Weighted sums of the KL at every node of a target's tree."""
    kls = node_kls(logits, tree)
    shape = bins.of_values(tree.lowest) != bins.of_values(tree.highest)
    weighted = tree.weights * kls
    steps = float(tree.weights.sum())
    return Divergences(
        sequence_kl=float(weighted.sum()),
        shape_kl=float(weighted[shape].sum()),
        spelling_kl=float(weighted[~shape].sum()),
        step_kl=float(tree.step_weights @ kls),
        exact_share=float(tree.weights[tree.exact].sum()) / steps,
        tree_complete=tree.complete,
    )


def node_kls(logits: Float[Tensor, "N V"], tree: SupervisionTree) -> FloatArray:
    """KL(P(.|x) || Q(.|x)) at every node: float64 ``[N]``; Q over all tokens, in float32."""
    rows = np.repeat(np.arange(tree.size), np.diff(tree.target_offsets))
    logits = logits.float()
    chosen = logits[
        torch.from_numpy(rows).to(logits.device),
        torch.from_numpy(tree.target_tokens).to(logits.device),
    ]
    totals = torch.logsumexp(logits, dim=-1).double().cpu().numpy()
    model_logs = chosen.double().cpu().numpy() - totals[rows]
    target = tree.target_probabilities
    kls = np.zeros(tree.size)
    np.add.at(kls, rows, target * (np.log(target) - model_logs))
    return kls


def value_figures(values: ModelValues, reference: TargetReference) -> ValueFigures:
    """Compare the model's distribution over valid values with the target's."""
    blank = ValueFigures(
        valid_mass=values.valid_mass,
        canonical_mass=values.canonical_mass,
        value_tv=None,
        w1_normalised=None,
        modal_share=None,
        effective_values=None,
        unexpanded_mass=values.unexpanded_mass,
        settled_mass=values.settled_mass,
    )
    if values.values.size == 0:
        return blank
    q = values.probabilities
    bins = reference.bins
    binned = np.bincount(bins.of_values(values.values), weights=q, minlength=len(bins.starts))
    distance = wasserstein(reference.values, reference.probabilities, values.values, q)
    # A spread atom stands for ``counts`` equal ones: each adds the log of its share.
    uncertainty = entropy(q) + float(q @ np.log(values.counts))
    return replace(
        blank,
        value_tv=total_variation(bins.probabilities, binned),
        w1_normalised=distance / reference.spread if reference.spread > 0 else None,
        modal_share=float((q / values.counts).max()),
        effective_values=math.exp(uncertainty),
    )


def value_curve(values: ModelValues, reference: TargetReference, points: int = 32) -> Curve | None:
    """Both CDFs at ``points`` even levels of the target and as many even steps in value."""
    if values.values.size == 0:
        return None
    total = np.cumsum(reference.probabilities)
    levels = np.searchsorted(total, np.linspace(0.005, 0.995, points))
    at_levels = reference.values[np.minimum(levels, len(total) - 1)]
    even = np.linspace(at_levels[0], at_levels[-1], points)
    grid = np.unique(np.concatenate((at_levels, even)))
    model = np.concatenate(([0.0], np.cumsum(values.probabilities)))
    target = np.concatenate(([0.0], total))
    return Curve(
        values=_rounded(grid),
        target=_rounded(target[np.searchsorted(reference.values, grid, side="right")]),
        model=_rounded(model[np.searchsorted(values.values, grid, side="right")]),
    )


def _rounded(numbers: FloatArray) -> tuple[float, ...]:
    return tuple(float(f"{number:.5g}") for number in numbers)
