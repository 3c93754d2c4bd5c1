"""What a benchmark's draws cost, as sums and rates, to stand beside its figures.

::

    {"prompts", "draws", "written_tokens", "invalid",          # sums
     "tokens_per_draw":   {"value", "low", "high"},
     "tokens_per_answer": {"value", "low", "high"},            # invalid draws paid for as well
     "invalid_rate":      {"value", "low", "high"}}

*Invalid* are draws from which the way of asking got no answer at all; whether an answer is a right
one is the benchmark's to say. Tokens are those that the model wrote, not those it read. Intervals
are 95% bootstrap intervals over prompts. A figure is null where nothing was drawn, or no draw gave
an answer; the ends alone where that happens in some of the bootstrap's samples.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aleator.files import JsonValue
from aleator.metrics.intervals import Interval, family_balanced_mean, paired_ratio
from aleator.sampling.cost import PromptCost


def cost_path(out: Path, bench: str) -> Path:
    """Where the costs of a benchmark's draws lie in an evaluation's directory."""
    return out / "rows" / f"{bench}_cost.jsonl"


def cost_figures(costs: Sequence[PromptCost], seed: int) -> dict[str, JsonValue]:
    """Sums and rates of a benchmark's costs."""
    drawn = [cost for cost in costs if cost.draws]
    draws = [float(cost.draws) for cost in drawn]
    written = [float(cost.written_tokens) for cost in drawn]
    valid = [float(cost.draws - cost.invalid) for cost in drawn]
    together = ["all"] * len(drawn)
    per_draw = [tokens / count for tokens, count in zip(written, draws, strict=True)]
    rates = [cost.invalid / cost.draws for cost in drawn]
    per_answer = paired_ratio(written, valid, together, seed=seed)
    return {
        "prompts": len(drawn),
        "draws": int(sum(draws)),
        "written_tokens": int(sum(written)),
        "invalid": int(sum(draws) - sum(valid)),
        "tokens_per_draw": _figure(family_balanced_mean(per_draw, together, seed=seed)),
        "tokens_per_answer": {
            **_figure(per_answer),
            "value": sum(written) / sum(valid) if sum(valid) else None,
        },
        "invalid_rate": _figure(family_balanced_mean(rates, together, seed=seed)),
    }


def _figure(interval: Interval) -> dict[str, JsonValue]:
    ends = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {name: float(end) if np.isfinite(end) else None for name, end in ends.items()}
