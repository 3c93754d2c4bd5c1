"""Which tasks the knowledge benchmark has, and what lm-eval is told of each.

``local`` tasks come with aleator: general knowledge of the kind that the sandbox model has, made by
``sandbox.knowledge_items`` and handed to lm-eval from memory, so that nothing is downloaded or
cached. ``tiny`` ones are lm-eval's own tasks of tinyBenchmarks (arXiv 2402.14992), a hundred items
each, whose data the `datasets` library fetches from the hub: their files are read as they are
installed, but for one thing. They aggregate with the authors' package, without which they cannot
even be loaded; here every metric is a plain mean, and gp-IRT is computed by
``metrics.item_response``. Where such a task asks for ``acc_norm`` only, ``acc`` stands beside it.

The headline metrics are those of arXiv 2605.11845: accuracy for MMLU and WinoGrande, accuracy of
length-normalised log-likelihoods for HellaSwag and ARC, the share of probability on true answers
(mc2) for TruthfulQA, and the strict match for GSM8K, the flexible one beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module, resources
from importlib.util import find_spec
from types import MappingProxyType
from typing import Literal, cast

import yaml

from aleator.errors import InputError, UnknownNameError
from aleator.files import Row, read_rows

Group = Literal["local", "tiny"]

LOCAL: Group = "local"
TINY: Group = "tiny"

_TINY_FOLDER = "tinyBenchmarks"


@dataclass(frozen=True)
class KnowledgeTask:
    """One task.

    Attributes:
        name: Its name, lm-eval's where it is one of theirs.
        group: Where it comes from.
        items: How many there are.
        headline: The metric that is compared.
        chat: Put through the chat template; else raw text.
        scenario: Whose item parameters are its own; None where there are none.
        renamed: Metrics by lm-eval's name and by ours.
    """

    name: str
    group: Group
    items: int
    headline: str
    chat: bool = True
    scenario: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    def config(self, max_new_tokens: int) -> dict[str, object]:
        """lm-eval's configuration; no answer is longer than `max_new_tokens`.

        Raises:
            InputError: lm-eval is not installed, or does not have the task.
        """
        make = _local_config if self.group == LOCAL else _tiny_config
        config = make(self.name)
        generation = config.get("generation_kwargs")
        if isinstance(generation, dict):
            longest = min(int(generation.get("max_gen_toks", max_new_tokens)), max_new_tokens)
            config["generation_kwargs"] = {**generation, "max_gen_toks": longest}
        return config


_ALL = (
    KnowledgeTask("arithmetic", LOCAL, 500, "exact_match"),
    KnowledgeTask("categories", LOCAL, 400, "acc"),
    KnowledgeTask("facts", LOCAL, 300, "acc", chat=False),
    KnowledgeTask("tinyMMLU", TINY, 100, "acc", scenario="mmlu"),
    KnowledgeTask("tinyHellaswag", TINY, 100, "acc_norm", scenario="hellaswag"),
    KnowledgeTask(
        "tinyTruthfulQA", TINY, 100, "mc2", scenario="truthfulqa", renamed={"acc": "mc2"}
    ),
    KnowledgeTask("tinyWinogrande", TINY, 100, "acc", scenario="winogrande"),
    KnowledgeTask("tinyGSM8k", TINY, 100, "exact_match,strict-match", scenario="gsm8k"),
    KnowledgeTask("tinyArc", TINY, 100, "acc_norm", scenario="arc"),
)

TASKS: Mapping[str, KnowledgeTask] = MappingProxyType({task.name: task for task in _ALL})
"""Every task by its name."""

CHOICES: tuple[str, ...] = (LOCAL, TINY, *TASKS)
"""What a user may ask for: a group, or a task."""


def chosen_tasks(names: Sequence[str]) -> tuple[KnowledgeTask, ...]:
    """The tasks of those names and groups, each once, in the order of the list above.

    Raises:
        UnknownNameError: A name is not known; the message lists those that are.
        InputError: None is given.
    """
    for name in names:
        if name not in CHOICES:
            raise UnknownNameError("knowledge task", name, CHOICES)
    if not names:
        raise InputError(f"no knowledge task was given; known: {', '.join(CHOICES)}")
    return tuple(task for task in _ALL if {task.name, task.group} & set(names))


def check_installed() -> None:
    """Refuse to go on without lm-eval.

    Raises:
        InputError: It is not installed.
    """
    if find_spec("lm_eval") is None:
        raise InputError(
            "the benchmark knowledge runs on lm-eval, which is not installed; "
            "pip install 'aleator[knowledge]'"
        )


def _plain(metric: str) -> dict[str, object]:
    return {"metric": metric, "aggregation": "mean", "higher_is_better": True}


_LOCAL_CONFIGS: Mapping[str, Mapping[str, object]] = {
    "arithmetic": {
        "output_type": "generate_until",
        "doc_to_target": "{{answer}}",
        "generation_kwargs": {"until": ["\n"], "do_sample": False, "max_gen_toks": 32},
        "filter_list": [
            {
                "name": "none",
                "filter": [
                    {"function": "regex", "regex_pattern": "(-?[0-9]+)", "group_select": -1},
                    {"function": "take_first"},
                ],
            }
        ],
        "metric_list": [_plain("exact_match")],
    },
    "categories": {
        "output_type": "multiple_choice",
        "doc_to_target": "right",
        "doc_to_choice": "options",
        "metric_list": [_plain("acc"), _plain("acc_norm")],
    },
    "facts": {
        "output_type": "loglikelihood",
        "doc_to_target": " {{answer}}.",
        "metric_list": [_plain("acc")],
    },
}


def local_items(name: str) -> list[Row]:
    """The items of a local task."""
    data = resources.files("aleator.benchmarks").joinpath("data", f"knowledge_{name}.jsonl")
    with resources.as_file(data) as path:
        return read_rows(path)


def _local_config(name: str) -> dict[str, object]:
    check_installed()
    from_list: Callable[[list[Row]], object] = import_module("datasets").Dataset.from_list

    def dataset(**_: object) -> dict[str, object]:
        return {"test": from_list(local_items(name))}

    return {
        "task": name,
        "custom_dataset": dataset,
        "test_split": "test",
        "doc_to_text": "{{question}}",
        **_LOCAL_CONFIGS[name],
    }


@dataclass(frozen=True)
class _Named:
    """A function that lm-eval's file names: ``module.function``, beside it."""

    module: str
    function: str

    def load(self) -> object:
        module = import_module(f"lm_eval.tasks.{_TINY_FOLDER}.{self.module}")
        return vars(module)[self.function]


class _TaskLoader(yaml.SafeLoader):
    """YAML as lm-eval writes it; functions are not imported before they are known to be needed."""


def _named(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> _Named:
    module, _, function = str(loader.construct_scalar(node)).rpartition(".")
    return _Named(module, function)


_TaskLoader.add_constructor("!function", _named)


def _tiny_config(name: str) -> dict[str, object]:
    check_installed()
    config = _task_file(name)
    metrics = [
        {**cast("Mapping[str, object]", metric), "aggregation": "mean"}
        for metric in cast("Sequence[object]", config["metric_list"])
    ]
    if [one["metric"] for one in metrics] == ["acc_norm"]:
        metrics.insert(0, _plain("acc"))
    config["metric_list"] = metrics
    return {
        key: value.load() if isinstance(value, _Named) else value for key, value in config.items()
    }


def _task_file(name: str) -> dict[str, object]:
    """The task of that name in lm-eval's files, with what it includes."""
    folder = resources.files("lm_eval").joinpath("tasks", _TINY_FOLDER)
    files = {
        place.name: cast("dict[str, object]", _TaskLoader(place.read_text("utf-8")).get_data())
        for place in folder.iterdir()
        if place.name.endswith(".yaml")
    }
    for config in files.values():
        if config.get("task") == name:
            included = files.get(str(config.pop("include", None)), {})
            return {**included, **config}
    raise InputError(
        f"the lm-eval that is installed has no task {name}; pip install 'aleator[knowledge]'"
    )
