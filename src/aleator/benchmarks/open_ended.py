"""Open-ended random generation: how many answers does a model really choose from?

Paper: arXiv 2605.11845; the prompts are ours (``open_prompts``). ``rows/open_ended.jsonl`` has one
row a prompt, as the prompts are done; ``result.json`` holds under ``bench.open_ended``::

    {"prompts": int,
     "mean":     {METRIC: {"value", "low", "high"}},     # null where undefined
     "median":   {METRIC: {"value", "low", "high"}},
     "left_out": {METRIC: prompts},                      # undefined there, not averaged
     "support_sizes": {THRESHOLD: {"mean": {…}, "median": {…}}},
     "kinds": {KIND: {METRIC: mean over its prompts}},
     "forward_tokens": int or null, "written_tokens": int,
     "draws", "limit", "max_new_tokens", "seed",         # the settings
     "prompt_set"}

Intervals are 95% bootstrap intervals over prompts, which weigh equal. A metric is one of `METRICS`:
``support_size`` is the published one, at 90% of the first step's probability, and is undefined for
an endpoint; the others are taken from draws. ``unique_rate`` is as published, of all draws;
``unique_rate_folded`` leaves case and final punctuation out, as do the shares and effective numbers
(``metrics.concentration``), which are *of the non-empty answers*, for silence is not diversity:
read ``empty_rate`` beside them.

A row adds to these ``support_sizes`` (by threshold), ``intervals`` (95%, within the prompt's
draws), ``answers`` (folded ones with their most frequent spelling and count, most frequent first)
and ``raw`` (every distinct text as it was drawn).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from aleator.benchmarks.estimates import as_estimate, defined, known_total
from aleator.benchmarks.kept_rows import Progress, kept_rows, no_progress
from aleator.benchmarks.open_prompts import OpenPrompt, prompt_set, some_prompts
from aleator.benchmarks.subject import Subject
from aleator.errors import InputError
from aleator.evaluation.answers import AnswerCounts, count_answers
from aleator.evaluation.support_size import HEADLINE_THRESHOLD, THRESHOLDS, support_sizes
from aleator.files import JsonValue, Row
from aleator.metrics.concentration import concentration
from aleator.metrics.prompt_intervals import over_prompts
from aleator.metrics.proportions import proportion
from aleator.models.packed_session import PackedSession
from aleator.sampling.draws import Draws

NAME = "open_ended"

LOGIT_METRICS = ("support_size",)
DRAWN_METRICS = (
    "unique_rate",
    "unique_rate_folded",
    "top_share",
    "top4_share",
    "effective_answers",
    "effective_answers_corrected",
    "empty_rate",
    "truncated_rate",
)
METRICS = (*LOGIT_METRICS, *DRAWN_METRICS)

_BATCH_PROMPTS = 16  # whose first step is computed together
_NO_DRAWS = Draws((), 0, 0)

Sizes = dict[str, int]
"""Support sizes by threshold, as text."""


@dataclass(frozen=True)
class OpenEndedSettings:
    """What is measured.

    Attributes:
        limit: At most so many prompts, spread evenly over all; None for all.
        draws: Answers drawn a prompt; 0 for support sizes only.
        seed: Of draws and bootstrap.
        max_new_tokens: Most tokens of an answer.
    """

    limit: int | None = None
    draws: int = 100
    seed: int = 0
    max_new_tokens: int = 16

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows, for the record; the prompts by their fingerprint."""
        return {**asdict(self), "prompt_set": prompt_set()}


def asked_prompts(settings: OpenEndedSettings) -> list[OpenPrompt]:
    """The prompts that the settings ask for.

    Raises:
        InputError: ``limit`` is below 1, or ``draws`` below 0.
    """
    if settings.draws < 0:
        raise InputError(f"draws={settings.draws}: give 0 for support sizes only, or more")
    return list(some_prompts(settings.limit))


def run_open_ended(
    subject: Subject,
    settings: OpenEndedSettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Evaluate whoever answers; rows already in ``out/rows/open_ended.jsonl`` are kept.

    Args:
        subject: Who answers.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the prompts done and all prompts.

    Returns:
        What ``result.json`` holds under ``bench.open_ended``.

    Raises:
        InputError: The settings make no sense.
        OutputError: The directory cannot be written.
    """
    prompts = asked_prompts(settings)

    def measure(done: frozenset[str]) -> Iterator[Row]:
        return _measure(subject, settings, [one for one in prompts if one.key not in done])

    rows = kept_rows(out, NAME, [prompt.key for prompt in prompts], measure, advance)
    return {**_summary(rows, settings), **settings.as_json()}


def _measure(
    subject: Subject, settings: OpenEndedSettings, prompts: Sequence[OpenPrompt]
) -> Iterator[Row]:
    sizes = _first_steps(subject, prompts)
    drawn = _draws(subject, settings, prompts)
    for prompt, support, draws in zip(prompts, sizes, drawn, strict=True):
        yield _row(prompt, support, draws)


def _first_steps(subject: Subject, prompts: Sequence[OpenPrompt]) -> Iterator[Sizes | None]:
    """Each prompt's support sizes by threshold; None where there are no logits."""
    model = subject.model
    if model is None:
        yield from [None] * len(prompts)
        return
    for start in range(0, len(prompts), _BATCH_PROMPTS):
        batch = prompts[start : start + _BATCH_PROMPTS]
        ids = [model.prompt_format.prompt_ids(prompt.text) for prompt in batch]
        for row in support_sizes(PackedSession(model.model, ids).root_logits).tolist():
            yield {f"{at:g}": size for at, size in zip(THRESHOLDS, row, strict=True)}


def _draws(
    subject: Subject, settings: OpenEndedSettings, prompts: Sequence[OpenPrompt]
) -> Iterator[Draws]:
    if settings.draws == 0 or not prompts:
        yield from [_NO_DRAWS] * len(prompts)
        return
    # A stream a prompt: what else is asked does not change its draws.
    yield from subject.answers(settings.max_new_tokens).draw_each(
        [prompt.text for prompt in prompts],
        settings.draws,
        settings.seed,
        [prompt.place for prompt in prompts],
    )


def _row(prompt: OpenPrompt, sizes: Sizes | None, draws: Draws) -> Row:
    counts = count_answers(draws)
    return {
        "key": prompt.key,
        "kind": prompt.kind,
        "prompt": prompt.text,
        "draws": counts.draws,
        "support_size": None if sizes is None else sizes[f"{HEADLINE_THRESHOLD:g}"],
        **_figures(counts),
        "support_sizes": sizes,
        "forward_tokens": draws.forward_tokens,
        "written_tokens": draws.written_tokens,
        "answers": [asdict(answer) for answer in counts.folded],
        "raw": [asdict(answer) for answer in draws.answers],
    }


def _figures(counts: AnswerCounts) -> Row:
    spread = concentration([answer.count for answer in counts.folded])
    shares = {
        "top_share": spread.top_share,
        "top4_share": spread.top4_share,
        "effective_answers_corrected": spread.effective_corrected,
        "empty_rate": proportion(counts.empty, counts.draws),
        "truncated_rate": proportion(counts.truncated, counts.draws),
    }
    figures: Row = {name: defined(interval.value) for name, interval in shares.items()}
    figures["effective_answers"] = defined(spread.effective)
    unique = {"unique_rate": counts.distinct, "unique_rate_folded": len(counts.folded)}
    for name, distinct in unique.items():
        figures[name] = distinct / counts.draws if counts.draws else None
    figures["intervals"] = {
        name: {"low": defined(interval.low), "high": defined(interval.high)}
        for name, interval in shares.items()
    }
    return figures


def _summary(rows: Sequence[Row], settings: OpenEndedSettings) -> dict[str, JsonValue]:
    columns = {metric: _column([row[metric] for row in rows]) for metric in METRICS}
    kinds = [str(row["kind"]) for row in rows]
    missing = {metric: int(np.isnan(column).sum()) for metric, column in columns.items()}
    return {
        "prompts": len(rows),
        **{
            aggregate: {
                metric: as_estimate(over_prompts(column, aggregate, seed=settings.seed))
                for metric, column in columns.items()
            }
            for aggregate in ("mean", "median")
        },
        "left_out": {metric: count for metric, count in missing.items() if count},
        "support_sizes": _support_summary(rows, settings.seed),
        "kinds": {
            kind: {
                metric: defined(over_prompts(column[np.array(kinds) == kind]).value)
                for metric, column in columns.items()
            }
            for kind in dict.fromkeys(kinds)
        },
        "forward_tokens": known_total([row["forward_tokens"] for row in rows]),
        "written_tokens": known_total([row["written_tokens"] for row in rows]),
    }


def _support_summary(rows: Sequence[Row], seed: int) -> dict[str, JsonValue]:
    found = [row["support_sizes"] for row in rows]
    sizes = [one for one in found if isinstance(one, dict)]
    columns = {f"{at:g}": _column([one[f"{at:g}"] for one in sizes]) for at in THRESHOLDS}
    return {
        threshold: {
            aggregate: as_estimate(over_prompts(column, aggregate, seed=seed))
            for aggregate in ("mean", "median")
        }
        for threshold, column in columns.items()
    }


def _column(values: Sequence[JsonValue]) -> np.ndarray:
    return np.array([float(one) if isinstance(one, int | float) else np.nan for one in values])
