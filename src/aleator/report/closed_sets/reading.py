"""What an evaluation's directory says of closed sets; ``benchmarks.closed_sets`` has the layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aleator.report.estimates import Figures, read_bare_figures, read_counts, read_estimates
from aleator.report.fields import Field
from aleator.report.row_files import row_fields

NAME = "closed_sets"
FIGURES = frozenset({"splits", "sets"})
"""What result.json holds of it besides settings."""

Shares = Mapping[str, float]
"""Shares by outcome, in the order of the target file."""


@dataclass(frozen=True)
class ClosedSplit:
    """The means of one split."""

    sets: int
    prompts: int
    mean: Figures
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class ClosedSet:
    """One set: means over its wordings, and what is answered beside what should be.

    Attributes:
        split: Where the target file puts it.
        prompts: Its wordings.
        outcomes: How many there are; ``answers`` and ``target`` have the most likely ones.
        figures: By measure.
        answers: Shares of all answers.
        target: Probabilities.
    """

    split: str
    prompts: int
    outcomes: int
    figures: Mapping[str, float | None]
    answers: Shares
    target: Shares


@dataclass(frozen=True)
class ClosedRow:
    """The figures of one prompt."""

    name: str
    split: str
    figures: Mapping[str, float | None]


@dataclass(frozen=True)
class ClosedSets:
    """The benchmark of one condition; rows by their key."""

    splits: Mapping[str, ClosedSplit]
    sets: Mapping[str, ClosedSet]
    rows: Mapping[str, ClosedRow]


def read_closed_sets(bench: Field, directory: Path) -> ClosedSets:
    """Read the benchmark.

    Raises:
        InputError: A file is missing or not as it should be.
    """
    return ClosedSets(
        splits={name: _split(item) for name, item in bench.get("splits").items().items()},
        sets={name: _set(item) for name, item in bench.get("sets").items().items()},
        rows={row.get("key").text(): _row(row) for row in row_fields(directory, NAME)},
    )


def _split(item: Field) -> ClosedSplit:
    return ClosedSplit(
        sets=item.get("sets").whole(),
        prompts=item.get("prompts").whole(),
        mean=read_estimates(item.get("mean")),
        left_out=read_counts(item.find("left_out")),
    )


def _set(item: Field) -> ClosedSet:
    return ClosedSet(
        split=item.get("split").text(),
        prompts=item.get("prompts").whole(),
        outcomes=item.get("outcomes").whole(),
        figures=read_bare_figures(item),
        answers=_shares(item.get("answers")),
        target=_shares(item.get("target")),
    )


def _shares(item: Field) -> Shares:
    read = {name: share.number() for name, share in item.items().items()}
    return {name: share for name, share in read.items() if share is not None}


def _row(item: Field) -> ClosedRow:
    return ClosedRow(item.get("set").text(), item.get("split").text(), read_bare_figures(item))
