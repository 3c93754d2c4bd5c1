"""Retention written by hand into an evaluation's directory, in the schema of `aleator eval`."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.report.handmade import Evaluation, Json, make_evaluation

TASKS: Mapping[str, float] = {"arithmetic": 0.5, "categories": 0.9, "cloze": 0.65}
"""Tasks and base's share of right answers."""
SLICES: Mapping[str, float] = {"facts": 2.0, "stories": 2.5, "lists & more": 3.0}
"""Slices and base's nats per token."""
ITEMS, DOCUMENTS = 400, 40


def add_retention(
    evaluation: Evaluation,
    *,
    lost: Mapping[str, int] | None = None,
    won: Mapping[str, int] | None = None,
    nats: Mapping[str, float] | None = None,
) -> Path:
    """Write the evaluation with both benchmarks.

    Args:
        evaluation: As `make_evaluation` gives it.
        lost: How many items of a task base had right and this condition has not.
        won: How many more items of a task this condition has right.
        nats: By how much the nats per token of a slice rise.
    """
    lost, won, nats = lost or {}, won or {}, nats or {}
    answers = {task: _answers(share, lost.get(task, 0), won.get(task, 0))
               for task, share in TASKS.items()}  # fmt: skip
    documents = {name: _documents(level, nats.get(name, 0.0)) for name, level in SLICES.items()}
    evaluation.top["bench"]["knowledge"] = {
        "harness": "lm-eval 0.4.13",
        "limit": None,
        "tasks": [
            {
                "task": task,
                "metric": "acc",
                "items": len(values),
                "value": figure(float(np.mean(values)), 0.03),
                "others": {"acc_norm": figure(float(np.mean(values)) / 2, 0.03)},
            }
            for task, values in answers.items()
        ],
        "aggregate": None,
    }
    evaluation.top["bench"]["perplexity"] = {
        "limit": None,
        "bos": False,
        "context_used": 512,
        "stride_used": 256,
        "slices": [_slice(name, rows) for name, rows in documents.items()],
    }
    directory = evaluation.write()
    _write(directory, "knowledge", [
        {"key": f"{task}/{number:04}", "task": task, "metrics": {"acc": value, "acc_norm": None}}
        for task, values in answers.items()
        for number, value in enumerate(values)
    ])  # fmt: skip
    _write(directory, "perplexity", [row for rows in documents.values() for row in rows])
    return directory


def write_retained(folder: Path) -> list[Path]:
    """Base, soft that loses, hard that keeps everything; the numeric benchmark as ever."""
    base = add_retention(make_evaluation(folder / "base"))
    soft = add_retention(
        make_evaluation(folder / "soft", adapter="train/soft/adapter", collapse=0.08),
        lost={"arithmetic": 20, "cloze": 60},
        won={"arithmetic": 12, "categories": 1},
        nats={"facts": 0.03, "stories": 0.012, "lists & more": 0.06},
    )
    hard = add_retention(
        make_evaluation(folder / "hard", adapter="train/hard/adapter", collapse=0.12),
        won={"cloze": 40},
        nats={"facts": -0.004, "stories": 0.002, "lists & more": 0.0},
    )
    return [base, soft, hard]


def write_scales(folder: Path, name: str, adapter: str, *, cost: float = 1.0) -> list[Path]:
    """One adapter at five scales: the more of it, the better calibrated and the more is lost."""
    found = []
    for scale in (0.0, 0.25, 0.5, 0.75, 1.0):
        one = make_evaluation(
            folder / name / f"scale-{scale:g}",
            adapter=adapter,
            collapse=0.8 - 0.72 * scale**0.5,
        )
        one.top["adapter_scale"] = scale
        loss = cost * scale**2
        found.append(
            add_retention(
                one,
                lost={task: round(30 * loss) for task in TASKS},
                nats=dict.fromkeys(SLICES, 0.05 * loss),
            )
        )
    return found


def figure(value: float, half: float) -> Json:
    return {"value": value, "low": value - half, "high": value + half}


def _answers(share: float, lost: int, won: int) -> list[float]:
    right = round(share * ITEMS)
    values = [1.0] * right + [0.0] * (ITEMS - right)
    values[:lost] = [0.0] * lost
    values[right : right + won] = [1.0] * won
    return values


def _documents(level: float, rise: float) -> list[Json]:
    rng = np.random.default_rng(5)
    tokens = rng.integers(50, 400, DOCUMENTS)
    own = level * tokens * rng.normal(1, 0.1, DOCUMENTS)
    spread = rng.normal(1, 0.3, DOCUMENTS)
    return [
        {"nll": float(nats + rise * count * wide), "tokens": int(count), "bytes": 4 * int(count)}
        for nats, count, wide in zip(own, tokens, spread, strict=True)
    ]


def _slice(name: str, rows: list[Json]) -> Json:
    for number, row in enumerate(rows):
        row |= {"key": f"{name}/{number:04}", "slice": name}
    nats, tokens, size = (sum(row[part] for row in rows) for part in ("nll", "tokens", "bytes"))
    return {
        "slice": name,
        "documents": len(rows),
        "tokens": tokens,
        "bytes": size,
        "perplexity": figure(float(np.exp(nats / tokens)), 0.2),
        "bits_per_byte": figure(float(nats / np.log(2) / size), 0.01),
    }


def _write(directory: Path, bench: str, rows: list[Json]) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (directory / "rows" / f"{bench}.jsonl").write_text(lines)


def written_again(runs: Path, to: Path, *names: str, **settings: Json) -> list[Path]:
    """Copies of evaluations; the last one's benchmarks get other settings."""
    copies = [Path(shutil.copytree(runs / name, to / name)) for name in names]
    path = copies[-1] / "result.json"
    top = json.loads(path.read_text())
    for bench, changed in settings.items():
        top["bench"][bench] |= changed
    path.write_text(json.dumps(top))
    return copies


def shorten(directory: Path, bench: str, part: str, *, keep: int) -> None:
    """Keep only the first rows of a task or slice."""
    path = directory / "rows" / f"{bench}.jsonl"
    lines = [line for line in path.read_text().splitlines() if f'"{part}/' in line]
    others = [line for line in path.read_text().splitlines() if f'"{part}/' not in line]
    path.write_text("\n".join([*lines[:keep], *others]) + "\n")
