"""Exact figures against separate forward passes over everything that counts."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from transformers import PreTrainedModel

from aleator.evaluation.closed import ClosedEvaluation, ClosedResult, ClosedSettings
from aleator.evaluation.spelling_tree import SpellingGrowth
from aleator.evaluation.spellings import Spellings
from aleator.outcomes.outcomes import Outcomes
from tests.word_model import (
    answer_log_probability,
    path_log_probabilities,
    tokenisations,
    word_format,
    word_model,
    word_tokenizer,
)

PROMPT = "Generate exactly ONE random number."
EVERYTHING = SpellingGrowth(max_nodes=10**6, tolerance=0.0, floor=0.0, round_nodes=10**4)
DIGITS = {**{str(digit): 6.0 for digit in range(10)}, ".": 6.0, "*": 5.0, " ": 3.0, '"': 4.0}
NUMBERS = Outcomes(("1", "2", "12", "120", "x"), np.array([0.4, 0.3, 0.15, 0.1, 0.05]))


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return word_model({**DIGITS, "x": 6.0, "X": 5.0})


def _evaluation(model: PreTrainedModel, settings: ClosedSettings | None = None) -> ClosedEvaluation:
    return ClosedEvaluation(model, word_tokenizer(), word_format(), settings)


def _evaluate(
    model: PreTrainedModel, outcomes: Outcomes, settings: ClosedSettings | None = None
) -> ClosedResult:
    evaluation = _evaluation(model, settings)
    target = evaluation.prepare(outcomes, np.random.default_rng(0))
    (result,) = evaluation.evaluate([PROMPT], [target])
    return result


@pytest.fixture(scope="module")
def enumerated(model: PreTrainedModel) -> tuple[NDArray[np.float64], float]:
    """Masses of the outcomes over all spellings and tokenisations, and the listed part of it."""
    masses, listed = np.zeros(len(NUMBERS.strings)), 0.0
    for text, place in Spellings.of(NUMBERS.strings).places.items():
        for path in tokenisations(text):
            mass = math.exp(answer_log_probability(model, PROMPT, path))
            masses[place] += mass
            listed += mass if text in NUMBERS.strings else 0.0
    return masses, listed


def test_masses_are_those_of_all_spellings(
    model: PreTrainedModel, enumerated: tuple[NDArray[np.float64], float]
) -> None:
    masses, listed = enumerated
    result = _evaluate(model, NUMBERS, ClosedSettings(growth=EVERYTHING))
    assert result.unexpanded_mass == 0
    assert np.abs(result.masses - masses).max() <= 1e-6
    assert abs(result.valid_mass - masses.sum()) <= 1e-6
    assert abs(result.canonical_mass - listed) <= 1e-6
    assert 0.01 < result.canonical_mass < result.valid_mass < 0.99
    shares = masses / masses.sum()
    assert result.figures.tv is not None
    assert abs(result.figures.tv - 0.5 * np.abs(shares - NUMBERS.probabilities).sum()) <= 1e-5


def test_masses_are_off_by_no_more_than_what_is_unexpanded(
    model: PreTrainedModel, enumerated: tuple[NDArray[np.float64], float]
) -> None:
    masses, _ = enumerated
    result = _evaluate(model, NUMBERS, ClosedSettings(growth=SpellingGrowth(tolerance=0.05)))
    assert 0 < result.unexpanded_mass <= 0.05 * result.valid_mass
    missing = masses.sum() - result.valid_mass
    assert -1e-6 <= missing <= result.unexpanded_mass


def test_the_kls_are_those_of_separate_passes(model: PreTrainedModel) -> None:
    stop = word_format().stop_token_id
    prompt = word_format().prompt_ids(PROMPT)
    paths = [(*path, stop) for path in word_format().answer_ids(NUMBERS.strings)]
    chances = NUMBERS.probabilities
    sequence_kl = step_kl = 0.0
    for path, chance in zip(paths, chances, strict=True):
        logs = path_log_probabilities(model, prompt, path).numpy()
        steps = []
        for length in range(len(path)):
            follow = np.zeros(logs.shape[1])
            for other, mass in zip(paths, chances, strict=True):
                if other[:length] == path[:length]:
                    follow[other[length]] += mass
            follow /= follow.sum()
            some = follow > 0
            steps.append(float(follow[some] @ (np.log(follow[some]) - logs[length][some])))
        own = logs[np.arange(len(path)), np.array(path)].sum()
        sequence_kl += chance * (math.log(chance) - own)  # KL of whole answers, no tree in it
        step_kl += chance * float(np.mean(steps))
    result = _evaluate(model, NUMBERS)
    assert abs(result.sequence_kl - sequence_kl) <= 1e-5
    assert abs(result.step_kl - step_kl) <= 1e-5
    assert result.tree_complete and result.exact_share == 1


def test_batches_and_small_passes_change_nothing(model: PreTrainedModel) -> None:
    die = Outcomes(tuple("123456"), np.full(6, 1 / 6))
    settings = ClosedSettings(batch_prompts=3, batch_nodes=20, pass_nodes=2)
    evaluation = _evaluation(model, settings)
    rng = np.random.default_rng(0)
    targets = [evaluation.prepare(one, rng) for one in (NUMBERS, die, die, NUMBERS, die)]
    prompts = [PROMPT, "Roll a die.", "Output ONLY the number.", PROMPT, "A die!"]
    cuts = list(evaluation.batches(targets))
    assert [place for cut in cuts for place in cut] == list(range(5))
    assert all(len(cut) <= 3 for cut in cuts) and len(cuts) >= 2
    plain = _evaluation(model)
    for cut in cuts:
        results = evaluation.evaluate(prompts[cut.start : cut.stop], targets[cut.start : cut.stop])
        for place, result in zip(cut, results, strict=True):
            (alone,) = plain.evaluate([prompts[place]], [targets[place]])
            assert abs(result.sequence_kl - alone.sequence_kl) <= 1e-4
            assert np.abs(result.masses - alone.masses).max() <= 2e-3 * alone.valid_mass


def test_a_prompt_larger_than_a_batch_is_a_batch(model: PreTrainedModel) -> None:
    evaluation = _evaluation(model, ClosedSettings(batch_nodes=1))
    target = evaluation.prepare(NUMBERS, np.random.default_rng(0))
    assert [list(cut) for cut in evaluation.batches([target] * 2)] == [[0], [1]]
    assert list(evaluation.batches([])) == []


def test_a_model_that_is_uniform_has_no_distance() -> None:
    uniform = word_model(DIGITS, heedless=True)
    die = Outcomes(tuple("123456"), np.full(6, 1 / 6))
    result = _evaluate(uniform, die)
    assert result.figures.tv is not None and result.figures.tv <= 1e-5
    assert result.figures.effective_answers == pytest.approx(6, abs=1e-4)
    assert result.figures.tv_unconditioned == pytest.approx(1 - result.valid_mass, abs=1e-5)


def test_a_model_that_has_collapsed_has_a_known_distance() -> None:
    collapsed = word_model({**DIGITS, "4": 20.0}, stop_bias=19.0, heedless=True)
    die = Outcomes(tuple("123456"), np.full(6, 1 / 6))
    result = _evaluate(collapsed, die)
    assert result.figures.tv == pytest.approx(5 / 6, abs=1e-3)
    assert result.figures.top_answer == "4"
    assert result.figures.top_share == pytest.approx(1, abs=1e-3)
    # 4, then the end: e / (1 + e) and 1 / (1 + e), about 0.197; the rest is 44, 444, …
    assert result.canonical_mass == pytest.approx(math.e / (1 + math.e) ** 2, abs=1e-3)


def test_outcomes_of_parts_of_characters(model: PreTrainedModel) -> None:
    outcomes = Outcomes(("日本", "1"), np.array([0.5, 0.5]))
    result = _evaluate(model, outcomes)
    (path,) = word_format().answer_ids(["日本"])
    own = math.exp(answer_log_probability(model, PROMPT, path))
    assert own > 0 and result.masses[0] == pytest.approx(own, rel=1e-3)


def test_outcomes_that_never_come_are_outcomes(model: PreTrainedModel) -> None:
    outcomes = Outcomes(("1", "2", "31"), np.array([0.5, 0.5, 0.0]))
    result = _evaluate(model, outcomes)
    assert result.masses[2] > 0
    assert result.figures.tv is not None
    assert result.figures.tv >= result.masses[2] / result.valid_mass / 2
    assert math.isfinite(result.sequence_kl)


def test_large_targets_are_estimated_below_their_budget(model: PreTrainedModel) -> None:
    outcomes = Outcomes(tuple(str(n) for n in range(100, 300)), np.full(200, 1 / 200))
    whole = _evaluate(model, outcomes)
    evaluation = _evaluation(model, ClosedSettings(target_nodes=5, target_tails=6))
    estimates = []
    for seed in range(30):
        target = evaluation.prepare(outcomes, np.random.default_rng(seed))
        (result,) = evaluation.evaluate([PROMPT], [target])
        assert not result.tree_complete and 0 < result.exact_share < 1
        estimates.append(result.sequence_kl)
    error = np.std(estimates, ddof=1) / math.sqrt(len(estimates))
    assert abs(np.mean(estimates) - whole.sequence_kl) <= 4 * error + 1e-5
