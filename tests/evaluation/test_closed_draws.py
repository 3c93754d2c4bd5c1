import numpy as np
import pytest
from scipy import stats

from aleator.evaluation.closed import ClosedEvaluation
from aleator.evaluation.closed_draws import (
    closed_oracle,
    outcome_counts,
    score_answers,
)
from aleator.evaluation.spellings import Spellings
from aleator.outcomes.outcomes import Outcomes
from aleator.sampling.draws import Answer, Draws
from aleator.sampling.local import LocalSampler
from tests.word_model import word_format, word_model, word_tokenizer

COIN = Outcomes(("heads", "tails"), np.array([0.5, 0.5]))
SPELT = Spellings.of(COIN.strings)


def _draws(*answers: Answer) -> Draws:
    return Draws(answers, None, 0)


def test_draws_are_counted_by_what_they_spell() -> None:
    draws = _draws(
        Answer("Heads.", 5, truncated=False),
        Answer("heads", 3, truncated=False),
        Answer("tails", 2, truncated=True),  # who knows how it would have gone on
        Answer("Tails\n", 4, truncated=False),
        Answer("It landed on heads", 6, truncated=False),
    )
    assert outcome_counts(draws, SPELT).tolist() == [8, 4]
    found = score_answers(draws, COIN, SPELT, seed=0)
    assert found is not None
    assert (found.draws, found.valid, found.truncated) == (20, 12, 2)
    assert found.valid_rate == pytest.approx(0.6)
    assert found.tv_sampled == pytest.approx(8 / 12 - 0.5)
    assert found.tv_unconditioned_sampled == pytest.approx((0.1 + 0.3 + 0.4) / 2)
    assert found.top_share_sampled == pytest.approx(8 / 12)
    assert found.chi_square == pytest.approx((2**2 + 2**2) / 6)
    assert found.chi_square_p == pytest.approx(stats.chi2.sf(4 / 3, 1))


def test_nothing_valid_is_undefined_and_nothing_drawn_nothing() -> None:
    found = score_answers(_draws(Answer("hm", 9, truncated=False)), COIN, SPELT, seed=0)
    assert found is not None
    assert found.valid_rate == 0 and found.tv_unconditioned_sampled == pytest.approx(1)
    assert found.tv_sampled is found.top_share_sampled is found.chi_square is None
    assert found.effective_answers_sampled is None
    assert score_answers(_draws(), COIN, SPELT, seed=0) is None


def test_the_oracle_is_that_of_plain_samples() -> None:
    die = Outcomes(tuple("123456"), np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1]))
    oracle = closed_oracle(die, 50, seed=1)
    rng = np.random.default_rng(7)
    tvs, tops = [], []
    for _ in range(2000):
        sample = rng.choice(6, size=50, p=die.probabilities)
        shares = np.bincount(sample, minlength=6) / 50
        tvs.append(0.5 * np.abs(shares - die.probabilities).sum())
        tops.append(shares.max())
    # The mean of 200 repetitions has a standard error of a fourteenth of their spread.
    assert abs(oracle.tv.mean() - np.mean(tvs)) <= 4 * np.std(tvs) / np.sqrt(200)
    assert abs(oracle.top_share.mean() - np.mean(tops)) <= 4 * np.std(tops) / np.sqrt(200)
    assert (oracle.effective_answers <= 6).all()
    assert (closed_oracle(die, 50, seed=1).tv == oracle.tv).all()
    assert (closed_oracle(die, 50, seed=1, stream=1).tv != oracle.tv).any()


def test_the_floor_of_the_total_variation_is_as_documented() -> None:
    states = Outcomes(tuple(str(n) for n in range(50)), np.full(50, 0.02))
    floor = float(np.median(closed_oracle(states, 200, seed=0).tv))
    assert floor == pytest.approx(np.sqrt(50 / (2 * np.pi * 200)), rel=0.05)


def test_draws_agree_with_exact_masses() -> None:
    favoured = {**{str(digit): 6.0 for digit in range(10)}, ".": 7.0, "*": 5.0, " ": 3.0}
    model = word_model(favoured)
    die = Outcomes(tuple("123456"), np.full(6, 1 / 6))
    evaluation = ClosedEvaluation(model, word_tokenizer(), word_format())
    target = evaluation.prepare(die, np.random.default_rng(0))
    (exact,) = evaluation.evaluate(["Roll a die."], [target])
    sampler = LocalSampler(model, word_tokenizer(), word_format(), max_new_tokens=8)
    (draws,) = sampler.draw(["Roll a die."], 6000, seed=5)
    counts = outcome_counts(draws, Spellings.of(die.strings))
    observed = np.append(counts, draws.count - counts.sum())
    expected = draws.count * np.append(exact.masses, 1 - exact.masses.sum())
    assert expected.min() >= 5
    # Seeded; a right sampler fails this once in a thousand seeds.
    assert stats.chisquare(observed, expected).pvalue >= 1e-3
    scored = score_answers(draws, die, Spellings.of(die.strings), seed=0)
    assert scored is not None and scored.valid_rate is not None
    error = np.sqrt(exact.valid_mass * (1 - exact.valid_mass) / draws.count)
    assert abs(scored.valid_rate - exact.valid_mass) <= 4 * error
