"""The published splits: how many, which, and in which words."""

from collections import Counter
from typing import cast

import numpy as np
import pytest

from aleator.distributions.grids import (
    SPLITS,
    Split,
    selected_distributions,
    split_distributions,
)
from aleator.errors import InputError, UnknownNameError


@pytest.mark.parametrize(
    ("split", "prompts"), [("train", 1_988), ("unseen_parameters", 591), ("held_out_families", 92)]
)
def test_the_published_counts(split: Split, prompts: int) -> None:
    assert len(split_distributions(split)) == prompts


@pytest.mark.parametrize(
    ("split", "points", "families"), [("unseen_parameters", 24, 24), ("held_out_families", 18, 6)]
)
def test_the_selected_counts(split: Split, points: int, families: int) -> None:
    selected = selected_distributions(split)
    assert len(selected) == points
    assert len({one.family.name for one in selected}) == families


def test_no_prompt_is_in_two_splits_or_twice_in_one() -> None:
    prompts = Counter(one.prompt() for split in SPLITS for one in split_distributions(split))
    assert [prompt for prompt, times in prompts.items() if times > 1] == []


def test_the_first_and_last_of_a_grid() -> None:
    train = [one for one in split_distributions("train") if one.family.name == "triangular"]
    assert str(train[0]) == "triangular(a=-3.0, c=-2.9, b=-2.0)"
    assert str(train[-1]) == "triangular(a=1.0, c=5.5, b=6.0)"
    assert len(train) == 125


def test_hypergeometric_successes_round_half_to_even() -> None:
    successes = {
        (dict(one.parameters)["M"], dict(one.parameters)["K"])
        for one in split_distributions("train")
        if one.family.name == "hypergeometric"
    }
    assert {k for m, k in successes if m == 30} == {6, 10, 15, 20, 24}
    assert {k for m, k in successes if m == 50} == {10, 18, 25, 32, 40}


def test_integers_are_printed_as_floats() -> None:
    binomial = selected_distributions("unseen_parameters")[3]
    assert "Binomial distribution with parameters n=25.0, p=0.5." in binomial.prompt()


@pytest.mark.parametrize("split", SPLITS)
def test_every_distribution_has_a_usable_range(split: Split) -> None:
    for one in split_distributions(split):
        low, middle, high = one.ppf([0.001, 0.5, 0.999]).tolist()
        assert np.isfinite([low, middle, high]).all()
        assert one.support()[0] <= low <= middle <= high <= one.support()[1]


def test_train_has_no_selected_points() -> None:
    with pytest.raises(InputError, match="'train' has no selected points"):
        selected_distributions("train")


def test_an_unknown_split_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="train, unseen_parameters, held_out_families"):
        split_distributions(cast("Split", "test"))
