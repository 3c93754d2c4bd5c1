"""Structured numeric sampling: the published prompts, exact figures and the published protocol.

``rows/numeric.jsonl`` has one row a prompt, as the prompts are done; ``result.json`` holds under
``bench.numeric``::

    {"splits": {SPLIT: {
        "prompts": int,
        "family_mean":   {METRIC: {"value", "low", "high"}},   # null where undefined
        "family_median": {METRIC: {"value", "low", "high"}},
        "families": {FAMILY: {METRIC: value}},                 # means over a family's prompts
        "left_out": {METRIC: prompts}}},                       # undefined there, not averaged
     "decimals", "draws", "limit", "max_new_tokens", …}        # the settings

Of a subject without logits, such as an endpoint, exact figures are null and counted as left out.

Intervals are 95% bootstrap intervals over prompts; those of ``w1_oracle`` are the central 95% of a
perfect sampler with as many draws. Metrics are explained in ``evaluation.exact`` and
``evaluation.samples``; with ``draws`` 0 the drawn ones are undefined. Tests of fit, W1 on the value
axis and a pair of CDFs for pictures are in the rows only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from aleator.benchmarks.kept_rows import Progress, kept_rows, no_progress
from aleator.benchmarks.spread import spread_places
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.benchmarks.summary import oracle_summary, summarise_rows
from aleator.distributions.grids import SPLITS, Split, split_distributions
from aleator.errors import InputError
from aleator.evaluation.exact import (
    Divergences,
    ExactEvaluation,
    ExactResult,
    ExactSettings,
    ValueFigures,
)
from aleator.evaluation.numeral_automaton import NumeralVocabulary, special_tokens, token_texts
from aleator.evaluation.oracle import oracle_scores
from aleator.evaluation.samples import DrawnResult, score_draws
from aleator.evaluation.target_reference import target_reference
from aleator.files import JsonValue, Row
from aleator.outcomes.lattice import DEFAULT_DECIMALS, NumericTarget
from aleator.sampling.draws import AnswerSource

NAME = "numeric"
TEST_SPLITS: tuple[Split, ...] = ("unseen_parameters", "held_out_families")

EXACT_METRICS = (
    "sequence_kl",
    "shape_kl",
    "spelling_kl",
    "step_kl",
    "valid_mass",
    "canonical_mass",
    "value_tv",
    "w1_normalised",
    "modal_share",
    "effective_values",
    "exact_share",
    "unexpanded_mass",
    "settled_mass",
)
DRAWN_METRICS = ("w1_sampled", "w1_oracle", "valid_rate")
METRICS = (*EXACT_METRICS, *DRAWN_METRICS)


@dataclass(frozen=True)
class NumericSettings:
    """What is measured.

    Attributes:
        splits: Which prompts.
        limit: At most so many a split, spread evenly over it; None for all.
        draws: Answers drawn a prompt; 0 for exact figures only.
        decimals: Digits after the point of continuous targets.
        seed: Of draws, tails, perfect samples and bootstrap.
        max_new_tokens: Most tokens of a drawn answer.
        exact: How far exact figures are taken.
    """

    splits: tuple[Split, ...] = TEST_SPLITS
    limit: int | None = None
    draws: int = 1000
    decimals: int = DEFAULT_DECIMALS
    seed: int = 0
    max_new_tokens: int = 32
    exact: ExactSettings = ExactSettings()

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows, for the record."""
        return {**asdict(self), "splits": list(self.splits)}


@dataclass(frozen=True)
class NumericPrompt:
    """One prompt of the benchmark; ``index`` is its place in the whole split."""

    split: Split
    index: int
    target: NumericTarget

    @property
    def key(self) -> str:
        """Names it in the rows, the same in every evaluation."""
        return f"{self.split}/{self.index:04d}"


def numeric_prompts(settings: NumericSettings) -> list[NumericPrompt]:
    """The prompts that the settings ask for.

    Raises:
        InputError: ``limit`` is below 1, ``draws`` below 0, or ``decimals`` out of range.
    """
    if settings.limit is not None and settings.limit < 1:
        raise InputError(f"limit={settings.limit}: evaluate at least 1 prompt a split")
    if settings.draws < 0:
        raise InputError(f"draws={settings.draws}: give 0 for exact figures only, or more")
    prompts = []
    for split in settings.splits:
        distributions = split_distributions(split)
        for index in spread_places(len(distributions), settings.limit):
            target = NumericTarget.of(distributions[index], settings.decimals)
            prompts.append(NumericPrompt(split, index, target))
    return prompts


def check_without_logits(settings: NumericSettings) -> None:
    """Refuse what cannot be measured of a subject without logits.

    Raises:
        InputError: Nothing is drawn.
    """
    if settings.draws == 0:
        raise InputError("without a model's logits there are no exact figures: give draws above 0")


def run_numeric(
    subject: Subject,
    settings: NumericSettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Evaluate a model; rows already in ``out/rows/numeric.jsonl`` are not computed again.

    Args:
        subject: Who answers; exact figures need its model.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the prompts done and all prompts.

    Returns:
        What ``result.json`` holds under ``bench.numeric``.

    Raises:
        InputError: The settings make no sense, or leave nothing to measure.
        OutputError: The directory cannot be written.
    """
    prompts = numeric_prompts(settings)
    if subject.model is None:
        check_without_logits(settings)

    def measure(done: frozenset[str]) -> Iterator[Row]:
        source = subject.answers(settings.max_new_tokens)
        if subject.model is not None:
            return _measure(subject.model, source, settings, prompts, done)
        left = [prompt for prompt in prompts if prompt.key not in done]
        return _measure_by_draws(source, settings, left)

    rows = kept_rows(out, NAME, [prompt.key for prompt in prompts], measure, advance)
    return {**settings.as_json(), "splits": _summaries(settings, prompts, rows)}


def _measure_by_draws(
    source: AnswerSource, settings: NumericSettings, prompts: Sequence[NumericPrompt]
) -> Iterator[Row]:
    """Rows of the prompts, one by one, where there are no logits."""
    for prompt, drawn in zip(prompts, _draw(source, settings, prompts), strict=True):
        yield _row(prompt, None, drawn)


def _measure(
    subject: AnsweringModel,
    source: AnswerSource,
    settings: NumericSettings,
    prompts: Sequence[NumericPrompt],
    done: frozenset[str],
) -> Iterator[Row]:
    """Rows of the prompts that are not done, batch by batch; batches are cut before that."""
    vocabulary = NumeralVocabulary.of(
        token_texts(subject.tokenizer),
        subject.prompt_format.stop_token_id,
        special_tokens(subject.tokenizer),
    )
    exact = ExactEvaluation(subject.model, subject.prompt_format, vocabulary, settings.exact)
    size = settings.exact.batch_prompts
    for start in range(0, len(prompts), size):
        batch = prompts[start : start + size]
        if all(prompt.key in done for prompt in batch):
            continue
        rng = np.random.default_rng([settings.seed, start])
        results = exact.evaluate([prompt.target for prompt in batch], rng)
        drawn = _draw(source, settings, batch)
        for prompt, result, scored in zip(batch, results, drawn, strict=True):
            if prompt.key not in done:
                yield _row(prompt, result, scored)


def _draw(
    source: AnswerSource, settings: NumericSettings, batch: Sequence[NumericPrompt]
) -> Iterator[DrawnResult | None]:
    if settings.draws == 0:
        yield from [None] * len(batch)
        return
    texts = [prompt.target.distribution.prompt() for prompt in batch]
    # A stream a prompt of a split: what else is evaluated does not change its draws.
    streams = [SPLITS.index(prompt.split) * 100_000 + prompt.index for prompt in batch]
    draws = source.draw_each(texts, settings.draws, settings.seed, streams)
    for prompt, one in zip(batch, draws, strict=True):
        yield score_draws(one, target_reference(prompt.target), settings.seed)


def _row(prompt: NumericPrompt, exact: ExactResult | None, drawn: DrawnResult | None) -> Row:
    distribution = prompt.target.distribution
    figures: Row = {
        field.name: None for kind in (Divergences, ValueFigures) for field in fields(kind)
    }
    if exact is not None:
        figures = {**asdict(exact.divergences), **asdict(exact.figures)}
    scores: Row = dict.fromkeys(DRAWN_METRICS)
    if drawn is not None:
        scores = {**asdict(drawn), "valid_rate": drawn.valid_rate}
    return {
        "key": prompt.key,
        "split": prompt.split,
        "family": distribution.family.name,
        "prompt": distribution.prompt(),
        "parameters": dict(distribution.parameters),
        **figures,
        "nodes": None if exact is None else exact.nodes,
        **scores,
        "cdf": None if exact is None or exact.curve is None else asdict(exact.curve),
    }


def _summaries(
    settings: NumericSettings, prompts: Sequence[NumericPrompt], rows: Sequence[Row]
) -> dict[str, JsonValue]:
    summaries: dict[str, JsonValue] = {}
    for split in settings.splits:
        places = [place for place, prompt in enumerate(prompts) if prompt.split == split]
        summary = summarise_rows([rows[place] for place in places], METRICS, settings.seed)
        if settings.draws:
            summary = _with_oracle(summary, settings, [prompts[place].target for place in places])
        summaries[split] = summary
    return summaries


def _with_oracle(
    summary: dict[str, JsonValue], settings: NumericSettings, targets: Sequence[NumericTarget]
) -> dict[str, JsonValue]:
    """Replace the oracle's averages by averages over its repetitions, with their interval."""
    scores, families = [], []
    for target in targets:
        spread = target_reference(target).spread
        if spread > 0:
            draws = oracle_scores(target.distribution, settings.draws, settings.seed)
            scores.append(draws / spread)
            families.append(target.distribution.family.name)
    if not scores:
        return summary
    replaced = dict(summary)
    for name, row in oracle_summary(np.stack(scores), families).items():
        aggregate = summary[name]
        assert isinstance(aggregate, dict)
        replaced[name] = {**aggregate, "w1_oracle": row}
    return replaced
