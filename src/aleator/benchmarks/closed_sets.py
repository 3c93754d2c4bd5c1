"""Closed sets: questions whose right distribution is known, such as a weekday or a loaded die.

Ours; not in the paper. ``rows/closed_sets.jsonl`` has one row a prompt, as the prompts are done,
with ``answers``: ``{OUTCOME: share of all answers}``, shares below 1e-6 left out. ``result.json``
holds under ``bench.closed_sets``::

    {"splits": {"train" | "held_out" | "all": {             # as the target file says; and all
        "sets": int, "prompts": int,
        "mean": {METRIC: {"value", "low", "high"}},         # null where undefined
        "left_out": {METRIC: prompts}}},                    # undefined there, not averaged
     "sets": {NAME: {
        "split", "prompts", METRIC: value, …,               # means over the set's wordings
        "outcomes": int,
        "answers": {OUTCOME: share of all answers},         # they sum to the valid mass
        "target": {OUTCOME: probability}}},                 # of both the 100 most likely
     "limit", "draws", "wordings", "targets", …}            # the settings

Means weigh sets equal; intervals are 95% bootstrap intervals over sets and wordings, those of
``…_oracle`` the central 95% of a perfect sampler with as many draws. Metrics are explained in
``evaluation.closed``, ``evaluation.share_figures`` and ``evaluation.closed_draws``. Exact ones are
undefined for an endpoint, drawn ones (named ``…_sampled``) with ``draws`` 0; those of the target
itself, what a perfect model would have, never. ``answers`` are exact where they can be. Rows of
drawn answers also tell the commonest invalid ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from aleator.benchmarks.closed_prompts import ClosedPrompt, ClosedSetsSettings, closed_prompts
from aleator.benchmarks.closed_summary import summarise
from aleator.benchmarks.kept_rows import Progress, kept_rows, no_progress
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError
from aleator.evaluation.closed import ClosedEvaluation, ClosedResult, ClosedTarget
from aleator.evaluation.closed_draws import outcome_counts, score_answers
from aleator.evaluation.share_figures import share_figures
from aleator.evaluation.spellings import Spellings
from aleator.files import JsonValue, Row
from aleator.metrics.divergences import effective_number, modal_share
from aleator.outcomes.outcomes import Outcomes
from aleator.sampling.draws import Draws
from aleator.tokens.chat import ChatFormat

NAME = "closed_sets"

EXACT_METRICS = (
    "tv",
    "tv_unconditioned",
    "top_share",
    "top_mass",
    "effective_answers",
    "valid_mass",
    "canonical_mass",
    "sequence_kl",
    "step_kl",
    "exact_share",
    "unexpanded_mass",
)
DRAWN_METRICS = (
    "valid_rate",
    "tv_sampled",
    "tv_unconditioned_sampled",
    "tv_oracle",
    "top_share_sampled",
    "top_share_oracle",
    "effective_answers_sampled",
    "effective_answers_oracle",
)
TARGET_METRICS = ("target_top_share", "target_effective_answers")
METRICS = (*EXACT_METRICS, *DRAWN_METRICS, *TARGET_METRICS)

_SMALLEST_SHARE = 1e-6
_INVALID_TOLD = 3
_INVALID_CHARACTERS = 80


def check_without_logits(settings: ClosedSetsSettings, prompts: Sequence[ClosedPrompt]) -> None:
    """Refuse what cannot be asked of a subject without logits, before anything is asked.

    Raises:
        InputError: Nothing is drawn, or a set has a system message.
    """
    if settings.draws == 0:
        raise InputError(
            "closed_sets needs answers that are drawn where an endpoint or vLLM is asked, or by "
            "another method than plain: give --draws 100 or so."
        )
    for prompt in prompts:
        if prompt.target.system is not None:
            raise InputError(
                f"{prompt.target.place}: the set {prompt.target.name!r} has a system message, "
                "which endpoints, vLLM and methods other than plain are not given: leave it out."
            )


def run_closed_sets(
    subject: Subject,
    settings: ClosedSetsSettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Evaluate; rows already in ``out/rows/closed_sets.jsonl`` are not computed again.

    Args:
        subject: Whoever answers.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the prompts done and all prompts.

    Returns:
        What ``result.json`` holds under ``bench.closed_sets``.

    Raises:
        InputError: The settings or the target file make no sense, or not for this subject.
        OutputError: The directory cannot be written.
    """
    prompts = closed_prompts(settings)

    def measure(done: frozenset[str]) -> Iterator[Row]:
        if subject.model is None:
            check_without_logits(settings, prompts)
        return _measure(subject, settings, prompts, done)

    rows = kept_rows(out, NAME, [prompt.key for prompt in prompts], measure, advance)
    return {**settings.as_json(), **summarise(settings, prompts, rows, METRICS)}


def _measure(
    subject: Subject,
    settings: ClosedSetsSettings,
    prompts: Sequence[ClosedPrompt],
    done: frozenset[str],
) -> Iterator[Row]:
    """Rows of the prompts that are not done, system message by system message."""
    for system in dict.fromkeys(prompt.target.system for prompt in prompts):
        asked = [prompt for prompt in prompts if prompt.target.system == system]
        left = [prompt for prompt in asked if prompt.key not in done]
        if left:
            told = _told(subject, system)
            exact = _exact(told.model, settings, asked, done)
            drawn = _drawn(told, settings, left)
            for prompt, result, draws in zip(left, exact, drawn, strict=True):
                yield _row(settings, prompt, result, draws)


def _told(subject: Subject, system: str | None) -> Subject:
    """The subject with a system message."""
    if system is None:
        return subject
    assert subject.model is not None
    own = ChatFormat(subject.model.tokenizer, system=system)
    return Subject.local(replace(subject.model, prompt_format=own))


def _exact(
    model: AnsweringModel | None,
    settings: ClosedSetsSettings,
    prompts: Sequence[ClosedPrompt],
    done: frozenset[str],
) -> Iterator[ClosedResult | None]:
    """Exact results of the prompts that are not done; batches are cut before that."""
    if model is None:
        yield from (None for prompt in prompts if prompt.key not in done)
        return
    evaluation = ClosedEvaluation(model.model, model.tokenizer, model.prompt_format, settings.exact)
    ready: dict[int, ClosedTarget] = {}
    for prompt in prompts:
        if prompt.set_number not in ready:
            rng = np.random.default_rng([settings.seed, prompt.set_number])
            ready[prompt.set_number] = evaluation.prepare(prompt.target.outcomes, rng)
    targets = [ready[prompt.set_number] for prompt in prompts]
    for places in evaluation.batches(targets):
        batch = prompts[places.start : places.stop]
        if all(prompt.key in done for prompt in batch):
            continue
        results = evaluation.evaluate(
            [prompt.text for prompt in batch], targets[places.start : places.stop]
        )
        for prompt, result in zip(batch, results, strict=True):
            if prompt.key not in done:
                yield result


def _drawn(
    subject: Subject, settings: ClosedSetsSettings, prompts: Sequence[ClosedPrompt]
) -> Iterator[Draws | None]:
    if settings.draws == 0:
        return iter([None] * len(prompts))
    return subject.answers(settings.max_new_tokens).draw_each(
        [prompt.text for prompt in prompts],
        settings.draws,
        settings.seed,
        [prompt.stream for prompt in prompts],
    )


def _row(
    settings: ClosedSetsSettings,
    prompt: ClosedPrompt,
    exact: ClosedResult | None,
    draws: Draws | None,
) -> Row:
    target = prompt.target
    row: Row = {
        "key": prompt.key,
        "set": target.name,
        "split": target.split,
        "prompt": prompt.text,
        "system": target.system,
        **dict.fromkeys(METRICS),
        "target_top_share": modal_share(target.outcomes.probabilities),
        "target_effective_answers": effective_number(target.outcomes.probabilities),
    }
    shares = np.zeros(len(target.outcomes.strings))
    if draws is not None:
        spellings = Spellings.of(target.outcomes.strings)
        scored = score_answers(draws, target.outcomes, spellings, settings.seed, prompt.wording)
        row.update({} if scored is None else asdict(scored))
        row["invalid"] = _invalid(draws, spellings)
        shares = outcome_counts(draws, spellings) / max(draws.count, 1)
        row["top_answer"] = share_figures(target.outcomes, shares).top_answer
    if exact is not None:
        figures = {name: value for name, value in vars(exact).items() if name in EXACT_METRICS}
        row.update(figures)
        row.update({**asdict(exact.figures), "tree_complete": exact.tree_complete})
        shares = exact.masses
        row["top_answer"] = exact.figures.top_answer
    row["answers"] = _told_shares(target.outcomes, shares)
    return row


def _told_shares(outcomes: Outcomes, shares: np.ndarray) -> dict[str, JsonValue]:
    pairs = zip(outcomes.strings, shares.tolist(), strict=True)
    return {text: float(f"{share:.6g}") for text, share in pairs if share >= _SMALLEST_SHARE}


def _invalid(draws: Draws, spellings: Spellings) -> dict[str, JsonValue]:
    """The commonest draws that are no outcome, shortened, and how often they came."""
    told: dict[str, JsonValue] = {}
    for answer in draws.answers:
        if answer.truncated or spellings.place(answer.text) is None:
            text = answer.text[:_INVALID_CHARACTERS]
            if text not in told and len(told) < _INVALID_TOLD:
                told[text] = answer.count
    return told
