"""What a matrix file may say of a benchmark: options of `aleator eval`, checked on reading.

Options are called as on the command line, with `_` for `-`. What lies on the hub is checked by name
only: reading a file fetches nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from aleator.benchmarks import (
    closed_sets,
    knowledge,
    mcq_positions,
    novelty,
    numeric,
    open_ended,
    perplexity,
)
from aleator.benchmarks.closed_prompts import ClosedSetsSettings, closed_prompts
from aleator.benchmarks.item_parameters import ItemsFile, read_items
from aleator.benchmarks.knowledge_tasks import LOCAL, chosen_tasks
from aleator.benchmarks.novelty_judges import RULE, VALIDITY, partition_judge, scorer
from aleator.benchmarks.novelty_sets import SANDBOX_SET, check_sets, read_file
from aleator.benchmarks.numeric import NumericSettings, numeric_prompts
from aleator.benchmarks.perplexity_texts import PerplexitySettings, check_texts
from aleator.benchmarks.text_files import slice_files
from aleator.distributions.grids import Split
from aleator.files import JsonValue
from aleator.recipe_files import find_target_file

_Count = Annotated[int, Field(ge=1)]
_CountOrNone = Annotated[int, Field(ge=0)]
_Names = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class BenchOptions(BaseModel):
    """What every benchmark takes; those that draw take `draws`, too.

    Attributes:
        limit: At most so many prompts a split or set.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    limit: _Count | None = None

    def check(self) -> None:
        """Refuse what can be seen to make no sense without the hub.

        Raises:
            InputError: A name is not known, or a file cannot be read.
        """

    def given(self) -> dict[str, JsonValue]:
        """The options that the file has, by name."""
        return self.model_dump(mode="json", exclude_unset=True, exclude_none=True)


class NumericOptions(BenchOptions):
    """Of `numeric`."""

    draws: _CountOrNone | None = None
    splits: Annotated[tuple[Split, ...], Field(min_length=1, strict=False)] | None = None
    decimals: _CountOrNone | None = None

    def check(self) -> None:
        """Refuse decimals that are out of range."""
        if self.decimals is not None:
            numeric_prompts(replace(NumericSettings(), limit=1, decimals=self.decimals))


class ClosedSetsOptions(BenchOptions):
    """Of `closed_sets`."""

    draws: _CountOrNone | None = None
    targets: str | None = None

    def check(self) -> None:
        """Read the target file."""
        if self.targets is not None:
            closed_prompts(ClosedSetsSettings(targets=find_target_file(self.targets)))


class OpenEndedOptions(BenchOptions):
    """Of `open_ended`."""

    draws: _CountOrNone | None = None


class McqOptions(BenchOptions):
    """Of `mcq_positions`."""

    draws: _Count | None = None


class NoveltyOptions(BenchOptions):
    """Of `novelty`."""

    draws: _Count | None = None
    novelty_sets: _Names = (SANDBOX_SET,)
    novelty_file: str | None = None
    novelty_partition: str = RULE
    novelty_scorer: str = VALIDITY

    def check(self) -> None:
        """Know the sets, read the file, and take no rater for a judge of sameness."""
        check_sets(self.novelty_sets)
        if self.novelty_file is not None:
            read_file(Path(self.novelty_file))
        if _is_here(self.novelty_partition):
            partition_judge(self.novelty_partition)
        if _is_here(self.novelty_scorer):
            scorer(self.novelty_scorer)


class KnowledgeOptions(BenchOptions):
    """Of `knowledge`."""

    knowledge_tasks: _Names = (LOCAL,)
    knowledge_items: str | None = None

    def check(self) -> None:
        """Know the tasks, and read the item parameters."""
        chosen_tasks(self.knowledge_tasks)
        if self.knowledge_items is not None:
            read_items(ItemsFile.told(self.knowledge_items))


class PerplexityOptions(BenchOptions):
    """Of `perplexity`."""

    perplexity_texts: str = PerplexitySettings.texts
    perplexity_files: str | None = None
    perplexity_context: int = PerplexitySettings.context
    perplexity_stride: int = PerplexitySettings.stride

    def check(self) -> None:
        """Know the collection, find the files, and let windows overlap as they can."""
        files = None if self.perplexity_files is None else Path(self.perplexity_files)
        windows = (self.perplexity_context, self.perplexity_stride)
        check_texts(PerplexitySettings(None, *windows, self.perplexity_texts, files))
        if files is not None:
            slice_files(files)


OPTIONS: Mapping[str, type[BenchOptions]] = {
    numeric.NAME: NumericOptions,
    closed_sets.NAME: ClosedSetsOptions,
    open_ended.NAME: OpenEndedOptions,
    mcq_positions.NAME: McqOptions,
    novelty.NAME: NoveltyOptions,
    knowledge.NAME: KnowledgeOptions,
    perplexity.NAME: PerplexityOptions,
}
"""By benchmark."""


def eval_arguments(options: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The options as `aleator eval` takes them."""
    return tuple(
        word
        for name, value in options.items()
        for word in (f"--{name.replace('_', '-')}", _as_word(value))
    )


def _as_word(value: JsonValue) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_here(judge: str) -> bool:
    """Whether a judge can be looked at without the hub."""
    return judge in (RULE, VALIDITY) or Path(judge).is_dir()
