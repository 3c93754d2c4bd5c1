"""The settings of benchmarks that the options of `aleator eval` stand for."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from aleator.benchmarks import (
    closed_sets,
    knowledge,
    mcq_positions,
    novelty,
    numeric,
    open_ended,
    perplexity,
)
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.item_parameters import ItemsFile
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.numeric import TEST_SPLITS, NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.cli.limits import Limits
from aleator.distributions.grids import SPLITS, Split
from aleator.errors import InputError, UnknownNameError
from aleator.recipe_files import find_target_file

_T = TypeVar("_T", bound=str)


@dataclass(frozen=True)
class Extent:
    """How much is measured, for every benchmark.

    Attributes:
        limits: At most so many prompts a split or set.
        draws: Answers a prompt; None for each benchmark's own number.
        seed: Of everything drawn.
    """

    limits: Limits
    draws: int | None
    seed: int

    def drawn(self, default: int) -> int:
        """Answers a prompt of a benchmark whose own number is `default`."""
        return default if self.draws is None else self.draws

    def numeric(self, splits: str, decimals: int) -> NumericSettings:
        """Splits with commas between them.

        Raises:
            UnknownNameError: One is not known.
        """
        chosen = {known("split", name, SPLITS) for name in names(splits)}
        asked: tuple[Split, ...] = tuple(split for split in SPLITS if split in chosen)
        limit, draws = self.limits.of(numeric.NAME), self.drawn(NumericSettings.draws)
        return NumericSettings(asked or TEST_SPLITS, limit, draws, decimals, self.seed)

    def closed_sets(self, targets: str | None) -> ClosedSetsSettings:
        """A target file, or the name of one.

        Raises:
            UnknownNameError: It is neither.
        """
        path = None if targets is None else find_target_file(targets)
        limit, draws = self.limits.of(closed_sets.NAME), self.drawn(ClosedSetsSettings.draws)
        return ClosedSetsSettings(limit, draws, self.seed, path)

    def open_ended(self) -> OpenEndedSettings:
        """There is no option of its own."""
        limit, draws = self.limits.of(open_ended.NAME), self.drawn(OpenEndedSettings.draws)
        return OpenEndedSettings(limit, draws, self.seed)

    def mcq_positions(self) -> McqSettings:
        """There is no option of its own."""
        limit, draws = self.limits.of(mcq_positions.NAME), self.drawn(McqSettings.draws)
        return McqSettings(limit, draws, self.seed)

    def novelty(self, sets: str, file: Path | None, partition: str, scorer: str) -> NoveltySettings:
        """Sets with commas between them, or prompts of the user's, and the judges."""
        limit, draws = self.limits.of(novelty.NAME), self.drawn(NoveltySettings.draws)
        return NoveltySettings(
            names(sets), file, limit, draws, self.seed, partition=partition, scorer=scorer
        )

    def knowledge(self, tasks: str, items: str | None) -> KnowledgeSettings:
        """Tasks with commas between them, and a file of item parameters.

        Raises:
            InputError: What stands behind the file of item parameters is no hash.
        """
        parameters = None if items is None else ItemsFile.told(items)
        limit = self.limits.of(knowledge.NAME)
        return KnowledgeSettings(limit, names(tasks), self.seed, parameters=parameters)

    def perplexity(
        self, texts: str, files: Path | None, context: int, stride: int
    ) -> PerplexitySettings:
        """A collection by name, or files of the user's, and the windows."""
        limit = self.limits.of(perplexity.NAME)
        return PerplexitySettings(limit, context, stride, texts, files, self.seed)


def scales(listed: str | None, adapter: Path | None) -> tuple[float, ...]:
    """The factors of `--adapter-scale`; none where nothing was asked for.

    Raises:
        InputError: One is no number from 0 on, or is given twice, or there is no adapter.
    """
    if listed is None:
        return ()
    if adapter is None:
        raise InputError("--adapter-scale needs an adapter: give one with --adapter")
    found: list[float] = []
    for text in names(listed):
        try:
            factor = float(text)
        except ValueError:
            factor = math.nan
        if not 0 <= factor < math.inf:
            raise InputError(f"--adapter-scale {text!r} is no number from 0 on, such as 0.5")
        if factor in found:
            raise InputError(f"--adapter-scale names {factor:g} twice: give each factor once")
        found.append(factor)
    if not found:
        raise InputError("--adapter-scale names no factor: give numbers from 0 on, such as 0,0.5,1")
    return tuple(found)


def names(listed: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def known(kind: str, chosen: str, choices: Iterable[_T]) -> _T:
    """The choice of that name.

    Raises:
        UnknownNameError: There is none; the message lists those there are.
    """
    listed = tuple(choices)
    for choice in listed:
        if chosen == choice:
            return choice
    raise UnknownNameError(kind, chosen, listed)
