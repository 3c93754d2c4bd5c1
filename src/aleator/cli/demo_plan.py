"""The stages of `aleator demo`: base is measured, adapters are trained and measured."""

from pathlib import Path

from aleator.benchmarks.catalogue import BENCHMARKS
from aleator.cli.demo_rows import TARGETS, log_name, row_counts
from aleator.cli.demo_settings import (
    BASE,
    MODEL,
    Condition,
    DemoSettings,
)
from aleator.cli.stage_commands import evaluation_stage, training_stage
from aleator.cli.stages import Stage


def demo_stages(out: Path, settings: DemoSettings) -> tuple[Stage, ...]:
    """The stages of a demo in the folder `out`: base first, then each adapter."""
    stages = [_evaluation(out, settings, BASE)]
    stages += [_training(out, settings, condition) for condition in settings.trained]
    stages += [
        _evaluation(out, settings, condition.name, training_folder(out, condition.name))
        for condition in settings.trained
    ]
    return tuple(stages)


def evaluation_folder(out: Path, name: str) -> Path:
    """Where a condition is evaluated."""
    return out / "eval" / name


def training_folder(out: Path, name: str) -> Path:
    """Where an adapter is trained."""
    return out / "train" / name


def _evaluation(out: Path, settings: DemoSettings, name: str, adapter: Path | None = None) -> Stage:
    limits = ",".join(f"{bench}={limit}" for bench, limit in settings.limits.items())
    counts = row_counts(settings.limits)
    return evaluation_stage(
        f"evaluate {name}",
        evaluation_folder(out, name),
        model=MODEL,
        seed=settings.seed,
        benches=BENCHMARKS,
        logs={log_name(bench): rows for bench, rows in counts.items()},
        adapter=adapter,
        needs=() if adapter is None else (f"train {name}",),
        options=("--targets", TARGETS, "--limit", limits),
    )


def _training(out: Path, settings: DemoSettings, condition: Condition) -> Stage:
    overrides = {"seed": str(settings.seed)}
    steps = settings.steps.get(condition.name)
    if steps is not None:
        overrides["max_steps"] = str(steps)
    return training_stage(
        f"train {condition.name}",
        training_folder(out, condition.name),
        model=MODEL,
        method=condition.method,
        recipe=condition.recipe,
        overrides=overrides,
        updates=steps or condition.recipe_steps(),
        options=() if condition.anchor is None else ("--anchor", f"{condition.anchor:g}"),
    )
