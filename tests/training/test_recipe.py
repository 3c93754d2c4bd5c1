"""What a recipe refuses to say."""

from dataclasses import FrozenInstanceError
from typing import Literal

import pytest

from aleator.training.recipe import (
    DrawSupervision,
    PathSupervision,
    PublishedSupervision,
    Recipe,
    Supervision,
    TreeSupervision,
    WideData,
)


def test_recipes_are_values() -> None:
    recipe = Recipe(method="soft", supervision=TreeSupervision(), epochs=1)
    assert recipe == Recipe(method="soft", supervision=TreeSupervision(), epochs=1)
    with pytest.raises(FrozenInstanceError):
        recipe.seed = 3  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("method", "supervision"),
    [
        ("soft", DrawSupervision()),
        ("hard", TreeSupervision()),
        ("hard", PathSupervision()),
        ("hard", PublishedSupervision()),
    ],
)
def test_method_and_supervision_go_together(
    method: Literal["soft", "hard"], supervision: Supervision
) -> None:
    with pytest.raises(ValueError, match="does not go with method"):
        Recipe(method=method, supervision=supervision, epochs=1)


@pytest.mark.parametrize("lengths", [(None, None, None), (1, 1, None), (1, None, 1), (1, 1, 1)])
def test_the_length_is_given_once(lengths: tuple[int | None, int | None, int | None]) -> None:
    epochs, steps, tokens = lengths
    with pytest.raises(ValueError, match="one of epochs, max_steps, max_tokens, and set the oth"):
        Recipe("soft", TreeSupervision(), epochs=epochs, max_steps=steps, max_tokens=tokens)


def test_wide_data_have_no_epochs() -> None:
    with pytest.raises(ValueError, match="give max_steps or max_tokens"):
        Recipe(method="soft", supervision=TreeSupervision(), data=WideData(), epochs=1)


def test_batches_split_evenly() -> None:
    with pytest.raises(ValueError, match="batch_size 32 cannot be split"):
        Recipe(method="soft", supervision=TreeSupervision(), epochs=1, gradient_accumulation=3)
