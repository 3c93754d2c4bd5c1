"""The values a report is made of: what one evaluation directory says, frozen.

Figures that were undefined or infinite are None throughout; nothing here averages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aleator.report.closed_sets import reading as closed_sets
from aleator.report.closed_sets.reading import ClosedSets
from aleator.report.estimates import Estimate
from aleator.report.matrix_folder import Absent, Plan, in_order_of
from aleator.report.mcq_positions import reading as mcq_positions
from aleator.report.mcq_positions.reading import McqPositions
from aleator.report.method_costs import PLAIN, MethodCost
from aleator.report.novelty import reading as novelty
from aleator.report.novelty.reading import Novelty
from aleator.report.open_ended import reading as open_ended
from aleator.report.open_ended.reading import OpenEnded
from aleator.report.retention import knowledge, perplexity
from aleator.report.retention.knowledge import Knowledge
from aleator.report.retention.perplexity import Perplexity

NUMERIC = "numeric"


@dataclass(frozen=True)
class Curve:
    """Cumulative probabilities of target and model at the same values, ascending.

    Attributes:
        values: [K], on the value axis.
        target: [K], P(X <= value).
        model: [K], Q(X <= value) among valid numbers in any spelling.
    """

    values: tuple[float, ...]
    target: tuple[float, ...]
    model: tuple[float, ...]


@dataclass(frozen=True)
class PromptResult:
    """One prompt of one condition; `key` is the same in every condition."""

    key: str
    split: str
    family: str
    prompt: str
    parameters: tuple[tuple[str, float], ...]
    metrics: Mapping[str, float | None]
    curve: Curve | None


@dataclass(frozen=True)
class SplitResult:
    """What result.json says of one split: the aggregates as the evaluation wrote them."""

    prompts: int
    family_mean: Mapping[str, Estimate]
    family_median: Mapping[str, Estimate]
    families: Mapping[str, Mapping[str, Estimate]]
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Result:
    """One evaluation directory.

    Attributes:
        label: How the page calls this condition.
        directory: As the user named it; every number of the page leads back to it. Of a condition
            that was joined from several, the first one's.
        model: What was evaluated.
        adapter: Where its adapter lay; None for the model as it is.
        seed: The evaluation's seed.
        versions: Of what computed the numbers, by package.
        command: What was typed, where the directory says it.
        settings: The evaluation's other settings, by name, as text; those of a benchmark begin
            with its name.
        training: What the adapter's training run says of itself, by name, as text; empty where
            there is no adapter or its run.yaml is not to be found.
        splits: The numeric benchmark by split; empty without it.
        rows: Its prompts.
        closed_sets: That benchmark; like those below None where it was not run.
        open_ended: That benchmark.
        mcq_positions: That benchmark.
        novelty: That benchmark.
        knowledge: That benchmark.
        perplexity: That benchmark.
        adapter_scale: What the adapter's update was multiplied by; 1 as trained, and where the
            result does not say.
        row_files: Its files of rows, and how many rows each has.
        methods: How each benchmark was asked, where the result says it.
        weights: What run.yaml says the model's and the adapter's weights were; None where nothing.
        parts: Where each benchmark lies, of a condition that was joined; empty otherwise.
        named: What the page calls the model, where that is not `model`.
        condition: What it is called among the conditions of its model; `label` may say more.
    """

    label: str
    directory: Path
    model: str
    adapter: str | None
    seed: int | None
    versions: Mapping[str, str]
    command: str | None
    settings: Mapping[str, str]
    training: Mapping[str, str]
    splits: Mapping[str, SplitResult]
    rows: tuple[PromptResult, ...]
    closed_sets: ClosedSets | None = None
    open_ended: OpenEnded | None = None
    mcq_positions: McqPositions | None = None
    novelty: Novelty | None = None
    knowledge: Knowledge | None = None
    perplexity: Perplexity | None = None
    adapter_scale: float = 1.0
    row_files: Mapping[str, int] = field(default_factory=dict[str, int])
    methods: Mapping[str, MethodCost] = field(default_factory=dict[str, MethodCost])
    weights: tuple[str | None, str | None] = (None, None)
    parts: Mapping[str, Path] = field(default_factory=dict[str, Path])
    named: str = ""
    condition: str = ""

    @property
    def model_name(self) -> str:
        """What the page calls the model."""
        return self.named or self.model

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders its numbers come from."""
        return tuple(dict.fromkeys(self.parts.values())) or (self.directory,)

    @property
    def where(self) -> str:
        """Its folders in words, as a shell would take them."""
        parents = {folder.parent for folder in self.folders}
        if len(self.folders) == 1 or len(parents) > 1:
            return "; ".join(map(str, self.folders))
        names = ",".join(folder.name for folder in self.folders)
        return f"{parents.pop()}/{{{names}}}"

    def folder_of(self, bench: str) -> Path:
        """The folder a benchmark's numbers come from."""
        return self.parts.get(bench, self.directory)

    @property
    def quantisation(self) -> str | None:
        """What the model's weights were rounded to when it was measured; None: as they are."""
        return self.settings.get("quantisation")

    @property
    def is_base(self) -> bool:
        """Whether this is the model as it is, plainly asked: what others are compared with.

        An adapter at scale 0 leaves the model as it is.
        """
        plain = all(method.name == PLAIN for method in self.methods.values())
        return (self.adapter is None or self.adapter_scale == 0) and plain

    @property
    def benches(self) -> frozenset[str]:
        """The benchmarks that this condition has."""
        parts = {
            NUMERIC: self.splits,
            closed_sets.NAME: self.closed_sets,
            open_ended.NAME: self.open_ended,
            mcq_positions.NAME: self.mcq_positions,
            novelty.NAME: self.novelty,
            knowledge.NAME: self.knowledge,
            perplexity.NAME: self.perplexity,
        }
        return frozenset(name for name, part in parts.items() if part)

    def rows_of(self, split: str) -> dict[str, PromptResult]:
        """The prompts of a split by key, in the order of the file."""
        return {row.key: row for row in self.rows if row.split == split}


@dataclass(frozen=True)
class Collection:
    """Everything one page is about.

    Attributes:
        results: The conditions, base first.
        scaled: Further evaluations of their adapters at other scales, for the trade-off alone.
        left_out: Sentences on what this run did not do (`aleator demo --quick` writes them).
        absent: Cells of a matrix of runs that have no result.
        plan: What that matrix is made of, for the order; empty where there is none.
    """

    results: tuple[Result, ...]
    left_out: tuple[str, ...] = field(default=())
    scaled: tuple[Result, ...] = field(default=())
    absent: tuple[Absent, ...] = field(default=())
    plan: Plan = field(default=Plan((), (), ()))

    @property
    def splits(self) -> tuple[str, ...]:
        """Every split that some condition has, in the order met."""
        return tuple(dict.fromkeys(split for result in self.results for split in result.splits))

    def base_of(self, result: Result, bench: str = NUMERIC) -> Result | None:
        """The condition to compare a benchmark of `result` with: the same model as it is."""
        found = [
            other
            for other in self.results
            if other.is_base
            and other.model == result.model
            and other is not result
            and bench in other.benches
        ]

        # A matrix may hold one model under two names, each with a base of its own; and a model may
        # be there as it is and rounded.
        def unlike(other: Result) -> tuple[bool, bool]:
            return other.model_name != result.model_name, other.quantisation != result.quantisation

        return min(found, key=unlike, default=None)

    def having(self, bench: str) -> dict[int, Result]:
        """The conditions that have a benchmark, by their place on the page."""
        return {
            place: result for place, result in enumerate(self.results) if bench in result.benches
        }

    def pairs(self, bench: str) -> list[tuple[Result, Result]]:
        """Every condition that has a benchmark, beside the base that has it, too."""
        found = [
            (result, self.base_of(result, bench))
            for result in self.having(bench).values()
            if not result.is_base
        ]
        return [(result, base) for result, base in found if base is not None]

    def by_model(self) -> "dict[str, Collection]":
        """Each model's conditions by themselves, called by their short names, in the page's order.

        A model of a matrix that has no result at all has no conditions.
        """
        there = [one.model_name for one in self.results]
        missing = [one.cell.model for one in self.absent]
        names = in_order_of(self.plan.models, [*there, *missing])
        return {name: self._of(name) for name in names}

    def _of(self, name: str) -> "Collection":
        mine = [one for one in self.results if one.model_name == name]
        short = [one.condition for one in mine]
        results = tuple(
            replace(one, label=one.condition) if short.count(one.condition) == 1 else one
            for one in mine
        )
        scaled = tuple(one for one in self.scaled if one.model_name == name)
        absent = tuple(one for one in self.absent if one.cell.model == name)
        return Collection(results, self.left_out, scaled, absent, self.plan)
