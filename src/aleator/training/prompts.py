"""Which prompt is visited when: a function of the seed and the visit's number alone.

A run is a sequence of visits, numbered through all epochs. A resumed run therefore needs to know
how many it has made, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution
from aleator.distributions.grids import split_distributions
from aleator.distributions.wide import wide_distribution
from aleator.errors import RecipeError
from aleator.outcomes.lattice import NumericTarget
from aleator.training.recipe import (
    Data,
    DrawSupervision,
    PublishedData,
    Recipe,
    Supervision,
    WideData,
)
from aleator.training.seeds import Stream, generator
from aleator.training.thinned import ThinnedTarget

Target: TypeAlias = NumericTarget | ThinnedTarget


@dataclass(frozen=True)
class Visit:
    """One prompt on one occasion.

    Attributes:
        number: counts the visits of the run from 0.
        prompt: what the model is asked.
        target: what it should answer, and how often.
    """

    number: int
    prompt: str
    target: Target


class Visits(Dataset[Visit]):
    """The visits of one epoch after another; `set_epoch` says which (the Trainer calls it).

    Args:
        per_epoch: Visits an epoch.
        choose: The distribution of a visit, by its number.
        data: How targets are written.
    """

    def __init__(
        self,
        per_epoch: int,
        choose: Callable[[int], Distribution],
        data: Data,
    ) -> None:
        self._per_epoch = per_epoch
        self._choose = choose
        self._data = data
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Go to an epoch, counted from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        return self._per_epoch

    def __getitem__(self, index: int) -> Visit:
        number = self._epoch * self._per_epoch + index
        distribution = self._choose(number)
        return Visit(number, distribution.prompt(), make_target(distribution, self._data))


def make_visits(recipe: Recipe) -> Visits:
    """The visits that a recipe asks for.

    Raises:
        RecipeError: Its families are not in its split.
    """
    data = recipe.data
    if isinstance(data, WideData):
        assert recipe.max_steps is not None, "the recipe has checked it"
        return Visits(recipe.max_steps * recipe.batch_size, _wide(data, recipe.seed), data)
    distributions = chosen_distributions(data)
    copies = _copies(recipe.supervision)
    choose = _shuffled(distributions, copies, recipe.seed)
    return Visits(len(distributions) * copies, choose, data)


def make_target(distribution: Distribution, data: Data) -> Target:
    """A target at full resolution, or thinned where the data set a limit."""
    if data.max_bins is None:
        return NumericTarget.of(distribution, data.decimals)
    return ThinnedTarget(distribution, data.decimals, data.max_bins)


def chosen_distributions(data: PublishedData) -> tuple[Distribution, ...]:
    """The distributions of the split that belong to the chosen families.

    Raises:
        RecipeError: A chosen family has none there.
    """
    split = split_distributions(data.split)
    if data.families is None:
        return split
    present = dict.fromkeys(one.family.name for one in split)
    missing = [name for name in data.families if name not in present]
    if missing:
        raise RecipeError(
            f"data.families: {', '.join(missing)} not in the split {data.split!r}, which has "
            f"{', '.join(present)}"
        )
    return tuple(one for one in split if one.family.name in data.families)


def _copies(supervision: Supervision) -> int:
    """Visits of a prompt in an epoch: draws that are not packed are visits of their own."""
    if isinstance(supervision, DrawSupervision) and not supervision.packed:
        return supervision.draws
    return 1


def _shuffled(
    distributions: tuple[Distribution, ...], copies: int, seed: int
) -> Callable[[int], Distribution]:
    """Every distribution `copies` times an epoch, each epoch in an order of its own."""
    per_epoch = len(distributions) * copies

    @lru_cache(maxsize=2)
    def order(epoch: int) -> NDArray[np.int64]:
        return generator(seed, Stream.ORDER, epoch).permutation(per_epoch)

    def choose(number: int) -> Distribution:
        epoch, index = divmod(number, per_epoch)
        return distributions[order(epoch)[index] // copies]

    return choose


def _wide(data: WideData, seed: int) -> Callable[[int], Distribution]:
    """Fresh parameters at every visit, families all alike."""
    names = tuple(FAMILIES) if data.families is None else data.families

    def choose(number: int) -> Distribution:
        rng = generator(seed, Stream.PARAMETERS, number)
        return wide_distribution(rng, FAMILIES[names[rng.integers(len(names))]])

    return choose
