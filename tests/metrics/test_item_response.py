"""Item response against simulated models of known ability and a plain reference."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit

from aleator.metrics.item_response import (
    ItemParameters,
    fit_ability,
    item_response,
    right_probability,
)


def _items(
    rng: np.random.Generator, count: int, asked: int, dimensions: int = 2, mixing: float = 0.4
) -> ItemParameters:
    seen = rng.permutation(count)[:asked]
    balance = rng.uniform(0.5, 1.5, count)
    weights = rng.dirichlet(np.ones(asked))
    return ItemParameters(
        discrimination=rng.normal(0.8, 0.6, (dimensions, count)),
        difficulty=rng.normal(0.0, 1.2, count),
        balance=balance / balance.mean(),
        seen=seen,
        weights=weights,
        mixing=mixing,
    )


def _plain_estimates(
    answers: NDArray[np.float64], items: ItemParameters, ability: NDArray[np.float64]
) -> tuple[float, float]:
    """irt and p_irt one item at a time, as the two definitions say, p_irt as a mixture of means."""
    irt, asked, predicted = 0.0, [], []
    where = {int(item): place for place, item in enumerate(items.seen)}
    for item in range(items.difficulty.size):
        if item in where:
            right = float(answers[where[item]])
            irt += float(items.weights[where[item]]) * right
            asked.append(float(items.balance[item]) * right)
        else:
            score = -float(items.difficulty[item])
            for dimension in range(ability.size):
                score += float(ability[dimension]) * float(items.discrimination[dimension, item])
            predicted.append(float(items.balance[item]) / (1 + math.exp(-score)))
    share = len(asked) / (len(asked) + len(predicted))
    p_irt = share * sum(asked) / len(asked) + (1 - share) * sum(predicted) / len(predicted)
    return irt, p_irt


def test_estimates_are_those_of_the_definitions() -> None:
    rng = np.random.default_rng(1)
    items = _items(rng, count=60, asked=20)
    answers = rng.random(20)
    found = item_response(answers, items)
    irt, p_irt = _plain_estimates(answers, items, found.ability)
    assert abs(found.irt - irt) <= 1e-12
    assert abs(found.p_irt - p_irt) <= 1e-12
    assert abs(found.gp_irt - (0.4 * irt + 0.6 * p_irt)) <= 1e-12


def test_the_fitted_ability_is_the_best_of_a_fine_grid() -> None:
    rng = np.random.default_rng(2)
    items = _items(rng, count=80, asked=80)
    answers = (rng.random(80) < 0.6).astype(float)
    found = item_response(answers, items).ability

    def likelihood(ability: NDArray[np.float64]) -> float:
        right = right_probability(ability, items)[items.seen]
        return float(np.log(np.where(answers == 1, right, 1 - right)).sum())

    steps = np.linspace(-3, 3, 121)
    grid = max(likelihood(np.array([one, two])) for one in steps for two in steps)
    assert likelihood(found) >= grid - 1e-9
    # And the grid comes near: the search ends at a maximum, not just somewhere high.
    assert likelihood(found) <= grid + 0.05


def test_one_item_kind_has_a_closed_form() -> None:
    # All items alike: the ability at which the predicted share is the share observed.
    answers = np.array([1.0] * 30 + [0.0] * 10)
    found = fit_ability(answers, np.full((1, 40), 2.0), np.full(40, 0.5))
    assert abs(found[0] - (logit(0.75) + 0.5) / 2) <= 1e-5


def test_known_abilities_are_found_again() -> None:
    """1,000 items and 400 asked: the whole score is met within 3 points, as its spread says.

    The standard error of 400 answers is at most 2.5 points, of which the asked 40% of all items
    are known and the others are predicted; over 20 models the mean error is then below 2 points.
    """
    rng = np.random.default_rng(3)
    items = _items(rng, count=1000, asked=400)
    errors = []
    for _ in range(20):
        ability = rng.normal(0.0, 1.0, 2)
        right = (rng.random(1000) < right_probability(ability, items)).astype(float)
        whole = float((items.balance * right).mean())
        found = item_response(right[items.seen], items)
        errors.append(abs(found.p_irt - whole))
        assert np.abs(found.ability - ability).max() <= 0.8
    assert np.mean(errors) <= 0.02
    assert max(errors) <= 0.05


def test_all_right_and_all_wrong_stay_finite() -> None:
    items = _items(np.random.default_rng(4), count=50, asked=25, dimensions=1)
    low = item_response(np.zeros(25), items)
    high = item_response(np.ones(25), items)
    assert low.irt == 0.0 and abs(high.irt - 1.0) <= 1e-12
    assert 0.0 <= low.p_irt < high.p_irt <= 1.0 + 1e-9
    assert np.isfinite(low.ability).all() and np.isfinite(high.ability).all()


def test_where_all_items_are_asked_nothing_is_predicted() -> None:
    items = _items(np.random.default_rng(5), count=12, asked=12)
    answers = np.linspace(0, 1, 12)
    expected = float((items.balance[items.seen] * answers).mean())
    assert abs(item_response(answers, items).p_irt - expected) <= 1e-12


def test_probabilities_are_those_of_the_formula() -> None:
    items = _items(np.random.default_rng(6), count=5, asked=2)
    ability = np.array([0.3, -1.0])
    expected = expit(0.3 * items.discrimination[0] - items.discrimination[1] - items.difficulty)
    assert np.abs(right_probability(ability, items) - expected).max() <= 1e-15


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"discrimination": np.ones((2, 3))}, "discrimination"),
        ({"balance": np.ones(3)}, "balance"),
        ({"weights": np.ones(3)}, "weights"),
        ({"seen": np.array([0, 0]), "weights": np.ones(2)}, "once"),
        ({"seen": np.array([0, 4]), "weights": np.ones(2)}, "only those there are"),
        ({"difficulty": np.array([0.0, 1.0, np.nan, 0.0])}, "not finite"),
        ({"mixing": 1.5}, "lambda"),
    ],
)
def test_what_does_not_belong_together_is_refused(change: dict[str, object], said: str) -> None:
    fields: dict[str, object] = {
        "discrimination": np.ones((2, 4)),
        "difficulty": np.zeros(4),
        "balance": np.ones(4),
        "seen": np.array([1, 3]),
        "weights": np.full(2, 0.5),
        "mixing": 0.5,
    }
    with pytest.raises(ValueError, match=said):
        ItemParameters(**{**fields, **change})  # pyright: ignore[reportArgumentType]


def test_answers_must_fit_the_items() -> None:
    items = _items(np.random.default_rng(7), count=10, asked=4)
    with pytest.raises(ValueError, match="3 answers to 4 items"):
        item_response(np.ones(3), items)
    with pytest.raises(ValueError, match="between 0 and 1"):
        item_response(np.array([0.0, 1.0, np.nan, 0.5]), items)
