"""Options of `aleator eval`, and the settings of benchmarks that they stand for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from aleator.benchmarks.catalogue import BENCHMARKS, BenchSettings
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.method_settings import METHODS
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.novelty_sets import SETS
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
from aleator.benchmarks.perplexity_texts import TEXTS
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
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many prompts a split or set.")]
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
    Path | None,
    typer.Option(metavar="FILE", help="closed_sets: a target file instead of our own sets."),
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
PerplexityTexts = Annotated[
    str, typer.Option(metavar="NAME", help=f"perplexity: {', '.join(TEXTS)}.")
]
PerplexityFiles = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="perplexity: texts of your own instead, a .jsonl or .jsonl.gz file or a folder of "
        "slices, laid out as PALOMA.",
    ),
]
PerplexityContext = Annotated[
    int, typer.Option(min=2, help="perplexity: tokens of a window, at most the model's positions.")
]
PerplexityStride = Annotated[
    int, typer.Option(min=1, help="perplexity: tokens from one window's beginning to the next's.")
]
TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
]

_T = TypeVar("_T", bound=str)


@dataclass(frozen=True)
class Extent:
    """How much is measured, for every benchmark.

    Attributes:
        limit: At most so many prompts a split or set; None for all.
        draws: Answers a prompt; None for each benchmark's own number.
        seed: Of everything drawn.
    """

    limit: int | None
    draws: int | None
    seed: int

    def drawn(self, default: int) -> int:
        """Answers a prompt of a benchmark whose own number is `default`."""
        return default if self.draws is None else self.draws

    def settings(
        self, numeric: NumericSettings, novelty: NoveltySettings, targets: Path | None
    ) -> BenchSettings:
        """The settings of all benchmarks, those of two given."""
        limit, seed = self.limit, self.seed
        return BenchSettings(
            numeric=numeric,
            closed_sets=ClosedSetsSettings(
                limit, self.drawn(ClosedSetsSettings.draws), seed, targets
            ),
            open_ended=OpenEndedSettings(limit, self.drawn(OpenEndedSettings.draws), seed),
            mcq_positions=McqSettings(limit, self.drawn(McqSettings.draws), seed),
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
