"""`--limit`: how much of each benchmark is run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aleator.cli.assignments import parse_assignments
from aleator.errors import InputError

_EXAMPLE = "closed_sets=20"


@dataclass(frozen=True)
class Limits:
    """At most so many prompts a split or set of a benchmark.

    Attributes:
        every: Of benchmarks that are not named; None for all their prompts.
        named: Of single benchmarks, by name.
    """

    every: int | None = None
    named: Mapping[str, int] = field(default_factory=dict[str, int])

    def of(self, bench: str) -> int | None:
        """The limit of one benchmark; None for all its prompts."""
        return self.named.get(bench, self.every)


def parse_limits(told: str | None, benches: Sequence[str]) -> Limits:
    """Read a number for all benchmarks, or NAME=NUMBER for single ones.

    Args:
        told: What was typed; None for no limit.
        benches: The benchmarks that are run.

    Raises:
        InputError: It is no whole number of at least 1, or for a benchmark that is not run.
    """
    if told is None:
        return Limits()
    if "=" not in told:
        return Limits(_count("--limit", told))
    named = parse_assignments([part for part in told.split(",") if part.strip()], _EXAMPLE)
    for name in named:
        if name.strip() not in benches:
            raise InputError(
                f"--limit names {name.strip()!r}, which is not run; --bench has: "
                f"{', '.join(benches)}."
            )
    return Limits(named={name.strip(): _count(name, text) for name, text in named.items()})


def _count(name: str, text: str) -> int:
    told = text.strip()
    if not (told.isascii() and told.isdigit() and int(told) >= 1):
        raise InputError(
            f"{name}={text}: give a whole number of at least 1, or NAME=NUMBER, such as {_EXAMPLE}"
        )
    return int(told)
