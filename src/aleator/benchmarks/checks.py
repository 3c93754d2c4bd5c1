"""What a benchmark can refuse before a model is loaded and before anything is written.

A command that is refused half-way would leave a record of what it asked for, and the corrected one
would be another configuration than that.
"""

from aleator.benchmarks import (
    closed_sets,
    knowledge,
    mcq_positions,
    novelty,
    numeric,
    open_ended,
    perplexity,
)
from aleator.benchmarks.catalogue import BenchSettings
from aleator.benchmarks.closed_prompts import closed_prompts
from aleator.benchmarks.novelty_judges import partition_judge, scorer


def check_settings(name: str, settings: BenchSettings, *, logits: bool) -> None:
    """Read a benchmark's inputs, files included, and refuse what cannot be measured.

    Args:
        name: The benchmark.
        settings: Of all benchmarks; only its own are looked at.
        logits: Whether the subject gives them; an endpoint and vLLM do not.

    Raises:
        InputError: A number makes no sense, a file cannot be read, or figures need logits.
    """
    match name:
        case numeric.NAME:
            numeric.numeric_prompts(settings.numeric)
            if not logits:
                numeric.check_without_logits(settings.numeric)
        case closed_sets.NAME:
            prompts = closed_prompts(settings.closed_sets)
            if not logits:
                closed_sets.check_without_logits(settings.closed_sets, prompts)
        case open_ended.NAME:
            open_ended.asked_prompts(settings.open_ended)
        case mcq_positions.NAME:
            mcq_positions.row_draws(settings.mcq_positions)
        case novelty.NAME:
            novelty.novelty_prompts(settings.novelty)
            partition_judge(settings.novelty.partition)
            scorer(settings.novelty.scorer)
        case perplexity.NAME:
            perplexity.check_perplexity(settings.perplexity, logits=logits)
        case knowledge.NAME:
            knowledge.check_knowledge(settings.knowledge, logits=logits)
        case _:
            raise ValueError(f"no checks for the benchmark {name!r}")
