"""How each condition was asked, and what its draws cost; ``benchmarks.price`` has the layout.

Shown where some condition was asked in another way than plainly: what prompting buys stands beside
its price in tokens.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aleator.report.estimates import Figures, read_estimate
from aleator.report.fields import Field
from aleator.report.measures import Measure, percent

PLAIN = "plain"
COSTS = ("tokens_per_draw", "tokens_per_answer", "invalid_rate")
FIGURES = frozenset({*COSTS, "prompts", "draws", "written_tokens", "invalid"})
"""What result.json holds of a method besides its settings."""

MEASURES = (
    Measure(
        "tokens_per_draw",
        "Tokens per draw",
        "What the model writes for one draw, the stop token included.",
        "lower",
    ),
    Measure(
        "tokens_per_answer",
        "Tokens per answer",
        "The same for one answer: draws that give none are paid for as well.",
        "lower",
    ),
    Measure(
        "invalid_rate",
        "Draws without an answer",
        "Draws from which the way of asking got no answer at all; whether an answer is right is "
        "not judged here.",
        "lower",
        percent,
    ),
)


@dataclass(frozen=True)
class MethodCost:
    """How one benchmark of a condition was asked.

    Attributes:
        name: The method.
        temperature: What its logits were divided by; None where they were not.
        draws: How many were made; 0 where all figures are from logits.
        figures: Of `MEASURES`.
    """

    name: str
    temperature: float | None
    draws: int
    figures: Figures

    @property
    def told(self) -> str:
        """The method in words."""
        if self.temperature is None:
            return self.name
        return f"{self.name} {self.temperature:.3g}"


def read_method(bench: Field) -> MethodCost | None:
    """How a benchmark was asked; None where its result does not say.

    Raises:
        InputError: The file is not as it should be.
    """
    item = bench.find("method")
    if item is None:
        return None
    fields = item.items()
    temperature, draws = item.find("temperature"), item.find("draws")
    return MethodCost(
        name=item.get("name").text(),
        temperature=None if temperature is None else temperature.number(),
        draws=draws.whole() if draws else 0,
        figures={name: read_estimate(fields[name]) for name in COSTS if name in fields},
    )


def asked_otherwise(methods: Mapping[str, MethodCost]) -> str:
    """The methods other than plain asking, in words; empty where there are none.

    Where they do not hold for all of a condition's benchmarks, those that they hold for are named.
    """
    by_name: dict[str, list[str]] = {}
    for bench, method in methods.items():
        if method.name != PLAIN:
            by_name.setdefault(method.name, []).append(bench)
    return ", ".join(
        name if len(benches) == len(methods) else f"{name} ({', '.join(benches)})"
        for name, benches in by_name.items()
    )
