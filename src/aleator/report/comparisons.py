"""Each condition against the base model, paired over the same prompts, and the stated goals.

A ratio is that of family-balanced means: prompts are averaged within a family, families weigh
equal. Its 95% interval is a percentile bootstrap over prompts: families are kept, prompts are drawn
again within each family, the same ones for both conditions. It says how much the choice of prompts
matters. It knows nothing of training seeds (one adapter was trained) nor of which families were
held out, and a family with a single prompt adds no spread to it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aleator.metrics.intervals import RESAMPLES, family_means, paired_ratio
from aleator.report.estimates import Estimate
from aleator.report.results import NUMERIC, Collection, PromptResult, Result

Verdict = Literal["met", "not met", "undecided", "not measured"]


@dataclass(frozen=True)
class Goal:
    """A ratio to the base model that should be at most `limit`, which the page writes `written`."""

    metric: str
    split: str
    limit: float
    written: str


GOALS = (
    Goal("shape_kl", "held_out_families", 1 / 5, "1/5"),
    Goal("value_tv", "held_out_families", 1 / 2, "1/2"),
    Goal("w1_normalised", "held_out_families", 1 / 2, "1/2"),
    Goal("shape_kl", "unseen_parameters", 1 / 3, "1/3"),
    Goal("w1_normalised", "unseen_parameters", 3 / 4, "3/4"),
)
"""What calibrating the sandbox model was meant to reach, stated before it was measured."""


@dataclass(frozen=True)
class Comparison:
    """One measure of one condition against its base on one split.

    Attributes:
        label: The condition.
        base_mean: Family-balanced mean of the base over the compared prompts.
        mean: The same of the condition.
        ratio: Their ratio with its interval; undefined where the base is 0 or nothing compares.
        prompts: How many prompts were compared.
        left_out: Prompts that only one side has or where either figure is undefined.
        single_prompt_families: Families in which one prompt stands for all.
        families: Families that were compared.
    """

    label: str
    metric: str
    split: str
    base_mean: float | None
    mean: float | None
    ratio: Estimate
    prompts: int
    left_out: int
    single_prompt_families: int
    families: int

    @property
    def shown_ratio(self) -> Estimate:
        """The ratio, without its interval where one prompt a family leaves that no width."""
        if self.families and self.single_prompt_families == self.families:
            return Estimate(self.ratio.value)
        return self.ratio


@dataclass(frozen=True)
class GoalLine:
    """A goal beside what was measured."""

    goal: Goal
    comparison: Comparison

    @property
    def verdict(self) -> Verdict:
        """Met or not met where the whole interval is on one side of the limit."""
        return verdict(self.comparison.ratio, self.goal.limit)


def verdict(ratio: Estimate, limit: float) -> Verdict:
    """Whether `ratio` is at most `limit`; undecided where its interval holds the limit."""
    if ratio.low is None or ratio.high is None:
        return "not measured"
    if ratio.high <= limit:
        return "met"
    return "not met" if ratio.low > limit else "undecided"


def goal_lines(collection: Collection, goals: Sequence[Goal] = GOALS) -> tuple[GoalLine, ...]:
    """Every goal for every trained condition that has a base beside it, goals outermost."""
    pairs = [pair for pair in collection.pairs(NUMERIC) if pair[0].adapter is not None]
    return tuple(
        GoalLine(goal, compare(result, base, goal.metric, goal.split))
        for goal in goals
        for result, base in pairs
    )


def compare(
    result: Result, base: Result, metric: str, split: str, *, resamples: int = RESAMPLES
) -> Comparison:
    """Compare one measure of `result` with `base` over the prompts that both have.

    Args:
        result: The condition.
        base: What it is compared with.
        metric: A measure of the rows.
        split: Which prompts.
        resamples: How often prompts are drawn again.
    """
    ours, theirs = result.rows_of(split), base.rows_of(split)
    shared = [key for key in ours if key in theirs]
    families = [ours[key].family for key in shared]
    figures = np.array([[_figure(side[key], metric) for key in shared] for side in (ours, theirs)])
    figures[:, ~np.isfinite(figures).all(axis=0)] = np.nan
    ratio = paired_ratio(figures[0], figures[1], families, resamples=resamples)
    means = [_balanced_mean(side, families) for side in figures]
    used = Counter(
        name for name, known in zip(families, np.isfinite(figures[0]), strict=True) if known
    )
    return Comparison(
        label=result.label,
        metric=metric,
        split=split,
        base_mean=means[1],
        mean=means[0],
        ratio=Estimate(*(_defined(end) for end in (ratio.value, ratio.low, ratio.high))),
        prompts=ratio.count,
        left_out=len(ours.keys() | theirs.keys()) - ratio.count,
        single_prompt_families=sum(count == 1 for count in used.values()),
        families=len(used),
    )


def _figure(row: PromptResult, metric: str) -> float:
    value = row.metrics.get(metric)
    return math.nan if value is None else value


def _balanced_mean(figures: NDArray[np.float64], families: Sequence[str]) -> float | None:
    known = [mean for mean in family_means(figures, families).values() if math.isfinite(mean)]
    return float(np.mean(known)) if known else None


def _defined(value: float) -> float | None:
    return value if math.isfinite(value) else None
