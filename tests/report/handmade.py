"""Evaluation directories written by hand, in the schema that `aleator eval` writes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "held_out_families": ("bernoulli", "chi", "maxwell", "poisson", "truncnorm", "weibull"),
    "unseen_parameters": ("beta", "cauchy", "gamma", "gaussian", "gumbel", "laplace", "uniform"),
}
METRICS = (
    "sequence_kl", "shape_kl", "spelling_kl", "step_kl", "valid_mass", "canonical_mass",
    "value_tv", "w1_normalised", "modal_share", "effective_values", "unexpanded_mass",
    "w1_sampled", "w1_oracle", "valid_rate",
)  # fmt: skip


Json = dict[str, Any]


@dataclass
class Evaluation:
    """One evaluation to write: change what a test is about, then `write` it."""

    directory: Path
    top: Json = field(default_factory=dict)
    rows: list[Json] = field(default_factory=list)

    @property
    def splits(self) -> Json:
        return self.top["bench"]["numeric"]["splits"]

    def write(self) -> Path:
        (self.directory / "rows").mkdir(parents=True)
        (self.directory / "result.json").write_text(json.dumps(self.top))
        lines = "".join(json.dumps(row) + "\n" for row in self.rows)
        (self.directory / "rows" / "numeric.jsonl").write_text(lines)
        return self.directory


def make_evaluation(
    directory: Path, *, adapter: str | None = None, collapse: float = 0.8
) -> Evaluation:
    """A whole evaluation, not yet written; `collapse` is about its normalised W1."""
    rows = [
        _row(split, family, number, collapse, directory.name)
        for split, families in FAMILIES.items()
        for family in families
        for number in range(4)
    ]
    top: Json = {
        "schema_version": 1,
        "model": "sandbox",
        "adapter": adapter,
        "seed": 11,
        "versions": {"aleator": "0.1.0", "torch": "2.13.0"},
        "command": ["aleator", "eval", "sandbox"],
        "bench": {"numeric": {"splits": {split: aggregate(rows, split) for split in FAMILIES}}},
    }
    return Evaluation(directory, top, rows)


def write_three(folder: Path) -> list[Path]:
    """Base, soft and hard, written: soft is far closer to its targets, hard a little less."""
    return [
        make_evaluation(folder / "base").write(),
        make_evaluation(folder / "soft", adapter="train/soft/adapter", collapse=0.08).write(),
        make_evaluation(folder / "hard", adapter="train/hard/adapter", collapse=0.12).write(),
    ]


def aggregate(rows: list[Json], split: str) -> Json:
    """The aggregates of one split, with intervals a test can recognise."""
    families = FAMILIES[split]
    mine = [row for row in rows if row["split"] == split]
    table = {
        family: {
            metric: float(np.mean([row[metric] for row in mine if row["family"] == family]))
            for metric in METRICS
        }
        for family in families
    }

    def figures(combine: Callable[[list[float]], np.floating]) -> Json:
        values = {m: float(combine([table[f][m] for f in families])) for m in METRICS}
        return {m: {"value": v, "low": 0.9 * v, "high": 1.1 * v} for m, v in values.items()}

    return {
        "family_mean": figures(np.mean),
        "family_median": figures(np.median),
        "families": table,
        "prompts": len(mine),
        "left_out": {},
    }


def _row(split: str, family: str, number: int, collapse: float, name: str) -> Json:
    jitter = 1 + 0.1 * np.sin(len(family) + 3 * number + len(name) * collapse)
    share = collapse * jitter
    row: Json = {
        "key": f"{split}/{family}/{number}",
        "split": split,
        "family": family,
        "prompt": f"Generate exactly ONE random number from a {family} distribution.",
        "parameters": {"mu": float(number), "sigma": 1.5},
        "shape_kl": 4.0 * share,
        "spelling_kl": 0.3 * share,
        "sequence_kl": 4.3 * share,
        "step_kl": 1.1 * share,
        "valid_mass": 0.99 - 0.01 * share,
        "canonical_mass": 0.97 - 0.01 * share,
        "value_tv": 0.95 * share,
        "w1_normalised": share,
        "modal_share": 0.05 + 0.8 * share,
        "effective_values": 40.0 * (1 - share) + 1,
        "unexpanded_mass": 0.004,
        "w1_sampled": share + 0.02,
        "w1_oracle": 0.02,
        "valid_rate": 0.985,
    }
    if number == 2:
        row["cdf"] = _cdf(float(number), collapse)
    return row


def _cdf(mu: float, collapse: float) -> Json:
    """A normal target; the model mixes it with a point at its mean."""
    values = np.round(np.linspace(mu - 5, mu + 5, 81), 2)
    target = stats.norm(mu, 1.5).cdf(values)
    model = (1 - collapse) * target + collapse * (values >= mu)
    return {"values": values.tolist(), "target": target.tolist(), "model": model.tolist()}
