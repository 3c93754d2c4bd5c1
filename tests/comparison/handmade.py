"""Runs of a comparison made by hand: figures are sums of effects that a test can add up."""

from collections.abc import Mapping

import numpy as np

from aleator.comparison.figures import METRICS, FinishedRun, matched_figures
from aleator.comparison.matching import MATCHINGS, PlannedRun
from aleator.comparison.results import SCHEMA_VERSION, Comparison, RunEntry
from aleator.files import JsonValue, Row
from aleator.training.checkpoints import Counters
from aleator.training.recipe import Method

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "unseen_parameters": ("beta", "gamma"),
    "held_out_families": ("chi",),
}
PROMPTS = 12
"""Of every family."""
SEEDS = (11, 12, 13)


def make_runs(gain: float = 0.05, noise: float = 0.01) -> list[FinishedRun]:
    """Three runs a seed. Every figure of hard is that of soft plus `gain`, and twice that where
    hard has as many updates; noise is by seed and prompt."""
    rng = np.random.default_rng(5)
    runs = []
    for seed in SEEDS:
        own = {"seed": str(seed)}
        for planned, cost in (
            (PlannedRun("soft", seed, MATCHINGS, 10, own), 0.0),
            (PlannedRun("hard", seed, ("updates",), 10, own), 2 * gain),
            (PlannedRun("hard", seed, ("tokens",), 10, own, max_tokens=1000), gain),
        ):
            spent = Counters(10, 1000 + seed, 300, flops=2e12, seconds=5.0)
            runs.append(FinishedRun(planned, spent, _rows(rng, 0.2 + cost, noise)))
    return runs


def make_comparison(runs: list[FinishedRun] | None = None) -> Comparison:
    """The whole file that such runs would give."""
    runs = make_runs() if runs is None else runs
    recipes: dict[Method, str | None] = {"soft": None, "hard": "mine.yaml"}
    return Comparison(
        schema_version=SCHEMA_VERSION,
        model="sandbox",
        seeds=SEEDS,
        limit=None,
        command="aleator compare …",
        versions={"aleator": "0.1.0"},
        recipes=recipes,
        overrides={"max_steps": "10"},
        runs={
            run.planned.name: RunEntry(
                run.planned.method,
                run.planned.seed,
                run.planned.matchings,
                run.spent,
                run.planned.max_tokens,
                f"train/{run.planned.name}",
                f"eval/{run.planned.name}",
            )
            for run in runs
        },
        matchings=matched_figures(runs),
    )


def _rows(rng: np.random.Generator, level: float, noise: float) -> dict[str, Row]:
    seed_effect = 0.1 * noise * rng.normal()
    rows: dict[str, Row] = {}
    for split, families in FAMILIES.items():
        for number, family in enumerate(family for family in families for _ in range(PROMPTS)):
            key = f"{split}/{number:04d}"
            figures: dict[str, JsonValue] = {
                metric: float(level + seed_effect + noise * rng.normal()) for metric in METRICS
            }
            rows[key] = {"key": key, "split": split, "family": family, **figures}
    return rows
