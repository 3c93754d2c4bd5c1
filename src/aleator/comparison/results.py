"""`comparison.json`: what a comparison found, as frozen values.

::

    {"schema_version": 1, "model", "seeds": [int], "limit": int or null, "command",
     "versions": {PACKAGE: VERSION},
     "recipes": {METHOD: NAME or FILE, null for the model's own}, "overrides": {KEY: TEXT},
     "runs": {NAME: {                         # a training and its evaluation
        "method": "soft" or "hard", "seed": int, "matchings": ["updates", "tokens"],
        "spent": {"updates", "tokens", "nodes", "flops", "seconds", …},   # as run.yaml says
        "max_tokens": int or null,            # the budget it was given, soft's tokens
        "training": DIR, "evaluation": DIR}}, # from where comparison.json lies
     "matchings": {"updates" or "tokens": {   # what soft and hard have in common
        "spent": {METHOD: {"updates", "tokens", "nodes", "flops", "seconds"}}, # means over seeds
        "splits": {SPLIT: {
           "prompts": int,
           "metrics": {METRIC: LINE},
           "families": {FAMILY: {METRIC: LINE}}}}}}}

    LINE = {"soft": {"value", "low", "high"}, "hard": {…},
            "difference": {"value", "low", "high",         # soft - hard, paired
                           "p", "p_adjusted",
                           "seed_error", "prompt_error",   # standard errors by what scatters
                           "seeds": [float]},              # the difference of each seed
            "better": "soft", "hard", "leans soft", "leans hard" or "undecided",
            "prompts": int, "left_out": int}               # undefined for some run, not averaged

Means, intervals (95%, over seeds and prompts) and p are those of `metrics.crossed`. Undefined
figures are null. `p_adjusted` is Holm's over all lines under "metrics" of the file; of families it
is Benjamini and Hochberg's over the families of one matching, split and metric. `better` names a
method where `p_adjusted` is below 0.05, leans to one where only `p` is, which among so many lines
may well be chance, and is null where nothing can be tested. FLOPs are an estimate
(`training.flops`); seconds depend on what else the machine did.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from aleator.comparison.matching import Matching
from aleator.errors import InputError
from aleator.files import read_json, write_json
from aleator.report.estimates import Estimate
from aleator.training.checkpoints import Counters
from aleator.training.recipe import Method

RESULT_FILE = "comparison.json"
SCHEMA_VERSION = 1

Better: TypeAlias = Literal["soft", "hard", "leans soft", "leans hard", "undecided"]


@dataclass(frozen=True)
class Difference:
    """Soft minus hard; see the module's text."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    seed_error: float | None
    prompt_error: float | None
    seeds: tuple[float | None, ...]


@dataclass(frozen=True)
class Line:
    """One measure of soft and hard."""

    soft: Estimate
    hard: Estimate
    difference: Difference
    better: Better | None
    prompts: int
    left_out: int


@dataclass(frozen=True)
class SplitLines:
    """One split: all families together, and each."""

    prompts: int
    metrics: Mapping[str, Line]
    families: Mapping[str, Mapping[str, Line]]


@dataclass(frozen=True)
class Spent:
    """Means over seeds of what trainings have spent; an anchor's tokens aside, its FLOPs not."""

    updates: float
    tokens: float
    nodes: float
    flops: float
    seconds: float


@dataclass(frozen=True)
class Matched:
    """Soft against hard with one budget in common."""

    spent: Mapping[Method, Spent]
    splits: Mapping[str, SplitLines]


@dataclass(frozen=True)
class RunEntry:
    """One training and its evaluation."""

    method: Method
    seed: int
    matchings: tuple[Matching, ...]
    spent: Counters
    max_tokens: int | None
    training: str
    evaluation: str


@dataclass(frozen=True)
class Comparison:
    """The whole file."""

    schema_version: int
    model: str
    seeds: tuple[int, ...]
    limit: int | None
    command: str
    versions: Mapping[str, str]
    recipes: Mapping[Method, str | None]
    overrides: Mapping[str, str]
    runs: Mapping[str, RunEntry]
    matchings: Mapping[Matching, Matched]

    def write(self, folder: Path) -> Path:
        """Write `comparison.json` into `folder` and return its path.

        Raises:
            OutputError: It cannot be written.
        """
        path = folder / RESULT_FILE
        write_json(path, asdict(self))
        return path


def read_comparison(path: Path) -> Comparison:
    """Read what `Comparison.write` wrote.

    Raises:
        InputError: It cannot be read, or is not that.
    """
    try:
        return TypeAdapter(Comparison).validate_python(read_json(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole file"
        raise InputError(
            f"{path} is not what this version of `aleator compare` writes ({where}: "
            f"{first['msg']}): run it again"
        ) from error
