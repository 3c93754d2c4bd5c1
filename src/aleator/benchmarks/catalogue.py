"""All benchmarks by name, each with its settings: the one place that knows which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

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
from aleator.benchmarks.kept_rows import Progress
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.benchmarks.subject import Subject
from aleator.errors import InputError, UnknownNameError
from aleator.files import JsonValue

BENCHMARKS = (
    numeric.NAME,
    closed_sets.NAME,
    open_ended.NAME,
    mcq_positions.NAME,
    novelty.NAME,
    knowledge.NAME,
    perplexity.NAME,
)
"""The names of all benchmarks.

Those of retention, the last two, need logits to run; the others draw answers, and figures of theirs
that need logits are undefined without.
"""


@dataclass(frozen=True)
class BenchSettings:
    """Settings of every benchmark; only those of benchmarks that are run matter."""

    numeric: NumericSettings = field(default_factory=NumericSettings)
    closed_sets: ClosedSetsSettings = field(default_factory=ClosedSetsSettings)
    open_ended: OpenEndedSettings = field(default_factory=OpenEndedSettings)
    mcq_positions: McqSettings = field(default_factory=McqSettings)
    novelty: NoveltySettings = field(default_factory=NoveltySettings)
    perplexity: PerplexitySettings = field(default_factory=PerplexitySettings)
    knowledge: KnowledgeSettings = field(default_factory=KnowledgeSettings)


@dataclass(frozen=True)
class Bench:
    """One benchmark, ready to run.

    Attributes:
        settings: Everything that decides its rows.
        run: Runs it on a subject, keeping rows in an evaluation's directory, and gives what
            ``result.json`` holds of it.
    """

    settings: Mapping[str, JsonValue]
    run: Callable[[Subject, Path, Progress], dict[str, JsonValue]]


class _Settings(Protocol):
    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows."""
        ...


_S = TypeVar("_S", bound=_Settings)


def check_benches(names: tuple[str, ...]) -> None:
    """Refuse names of no benchmark.

    Raises:
        UnknownNameError: One is not known; the message lists those that are.
        InputError: None is given.
    """
    for name in names:
        if name not in BENCHMARKS:
            raise UnknownNameError("benchmark", name, BENCHMARKS)
    if not names:
        raise InputError(f"no benchmark was given; known: {', '.join(BENCHMARKS)}")


def bench(name: str, settings: BenchSettings) -> Bench:
    """The benchmark of that name.

    Raises:
        InputError: A file that its settings name cannot be read.
    """
    makers: dict[str, Callable[[], Bench]] = {
        numeric.NAME: lambda: _bind(settings.numeric, numeric.run_numeric),
        closed_sets.NAME: lambda: _bind(settings.closed_sets, closed_sets.run_closed_sets),
        open_ended.NAME: lambda: _bind(settings.open_ended, open_ended.run_open_ended),
        mcq_positions.NAME: lambda: _bind(settings.mcq_positions, mcq_positions.run_mcq_positions),
        novelty.NAME: lambda: _bind(settings.novelty, novelty.run_novelty),
        perplexity.NAME: lambda: _bind(settings.perplexity, perplexity.run_perplexity),
        knowledge.NAME: lambda: _bind(settings.knowledge, knowledge.run_knowledge),
    }
    return makers[name]()


def _bind(
    settings: _S, run: Callable[[Subject, _S, Path, Progress], dict[str, JsonValue]]
) -> Bench:
    def bound(subject: Subject, out: Path, advance: Progress) -> dict[str, JsonValue]:
        return run(subject, settings, out, advance)

    return Bench(settings.as_json(), bound)
