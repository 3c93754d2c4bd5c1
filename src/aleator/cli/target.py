"""`aleator target`: what a model should answer to one prompt, and how often."""

from typing import Annotated

import numpy as np
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from aleator.cli.assignments import parse_numbers
from aleator.cli.console import STDOUT, print_json
from aleator.distributions.families import family as family_of
from aleator.distributions.family import Distribution
from aleator.files import Row
from aleator.outcomes.discretize import discretise
from aleator.outcomes.lattice import DEFAULT_DECIMALS
from aleator.outcomes.outcomes import Outcomes

_SHOWN = 20
_BAR = 40


def target(
    family: Annotated[
        str,
        typer.Argument(metavar="FAMILY", help="One of the thirty; `aleator families` lists them."),
    ],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=NUMBER…", help="Such as mu=0 sigma=1.")
    ] = None,
    decimals: Annotated[
        int, typer.Option(help="Digits after the point; discrete families have none.")
    ] = DEFAULT_DECIMALS,
    max_bins: Annotated[
        int | None, typer.Option(help="Thin to this many values; all of them by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the outcomes of one target."""
    distribution = family_of(family).distribution(**parse_numbers(parameters or ()))
    outcomes = discretise(distribution, decimals, max_bins)
    if as_json:
        print_json(target_row(distribution, outcomes))
    else:
        _show(distribution, outcomes)


def target_row(distribution: Distribution, outcomes: Outcomes) -> Row:
    """What `--json` prints: the prompt, and all values with their probabilities, ascending."""
    return {
        "family": distribution.family.name,
        "parameters": dict(distribution.parameters),
        "prompt": distribution.prompt(),
        "values": _values(outcomes).tolist(),
        "probabilities": outcomes.probabilities.tolist(),
    }


def _values(outcomes: Outcomes) -> np.ndarray:
    if outcomes.values is None:
        raise ValueError("the outcomes of a distribution are numbers")
    return outcomes.values


def _show(distribution: Distribution, outcomes: Outcomes) -> None:
    table = Table("answer", "probability", "", title_justify="left", box=SIMPLE_HEAD)
    table.columns[0].justify = table.columns[1].justify = "right"
    ranges = _ranges(outcomes)
    if len(ranges) < len(outcomes.strings):
        table.title = (
            f"{len(outcomes.strings):,} answers in {len(ranges)} ranges (--json lists all)"
        )
    longest = max(probability for _, probability in ranges)
    for label, probability in ranges:
        bar = "█" * round(_BAR * probability / longest)
        table.add_row(label, f"{probability:.4f}", bar)
    STDOUT.print(distribution.prompt(), highlight=False)
    STDOUT.print(_summary(outcomes), highlight=False)
    if span := _span(distribution):
        STDOUT.print(span, highlight=False)
    STDOUT.print(table)


def _span(distribution: Distribution) -> str:
    """Where the answers end before the distribution does, and where the rest went."""
    low, high = distribution.support()
    if distribution.family.discrete and np.isfinite(low):
        if np.isfinite(high):
            return ""
        return "They end at the 0.999 quantile; the last carries what is beyond (as published)."
    return (
        "They span the 0.001 to 0.999 quantiles; the first and the last carry what is beyond (as "
        "published)."
    )


def _ranges(outcomes: Outcomes) -> list[tuple[str, float]]:
    """The outcomes, or where they are too many for a screen, ranges of them, with probabilities.

    The ranges are of equal width between the 1% and 99% quantiles; the outer two take the tails,
    which a Cauchy needs to show any shape at all.
    """
    strings, probabilities = outcomes.strings, outcomes.probabilities
    if len(strings) <= _SHOWN:
        return list(zip(strings, probabilities.tolist(), strict=True))
    values, cumulative = _values(outcomes), np.cumsum(probabilities)
    low, high = values[np.searchsorted(cumulative, [0.01, 0.99])]
    inner = np.searchsorted(values, np.linspace(low, high, _SHOWN + 1)[1:-1])
    starts = np.unique(np.concatenate(([0], inner)))
    ends = np.concatenate((starts[1:], [len(strings)]))
    return [
        (_label(strings[start], strings[end - 1]), float(probabilities[start:end].sum()))
        for start, end in zip(starts, ends, strict=True)
    ]


def _label(first: str, last: str) -> str:
    return first if first == last else f"{first} … {last}"


def _summary(outcomes: Outcomes) -> str:
    probabilities = outcomes.probabilities
    positive = probabilities[probabilities > 0]
    entropy = max(0.0, float(-(positive * np.log(positive)).sum()))  # and never -0.0
    median = outcomes.strings[int(np.searchsorted(np.cumsum(probabilities), 0.5))]
    return (
        f"{len(probabilities):,} answers from {outcomes.strings[0]} to {outcomes.strings[-1]}, "
        f"median {median}, entropy {entropy:.2f} nats "
        f"(as varied as {np.exp(entropy):,.0f} equally likely ones)"
    )
