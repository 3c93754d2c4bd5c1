"""Knowledge: what a model knows and can work out, by lm-eval's tasks, to see what training harmed.

Tasks are run one by one through lm-eval's Python API on the loaded model with its adapter, chat
template on where the task is one for chat (``benchmarks.knowledge_tasks`` says which there are,
``benchmarks.knowledge_harness`` how). ``rows/knowledge.jsonl`` has one row an item: ``key``
(``TASK/0012``), ``task``, ``items`` (of the task), ``metrics``, and ``responses`` (log-likelihoods
of the options, or the text written). A task that was finished is not run again; one that was
interrupted is. ``result.json`` holds under ``bench.knowledge``::

    {"tasks": [{"task", "metric", "items",
                "value":  {"value", "low", "high"},     # of the headline metric
                "others": {metric: {"value", "low", "high"}}}],
     "aggregate": {"tasks": int,
                   "mean":   {"value", "low", "high"},  # of the headlines, tasks weigh equal
                   "gp_irt": {"value", "low", "high"} or null} or null,
     "parameters": {"file", "sha256"} or null,          # of items, for gp-IRT
     "harness": "lm-eval 0.4.13", "shots_seed": 1234,
     "limit", "seed", "max_new_tokens", "task_names"}   # the settings

Intervals are 95% ones over items: exact where every item is right or wrong, bootstrap where not
(``metrics.proportions``, ``metrics.prompt_intervals``, ``metrics.intervals``). Where the user names
a file of item parameters, tasks of tinyBenchmarks have ``irt``, ``p_irt`` and ``gp_irt`` among
their others (``metrics.item_response``), without intervals, and null under a limit: the estimates
need the hundred items. ``aggregate`` is null for a single task, its ``gp_irt`` where a task lacks
one. Item parameters do not decide rows: they may be named when the rows are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

import numpy as np

from aleator.benchmarks.estimates import as_estimate
from aleator.benchmarks.item_parameters import ItemBank, ItemsFile, read_items
from aleator.benchmarks.kept_rows import KEY, Progress, no_progress
from aleator.benchmarks.knowledge_tasks import (
    LOCAL,
    KnowledgeTask,
    check_installed,
    chosen_tasks,
)
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError
from aleator.files import JsonValue, Row, RowLog
from aleator.metrics.intervals import Interval, family_balanced_mean
from aleator.metrics.item_response import item_response
from aleator.metrics.prompt_intervals import over_prompts
from aleator.metrics.proportions import proportion

NAME = "knowledge"

Estimate = dict[str, JsonValue]

_GP_IRT = "gp_irt"


@dataclass(frozen=True)
class KnowledgeSettings:
    """What is measured.

    Attributes:
        limit: At most so many items a task, the first ones; None for all.
        tasks: Names of tasks and groups.
        seed: Of the bootstrap; nothing is drawn.
        max_new_tokens: Most tokens of an answer; a task may have fewer.
        parameters: The file of item parameters; None for no gp-IRT.
    """

    limit: int | None = None
    tasks: tuple[str, ...] = (LOCAL,)
    seed: int = 0
    max_new_tokens: int = 256
    parameters: ItemsFile | None = None

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows, for the record."""
        return {
            "limit": self.limit,
            "seed": self.seed,
            "max_new_tokens": self.max_new_tokens,
            "task_names": [task.name for task in chosen_tasks(self.tasks)],
        }


def check_knowledge(settings: KnowledgeSettings, *, logits: bool) -> None:
    """Refuse what cannot be measured.

    Args:
        settings: What is asked for.
        logits: Whether the model gives them; an endpoint and vLLM do not.

    Raises:
        UnknownNameError: A task is not known.
        InputError: lm-eval is not installed, a number makes no sense, the file of item parameters
            cannot be used, or there are no logits.
    """
    chosen_tasks(settings.tasks)
    for name, number in (("limit", settings.limit), ("max_new_tokens", settings.max_new_tokens)):
        if number is not None and number < 1:
            raise InputError(f"{name}={number}: give at least 1")
    if not logits:
        raise InputError(
            f"{NAME} compares log-likelihoods of answers, which neither an endpoint nor vLLM "
            "gives: load the model here, or leave the benchmark out"
        )
    check_installed()
    if settings.parameters is not None:
        read_items(settings.parameters)


def task_items(settings: KnowledgeSettings) -> list[int]:
    """How many items of each task are asked.

    Raises:
        UnknownNameError: A task is not known.
    """
    items = [task.items for task in chosen_tasks(settings.tasks)]
    return [min(count, settings.limit or count) for count in items]


def run_knowledge(
    subject: Subject,
    settings: KnowledgeSettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Evaluate a model; tasks that are whole in ``out/rows/knowledge.jsonl`` are kept.

    Args:
        subject: Who answers.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the items done and all items.

    Returns:
        What ``result.json`` holds under ``bench.knowledge``.

    Raises:
        InputError: The settings make no sense, or a task's data cannot be had.
        ModelError: The model's chat template cannot be used.
        OutputError: The directory cannot be written.
    """
    check_knowledge(settings, logits=subject.model is not None)
    assert subject.model is not None, "checked"
    tasks = chosen_tasks(settings.tasks)
    total = sum(task_items(settings))
    log = RowLog(out / "rows" / f"{NAME}.jsonl", KEY)
    advance(len(log.done), total)
    for task in tasks:
        if not log.complete and not _whole(log, task):
            for row in _rows(subject.model, task, settings):
                if row["key"] not in log.done:
                    log.append(row)
        advance(len(log.done), total)
    log.finish()
    bank = None if settings.parameters is None else read_items(settings.parameters)
    return {
        **_summary({task: _of(log, task) for task in tasks}, settings, bank),
        **_harness(),
        **settings.as_json(),
    }


def _rows(model: AnsweringModel, task: KnowledgeTask, settings: KnowledgeSettings) -> list[Row]:
    # lm-eval takes a second to import, so it is when tasks are run, and only then.
    from aleator.benchmarks.knowledge_harness import as_rows, score_task

    config = task.config(settings.max_new_tokens)
    items = score_task(model, config, chat=task.chat, limit=settings.limit)
    return as_rows(task.name, items, task.renamed)


def _harness() -> dict[str, JsonValue]:
    harness = import_module("aleator.benchmarks.knowledge_harness")
    return {"harness": harness.HARNESS, "shots_seed": harness.SHOTS_SEED}


def _of(log: RowLog, task: KnowledgeTask) -> list[Row]:
    """A task's rows in the order of its items."""
    return [log.done[key] for key in sorted(log.done) if log.done[key]["task"] == task.name]


def _whole(log: RowLog, task: KnowledgeTask) -> bool:
    rows = _of(log, task)
    return bool(rows) and len(rows) == rows[0]["items"]


def _summary(
    rows: Mapping[KnowledgeTask, Sequence[Row]],
    settings: KnowledgeSettings,
    bank: ItemBank | None,
) -> dict[str, JsonValue]:
    summaries = [_task_summary(task, own, settings, bank) for task, own in rows.items()]
    parameters: JsonValue = None
    if bank is not None and settings.parameters is not None:
        parameters = {"file": str(settings.parameters.path), "sha256": bank.sha256}
    return {
        "tasks": summaries,
        "aggregate": _aggregate(rows, summaries, settings.seed),
        "parameters": parameters,
    }


def _task_summary(
    task: KnowledgeTask, rows: Sequence[Row], settings: KnowledgeSettings, bank: ItemBank | None
) -> dict[str, JsonValue]:
    names = list(cast("Mapping[str, JsonValue]", rows[0]["metrics"]))
    estimates = {name: as_estimate(_mean(_column(rows, name), settings.seed)) for name in names}
    value = estimates.pop(task.headline)
    return {
        "task": task.name,
        "metric": task.headline,
        "items": len(rows),
        "value": value,
        "others": {**estimates, **_item_response(task, rows, bank)},
    }


def _mean(values: Sequence[float | None], seed: int) -> Interval:
    known = [value for value in values if value is not None]
    if len(known) == len(values) and all(value in (0.0, 1.0) for value in known):
        return proportion(int(sum(known)), len(known))
    return over_prompts([np.nan if value is None else value for value in values], seed=seed)


def _column(rows: Sequence[Row], metric: str) -> list[float | None]:
    return [cast("Mapping[str, float | None]", row["metrics"])[metric] for row in rows]


def _item_response(
    task: KnowledgeTask, rows: Sequence[Row], bank: ItemBank | None
) -> dict[str, Estimate]:
    """``irt``, ``p_irt`` and ``gp_irt`` where the file has the task's scenario."""
    if bank is None or task.scenario is None or task.scenario not in bank.scenarios:
        return {}
    items = bank.scenarios[task.scenario]
    answers = _column(rows, task.headline)
    known = [answer for answer in answers if answer is not None]
    if not len(known) == len(answers) == items.seen.size:
        return {name: _without_interval(None) for name in ("irt", "p_irt", _GP_IRT)}
    found = item_response(np.clip(np.array(known, dtype=np.float64), 0.0, 1.0), items)
    return {
        "irt": _without_interval(found.irt),
        "p_irt": _without_interval(found.p_irt),
        _GP_IRT: _without_interval(found.gp_irt),
    }


def _without_interval(value: float | None) -> Estimate:
    return {"value": value, "low": None, "high": None}


def _aggregate(
    rows: Mapping[KnowledgeTask, Sequence[Row]],
    summaries: Sequence[Mapping[str, JsonValue]],
    seed: int,
) -> JsonValue:
    if len(rows) < 2:
        return None
    values: list[float] = []
    families: list[str] = []
    for task, own in rows.items():
        values += [np.nan if value is None else value for value in _column(own, task.headline)]
        families += [task.name] * len(own)
    others = [cast("Mapping[str, Estimate]", summary["others"]) for summary in summaries]
    found = [one[_GP_IRT]["value"] if _GP_IRT in one else None for one in others]
    gp_irt = [float(one) for one in found if isinstance(one, int | float)]
    return {
        "tasks": len(rows),
        "mean": as_estimate(family_balanced_mean(values, families, seed=seed)),
        _GP_IRT: _without_interval(float(np.mean(gp_irt))) if len(gp_irt) == len(rows) else None,
    }
