"""From one row a prompt to what ``result.json`` says of closed sets.

Means go from wordings to sets to the split, sets weighing equal; intervals draw sets and wordings
anew (``metrics.clustered``). A prompt whose figure is undefined is left out of it, and counted.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aleator.benchmarks.closed_prompts import ClosedPrompt, ClosedSetsSettings
from aleator.evaluation.closed_draws import closed_oracle
from aleator.files import JsonValue, Row
from aleator.metrics.clustered import clustered_mean
from aleator.metrics.intervals import family_means
from aleator.metrics.oracle import family_balanced_oracle

ORACLES = {
    "tv_oracle": "tv",
    "top_share_oracle": "top_share",
    "effective_answers_oracle": "effective_answers",
}
"""Metrics that are a perfect sampler's, and their names in ``ClosedOracle``."""

MOST_ANSWERS = 100
"""Outcomes whose shares are told of one set: the most likely ones."""

FloatArray = NDArray[np.float64]
_ALL = "all"


def summarise(
    settings: ClosedSetsSettings,
    prompts: Sequence[ClosedPrompt],
    rows: Sequence[Row],
    metrics: Sequence[str],
) -> dict[str, JsonValue]:
    """Summarise all rows.

    Args:
        settings: What was measured.
        prompts: In any order.
        rows: Theirs, with all metrics, None where undefined.
        metrics: Which fields.

    Returns:
        ``splits`` and ``sets``, as ``closed_sets`` explains them.
    """
    splits = list(dict.fromkeys(prompt.target.split for prompt in prompts))
    summaries: dict[str, JsonValue] = {}
    for split in [*splits, _ALL]:
        chosen = [
            (prompt, row)
            for prompt, row in zip(prompts, rows, strict=True)
            if split in (_ALL, prompt.target.split)
        ]
        summaries[split] = _split(settings, chosen, metrics)
    return {"splits": summaries, "sets": _sets(prompts, rows, metrics)}


def _split(
    settings: ClosedSetsSettings,
    chosen: Sequence[tuple[ClosedPrompt, Row]],
    metrics: Sequence[str],
) -> dict[str, JsonValue]:
    names = [prompt.target.name for prompt, _ in chosen]
    columns = {metric: _column([row for _, row in chosen], metric) for metric in metrics}
    mean: dict[str, JsonValue] = {}
    for metric, column in columns.items():
        interval = clustered_mean(column, names, seed=settings.seed)
        mean[metric] = _estimate(interval.value, interval.low, interval.high)
    if settings.draws:
        mean.update(_oracles(settings, [prompt for prompt, _ in chosen]))
    missing = {metric: int(np.isnan(column).sum()) for metric, column in columns.items()}
    return {
        "sets": len(set(names)),
        "prompts": len(chosen),
        "mean": mean,
        "left_out": {metric: count for metric, count in missing.items() if count},
    }


def _oracles(settings: ClosedSetsSettings, prompts: Sequence[ClosedPrompt]) -> dict[str, JsonValue]:
    """A perfect sampler's means: averaged within its repetitions, median and central 95%."""
    scores = [
        closed_oracle(prompt.target.outcomes, settings.draws, settings.seed, prompt.wording)
        for prompt in prompts
    ]
    names = [prompt.target.name for prompt in prompts]
    oracles: dict[str, JsonValue] = {}
    for metric, field in ORACLES.items():
        row = family_balanced_oracle(np.stack([vars(one)[field] for one in scores]), names)
        oracles[metric] = _estimate(row.median, row.low, row.high)
    return oracles


def _sets(
    prompts: Sequence[ClosedPrompt], rows: Sequence[Row], metrics: Sequence[str]
) -> dict[str, JsonValue]:
    names = [prompt.target.name for prompt in prompts]
    means = {metric: family_means(_column(rows, metric), names) for metric in metrics}
    sets: dict[str, JsonValue] = {}
    for name in dict.fromkeys(names):
        places = [place for place, other in enumerate(names) if other == name]
        target = prompts[places[0]].target
        sets[name] = {
            "split": target.split,
            "prompts": len(places),
            **{metric: _defined(of_set[name]) for metric, of_set in means.items()},
            **_shares(target.outcomes.strings, target.outcomes.probabilities, rows, places),
        }
    return sets


def _shares(
    strings: Sequence[str], probabilities: FloatArray, rows: Sequence[Row], places: Sequence[int]
) -> dict[str, JsonValue]:
    """Mean shares of a set's answers beside its target's, for the most likely outcomes."""
    shares = np.zeros(len(strings))
    for place in places:
        answers = rows[place]["answers"]
        assert isinstance(answers, Mapping)
        found = [answers.get(string, 0.0) for string in strings]
        shares += np.array([float(one) for one in found if isinstance(one, int | float)])
    shares /= len(places)
    order = np.argsort(-np.maximum(shares, probabilities), kind="stable")[:MOST_ANSWERS]
    told = sorted(order.tolist())
    return {
        "outcomes": len(strings),
        "answers": {strings[place]: float(shares[place]) for place in told},
        "target": {strings[place]: float(probabilities[place]) for place in told},
    }


def _column(rows: Sequence[Row], metric: str) -> FloatArray:
    figures = [row[metric] for row in rows]
    numbers = [float(one) if isinstance(one, int | float) else np.nan for one in figures]
    return np.array(numbers, dtype=np.float64)


def _estimate(value: float, low: float, high: float) -> dict[str, JsonValue]:
    return {"value": _defined(value), "low": _defined(low), "high": _defined(high)}


def _defined(figure: float) -> float | None:
    return float(figure) if np.isfinite(figure) else None
