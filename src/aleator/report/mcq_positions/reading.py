"""What a directory says of MCQ answer positions; ``benchmarks.mcq_positions`` has the layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from aleator.report.estimates import Estimate, Figures, read_estimate, read_estimates
from aleator.report.fields import Field

NAME = "mcq_positions"
Manner = Literal["strict", "lenient"]
MANNERS: tuple[Manner, ...] = get_args(Manner)
"""How questions are read."""

FIGURES = frozenset({"drawn", *MANNERS, "truncated_rate", "forward_tokens", "written_tokens"})
"""What result.json holds of it besides settings."""

_MEASURES = (
    "parse_rate",
    "total_variation",
    "perfect_total_variation",
    "chi_square_p",
    "distinct_questions",
)


@dataclass(frozen=True)
class Reading:
    """The questions as one manner of reading makes them out.

    Attributes:
        parsed: How many it can read.
        figures: By measure.
        letters: Share of each letter among what parses.
    """

    parsed: int
    figures: Figures
    letters: Figures


@dataclass(frozen=True)
class McqPositions:
    """The benchmark of one condition."""

    drawn: int
    readings: Mapping[Manner, Reading]
    truncated: Estimate


def read_mcq_positions(bench: Field) -> McqPositions:
    """Read the benchmark.

    Raises:
        InputError: The file is not as it should be.
    """
    return McqPositions(
        drawn=bench.get("drawn").whole(),
        readings={manner: _reading(bench.get(manner)) for manner in MANNERS},
        truncated=read_estimate(bench.get("truncated_rate")),
    )


def _reading(item: Field) -> Reading:
    fields = item.items()
    return Reading(
        parsed=item.get("parsed").whole(),
        figures={name: read_estimate(fields[name]) for name in _MEASURES if name in fields},
        letters=read_estimates(item.get("letters")),
    )
