"""What an evaluation's directory says of NoveltyBench; ``benchmarks.novelty`` has the layout."""

from collections.abc import Mapping
from dataclasses import dataclass

from aleator.errors import InputError
from aleator.report.estimates import Figures, read_estimate
from aleator.report.fields import Field

NAME = "novelty"
FIGURES = frozenset({"sets"})
"""What result.json holds of it besides settings."""

MEASURES = (
    "distinct",
    "utility",
    "mean_rating",
    "mean_words",
    "mean_tokens",
    "empty_rate",
    "truncated_rate",
)
"""Figures of a set."""


@dataclass(frozen=True)
class Judges:
    """Who judged: what is the same, and what is good; ``weights`` tell models apart."""

    partition: str
    partition_weights: str | None
    scorer: str
    scorer_weights: str | None
    published: bool


@dataclass(frozen=True)
class NoveltySet:
    """One set of prompts.

    Attributes:
        prompts: How many.
        figures: Means over prompts.
        distinct_counts: Prompts with 1, 2, … classes.
        distinct: Classes of every prompt, by its id.
        utility: Worth of every prompt's answers, by its id.
    """

    prompts: int
    figures: Figures
    distinct_counts: tuple[float, ...]
    distinct: Mapping[str, float | None]
    utility: Mapping[str, float | None]


@dataclass(frozen=True)
class Novelty:
    """The benchmark of one condition."""

    judges: Judges
    sets: Mapping[str, NoveltySet]


def read_novelty(bench: Field) -> Novelty:
    """Read the benchmark.

    Raises:
        InputError: The file is not as it should be.
    """
    return Novelty(
        judges=Judges(
            partition=bench.get("partition").text(),
            partition_weights=_text(bench.find("partition_weights")),
            scorer=bench.get("scorer").text(),
            scorer_weights=_text(bench.find("scorer_weights")),
            published=bench.get("published_judges").value is True,
        ),
        sets={name: _set(item) for name, item in bench.get("sets").items().items()},
    )


def _text(item: Field | None) -> str | None:
    return None if item is None else item.text()


def _set(item: Field) -> NoveltySet:
    by_prompt = item.get("by_prompt")
    ids = by_prompt.get("id").texts()
    distinct, utility = (by_prompt.get(name).numbers() for name in ("distinct", "utility"))
    if not len(ids) == len(distinct) == len(utility):
        raise InputError(f"{by_prompt.file}: {by_prompt.place} has lists of different lengths")
    fields = item.items()
    return NoveltySet(
        prompts=item.get("prompts").whole(),
        figures={name: read_estimate(fields[name]) for name in MEASURES if name in fields},
        distinct_counts=item.get("distinct_counts").numbers(),
        distinct=dict(zip(ids, distinct, strict=True)),
        utility=dict(zip(ids, utility, strict=True)),
    )
