"""What a directory says of open-ended generation; ``benchmarks.open_ended`` has the layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aleator.report.estimates import Figures, read_bare_figures, read_counts, read_estimates
from aleator.report.fields import Field
from aleator.report.row_files import row_fields

NAME = "open_ended"
FIGURES = frozenset(
    {
        "prompts",
        "mean",
        "median",
        "left_out",
        "support_sizes",
        "kinds",
        "forward_tokens",
        "written_tokens",
    }
)
"""What result.json holds of it besides settings."""

MOST_ANSWERS = 4
"""How many of a prompt's answers are kept: what the top four share is about."""


@dataclass(frozen=True)
class DrawnAnswer:
    """An answer and its share of the non-empty ones."""

    text: str
    share: float


@dataclass(frozen=True)
class OpenRow:
    """One prompt: its figures, and its most frequent answers, the first ones first."""

    prompt: str
    figures: Mapping[str, float | None]
    answers: tuple[DrawnAnswer, ...]


@dataclass(frozen=True)
class OpenEnded:
    """The benchmark of one condition; rows by their key."""

    prompts: int
    mean: Figures
    median: Figures
    left_out: Mapping[str, int]
    rows: Mapping[str, OpenRow]

    def column(self, metric: str) -> dict[str, float | None]:
        """A figure of every prompt, by key."""
        return {key: row.figures.get(metric) for key, row in self.rows.items()}


def read_open_ended(bench: Field, directory: Path) -> OpenEnded:
    """Read the benchmark.

    Raises:
        InputError: A file is missing or not as it should be.
    """
    return OpenEnded(
        prompts=bench.get("prompts").whole(),
        mean=read_estimates(bench.get("mean")),
        median=read_estimates(bench.get("median")),
        left_out=read_counts(bench.find("left_out")),
        rows={row.get("key").text(): _row(row) for row in row_fields(directory, NAME)},
    )


def _row(item: Field) -> OpenRow:
    given = [
        (one.get("text").text(), one.get("count").whole()) for one in item.get("answers").parts()
    ]
    total = sum(count for _, count in given)
    top = tuple(DrawnAnswer(text, count / total) for text, count in given[:MOST_ANSWERS])
    return OpenRow(item.get("prompt").text(), read_bare_figures(item), top)
