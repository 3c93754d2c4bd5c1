"""The stages of `aleator demo`: base is measured, adapters are trained and measured."""

from pathlib import Path

from aleator.cli.demo_rows import TARGETS, log_name, row_counts
from aleator.cli.demo_settings import (
    BASE,
    BENCHES,
    MODEL,
    TRAINED,
    Condition,
    DemoSettings,
)
from aleator.cli.gauge import Gauge
from aleator.cli.stages import Stage


def demo_stages(out: Path, settings: DemoSettings) -> tuple[Stage, ...]:
    """The stages of a demo in the folder `out`: base first, then each adapter."""
    stages = [_evaluation(out, settings, BASE)]
    stages += [_training(out, settings, condition) for condition in TRAINED]
    stages += [
        _evaluation(out, settings, condition.name, training_folder(out, condition.name))
        for condition in TRAINED
    ]
    return tuple(stages)


def evaluation_folder(out: Path, name: str) -> Path:
    """Where a condition is evaluated."""
    return out / "eval" / name


def training_folder(out: Path, name: str) -> Path:
    """Where an adapter is trained."""
    return out / "train" / name


def _evaluation(out: Path, settings: DemoSettings, name: str, adapter: Path | None = None) -> Stage:
    folder = evaluation_folder(out, name)
    arguments = ["eval", MODEL, "--bench", ",".join(BENCHES), "--targets", TARGETS]
    arguments += ["--out", str(folder), "--seed", str(settings.seed)]
    arguments += ["--limit", ",".join(f"{one}={limit}" for one, limit in settings.limits.items())]
    if adapter is not None:
        arguments += ["--adapter", str(adapter)]
    counts = row_counts(settings.limits)
    return Stage(
        name=f"evaluate {name}",
        arguments=tuple(arguments),
        result=folder / "result.json",
        needs=() if adapter is None else (f"train {name}",),
        gauge=Gauge(
            tuple(folder / "rows" / log_name(bench) for bench in counts), sum(counts.values())
        ),
    )


def _training(out: Path, settings: DemoSettings, condition: Condition) -> Stage:
    folder = training_folder(out, condition.name)
    metrics = folder / "metrics.jsonl"
    arguments = ["train", MODEL, "--method", condition.method, "--recipe", condition.recipe]
    arguments += ["--out", str(folder), "--set", f"seed={settings.seed}"]
    steps = settings.steps.get(condition.name)
    if steps is not None:
        arguments += ["--set", f"max_steps={steps}"]
    return Stage(
        name=f"train {condition.name}",
        arguments=tuple(arguments),
        result=metrics,  # it gets this name when the adapter is saved
        gauge=Gauge((metrics,), steps or condition.recipe_steps(), "step"),
    )
