"""The values a report is made of: what one evaluation directory says, frozen.

Figures that were undefined or infinite are None throughout; nothing here averages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval; None where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Curve:
    """Cumulative probabilities of target and model at the same values, ascending.

    Attributes:
        values: [K], on the value axis.
        target: [K], P(X <= value).
        model: [K], Q(X <= value) among valid numbers in any spelling.
    """

    values: tuple[float, ...]
    target: tuple[float, ...]
    model: tuple[float, ...]


@dataclass(frozen=True)
class PromptResult:
    """One prompt of one condition; `key` is the same in every condition."""

    key: str
    split: str
    family: str
    prompt: str
    parameters: tuple[tuple[str, float], ...]
    metrics: Mapping[str, float | None]
    curve: Curve | None


@dataclass(frozen=True)
class SplitResult:
    """What result.json says of one split: the aggregates as the evaluation wrote them."""

    prompts: int
    family_mean: Mapping[str, Estimate]
    family_median: Mapping[str, Estimate]
    families: Mapping[str, Mapping[str, Estimate]]
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Result:
    """One evaluation directory.

    Attributes:
        label: How the page calls this condition.
        directory: As the user named it; every number of the page leads back to it.
        model: What was evaluated.
        adapter: Where its adapter lay; None for the model as it is.
        seed: The evaluation's seed.
        versions: Of what computed the numbers, by package.
        command: What was typed, where the directory says it.
        settings: The evaluation's other settings, by name, as text.
        training: What the adapter's training run says of itself, by name, as text; empty where
            there is no adapter or its run.yaml is not to be found.
        splits: The numeric benchmark by split.
        rows: Its prompts.
    """

    label: str
    directory: Path
    model: str
    adapter: str | None
    seed: int | None
    versions: Mapping[str, str]
    command: str | None
    settings: Mapping[str, str]
    training: Mapping[str, str]
    splits: Mapping[str, SplitResult]
    rows: tuple[PromptResult, ...]

    @property
    def is_base(self) -> bool:
        """Whether this is the model as it is, the condition that others are compared with."""
        return self.adapter is None

    def rows_of(self, split: str) -> dict[str, PromptResult]:
        """The prompts of a split by key, in the order of the file."""
        return {row.key: row for row in self.rows if row.split == split}


@dataclass(frozen=True)
class Collection:
    """Everything one page is about.

    Attributes:
        results: The conditions, base first.
        left_out: Sentences on what this run did not do (`aleator demo --quick` writes them).
    """

    results: tuple[Result, ...]
    left_out: tuple[str, ...] = field(default=())

    @property
    def splits(self) -> tuple[str, ...]:
        """Every split that some condition has, in the order met."""
        return tuple(dict.fromkeys(split for result in self.results for split in result.splits))

    def base_of(self, result: Result) -> Result | None:
        """The condition `result` is to be compared with: the same model without an adapter."""
        for other in self.results:
            if other.is_base and other.model == result.model and other is not result:
                return other
        return None
