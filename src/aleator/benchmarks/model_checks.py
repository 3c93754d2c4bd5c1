"""What a benchmark can refuse once the model is loaded, and still before anything is written.

The other checks, which need no model, are in ``benchmarks.checks``. Prompts of `knowledge` are
lm-eval's to make, and looked at there.
"""

from collections.abc import Iterable

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
from aleator.benchmarks.closed_prompts import ClosedSetsSettings, closed_prompts
from aleator.benchmarks.subject import AnsweringModel
from aleator.evaluation.mcq import MCQ_PROMPT
from aleator.models.positions import Asked, check_room, model_positions
from aleator.tokens.spelling import check_spelling, system_formats


def check_on_model(name: str, settings: BenchSettings, model: AnsweringModel) -> None:
    """Refuse what this model cannot be asked.

    Args:
        name: The benchmark.
        settings: Of all benchmarks; only its own are looked at.
        model: Whom it would be put to.

    Raises:
        InputError: A prompt is longer than the model, its tokenizer cannot write an outcome, or a
            slice of texts holds nothing to score.
    """
    match name:
        case numeric.NAME:
            prompts = numeric.numeric_prompts(settings.numeric)
            _check_prompts(model, (one.target.distribution.prompt() for one in prompts))
        case closed_sets.NAME:
            _check_closed_sets(settings.closed_sets, model)
        case open_ended.NAME:
            _check_prompts(
                model, (one.text for one in open_ended.asked_prompts(settings.open_ended))
            )
        case mcq_positions.NAME:
            _check_prompts(model, [MCQ_PROMPT])
        case novelty.NAME:
            _check_prompts(model, (one.text for one in novelty.novelty_prompts(settings.novelty)))
        case perplexity.NAME:
            perplexity.check_texts_on(model, settings.perplexity)
        case knowledge.NAME:
            pass
        case _:
            raise ValueError(f"no checks for the benchmark {name!r}")


def _check_prompts(model: AnsweringModel, texts: Iterable[str]) -> None:
    asked = (Asked(text, model.prompt_format) for text in texts)
    check_room(model_positions(model.model), asked)


def _check_closed_sets(settings: ClosedSetsSettings, model: AnsweringModel) -> None:
    """As training does before it trains on the sets."""
    prompts = closed_prompts(settings)
    targets = list({one.target.name: one.target for one in prompts}.values())
    with_system = system_formats(targets, model.tokenizer)
    formats = {None: model.prompt_format, **with_system}
    asked = (
        Asked(one.text, formats[one.target.system], one.target.outcomes.strings, one.target.place)
        for one in prompts
    )
    check_room(model_positions(model.model), asked)
    check_spelling(targets, model.tokenizer, model.prompt_format, with_system)
