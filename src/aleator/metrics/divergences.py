"""Divergences between two distributions over the same outcomes, and how spread one of them is.

All in nats. A distribution that does not exist (no valid answer, nothing parseable) has no
divergence from anything: pass none here, report it as undefined. Sums are therefore checked.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from aleator.shapes import Probabilities

SUM_TOLERANCE = 1e-5
"""How far from 1 a sum may be: more than a float32 softmax over 200,000 tokens loses."""


def total_variation(p: Probabilities, q: Probabilities) -> float:
    """TV(P, Q) = ½ Σ |p − q|: between 0 and 1."""
    _check_pair(p, q)
    return 0.5 * float(np.abs(p - q).sum())


def kl_divergence(p: Probabilities, q: Probabilities) -> float:
    """KL(P‖Q) = Σ p ln(p / q), nats; infinite where Q rules out an outcome of P."""
    _check_pair(p, q)
    return float(special.rel_entr(p, q).sum())


def entropy(p: Probabilities) -> float:
    """H(P) = −Σ p ln p, nats."""
    _check(p, "p")
    return float(special.entr(p).sum())


def effective_number(p: Probabilities) -> float:
    """How many equally likely outcomes are as uncertain as P: exp H(P), Hill number of order 1."""
    return math.exp(entropy(p))


def modal_share(p: Probabilities) -> float:
    """The probability of the most likely outcome; 1 is total collapse."""
    _check(p, "p")
    return float(p.max())


def _check_pair(p: Probabilities, q: Probabilities) -> None:
    if p.shape != q.shape:
        raise ValueError(f"distributions over different outcomes: shapes {p.shape} and {q.shape}")
    _check(p, "p")
    _check(q, "q")


def _check(p: Probabilities, name: str) -> None:
    # Written so that a NaN fails it.
    if not (p.ndim == 1 and np.all(p >= 0) and abs(p.sum() - 1) <= SUM_TOLERANCE):
        raise ValueError(f"{name} is not a distribution: shape {p.shape}, sum {p.sum()}")
