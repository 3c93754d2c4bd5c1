"""Exact figures of real, tiny models, against separate forward passes and plain definitions."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel

from aleator.distributions.families import family
from aleator.evaluation.exact import ExactEvaluation, ExactResult, ExactSettings, value_figures
from aleator.evaluation.model_tree import GrowthPolicy
from aleator.evaluation.model_values import ModelValues
from aleator.evaluation.numeral_automaton import NumeralVocabulary, special_tokens, token_texts
from aleator.evaluation.samples import score_draws
from aleator.evaluation.target_reference import target_reference
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.numerals import parse_numeral
from aleator.sampling.local import LocalSampler
from tests.number_model import number_format, number_model, number_tokenizer
from tests.tiny_models import ARCHITECTURES, Architecture

TARGETS = (
    NumericTarget.of(family("bernoulli").distribution(p=0.3)),
    NumericTarget.of(family("poisson").distribution(**{"lambda": 4.0})),
    NumericTarget.of(family("uniform").distribution(a=0.0, b=0.4), 2),
    NumericTarget.of(family("gaussian").distribution(mu=0.0, sigma=0.5), 1),
)
WHOLE = ExactSettings(target_nodes=5000, target_tails=0)


def _evaluation(
    model: PreTrainedModel, settings: ExactSettings | None = None, digits: int = 1
) -> ExactEvaluation:
    tokenizer, prompt_format = number_tokenizer(digits), number_format(digits)
    vocabulary = NumeralVocabulary.of(
        token_texts(tokenizer), prompt_format.stop_token_id, special_tokens(tokenizer)
    )
    return ExactEvaluation(model, prompt_format, vocabulary, settings)


def _evaluate(
    model: PreTrainedModel, settings: ExactSettings | None = None, digits: int = 1
) -> list[ExactResult]:
    batches = _evaluation(model, settings, digits).batches(TARGETS, seed=0)
    return [one for _, batch in batches for one in batch]


def _log_probability(model: PreTrainedModel, prompt: str, answer: str, digits: int) -> float:
    """ln Q(answer, then stop), by one plain pass without a mask, a tree or a cache."""
    prompt_format = number_format(digits)
    prompt_ids = list(prompt_format.prompt_ids(prompt))
    answer_ids = [*prompt_format.answer_ids([answer])[0], prompt_format.stop_token_id]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([prompt_ids + answer_ids])).logits[0]
    logs = torch.log_softmax(logits.double(), dim=-1)
    steps = range(len(prompt_ids) - 1, len(prompt_ids) + len(answer_ids) - 1)
    return sum(float(logs[at, token]) for at, token in zip(steps, answer_ids, strict=True))


@pytest.mark.parametrize(
    ("architecture", "digits"), [*((one, 1) for one in ARCHITECTURES), ("llama", 3)]
)
def test_sequence_kl_is_its_definition(architecture: Architecture, digits: int) -> None:
    model = number_model(architecture, digits=digits)
    for target, result in zip(TARGETS, _evaluate(model, WHOLE, digits), strict=True):
        outcomes = target.outcomes()
        prompt = target.distribution.prompt()
        strings = outcomes.strings
        logs = np.array([_log_probability(model, prompt, one, digits) for one in strings])
        definition = float(outcomes.probabilities @ (np.log(outcomes.probabilities) - logs))
        found = result.divergences
        assert found.tree_complete and found.exact_share == pytest.approx(1.0)
        assert abs(found.sequence_kl - definition) <= 1e-4
        assert abs(found.shape_kl + found.spelling_kl - found.sequence_kl) <= 1e-9
        assert abs(result.figures.canonical_mass - np.exp(logs).sum()) <= 1e-3


def test_step_kl_of_one_digit_answers_is_half_the_sequence_kl() -> None:
    result = _evaluate(number_model(), WHOLE)[0].divergences
    assert result.step_kl == pytest.approx(result.sequence_kl / 2)
    assert result.spelling_kl == pytest.approx(
        result.sequence_kl - result.shape_kl
    )  # the stop token's step


def test_a_small_tree_estimates_the_sequence_kl_without_bias() -> None:
    """Forty seeds of four tails each: the mean is within four standard errors."""
    model = number_model()
    whole = _evaluate(model, WHOLE)[2].divergences.sequence_kl
    policy = GrowthPolicy(max_nodes=1, sample_nodes=1)
    small = _evaluation(model, ExactSettings(target_nodes=6, target_tails=4, growth=policy))
    rngs = [np.random.default_rng(seed) for seed in range(40)]
    found = [small.evaluate(TARGETS[2:3], rng)[0].divergences for rng in rngs]
    kls = np.array([one.sequence_kl for one in found])
    assert not found[0].tree_complete and 0 < found[0].exact_share < 1
    assert abs(kls.mean() - whole) <= 4 * kls.std() / math.sqrt(len(kls)) + 1e-6


def test_a_prompt_s_figures_do_not_depend_on_the_prompts_beside_it() -> None:
    """Trees of very unequal size: prompts leave the session while others go on growing."""
    model = number_model()
    settings = ExactSettings(target_nodes=64, target_tails=0)
    together = _evaluate(model, settings)
    alone = _evaluate(model, replace(settings, batch_prompts=1))
    assert len({one.nodes for one in together}) == len(TARGETS)
    for one, other in zip(together, alone, strict=True):
        assert one.nodes == other.nodes
        for name, figure in asdict(one.figures).items():
            expected = asdict(other.figures)[name]
            assert figure == pytest.approx(expected, rel=1e-5, abs=1e-5), name
        assert one.divergences.sequence_kl == pytest.approx(other.divergences.sequence_kl, abs=1e-5)


def test_exact_and_drawn_figures_agree() -> None:
    """4,000 draws a prompt: valid rate within four standard errors, W1 within its noise."""
    model = number_model()
    sampler = LocalSampler(model, number_tokenizer(), number_format())
    draws = sampler.draw([target.distribution.prompt() for target in TARGETS], 4000, seed=3)
    for target, exact, drawn in zip(TARGETS, _evaluate(model), draws, strict=True):
        reference = target_reference(target)
        scored = score_draws(drawn, reference, seed=0)
        valid = exact.figures.valid_mass
        assert scored.valid_rate is not None
        assert abs(scored.valid_rate - valid) <= 4 * math.sqrt(valid * (1 - valid) / 4000) + 1e-3
        counts: dict[float, int] = {}
        for answer in drawn.answers:
            value = parse_numeral(answer.text)
            if value is not None and target.accepts(value):
                counts[value] = counts.get(value, 0) + answer.count
        modal = max(counts.values()) / scored.valid
        assert exact.figures.modal_share is not None
        spread = math.sqrt(modal * (1 - modal) / scored.valid)
        assert abs(exact.figures.modal_share - modal) <= 4 * spread + 2e-3
        shares = np.array(list(counts.values())) / scored.valid
        drawn_bins = np.zeros(len(reference.bins.starts))
        np.add.at(drawn_bins, reference.bins.of_values(np.array(list(counts))), shares)
        drawn_tv = 0.5 * np.abs(drawn_bins - reference.bins.probabilities).sum()
        assert exact.figures.value_tv is not None
        noise = 2 * math.sqrt(len(drawn_bins) / scored.valid)
        assert abs(exact.figures.value_tv - drawn_tv) <= noise


def test_value_figures_of_a_perfect_and_a_collapsed_model() -> None:
    reference = target_reference(TARGETS[1])
    at_median = np.array([reference.median])
    collapsed = ModelValues(at_median, np.array([0.9]), np.ones(1), 0.9, 0.9, 0.0, 0.0)
    figures = value_figures(collapsed, reference)
    assert figures.w1_normalised == pytest.approx(1.0)
    assert figures.modal_share == 1.0 and figures.effective_values == 1.0
    assert figures.value_tv == pytest.approx(1 - reference.probabilities.max())
    ones = np.ones(len(reference.values))
    perfect = ModelValues(reference.values, reference.probabilities, ones, 1.0, 1.0, 0.0, 0.0)
    figures = value_figures(perfect, reference)
    assert figures.w1_normalised == pytest.approx(0.0, abs=1e-12)
    assert figures.value_tv == pytest.approx(0.0, abs=1e-12)


def test_nothing_valid_is_undefined_and_not_perfect() -> None:
    nothing = ModelValues(np.zeros(0), np.zeros(0), np.zeros(0), 0.0, 0.0, 0.0, 0.0)
    figures = value_figures(nothing, target_reference(TARGETS[1]))
    assert figures.value_tv is None and figures.w1_normalised is None
    assert figures.modal_share is None and figures.effective_values is None


def test_curves_rise_from_nothing_to_everything() -> None:
    for result in _evaluate(number_model()):
        assert result.curve is not None
        for column in (result.curve.values, result.curve.target, result.curve.model):
            assert np.all(np.diff(column) >= 0)
        assert result.curve.target[-1] >= 0.98
