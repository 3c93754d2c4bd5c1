"""The one temperature at which a model comes closest to its targets, fitted on given prompts.

Temperature scaling (Guo et al., arXiv 1706.04599) for the sequence KL: the mean over prompts of
``Σ_x P(x) KL(P(·|x) ‖ softmax(z(x) / T))`` over the prefixes x of a target's tree, exact on the
heaviest and estimated from tails below. Logits are computed once; the KL is convex in 1/T, so that
a bounded search in one dimension finds the minimum.

``measure="shape"`` counts only the prefixes that decide about the value (DESIGN, "shape and
spelling"): the temperature of the best-shaped values, which may break spelling and endings, for
nothing there holds it back. The whole sequence KL is what a likelihood would be fitted by.

All logits are kept, in float32: prompts × (nodes + tails) × vocabulary. A temperature cannot help
where the model's first choice is wrong, and one for all prompts has to serve those for which the
model is too sure and those for which it is not.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn

from aleator.errors import InputError
from aleator.models.attention import language_model
from aleator.models.packed_forward import pack, packed_logits
from aleator.outcomes.lattice import NumericTarget
from aleator.tokens.chat import PromptFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import SupervisionTree, Target, exact_trees

FloatArray = NDArray[np.float64]
Measure = Literal["sequence", "shape"]

LIMITS = (0.1, 10.0)
"""Temperatures are sought between these."""

_AT_LIMIT = 1.01
_PROMPTS_A_PASS = 4


@dataclass(frozen=True)
class FitSettings:
    """How a temperature is fitted.

    Attributes:
        measure: What is made small: the sequence KL, or its shape part.
        nodes: Prefixes of a target's tree with exact weights.
        tails: Drawn paths below them.
        seed: Of the tails.
    """

    measure: Measure = "sequence"
    nodes: int = 64
    tails: int = 2
    seed: int = 0


@dataclass(frozen=True)
class FittedTemperature:
    """The best temperature.

    Attributes:
        temperature: Rounded to three decimals, more than the data can tell.
        kl: The measure there, in nats, a mean over prompts.
        kl_at_one: The measure at temperature 1.
        prompts: How many it was fitted on.
        at_limit: The best lies at the end of what was searched, or beyond.
    """

    temperature: float
    kl: float
    kl_at_one: float
    prompts: int
    at_limit: bool


@dataclass(frozen=True)
class TemperedKL:
    """A prompt's KL as a function of the temperature, from logits computed once.

    With weights w, targets t and logits z it is ``Σ w Σ t log t − Σ w Σ t z / T + Σ w logsumexp(z /
    T)``, the softmax over the full vocabulary; sums are float64.

    Attributes:
        logits: Of the nodes that count, float32.
        weights: What each node's KL counts.
        target_logs: ``Σ w Σ t log t``, nats.
        target_logits: ``Σ w Σ t z``.
    """

    logits: Float[Tensor, "n V"]
    weights: Float[Tensor, " n"]
    target_logs: float
    target_logits: float

    @classmethod
    def of(
        cls, logits: Float[Tensor, "N V"], tree: SupervisionTree, target: Target, measure: Measure
    ) -> "TemperedKL":
        """Keep of a tree's logits what the measure is made of."""
        counts = _counts(tree, target, measure)
        rows = np.repeat(np.arange(tree.size), np.diff(tree.target_offsets))
        device = logits.device
        chosen = logits[
            torch.from_numpy(rows).to(device), torch.from_numpy(tree.target_tokens).to(device)
        ]
        shares = np.where(counts, tree.weights, 0.0)[rows] * tree.target_probabilities
        used = shares > 0
        places = torch.from_numpy(np.flatnonzero(counts)).to(device)
        return cls(
            logits[places].float(),
            torch.from_numpy(tree.weights[counts]).to(device),
            float(shares[used] @ np.log(tree.target_probabilities[used])),
            float(shares[used] @ chosen.double().cpu().numpy()[used]),
        )

    def at(self, temperature: float) -> float:
        """The KL at a temperature."""
        totals = torch.logsumexp(self.logits.double() / temperature, dim=-1)
        return (
            self.target_logs
            - self.target_logits / temperature
            + float(self.weights.double() @ totals)
        )


def fit_temperature(
    model: nn.Module,
    prompt_format: PromptFormat,
    prompts: Sequence[tuple[str, Target]],
    settings: FitSettings | None = None,
) -> FittedTemperature:
    """Fit a model's temperature to prompts whose targets are known.

    Args:
        model: In evaluation mode.
        prompt_format: How prompts are put to it.
        prompts: What is asked and what should be answered; none that it is to be tested on.
        settings: How it is fitted.

    Raises:
        InputError: There are no prompts.
    """
    if not prompts:
        raise InputError("a temperature needs prompts to be fitted on: give at least one")
    settings = settings or FitSettings()
    return best_temperature(list(_tempered(model, prompt_format, prompts, settings)))


def best_temperature(curves: Sequence[TemperedKL]) -> FittedTemperature:
    """Where the mean of the prompts' KLs is least."""

    def mean(temperature: float) -> float:
        return math.fsum(one.at(temperature) for one in curves) / len(curves)

    low, high = LIMITS
    found = minimize_scalar(
        lambda log: mean(math.exp(log)),
        bounds=(math.log(low), math.log(high)),
        method="bounded",
        options={"xatol": 1e-5},
    )
    temperature = round(math.exp(float(found.x)), 3)
    return FittedTemperature(
        temperature=temperature,
        kl=mean(temperature),
        kl_at_one=mean(1.0),
        prompts=len(curves),
        at_limit=not low * _AT_LIMIT < temperature < high / _AT_LIMIT,
    )


def _tempered(
    model: nn.Module,
    prompt_format: PromptFormat,
    prompts: Sequence[tuple[str, Target]],
    settings: FitSettings,
) -> Iterator[TemperedKL]:
    device = language_model(model).device
    speller = Speller(prompt_format)
    for start in range(0, len(prompts), _PROMPTS_A_PASS):
        batch = prompts[start : start + _PROMPTS_A_PASS]
        targets = [target for _, target in batch]
        rng = np.random.default_rng([settings.seed, start])
        trees = exact_trees(targets, speller, nodes=settings.nodes, tails=settings.tails, rng=rng)
        ids = [prompt_format.prompt_ids(prompt) for prompt, _ in batch]
        packed = pack(ids, trees, prompt_format.stop_token_id).to(device)
        with torch.no_grad():
            logits = packed_logits(model, packed).split([tree.size for tree in trees])
        for own, tree, target in zip(logits, trees, targets, strict=True):
            yield TemperedKL.of(own, tree, target, settings.measure)


def _counts(tree: SupervisionTree, target: Target, measure: Measure) -> NDArray[np.bool_]:
    """Which nodes the measure is made of; words are values of their own."""
    if measure == "sequence":
        return np.ones(tree.size, dtype=np.bool_)
    if isinstance(target, NumericTarget):
        bins = target.bins()
        return bins.of_values(tree.lowest) != bins.of_values(tree.highest)
    return tree.lowest != tree.highest
