"""The stages that longer work is made of: a training, and an evaluation."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aleator.cli.gauge import Gauge
from aleator.cli.stages import Stage
from aleator.training.recipe import Method


def training_stage(
    name: str,
    folder: Path,
    *,
    model: str,
    method: Method,
    recipe: str | None,
    overrides: Mapping[str, str],
    updates: int,
    options: Sequence[str] = (),
) -> Stage:
    """`aleator train` as a stage.

    Args:
        name: What the user reads.
        folder: Where the run goes.
        model: What is trained.
        method: How.
        recipe: None for the model's own.
        overrides: Values of the recipe to replace, by dotted key.
        updates: How many it makes.
        options: Further options.
    """
    metrics = folder / "metrics.jsonl"
    arguments = ["train", model, "--method", method]
    if recipe is not None:
        arguments += ["--recipe", recipe]
    arguments += ["--out", str(folder)]
    for key, value in overrides.items():
        arguments += ["--set", f"{key}={value}"]
    return Stage(
        name=name,
        arguments=(*arguments, *options),
        result=metrics,  # it gets this name when the adapter is saved
        gauge=Gauge((metrics,), updates, "step"),
    )


def evaluation_stage(
    name: str,
    folder: Path,
    *,
    model: str,
    seed: int,
    benches: Sequence[str],
    logs: Mapping[str, int],
    adapter: Path | None = None,
    needs: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Stage:
    """`aleator eval` as a stage.

    Args:
        name: What the user reads.
        folder: Where the evaluation goes.
        model: What is measured.
        seed: Of the evaluation.
        benches: The benchmarks.
        logs: How many rows each log of theirs will have, by its file name.
        adapter: A training's folder; None for the model as it is.
        needs: Names of stages that must be finished before.
        options: Further options.
    """
    arguments = ["eval", model, "--bench", ",".join(benches), "--out", str(folder)]
    arguments += ["--seed", str(seed), *options]
    if adapter is not None:
        arguments += ["--adapter", str(adapter)]
    return Stage(
        name=name,
        arguments=tuple(arguments),
        result=folder / "result.json",
        needs=tuple(needs),
        gauge=Gauge(tuple(folder / "rows" / log for log in logs), sum(logs.values())),
    )
