"""What a few items tell of a whole benchmark: item response theory, as tinyBenchmarks uses it.

Polo et al. (arXiv 2402.14992) describe every item of a benchmark by how sharply it tells abilities
apart and how hard it is: a model of ability t (several numbers) answers item n rightly with
probability sigmoid(a_n · t - b_n). A hundred items of each benchmark were chosen, and stand for it
in three ways:

- ``irt``: the answers to them, with the weights of the items that each stands for;
- ``p_irt``: those answers as they are, and for all other items what the fitted ability predicts;
- ``gp_irt``: lambda · irt + (1 - lambda) · p_irt, lambda chosen by the authors.

The ability is the one of greatest likelihood, found with the exact gradient from zero (theirs:
differences, and terms cut off at 30). Where all answers are right, or right and wrong ones can be
told apart by ability alone, no finite one is best; the search then ends far out, where what it
predicts no longer changes. The error of all three, as the authors measured it over models, is one
to two points; an interval for a single model is not known, so none is given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class ItemParameters:
    """A benchmark's items, N in all, of which S were asked.

    Attributes:
        discrimination: float64 ``[D, N]``, by dimension of ability.
        difficulty: float64 ``[N]``.
        balance: float64 ``[N]``: what an item counts in the benchmark's own mean; 1 on average.
        seen: int64 ``[S]``: which items were asked, in the order of the answers.
        weights: float64 ``[S]``: of the asked items, for ``irt``.
        mixing: Lambda.

    Raises:
        ValueError: Shapes do not belong together, or a number is not finite.
    """

    discrimination: FloatArray
    difficulty: FloatArray
    balance: FloatArray
    seen: IntArray
    weights: FloatArray
    mixing: float

    def __post_init__(self) -> None:
        """Refuse what does not belong together."""
        items = self.difficulty.shape[0] if self.difficulty.ndim == 1 else -1
        if self.discrimination.ndim != 2 or self.discrimination.shape[1] != items:
            raise ValueError("discrimination should be [D, N], and difficulty [N]")
        if self.balance.shape != (items,) or self.weights.shape != self.seen.shape:
            raise ValueError("balance should be [N], and seen and weights [S]")
        if self.seen.ndim != 1 or np.unique(self.seen).size != self.seen.size:
            raise ValueError("seen should be [S], and name every item once")
        if self.seen.size == 0 or self.seen.min() < 0 or self.seen.max() >= items:
            raise ValueError("seen should name at least one item, and only those there are")
        numbers = (self.discrimination, self.difficulty, self.balance, self.weights)
        if not all(np.isfinite(one).all() for one in numbers):
            raise ValueError("a parameter is not finite")
        if not 0 <= self.mixing <= 1:
            raise ValueError(f"lambda is {self.mixing}, not between 0 and 1")


@dataclass(frozen=True)
class ItemResponse:
    """What the answers to a few items say of the whole benchmark, between 0 and 1.

    Attributes:
        ability: float64 ``[D]``, of greatest likelihood.
        irt: From the weighted answers.
        p_irt: From the answers and the fitted ability.
        gp_irt: A mixture of both.
    """

    ability: FloatArray
    irt: float
    p_irt: float
    gp_irt: float


def item_response(answers: FloatArray, items: ItemParameters) -> ItemResponse:
    """Estimate a model's score on all items from its answers to some.

    Args:
        answers: float64 ``[S]``: how right each answer is, from 0 to 1.
        items: Of the benchmark.

    Raises:
        ValueError: There are more or fewer answers than items asked, or one is not in [0, 1].
    """
    if answers.shape != items.seen.shape:
        raise ValueError(f"{answers.size} answers to {items.seen.size} items")
    if not ((answers >= 0) & (answers <= 1)).all():
        raise ValueError("an answer is not between 0 and 1")
    ability = fit_ability(
        answers, items.discrimination[:, items.seen], items.difficulty[items.seen]
    )
    count = items.difficulty.size
    unseen = np.setdiff1d(np.arange(count), items.seen)
    total = (items.balance[items.seen] * answers).sum()
    total += (items.balance[unseen] * right_probability(ability, items)[unseen]).sum()
    irt, p_irt = float((items.weights * answers).sum()), float(total / count)
    return ItemResponse(ability, irt, p_irt, items.mixing * irt + (1 - items.mixing) * p_irt)


def right_probability(ability: FloatArray, items: ItemParameters) -> FloatArray:
    """Probability of a right answer to every item: float64 ``[N]``."""
    return expit(ability @ items.discrimination - items.difficulty)


def fit_ability(
    answers: FloatArray, discrimination: FloatArray, difficulty: FloatArray
) -> FloatArray:
    """The ability of greatest likelihood.

    Args:
        answers: float64 ``[S]``, from 0 to 1.
        discrimination: float64 ``[D, S]``.
        difficulty: float64 ``[S]``.

    Returns:
        float64 ``[D]``.
    """

    def loss(ability: FloatArray) -> tuple[float, FloatArray]:
        logits = ability @ discrimination - difficulty
        value = np.logaddexp(0.0, logits).sum() - (answers * logits).sum()
        return float(value), discrimination @ (expit(logits) - answers)

    start = np.zeros(discrimination.shape[0])
    return np.asarray(minimize(loss, start, method="BFGS", jac=True).x, dtype=np.float64)
