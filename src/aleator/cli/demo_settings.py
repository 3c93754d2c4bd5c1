"""What makes one demo another: its seed, and what a quick one leaves out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from aleator.benchmarks import (
    closed_sets,
    knowledge,
    mcq_positions,
    novelty,
    numeric,
    open_ended,
    perplexity,
)
from aleator.cli.demo_rows import told_counts
from aleator.cli.kept_settings import changed_settings
from aleator.errors import ConfigurationChangedError
from aleator.files import JsonValue, as_object, read_json, write_json
from aleator.recipe_files import recipe_path
from aleator.report.load import NOTES_FILE
from aleator.report.sentences import listed
from aleator.training.recipe import Method
from aleator.training.recipe_yaml import read_recipe

MODEL = "sandbox"
BASE = "base"


@dataclass(frozen=True)
class Condition:
    """An adapter that is trained and measured.

    Attributes:
        name: Of its folders, and what the report calls it.
        method: Of its recipe.
        recipe: The name of one that comes with aleator.
        anchor: Weight of the anchor that keeps everything else as it was; None for none.
    """

    name: str
    method: Method
    recipe: str
    anchor: float | None = None

    def recipe_steps(self) -> int:
        """The updates that its recipe asks for."""
        steps = read_recipe(recipe_path(self.recipe)).max_steps
        assert steps is not None  # the sandbox recipes count updates, not epochs
        return steps


TRAINED = (
    Condition("words", "soft", "language/soft", anchor=1.0),  # first: its training is the longest
    Condition("anchored", "soft", "sandbox/soft", anchor=1.0),
    Condition("soft", "soft", "sandbox/soft"),
    Condition("hard", "hard", "sandbox/hard"),
)
SHOWN = (BASE, "soft", "hard", "anchored", "words")
"""The conditions in the order of the report."""

_LIMITS = {closed_sets.NAME: 55, mcq_positions.NAME: 5}
_QUICK_LIMITS = {
    numeric.NAME: 32,
    closed_sets.NAME: 11,
    open_ended.NAME: 12,
    mcq_positions.NAME: 1,
    novelty.NAME: 12,
    knowledge.NAME: 40,
    perplexity.NAME: 20,
}
_QUICK_CONDITIONS = ("words", "soft")
_QUICK_STEPS = {"words": 50, "soft": 80}


@dataclass(frozen=True)
class DemoSettings:
    """What makes one demo another.

    Attributes:
        seed: Of trainings and evaluations.
        limits: At most so many prompts a split or set, by benchmark; all of those not named.
        steps: Updates of each training by condition; the recipe's of those not named.
        conditions: What is trained.
    """

    seed: int
    limits: Mapping[str, int] = field(default_factory=lambda: dict(_LIMITS))
    steps: Mapping[str, int] = field(default_factory=dict[str, int])
    conditions: tuple[str, ...] = tuple(condition.name for condition in TRAINED)

    @classmethod
    def chosen(cls, seed: int, *, quick: bool) -> "DemoSettings":
        """The settings of the whole demo or of the quick one."""
        if not quick:
            return cls(seed)
        return cls(seed, dict(_QUICK_LIMITS), dict(_QUICK_STEPS), _QUICK_CONDITIONS)

    @property
    def trained(self) -> tuple[Condition, ...]:
        """The adapters, in the order of their training."""
        return tuple(one for one in TRAINED if one.name in self.conditions)

    @property
    def shown(self) -> tuple[str, ...]:
        """The conditions in the order of the report."""
        return tuple(name for name in SHOWN if name == BASE or name in self.conditions)

    @property
    def quick(self) -> bool:
        """Whether numeric prompts are left out."""
        return numeric.NAME in self.limits


def left_out(settings: DemoSettings) -> tuple[str, ...]:
    """What a demo with these settings does not do, in sentences."""
    quick = "This was a quick run. " if settings.quick else ""
    counts = ", ".join(told_counts(settings.limits))
    sentences = [f"{quick}Not every prompt was asked: {counts}; of other benchmarks all."]
    missing = [condition.name for condition in TRAINED if condition not in settings.trained]
    if missing:
        sentences.append(f"Left out altogether: {listed(missing)}.")
    if settings.steps:
        trained = ", ".join(
            f"{one.name} for {settings.steps[one.name]} instead of {one.recipe_steps()} updates"
            for one in settings.trained
            if one.name in settings.steps
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
    wanted: Mapping[str, JsonValue] = {
        "model": MODEL,
        **asdict(settings),
        "conditions": list(settings.conditions),
    }
    if path.exists():
        if changed := changed_settings(path, wanted):
            there = as_object(read_json(path), path)
            quick = {True: "was not --quick", False: "was --quick"}[settings.quick]
            hint = "" if there.get("limits") == settings.limits else f" (it {quick})"
            raise ConfigurationChangedError(
                f"{out} holds a demo with other settings{hint}: {', '.join(changed)}; "
                "name another folder with --out, or remove that one"
            )
        return
    notes = {
        "evaluations": [f"eval/{name}" for name in settings.shown],
        "left_out": list(left_out(settings)),
    }
    write_json(path, {**wanted, **notes})
