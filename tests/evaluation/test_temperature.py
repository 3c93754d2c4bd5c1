"""The fit against known temperatures, the node-by-node KL, and a brute-force grid."""

import numpy as np
import pytest
import torch
from torch import Tensor

from aleator.distributions.families import FAMILIES
from aleator.errors import InputError
from aleator.evaluation.exact import node_kls, tree_divergences
from aleator.evaluation.target_reference import target_reference
from aleator.evaluation.temperature import (
    LIMITS,
    FitSettings,
    Measure,
    TemperedKL,
    best_temperature,
    fit_temperature,
)
from aleator.models.packed_forward import pack, packed_logits
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import SupervisionTree, Target, exact_trees
from tests.number_model import number_format, number_model, number_tokenizer

COUNT = NumericTarget.of(FAMILIES["poisson"].distribution(**{"lambda": 4.0}), 0)
NORMAL = NumericTarget.of(FAMILIES["gaussian"].distribution(mu=0.0, sigma=2.0), 1)
WORDS = Outcomes(("heads", "tails", "the edge"), np.array([0.45, 0.45, 0.1]))
TARGETS: tuple[Target, ...] = (COUNT, NORMAL, WORDS)
PROMPTS = ("Pick a count.", "Pick a number.", "Toss a coin.")


def _trees(nodes: int = 40, tails: int = 0) -> list[SupervisionTree]:
    rng = np.random.default_rng([0, 0])
    return exact_trees(TARGETS, Speller(number_format()), nodes=nodes, tails=tails, rng=rng)


def _sharpened(tree: SupervisionTree, temperature: float) -> Tensor:
    """Logits whose softmax is the target at one temperature only; each row is shifted at random."""
    logits = torch.full((tree.size, len(number_tokenizer())), -torch.inf)
    rows = np.repeat(np.arange(tree.size), np.diff(tree.target_offsets))
    logs = torch.from_numpy(np.log(tree.target_probabilities)).float()
    logits[rows, tree.target_tokens] = temperature * logs
    return logits + torch.randn(tree.size, 1, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("measure", ["sequence", "shape"])
@pytest.mark.parametrize("temperature", [0.25, 0.8, 1.0, 3.7])
def test_a_sharpened_copy_of_the_target_gives_its_temperature(
    temperature: float, measure: Measure
) -> None:
    """float32 logits leave the KL's minimum within 1e-6 of 0, and T within rounding."""
    curves = [
        TemperedKL.of(_sharpened(tree, temperature), tree, target, measure)
        for tree, target in zip(_trees(), TARGETS, strict=True)
    ]
    fitted = best_temperature(curves)
    assert abs(fitted.temperature - temperature) <= 0.001 * max(1.0, temperature)
    assert abs(fitted.kl) <= 1e-5
    assert fitted.kl_at_one >= fitted.kl - 1e-6
    assert fitted.prompts == 3 and not fitted.at_limit


@pytest.mark.parametrize(("temperature", "end"), [(0.02, LIMITS[0]), (30.0, LIMITS[1])])
def test_what_lies_beyond_the_limits_is_said(temperature: float, end: float) -> None:
    tree = _trees()[0]
    curve = TemperedKL.of(_sharpened(tree, temperature), tree, COUNT, "sequence")
    fitted = best_temperature([curve])
    assert fitted.at_limit and abs(fitted.temperature / end - 1) <= 0.01


def _model_logits(trees: list[SupervisionTree]) -> list[Tensor]:
    prompts = [number_format().prompt_ids(prompt) for prompt in PROMPTS]
    batch = pack(prompts, trees, number_format().stop_token_id)
    with torch.no_grad():
        logits = packed_logits(number_model(), batch)
    return list(logits.split([tree.size for tree in trees]))


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_the_curve_is_the_kl_node_by_node(temperature: float) -> None:
    trees = _trees(nodes=12, tails=3)
    for logits, tree, target in zip(_model_logits(trees), trees, TARGETS, strict=True):
        curves = {
            measure: TemperedKL.of(logits, tree, target, measure).at(temperature)
            for measure in ("sequence", "shape")
        }
        if isinstance(target, NumericTarget):
            bins = target_reference(target).bins
            known = tree_divergences(logits / temperature, tree, bins)
            expected = {"sequence": known.sequence_kl, "shape": known.shape_kl}
        else:
            weighted = tree.weights * node_kls(logits / temperature, tree)
            # Words part at the first token or within it; what is decided then is spelling.
            expected = {
                "sequence": weighted.sum(),
                "shape": weighted[tree.lowest < tree.highest].sum(),
            }
        for measure, value in expected.items():
            assert abs(curves[measure] - value) <= 1e-4 * value


@pytest.mark.parametrize("measure", ["sequence", "shape"])
def test_the_fit_is_the_best_of_a_grid(measure: Measure) -> None:
    settings = FitSettings(measure=measure, nodes=12, tails=3)
    prompts = list(zip(PROMPTS, TARGETS, strict=True))
    fitted = fit_temperature(number_model(), number_format(), prompts, settings)
    trees = _trees(nodes=12, tails=3)  # drawn from the same generator
    curves = [
        TemperedKL.of(logits, tree, target, measure)
        for logits, tree, target in zip(_model_logits(trees), trees, TARGETS, strict=True)
    ]
    grid = np.geomspace(*LIMITS, 400)
    kls = [np.mean([curve.at(float(one)) for curve in curves]) for one in grid]
    best = int(np.argmin(kls))
    step = grid[1] / grid[0]
    assert 1 / step <= fitted.temperature / grid[best] <= step
    assert fitted.kl <= kls[best] + 1e-6
    assert abs(fitted.kl_at_one - np.mean([curve.at(1.0) for curve in curves])) <= 1e-4
    assert fitted.prompts == 3


def test_batches_change_nothing_but_tails() -> None:
    """Six prompts in two passes: the first four alone give the same, for nothing is drawn."""
    prompts = [(PROMPTS[place % 3], TARGETS[place % 3]) for place in range(6)]
    settings = FitSettings(nodes=12, tails=0)
    six = fit_temperature(number_model(), number_format(), prompts, settings)
    three = fit_temperature(number_model(), number_format(), prompts[:3], settings)
    assert abs(six.temperature - three.temperature) <= 0.002
    assert abs(six.kl - three.kl) <= 1e-4


def test_without_prompts_there_is_nothing_to_fit() -> None:
    with pytest.raises(InputError, match="at least one"):
        fit_temperature(number_model(), number_format(), [])
