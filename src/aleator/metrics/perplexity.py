"""Perplexity and bits per byte of documents, with 95% bootstrap intervals over documents.

Both come from ratios of sums, exp(sum of nats / sum of tokens) and sum of nats / (ln 2 * sum of
bytes), so that long documents weigh more, and both sums are drawn anew with the documents. The
bytes make the second comparable between tokenizers; the first is not. Documents without a token,
or whose nats are not finite, are counted, not averaged.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aleator.metrics.bootstrap import RESAMPLES, IntArray, bootstrap_interval
from aleator.metrics.intervals import Interval

FloatArray = NDArray[np.float64]


def perplexity(
    nats: ArrayLike,
    tokens: ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The exponential of the mean negative log-likelihood of a token; NaN without any.

    Args:
        nats: Each document's summed negative log-likelihood.
        tokens: How many tokens of it were scored.
        seed: Of the bootstrap.
        resamples: How often it draws.
    """
    return _of_means(nats, tokens, seed, resamples, exponential=True)


def bits_per_byte(
    nats: ArrayLike,
    sizes: ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The mean negative log-likelihood of a byte, in bits; `sizes` are bytes of the documents."""
    bits = np.asarray(nats, dtype=float) / math.log(2)
    return _of_means(bits, sizes, seed, resamples, exponential=False)


def perplexity_ratio(
    nats: ArrayLike,
    baseline: ArrayLike,
    tokens: ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The perplexity of one condition over that of another on the same tokens, paired.

    The log of the ratio is a mean over tokens, so it is `perplexity` of the differences. Where no
    document differs the interval has no width: the conditions are one model on this text, which
    says nothing about other text.
    """
    difference = np.asarray(nats, dtype=float) - np.asarray(baseline, dtype=float)
    return perplexity(difference, tokens, seed=seed, resamples=resamples)


def _of_means(
    sums: ArrayLike,
    counts: ArrayLike,
    seed: int,
    resamples: int,
    *,
    exponential: bool,
) -> Interval:
    """A ratio of sums, or exp of it."""
    top, bottom = np.asarray(sums, dtype=float), np.asarray(counts, dtype=float)
    if top.shape != bottom.shape:
        raise ValueError(f"{top.size} documents with nats, but {bottom.size} with sizes")
    used = np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
    kept = np.stack([top[used], bottom[used]])

    def statistic(places: IntArray) -> FloatArray:
        totals = kept[:, places].sum(axis=2)
        means = totals[0] / totals[1]
        with np.errstate(over="ignore"):  # infinite is not finite, and said to be undefined
            return np.exp(means) if exponential else means

    return bootstrap_interval(
        statistic,
        int(used.sum()),
        left_out=int((~used).sum()),
        seed=seed,
        resamples=resamples,
    )
