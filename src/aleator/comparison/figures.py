"""From finished runs to soft against hard: means, paired differences, and which is better where."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from aleator.benchmarks.estimates import defined
from aleator.comparison.matching import MATCHINGS, Matching, PlannedRun
from aleator.comparison.results import Better, Difference, Line, Matched, Spent, SplitLines
from aleator.comparison.settings import METHODS
from aleator.files import Row
from aleator.metrics.crossed import CrossedMean, crossed_mean
from aleator.metrics.multiplicity import benjamini_hochberg, holm
from aleator.report.estimates import Estimate
from aleator.report.measures import BY_KEY
from aleator.training.checkpoints import Counters
from aleator.training.recipe import Method

METRICS = ("sequence_kl", "shape_kl", "value_tv", "w1_normalised", "valid_mass")
LEVEL = 0.05
FEWEST = 4
"""Fewer prompts than these get no interval and no test; the smallest whole family has as many."""

FloatArray = NDArray[np.float64]
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class FinishedRun:
    """A training that was evaluated.

    Attributes:
        planned: What it was meant to be.
        spent: What it spent.
        rows: Of the numeric benchmark, by their key.
    """

    planned: PlannedRun
    spent: Counters
    rows: Mapping[str, Row]


@dataclass(frozen=True)
class _Pair:
    """Both methods on the same prompts of one split with one budget in common.

    Attributes:
        families: Of each prompt.
        columns: By metric and method, [seeds, prompts].
    """

    families: tuple[str, ...]
    columns: Mapping[str, Mapping[Method, FloatArray]]

    def line(self, metric: str) -> Line:
        """The measure over all families, its p not yet adjusted."""
        return _line(metric, self.columns[metric], self.families)

    def family_lines(self, metric: str) -> dict[str, Line]:
        """The measure family by family, p adjusted over them."""
        labels = np.asarray(self.families)
        lines = {}
        for name in dict.fromkeys(self.families):
            at = labels == name
            own: dict[Method, FloatArray] = {
                method: column[:, at] for method, column in self.columns[metric].items()
            }
            lines[name] = _line(metric, own, labels[at].tolist())
        return _adjusted(lines, dict.fromkeys(lines, metric), benjamini_hochberg)


def matched_figures(runs: Sequence[FinishedRun]) -> dict[Matching, Matched]:
    """Compare soft with hard, once for each budget that they have in common.

    Args:
        runs: For each matching both methods with the same seeds in the same order, all evaluated
            on the same prompts.
    """
    pairs: dict[tuple[Matching, str], _Pair] = {}
    spent: dict[Matching, dict[Method, Spent]] = {}
    for matching in MATCHINGS:
        chosen = _chosen(runs, matching)
        spent[matching] = {method: _mean_spent(some) for method, some in chosen.items()}
        for split in _splits(runs):
            pairs[matching, split] = _pair(chosen, split)
    lines = {
        (*place, metric): pair.line(metric) for place, pair in pairs.items() for metric in METRICS
    }
    lines = _adjusted(lines, {key: key[2] for key in lines}, holm)
    return {
        matching: Matched(
            spent[matching],
            {
                split: SplitLines(
                    len(pairs[matching, split].families),
                    {metric: lines[matching, split, metric] for metric in METRICS},
                    _by_family(pairs[matching, split]),
                )
                for split in _splits(runs)
            },
        )
        for matching in MATCHINGS
    }


def _chosen(runs: Sequence[FinishedRun], matching: Matching) -> dict[Method, list[FinishedRun]]:
    """The runs that stand in a matching by their method, in the order given."""
    matched = [run for run in runs if matching in run.planned.matchings]
    return {method: [run for run in matched if run.planned.method == method] for method in METHODS}


def _splits(runs: Sequence[FinishedRun]) -> list[str]:
    return list(dict.fromkeys(str(row["split"]) for row in runs[0].rows.values()))


def _pair(chosen: Mapping[Method, Sequence[FinishedRun]], split: str) -> _Pair:
    soft, hard = (chosen[method] for method in METHODS)
    if [run.planned.seed for run in soft] != [run.planned.seed for run in hard]:
        raise ValueError("soft and hard were not trained with the same seeds")
    of_split = {key: row for key, row in soft[0].rows.items() if row["split"] == split}
    for run in (*soft, *hard):
        if run.rows.keys() != soft[0].rows.keys():
            raise ValueError(f"{run.planned.name} was not asked the same prompts")
    return _Pair(
        tuple(str(row["family"]) for row in of_split.values()),
        {
            metric: {
                method: np.array(
                    [[_figure(run.rows[key], metric) for key in of_split] for run in some]
                )
                for method, some in chosen.items()
            }
            for metric in METRICS
        },
    )


def _figure(row: Row, metric: str) -> float:
    value = row[metric]
    return float(value) if isinstance(value, int | float) else np.nan


def _line(metric: str, columns: Mapping[Method, FloatArray], families: Sequence[str]) -> Line:
    """One measure over the prompts where both methods have it, for every seed."""
    difference = columns["soft"] - columns["hard"]
    gap = np.where(np.isfinite(difference), 0.0, np.nan)  # what one lacks counts for neither
    soft, hard = (crossed_mean(columns[method] + gap, families) for method in METHODS)
    found = crossed_mean(difference, families)
    if _too_few(difference, families):
        bare = replace(found.interval, low=np.nan, high=np.nan)
        found = replace(found, interval=bare, p=np.nan)
    return Line(
        _estimate(soft),
        _estimate(hard),
        _difference(found),
        None,
        found.interval.count,
        found.interval.left_out,
    )


def _too_few(difference: FloatArray, families: Sequence[str]) -> bool:
    """Whether prompts are too few to say how much others would differ.

    So it is of fewer than `FEWEST` prompts, and where most families have but one: a family's only
    prompt shows no spread, and an interval would count none.
    """
    known = np.flatnonzero(np.isfinite(difference).all(axis=0))
    sizes = Counter(families[int(place)] for place in known)
    single = sum(size == 1 for size in sizes.values())
    return sum(sizes.values()) < FEWEST or 2 * single > len(sizes)


def _estimate(mean: CrossedMean) -> Estimate:
    interval = mean.interval
    return Estimate(defined(interval.value), defined(interval.low), defined(interval.high))


def _difference(found: CrossedMean) -> Difference:
    estimate = _estimate(found)
    return Difference(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        p=defined(found.p),
        p_adjusted=None,
        seed_error=defined(found.seed_error),
        prompt_error=defined(found.prompt_error),
        seeds=tuple(defined(one) for one in found.seeds),
    )


def _adjusted(
    lines: Mapping[_Key, Line],
    metrics: Mapping[_Key, str],
    adjust: Callable[[Sequence[float]], list[float]],
) -> dict[_Key, Line]:
    """The lines with their p-values read together, and what follows from that."""
    told = [np.nan if line.difference.p is None else line.difference.p for line in lines.values()]
    found = {}
    for (key, line), p in zip(lines.items(), adjust(told), strict=True):
        difference = replace(line.difference, p_adjusted=defined(p))
        better = _better(difference, lower=BY_KEY[metrics[key]].better == "lower")
        found[key] = replace(line, difference=difference, better=better)
    return found


def _better(difference: Difference, *, lower: bool) -> Better | None:
    if difference.p is None or difference.p_adjusted is None or difference.value is None:
        return None
    if difference.p >= LEVEL:
        return "undecided"
    soft = (difference.value < 0) == lower
    if difference.p_adjusted >= LEVEL:
        return "leans soft" if soft else "leans hard"
    return "soft" if soft else "hard"


def _by_family(pair: _Pair) -> dict[str, dict[str, Line]]:
    by_metric = {metric: pair.family_lines(metric) for metric in METRICS}
    return {
        family: {metric: by_metric[metric][family] for metric in METRICS}
        for family in dict.fromkeys(pair.families)
    }


def _mean_spent(runs: Sequence[FinishedRun]) -> Spent:
    spent = [run.spent for run in runs]

    def mean(amounts: Sequence[float]) -> float:
        return float(np.mean(amounts))

    return Spent(
        updates=mean([one.updates for one in spent]),
        tokens=mean([one.tokens - one.anchor_tokens for one in spent]),
        nodes=mean([one.nodes for one in spent]),
        flops=mean([one.flops for one in spent]),
        seconds=mean([one.seconds for one in spent]),
    )
