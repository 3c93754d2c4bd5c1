"""The figures of closed sets from draws, for whatever has no logits: endpoints, ways of prompting.

A draw is valid if its text is one of the accepted ``spellings``, the same ones that exact figures
count; one that the limit cut off is not. Figures of draws are biased: of S draws even a perfect
sampler has a total variation above 0 (about ``sqrt(K / (2 pi S))`` for K equal outcomes), a top
share too large and too few effective answers. Each therefore stands beside its *oracle*: the median
over 200 perfect samplers with as many draws.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from aleator.evaluation.samples import defined
from aleator.evaluation.share_figures import share_figures
from aleator.evaluation.spellings import Spellings
from aleator.metrics.goodness_of_fit import chi_square
from aleator.metrics.oracle import REPETITIONS
from aleator.outcomes.outcomes import Outcomes
from aleator.sampling.draws import Draws

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ClosedOracle:
    """What perfect samplers score, once a repetition: float64 ``[REPETITIONS]`` each."""

    tv: FloatArray
    top_share: FloatArray
    effective_answers: FloatArray


@dataclass(frozen=True)
class DrawnAnswers:
    """Figures of one prompt's draws; None where undefined.

    Attributes:
        draws: How many were drawn.
        valid: How many of them are valid.
        truncated: How many the token limit cut off.
        valid_rate: Share of valid draws.
        tv_sampled: Total variation between target and valid draws.
        tv_unconditioned_sampled: The same, invalid draws counted as wrong.
        tv_oracle: Median of a perfect sampler's ``tv_sampled``.
        top_share_sampled: Share of the most frequent outcome among valid draws.
        top_share_oracle: Median of a perfect sampler's.
        effective_answers_sampled: Exp of the entropy of valid draws.
        effective_answers_oracle: Median of a perfect sampler's.
        chi_square: Pearson's statistic of the valid draws.
        chi_square_p: Its p-value.
    """

    draws: int
    valid: int
    truncated: int
    valid_rate: float | None
    tv_sampled: float | None
    tv_unconditioned_sampled: float | None
    tv_oracle: float | None
    top_share_sampled: float | None
    top_share_oracle: float | None
    effective_answers_sampled: float | None
    effective_answers_oracle: float | None
    chi_square: float | None
    chi_square_p: float | None


def outcome_counts(draws: Draws, spellings: Spellings) -> NDArray[np.int64]:
    """How many draws spell each outcome: int64 ``[K]``."""
    counts = np.zeros(len(spellings.listed), dtype=np.int64)
    for answer in draws.answers:
        place = None if answer.truncated else spellings.place(answer.text)
        if place is not None:
            counts[place] += answer.count
    return counts


def score_answers(
    draws: Draws, outcomes: Outcomes, spellings: Spellings, seed: int, stream: int = 0
) -> DrawnAnswers | None:
    """Score one prompt's draws; ``seed`` and ``stream`` are the oracle's. None without a draw."""
    if draws.count == 0:
        return None
    counts = outcome_counts(draws, spellings)
    figures = share_figures(outcomes, counts / draws.count)
    fit = chi_square(counts, outcomes.probabilities)
    oracle = closed_oracle(outcomes, draws.count, seed, stream)
    return DrawnAnswers(
        draws=draws.count,
        valid=int(counts.sum()),
        truncated=draws.truncated,
        valid_rate=float(counts.sum() / draws.count),
        tv_sampled=figures.tv,
        tv_unconditioned_sampled=figures.tv_unconditioned,
        tv_oracle=float(np.median(oracle.tv)),
        top_share_sampled=figures.top_share,
        top_share_oracle=float(np.median(oracle.top_share)),
        effective_answers_sampled=figures.effective_answers,
        effective_answers_oracle=float(np.median(oracle.effective_answers)),
        chi_square=defined(fit.statistic),
        chi_square_p=defined(fit.p_value),
    )


def closed_oracle(outcomes: Outcomes, draws: int, seed: int, stream: int = 0) -> ClosedOracle:
    """Score perfect samplers.

    Seeded by ``seed``, the outcomes and ``stream``, which tells wordings apart: the scores are the
    same beside every model.
    """
    listed = "\n".join(outcomes.strings).encode()
    target = zlib.crc32(listed + outcomes.probabilities.tobytes())
    rng = np.random.default_rng([seed, target, stream])
    shares = rng.multinomial(draws, outcomes.probabilities, size=REPETITIONS) / draws
    return ClosedOracle(
        tv=0.5 * np.abs(shares - outcomes.probabilities).sum(axis=1),
        top_share=shares.max(axis=1),
        effective_answers=np.exp(special.entr(shares).sum(axis=1)),
    )
