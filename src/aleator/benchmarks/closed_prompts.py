"""Which closed sets are asked about: those that come with the package, or a user's target file."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from aleator.benchmarks.spread import spread_places
from aleator.errors import InputError
from aleator.evaluation.closed import ClosedSettings
from aleator.files import JsonValue, read_text
from aleator.outcomes.language import LanguageTarget, read_targets

_DATA = ("data", "closed_sets.yaml")


@dataclass(frozen=True)
class ClosedSetsSettings:
    """What is measured.

    Attributes:
        limit: At most so many prompts a split, of as many sets as there can be; None for all.
        draws: Answers drawn a prompt, beside the exact figures where there are any; an endpoint,
            which has none, needs at least 1.
        seed: Of draws, tails, perfect samples and bootstrap.
        targets: A target file of the user's; None for the sets that come with the package.
        wordings: At most so many wordings a set, the first ones; None for all.
        max_new_tokens: Most tokens of a drawn answer.
        exact: How far exact figures are taken.
    """

    limit: int | None = None
    draws: int = 0
    seed: int = 0
    targets: Path | None = None
    wordings: int | None = None
    max_new_tokens: int = 32
    exact: ClosedSettings = ClosedSettings()

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows, for the record; of the target file its hash, too.

        Raises:
            InputError: The target file cannot be read.
        """
        content = hashlib.sha256(read_text(self.path).encode()).hexdigest()
        targets = None if self.targets is None else str(self.targets)
        return {**asdict(self), "targets": targets, "targets_sha256": content}

    @property
    def path(self) -> Path:
        """The file that the sets are read from."""
        return _shipped() if self.targets is None else self.targets


@dataclass(frozen=True)
class ClosedPrompt:
    """One prompt of the benchmark.

    Attributes:
        target: Its set.
        set_number: The set's place in the whole file.
        wording: The prompt's place among the set's.
    """

    target: LanguageTarget
    set_number: int
    wording: int

    @property
    def key(self) -> str:
        """Names it in the rows, the same in every evaluation of the file."""
        return f"{self.target.name}/{self.wording:02d}"

    @property
    def text(self) -> str:
        """What is asked."""
        return self.target.prompts[self.wording]

    @property
    def stream(self) -> int:
        """Tells its generator apart: what else is evaluated does not change its draws."""
        return self.set_number * 10_000 + self.wording


def closed_prompts(settings: ClosedSetsSettings) -> list[ClosedPrompt]:
    """The prompts that the settings ask for, set by set.

    Raises:
        InputError: A setting makes no sense, or the target file cannot be read.
        RecipeError: The target file says something that cannot be done.
    """
    for name, value in (("limit", settings.limit), ("wordings", settings.wordings)):
        if value is not None and value < 1:
            raise InputError(f"{name}={value}: evaluate at least 1 prompt a split or set.")
    if settings.draws < 0:
        raise InputError(f"draws={settings.draws}: give 0 for exact figures only, or more.")
    by_split: dict[str, list[ClosedPrompt]] = defaultdict(list)
    for number, target in enumerate(read_targets(settings.path)):
        for wording in range(len(target.prompts))[: settings.wordings]:
            by_split[target.split].append(ClosedPrompt(target, number, wording))
    kept = [prompt for prompts in by_split.values() for prompt in _spread(prompts, settings.limit)]
    return sorted(kept, key=lambda prompt: prompt.stream)


def _spread(prompts: Sequence[ClosedPrompt], limit: int | None) -> list[ClosedPrompt]:
    """At most ``limit`` prompts: every set's first wording before any set's second."""
    room = len(prompts) if limit is None else limit
    kept: list[ClosedPrompt] = []
    for wording in range(max(prompt.wording for prompt in prompts) + 1):
        ones = [prompt for prompt in prompts if prompt.wording == wording]
        kept += [ones[place] for place in spread_places(len(ones), room - len(kept))]
    return kept


def _shipped() -> Path:
    path = resources.files("aleator.benchmarks").joinpath(*_DATA)
    assert isinstance(path, Path)  # wheels are unpacked
    return path
