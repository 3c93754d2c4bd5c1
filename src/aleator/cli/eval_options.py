"""Options of `aleator eval`, and the settings of benchmarks that they stand for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from aleator.benchmarks import closed_sets, mcq_positions, open_ended
from aleator.benchmarks.catalogue import BENCHMARKS, BenchSettings
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.item_parameters import ItemsFile
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.knowledge_tasks import CHOICES
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.method_settings import METHODS
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.novelty_sets import SETS
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
from aleator.cli.limits import Limits
from aleator.distributions.grids import SPLITS
from aleator.errors import UnknownNameError

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="sandbox, a directory, a hub id, or its name at --endpoint."
    ),
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Where result.json and rows/ go.")]
Benches = Annotated[str, typer.Option(metavar="A,B,…", help=f"Of: {', '.join(BENCHMARKS)}.")]
Adapter = Annotated[
    Path | None, typer.Option(metavar="DIR", help="A training run's folder, or the adapter/ in it.")
]
Limit = Annotated[
    str | None,
    typer.Option(
        metavar="N|NAME=N,…",
        help="At most so many prompts a split or set; or of single benchmarks, as "
        "closed_sets=20,mcq_positions=2 (the latter in hundreds of questions).",
    ),
]
Drawn = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Answers drawn a prompt; 0 for exact figures only. By default each benchmark's own: "
        "numeric and mcq_positions 1000, open_ended 100, novelty 10, closed_sets 0.",
    ),
]
Decimals = Annotated[
    int | None, typer.Option(min=0, help="Of the targets; the adapter's, or 2, by default.")
]
Splits = Annotated[str, typer.Option(metavar="A,B,…", help=f"numeric: of {', '.join(SPLITS)}.")]
Seed = Annotated[int, typer.Option(min=0, help="Of everything drawn.")]
Targets = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="closed_sets: a target file, or the name of one that came with aleator, instead of "
        "the benchmark's own sets.",
    ),
]
MethodName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help=f"How it is asked, of: {', '.join(METHODS)}; for numeric, closed_sets, open_ended.",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(help="Of --method temperature; fitted on training prompts by default."),
]
NoveltySets = Annotated[str, typer.Option(metavar="A,B,…", help=f"novelty: of {', '.join(SETS)}.")]
NoveltyFile = Annotated[
    Path | None, typer.Option(metavar="JSONL", help="novelty: prompts of your own instead.")
]
NoveltyPartition = Annotated[
    str, typer.Option(help="novelty: who says what is the same: rule, published, or a model.")
]
NoveltyScorer = Annotated[
    str, typer.Option(help="novelty: who rates answers: validity, published, or a model.")
]
KnowledgeTasks = Annotated[
    str, typer.Option(metavar="A,B,…", help=f"knowledge: of {', '.join(CHOICES)}.")
]
KnowledgeItems = Annotated[
    str | None,
    typer.Option(
        metavar="FILE[@SHA256]",
        help="knowledge: item parameters for gp-IRT, as `aleator items` writes them.",
    ),
]
TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
]

_T = TypeVar("_T", bound=str)


def knowledge_settings(
    tasks: str, items: str | None, limit: int | None, seed: int
) -> KnowledgeSettings:
    """Of the options above.

    Raises:
        InputError: What stands behind the file of item parameters is no hash.
    """
    parameters = None if items is None else ItemsFile.told(items)
    return KnowledgeSettings(limit, names(tasks), seed, parameters=parameters)


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

    def settings(
        self, numeric: NumericSettings, novelty: NoveltySettings, targets: Path | None
    ) -> BenchSettings:
        """The settings of all benchmarks, those of two given."""
        limit, seed = self.limits.of, self.seed
        return BenchSettings(
            numeric=numeric,
            closed_sets=ClosedSetsSettings(
                limit(closed_sets.NAME), self.drawn(ClosedSetsSettings.draws), seed, targets
            ),
            open_ended=OpenEndedSettings(
                limit(open_ended.NAME), self.drawn(OpenEndedSettings.draws), seed
            ),
            mcq_positions=McqSettings(
                limit(mcq_positions.NAME), self.drawn(McqSettings.draws), seed
            ),
            novelty=novelty,
        )


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
