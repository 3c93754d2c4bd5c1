"""What `aleator demo` runs: which stages, with which settings, and what a quick run leaves out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from aleator.cli.kept_settings import changed_settings
from aleator.cli.stage_commands import numeric_stage, training_stage
from aleator.cli.stages import Stage
from aleator.distributions.grids import Split, split_distributions
from aleator.errors import ConfigurationChangedError
from aleator.files import JsonValue, as_object, read_json, write_json
from aleator.recipe_files import recipe_path
from aleator.report.load import NOTES_FILE
from aleator.report.measures import split_title
from aleator.training.recipe import Method
from aleator.training.recipe_yaml import read_recipe

MODEL = "sandbox"
METHODS: tuple[Method, ...] = ("soft", "hard")
SPLITS: tuple[Split, ...] = ("unseen_parameters", "held_out_families")

QUICK_LIMIT = 48
QUICK_STEPS = 120


@dataclass(frozen=True)
class DemoSettings:
    """What makes one demo another.

    Attributes:
        seed: Of trainings and evaluations.
        limit: At most so many prompts a split are evaluated; None for all.
        steps: Updates of each training; None for the recipe's.
    """

    seed: int
    limit: int | None = None
    steps: int | None = None

    @classmethod
    def chosen(cls, seed: int, *, quick: bool) -> "DemoSettings":
        """The settings of the whole demo or of the quick one."""
        return cls(seed, QUICK_LIMIT, QUICK_STEPS) if quick else cls(seed)


def demo_stages(out: Path, settings: DemoSettings) -> tuple[Stage, ...]:
    """The stages of a demo in the folder `out`: base first, then each method."""
    stages = [_evaluation(out, settings, "base", None)]
    stages += [_training(out, settings, method) for method in METHODS]
    stages += [_evaluation(out, settings, method, method) for method in METHODS]
    return tuple(stages)


def evaluation_folder(out: Path, name: str) -> Path:
    """Where a condition is evaluated."""
    return out / "eval" / name


def training_folder(out: Path, method: Method) -> Path:
    """Where an adapter is trained."""
    return out / "train" / method


def left_out(settings: DemoSettings) -> tuple[str, ...]:
    """What a demo with these settings does not do, in sentences."""
    sentences = []
    if settings.limit is not None:
        counts = " and ".join(
            f"{_prompts(split, settings)} of {_prompts(split, None)} prompts of "
            f"{split_title(split).lower()}"
            for split in SPLITS
        )
        sentences.append(f"This was a quick run: {counts} were evaluated.")
    if settings.steps is not None:
        trained = " and ".join(
            f"{method} for {settings.steps} instead of {_recipe_steps(method)} updates"
            for method in METHODS
        )
        sentences.append(f"Training was cut short: {trained}.")
    return tuple(sentences)


def note_settings(out: Path, settings: DemoSettings) -> None:
    """Keep beside the results what they are results of.

    Raises:
        ConfigurationChangedError: `out` holds a demo with other settings; the message names them.
        OutputError: The place cannot be written.
    """
    path = out / NOTES_FILE
    wanted: Mapping[str, JsonValue] = {"model": MODEL, **asdict(settings)}
    if path.exists():
        if changed := changed_settings(path, wanted):
            there = as_object(read_json(path), path)
            quick = {True: "was not --quick", False: "was --quick"}[settings.limit is not None]
            hint = "" if there.get("limit") == settings.limit else f" (it {quick})"
            raise ConfigurationChangedError(
                f"{out} holds a demo with other settings{hint}: {', '.join(changed)}; "
                "name another folder with --out, or remove that one"
            )
        return
    evaluations = [str(evaluation_folder(Path(), name)) for name in ("base", *METHODS)]
    notes = {"evaluations": evaluations, "left_out": list(left_out(settings))}
    write_json(path, {**wanted, **notes})


def _evaluation(out: Path, settings: DemoSettings, name: str, method: Method | None) -> Stage:
    return numeric_stage(
        f"evaluate {name}",
        evaluation_folder(out, name),
        model=MODEL,
        seed=settings.seed,
        prompts=sum(_prompts(split, settings) for split in SPLITS),
        adapter=None if method is None else training_folder(out, method),
        needs=() if method is None else (f"train {method}",),
        options=() if settings.limit is None else ("--limit", str(settings.limit)),
    )


def _training(out: Path, settings: DemoSettings, method: Method) -> Stage:
    overrides = {"seed": str(settings.seed)}
    if settings.steps is not None:
        overrides["max_steps"] = str(settings.steps)
    return training_stage(
        f"train {method}",
        training_folder(out, method),
        model=MODEL,
        method=method,
        recipe=f"sandbox/{method}",
        overrides=overrides,
        updates=settings.steps or _recipe_steps(method),
    )


def _recipe_steps(method: Method) -> int:
    steps = read_recipe(recipe_path(f"sandbox/{method}")).max_steps
    assert steps is not None  # the sandbox recipes count updates, not epochs
    return steps


def _prompts(split: Split, settings: DemoSettings | None) -> int:
    count = len(split_distributions(split))
    if settings is None or settings.limit is None:
        return count
    return min(count, settings.limit)
