"""The tasks and what lm-eval is told of them."""

import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import cast

import pytest

from aleator.benchmarks import knowledge_tasks
from aleator.benchmarks.item_parameters import SCENARIOS
from aleator.benchmarks.knowledge_tasks import (
    CHOICES,
    TASKS,
    check_installed,
    chosen_tasks,
    local_items,
)
from aleator.errors import InputError, UnknownNameError

LOCAL_NAMES = [name for name, task in TASKS.items() if task.group == "local"]
TINY_NAMES = [name for name, task in TASKS.items() if task.group == "tiny"]

# arXiv 2605.11845: accuracy, normalised accuracy, mc2, accuracy, strict match; ARC as the
# leaderboard has it. Their metrics, by lm-eval's names.
HEADLINES = {
    "tinyMMLU": "acc",
    "tinyHellaswag": "acc_norm",
    "tinyTruthfulQA": "mc2",
    "tinyWinogrande": "acc",
    "tinyGSM8k": "exact_match,strict-match",
    "tinyArc": "acc_norm",
}
SHOTS = {
    "tinyMMLU": 0, "tinyHellaswag": 10, "tinyTruthfulQA": 0, "tinyWinogrande": 5,
    "tinyGSM8k": 5, "tinyArc": 25,
}  # fmt: skip


def test_groups_and_names_choose_tasks() -> None:
    assert [task.name for task in chosen_tasks(("local",))] == LOCAL_NAMES
    assert [task.name for task in chosen_tasks(("tiny",))] == TINY_NAMES
    mixed = chosen_tasks(("tinyArc", "facts", "facts"))
    assert [task.name for task in mixed] == ["facts", "tinyArc"]


def test_unknown_tasks_are_refused_with_a_list() -> None:
    with pytest.raises(UnknownNameError, match=", ".join(CHOICES)):
        chosen_tasks(("arithmetics",))
    with pytest.raises(InputError, match="no knowledge task was given"):
        chosen_tasks(())


def test_local_tasks_have_the_items_they_say() -> None:
    assert len(LOCAL_NAMES) >= 3
    for name in LOCAL_NAMES:
        items = local_items(name)
        assert len(items) == TASKS[name].items >= 100
        assert len({str(item["question"]) for item in items}) == len(items)
        for item in items:
            options = cast("Sequence[str]", item.get("options", ()))
            assert len(set(options)) == len(options)
            assert "answer" in item or item["right"] in range(len(options))


def test_tiny_tasks_are_lm_evals_with_plain_means() -> None:
    for name in TINY_NAMES:
        config = TASKS[name].config(256)
        assert config["task"] == name and config["num_fewshot"] == SHOTS[name]
        metrics = cast("Sequence[Mapping[str, object]]", config["metric_list"])
        assert {metric["aggregation"] for metric in metrics} == {"mean"}
        assert TASKS[name].headline == HEADLINES[name] and TASKS[name].items == 100
        for value in config.values():
            assert (
                value is None
                or isinstance(value, str | int | float | list | dict)
                or callable(value)
            )
    assert "tinyBenchmarks" not in sys.modules
    assert {TASKS[name].scenario for name in TINY_NAMES} == set(SCENARIOS)


def test_accuracy_stands_beside_the_normalised_one() -> None:
    metrics = cast("Sequence[Mapping[str, object]]", TASKS["tinyMMLU"].config(9)["metric_list"])
    assert [metric["metric"] for metric in metrics] == ["acc", "acc_norm"]


@pytest.mark.parametrize(("asked", "arithmetic", "gsm8k"), [(256, 32, 256), (16, 16, 16)])
def test_answers_are_no_longer_than_asked_for(asked: int, arithmetic: int, gsm8k: int) -> None:
    for name, longest in (("arithmetic", arithmetic), ("tinyGSM8k", gsm8k)):
        generation = cast("Mapping[str, object]", TASKS[name].config(asked)["generation_kwargs"])
        assert generation["max_gen_toks"] == longest and generation["do_sample"] is False


def test_without_lm_eval_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "lm_eval" else find_spec(name, package)

    check_installed()
    monkeypatch.setattr(knowledge_tasks, "find_spec", without)
    for call in (
        check_installed,
        lambda: TASKS["facts"].config(1),
        lambda: TASKS["tinyArc"].config(1),
    ):
        with pytest.raises(InputError, match=r"pip install 'aleator\[knowledge\]'"):
            call()


def test_an_lm_eval_without_the_task_is_said() -> None:
    with pytest.raises(InputError, match="has no task tinyPiqa"):
        knowledge_tasks.KnowledgeTask("tinyPiqa", "tiny", 100, "acc").config(1)
