"""How many rows an evaluation of the demo writes, as its benchmarks themselves count them."""

from collections.abc import Mapping

from aleator.benchmarks import (
    closed_sets,
    knowledge,
    mcq_positions,
    novelty,
    numeric,
    open_ended,
    perplexity,
)
from aleator.benchmarks.closed_prompts import ClosedSetsSettings, closed_prompts
from aleator.benchmarks.knowledge import KnowledgeSettings, task_items
from aleator.benchmarks.mcq_positions import McqSettings, row_draws
from aleator.benchmarks.novelty import NoveltySettings, novelty_prompts
from aleator.benchmarks.numeric import NumericSettings, numeric_prompts
from aleator.benchmarks.open_ended import OpenEndedSettings, asked_prompts
from aleator.benchmarks.perplexity_texts import PerplexitySettings, text_documents
from aleator.recipe_files import target_file_path

TARGETS = "language/closed_sets"
"""The sets that are asked about: those that `words` is trained on, and those held out from it."""

_LOGS = {novelty.NAME: f"{novelty.NAME}.generations.jsonl"}


def log_name(bench: str) -> str:
    """The log whose rows `row_counts` counts."""
    return _LOGS.get(bench, f"{bench}.jsonl")


def told_counts(limits: Mapping[str, int]) -> list[str]:
    """What of each benchmark that is not run whole is run."""
    whole = row_counts({})
    return [
        f"{bench} {_asked(bench, count):,} of {_asked(bench, whole[bench]):,}"
        for bench, count in row_counts(limits).items()
        if count < whole[bench]
    ]


def _asked(bench: str, rows: int) -> int:
    """How often a benchmark asks in so many rows: one row holds many answers to the MCQ prompt."""
    return sum(row_draws(McqSettings())[:rows]) if bench == mcq_positions.NAME else rows


def row_counts(limits: Mapping[str, int]) -> dict[str, int]:
    """Rows by benchmark; costs and judgements are not counted.

    Args:
        limits: At most so many prompts a split or set, by benchmark; all of those not named.
    """
    limit = limits.get
    closed = ClosedSetsSettings(limit(closed_sets.NAME), targets=target_file_path(TARGETS))
    return {
        numeric.NAME: len(numeric_prompts(NumericSettings(limit=limit(numeric.NAME)))),
        closed_sets.NAME: len(closed_prompts(closed)),
        open_ended.NAME: len(asked_prompts(OpenEndedSettings(limit(open_ended.NAME)))),
        mcq_positions.NAME: len(row_draws(McqSettings(limit(mcq_positions.NAME)))),
        novelty.NAME: len(novelty_prompts(NoveltySettings(limit=limit(novelty.NAME)))),
        knowledge.NAME: sum(task_items(KnowledgeSettings(limit=limit(knowledge.NAME)))),
        perplexity.NAME: len(text_documents(PerplexitySettings(limit=limit(perplexity.NAME)))),
    }
