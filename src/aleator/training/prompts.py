"""Which prompt is visited when: a function of the seed and the visit's number alone.

A run is a sequence of visits, numbered through all epochs. A resumed run therefore needs to know
how many it has made, and nothing else. Prompts come from the numeric families, from target files,
or from several of these in turn (`mix.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Distribution
from aleator.distributions.grids import split_distributions
from aleator.distributions.wide import wide_distribution
from aleator.errors import RecipeError
from aleator.outcomes.language import LanguageTarget
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.training.mix import turns
from aleator.training.recipe import (
    Data,
    DrawSupervision,
    PublishedData,
    Recipe,
    Supervision,
    WideData,
)
from aleator.training.seeds import Stream, generator
from aleator.training.target_files import NUMERIC, TargetFile
from aleator.training.thinned import ThinnedTarget

Target: TypeAlias = NumericTarget | ThinnedTarget | Outcomes
_T = TypeVar("_T")


@dataclass(frozen=True)
class Question:
    """What a model is asked and should answer.

    Attributes:
        prompt: what the model is asked.
        target: what it should answer, and how often.
        system: a system message before the prompt.
    """

    prompt: str
    target: Target
    system: str | None = None


_Ask: TypeAlias = Callable[[int], Question]
"""The question of a visit, by its number among those of its source."""


@dataclass(frozen=True)
class Visit:
    """One prompt on one occasion.

    Attributes:
        number: counts the visits of the run from 0.
        prompt: what the model is asked.
        target: what it should answer, and how often.
        system: a system message before the prompt.
    """

    number: int
    prompt: str
    target: Target
    system: str | None = None


class Visits(Dataset[Visit]):
    """The visits of one epoch after another; `set_epoch` says which (the Trainer calls it).

    Args:
        per_epoch: Visits an epoch.
        ask: The question of a visit, by its number.
    """

    def __init__(self, per_epoch: int, ask: Callable[[int], Question]) -> None:
        self._per_epoch = per_epoch
        self.ask = ask
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Go to an epoch, counted from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        return self._per_epoch

    def __getitem__(self, index: int) -> Visit:
        number = self._epoch * self._per_epoch + index
        question = self.ask(number)
        return Visit(number, question.prompt, question.target, question.system)


def make_visits(recipe: Recipe, files: Sequence[TargetFile] = ()) -> Visits:
    """The visits that a recipe asks for.

    Args:
        recipe: What to train.
        files: Its target files, as `read_target_files` reads them.

    Raises:
        RecipeError: Its families are not in its split.
    """
    if len(files) != len(recipe.targets):
        raise ValueError(f"the recipe names {len(recipe.targets)} target files, not {len(files)}")
    if recipe.mix:
        return Visits(_without_epochs(recipe), _mixed(recipe, files))
    if files:
        questions = [one for file in files for one in language_questions(file.training)]
        copies = _copies(recipe.supervision)
        ask = _shuffled(questions, copies, recipe.seed, Stream.LANGUAGE_ORDER)
        return Visits(len(questions) * copies, ask)
    return _numeric_visits(recipe)


def numeric_question(distribution: Distribution, data: Data) -> Question:
    """The prompt that asks for a distribution, its target written as in `data`."""
    return Question(distribution.prompt(), make_target(distribution, data))


def language_questions(targets: Sequence[LanguageTarget]) -> list[Question]:
    """Every wording of every set."""
    return [
        Question(prompt, target.outcomes, target.system)
        for target in targets
        for prompt in target.prompts
    ]


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


def _without_epochs(recipe: Recipe) -> int:
    """Visits of a run without epochs; of a token budget, whole batches that surely exceed it."""
    if recipe.max_steps is not None:
        return recipe.max_steps * recipe.batch_size
    assert recipe.max_tokens is not None, "the recipe has checked it"
    return (recipe.max_tokens // recipe.batch_size + 1) * recipe.batch_size


def _numeric_visits(recipe: Recipe) -> Visits:
    data = recipe.data
    if isinstance(data, WideData):
        return Visits(_without_epochs(recipe), _wide(data, recipe.seed))
    distributions = chosen_distributions(data)
    copies = _copies(recipe.supervision)
    choose = _shuffled(distributions, copies, recipe.seed, Stream.ORDER)
    return Visits(
        len(distributions) * copies, lambda number: numeric_question(choose(number), data)
    )


def _mixed(recipe: Recipe, files: Sequence[TargetFile]) -> _Ask:
    """Questions of several sources in turn, each source through epochs of its own."""
    sources: dict[str, _Ask] = {}
    copies = _copies(recipe.supervision)
    if NUMERIC in recipe.mix:
        sources[NUMERIC] = _numeric_visits(recipe).ask
    for place, file in enumerate(files):
        questions = language_questions(file.training)
        stream = (Stream.LANGUAGE_ORDER, place, len(files))
        sources[file.name] = _shuffled(questions, copies, recipe.seed, *stream)
    turn = turns(recipe.mix)

    def ask(number: int) -> Question:
        name, own_number = turn(number)
        return sources[name](own_number)

    return ask


def _shuffled(
    items: Sequence[_T],
    copies: int,
    seed: int,
    stream: Stream,
    lane: int = 0,
    lanes: int = 1,
) -> Callable[[int], _T]:
    """Every item `copies` times an epoch, each epoch in an order of its own.

    Sources of one stream have a lane each, so that their orders are independent.
    """
    per_epoch = len(items) * copies

    @lru_cache(maxsize=2)
    def order(epoch: int) -> NDArray[np.int64]:
        return generator(seed, stream, epoch * lanes + lane).permutation(per_epoch)

    def choose(number: int) -> _T:
        epoch, index = divmod(number, per_epoch)
        return items[order(epoch)[index] // copies]

    return choose


def _wide(data: WideData, seed: int) -> _Ask:
    """Fresh parameters at every visit, families all alike."""
    names = tuple(FAMILIES) if data.families is None else data.families

    def ask(number: int) -> Question:
        rng = generator(seed, Stream.PARAMETERS, number)
        distribution = wide_distribution(rng, FAMILIES[names[rng.integers(len(names))]])
        return numeric_question(distribution, data)

    return ask
