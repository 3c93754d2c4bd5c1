import math

import numpy as np
import pytest
from scipy import stats

from aleator.distributions.families import family
from aleator.evaluation.oracle import oracle_scores
from aleator.evaluation.samples import defined, score_draws, valid_values
from aleator.evaluation.target_reference import target_reference
from aleator.outcomes.lattice import NumericTarget
from aleator.sampling.draws import Answer, Draws

NORMAL = NumericTarget.of(family("gaussian").distribution(mu=0.0, sigma=1.0), 2)
POISSON = NumericTarget.of(family("poisson").distribution(**{"lambda": 4.0}))


def _draws(texts: list[str], truncated: bool = False) -> Draws:
    distinct = dict.fromkeys(texts)
    return Draws(tuple(Answer(one, texts.count(one), truncated) for one in distinct), 0, 0)


def test_the_strict_parse_then_the_support_then_integers() -> None:
    texts = [" 3 ", "3.0", "+4", "5e0", "3.5", "-1", "12 ", "three", "1 2", "", "1e999", "７"]
    assert valid_values(_draws(texts), POISSON).tolist() == [3.0, 3.0, 4.0, 5.0, 12.0]
    assert valid_values(_draws(["0.5", "-0.5", "x"] * 2), NORMAL).tolist() == [0.5, 0.5, -0.5, -0.5]


def test_w1_is_the_published_formula() -> None:
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(0.3, 1.2, 400), 2)
    scored = score_draws(_draws([f"{value:.2f}" for value in values]), target_reference(NORMAL), 0)
    formula = np.abs(np.sort(values) - stats.norm.ppf((np.arange(400) + 0.5) / 400)).mean()
    assert scored.w1_sampled_raw == pytest.approx(formula)
    # The spread of a normal clipped at its 0.001 quantiles is E|x|, short of a tail of 0.0003.
    assert scored.w1_sampled == pytest.approx(formula / math.sqrt(2 / math.pi), rel=2e-3)
    assert scored.ks == pytest.approx(stats.kstest(values, "norm")[0], abs=1e-12)
    assert scored.chi_square is None and scored.valid_rate == 1.0


def test_a_perfect_sampler_lies_within_the_oracle_interval() -> None:
    """200 repetitions of 300 draws: 95% lie within, give or take 4.6 standard errors."""
    reference = target_reference(NORMAL)
    rng = np.random.default_rng(1)
    inside, values = 0, np.zeros(0)
    for _ in range(200):
        values = rng.standard_normal(300)
        raw = np.abs(np.sort(values) - stats.norm.ppf((np.arange(300) + 0.5) / 300)).mean()
        low, high = np.quantile(oracle_scores(NORMAL.distribution, 300, 0), (0.025, 0.975))
        inside += bool(low <= raw <= high)
    assert 0.88 <= inside / 200 <= 1.0
    scored = score_draws(_draws([repr(float(one)) for one in values]), reference, 0)
    assert scored.w1_oracle_low is not None and scored.w1_oracle_high is not None
    assert scored.w1_oracle is not None
    assert scored.w1_oracle_low < scored.w1_oracle < scored.w1_oracle_high


def test_chi_square_for_discrete_families() -> None:
    rng = np.random.default_rng(0)
    values = rng.poisson(4.0, 1000)
    scored = score_draws(_draws([str(value) for value in values]), target_reference(POISSON), 0)
    assert scored.ks is None and scored.chi_square_p is not None and scored.chi_square_p > 1e-3
    wrong = score_draws(_draws(["4"] * 1000), target_reference(POISSON), 0)
    assert wrong.chi_square_p is not None and wrong.chi_square_p < 1e-9
    assert wrong.distinct == 1


def test_nothing_valid_is_undefined() -> None:
    scored = score_draws(_draws(["no"] * 5, truncated=True), target_reference(NORMAL), 0)
    assert scored.valid == 0 and scored.valid_rate == 0.0 and scored.truncated == 5
    assert scored.w1_sampled is None and scored.ks is None and scored.ks_p is None
    assert scored.w1_oracle is not None


def test_defined_refuses_what_is_not_finite() -> None:
    assert defined(1.5) == 1.5
    assert defined(math.inf) is None and defined(math.nan) is None
