"""The knowledge benchmark whole: local tasks on the sandbox, tiny ones on data of their shape."""

import json
import pickle
import socket
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, cast

import datasets
import numpy as np
import pytest
from scipy.stats import beta

from aleator.benchmarks import knowledge, knowledge_harness
from aleator.benchmarks.item_parameters import ItemsFile, read_items
from aleator.benchmarks.knowledge import KnowledgeSettings, check_knowledge, run_knowledge
from aleator.benchmarks.knowledge_tasks import TASKS
from aleator.benchmarks.pickled_items import convert_items
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError, UnknownNameError
from aleator.files import JsonValue, read_rows
from aleator.metrics.item_response import item_response
from aleator.models.loading import load_model
from aleator.tokens.chat import ChatFormat
from tests import tiny_hub
from tests.item_banks import published_layout
from tests.sources import PACKAGE_SOURCES
from tests.tiny_models import tiny_model, tiny_tokenizer

FEW = KnowledgeSettings(limit=40)
TINY = KnowledgeSettings(tasks=("tiny",), max_new_tokens=8)


class _Estimate(TypedDict):
    value: float | None
    low: float | None
    high: float | None


class _Task(TypedDict):
    task: str
    metric: str
    items: int
    value: _Estimate
    others: dict[str, _Estimate]


class _Aggregate(TypedDict):
    tasks: int
    mean: _Estimate
    gp_irt: _Estimate | None


class _Bench(TypedDict):
    tasks: list[_Task]
    aggregate: _Aggregate | None
    parameters: dict[str, str] | None
    harness: str
    task_names: list[str]


@pytest.fixture(scope="module")
def sandbox() -> Subject:
    loaded = load_model("sandbox")
    chat = ChatFormat(loaded.tokenizer)
    return Subject.local(AnsweringModel(loaded.model, loaded.tokenizer, chat))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A random model that reads long prompts, and the hub's data without the hub."""
    monkeypatch.setattr(datasets, "load_dataset", tiny_hub.load_dataset)
    model, tokenizer = tiny_model("llama", "sdpa", layers=1), tiny_tokenizer("llama3")
    model.config.max_position_embeddings = 8192
    return Subject.local(AnsweringModel(model, tokenizer, ChatFormat(tokenizer)))


def _run(subject: Subject, settings: KnowledgeSettings, out: Path) -> _Bench:
    found: dict[str, JsonValue] = run_knowledge(subject, settings, out)
    return cast("_Bench", json.loads(json.dumps(found, allow_nan=False)))


def _metric(out: Path, task: str, metric: str) -> list[float]:
    rows = read_rows(out / "rows" / "knowledge.jsonl")
    own = [cast("dict[str, float]", row["metrics"]) for row in rows if row["task"] == task]
    return [one[metric] for one in own]


def test_the_sandbox_knows_what_it_was_taught_and_not_all(
    sandbox: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    found = _run(sandbox, FEW, tmp_path)
    assert found["harness"].startswith("lm-eval 0.4")
    assert found["task_names"] == ["arithmetic", "categories", "facts"]
    # Four ways to answer in categories; a number or a word out of many in the others.
    chance = {"arithmetic": 0.1, "categories": 0.25, "facts": 0.1}
    for task in found["tasks"]:
        share, metric = _metric(tmp_path, task["task"], task["metric"]), task["metric"]
        right = int(sum(share))
        assert metric == TASKS[task["task"]].headline and task["items"] == len(share) == 40
        assert task["value"]["value"] == right / 40
        low, high = beta.ppf([0.025], right, 41 - right), beta.ppf([0.975], right + 1, 40 - right)
        assert abs(cast("float", task["value"]["low"]) - low[0]) <= 1e-9
        assert abs(cast("float", task["value"]["high"]) - high[0]) <= 1e-9
        assert cast("float", task["value"]["low"]) > chance[task["task"]] and right < 40
    aggregate = found["aggregate"]
    assert aggregate is not None and aggregate["tasks"] == 3 and aggregate["gp_irt"] is None
    headlines = [cast("float", task["value"]["value"]) for task in found["tasks"]]
    assert abs(cast("float", aggregate["mean"]["value"]) - np.mean(headlines)) <= 1e-12
    assert found["parameters"] is None


def test_a_killed_run_goes_on_with_the_task_it_was_at(
    sandbox: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(FEW, limit=4)
    whole = _run(sandbox, few, tmp_path / "whole")
    lines = (tmp_path / "whole" / "rows" / "knowledge.jsonl").read_bytes().splitlines(True)
    assert len(lines) == 12
    # One task is whole, and of the next two rows and a half had come.
    broken = tmp_path / "broken" / "rows" / "knowledge.jsonl.partial"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"".join(lines[:6]) + lines[6][:20])
    ran: list[str] = []
    score = knowledge_harness.score_task

    def counted(*arguments: object, **more: object) -> list[knowledge_harness.ScoredItem]:
        ran.append(cast("dict[str, str]", arguments[1])["task"])
        return score(*arguments, **more)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(knowledge_harness, "score_task", counted)
    seen: list[tuple[int, int]] = []
    again = run_knowledge(
        sandbox, few, tmp_path / "broken", lambda done, total: seen.append((done, total))
    )
    assert json.loads(json.dumps(again)) == whole
    assert ran == ["categories", "facts"]
    assert seen == [(6, 12), (6, 12), (8, 12), (12, 12)]
    assert (tmp_path / "broken" / "rows" / "knowledge.jsonl").read_bytes() == b"".join(lines)


def test_tiny_tasks_run_as_lm_eval_has_them(tiny: Subject, tmp_path: Path) -> None:
    found = _run(tiny, TINY, tmp_path)
    tasks = {task["task"]: task for task in found["tasks"]}
    assert set(tasks) == {name for name, task in TASKS.items() if task.group == "tiny"}
    for name, task in tasks.items():
        assert task["metric"] == TASKS[name].headline and task["items"] == tiny_hub.ITEMS
        assert task["value"]["value"] == np.mean(_metric(tmp_path, name, task["metric"]))
        assert not {"irt", "p_irt", "gp_irt"} & set(task["others"])
    assert set(tasks["tinyGSM8k"]["others"]) == {"exact_match,flexible-extract"}
    assert set(tasks["tinyMMLU"]["others"]) == {"acc_norm"}
    assert set(tasks["tinyHellaswag"]["others"]) == {"acc"}
    shares = _metric(tmp_path, "tinyTruthfulQA", "mc2")
    rows = read_rows(tmp_path / "rows" / "knowledge.jsonl")
    rows = [row for row in rows if row["task"] == "tinyTruthfulQA"]
    for share, row in zip(shares, rows, strict=True):
        likelihoods = np.exp(cast("list[float]", row["responses"]))
        assert abs(share - likelihoods[:2].sum() / likelihoods.sum()) <= 1e-9
    value = tasks["tinyTruthfulQA"]["value"]
    assert (
        cast("float", value["low"]) < cast("float", value["value"]) < cast("float", value["high"])
    )


def test_item_parameters_give_gp_irt_of_the_rows_that_are_there(
    tiny: Subject, tmp_path: Path
) -> None:
    _run(tiny, TINY, tmp_path)
    source, out = tmp_path / "tinyBenchmarks.pkl", tmp_path / "items.safetensors"
    source.write_bytes(pickle.dumps(published_layout()))
    digest = convert_items(ItemsFile(source), out)
    with_items = replace(TINY, parameters=ItemsFile(out, digest))
    assert with_items.as_json() == TINY.as_json()
    found = _run(tiny, with_items, tmp_path)
    assert found["parameters"] == {"file": str(out), "sha256": digest}
    bank = read_items(ItemsFile(out))
    estimates = []
    for task in found["tasks"]:
        answers = np.array(_metric(tmp_path, task["task"], task["metric"]))
        expected = item_response(answers, bank.scenarios[TASKS[task["task"]].scenario or ""])
        for name in ("irt", "p_irt", "gp_irt"):
            assert task["others"][name] == {
                "value": vars(expected)[name],
                "low": None,
                "high": None,
            }
        estimates.append(expected.gp_irt)
    aggregate = found["aggregate"]
    assert aggregate is not None and aggregate["gp_irt"] is not None
    assert abs(cast("float", aggregate["gp_irt"]["value"]) - np.mean(estimates)) <= 1e-12


def test_gp_irt_of_too_few_items_is_undefined(tiny: Subject, tmp_path: Path) -> None:
    source, out = tmp_path / "tinyBenchmarks.pkl", tmp_path / "items.safetensors"
    source.write_bytes(pickle.dumps(published_layout()))
    convert_items(ItemsFile(source), out)
    settings = KnowledgeSettings(2, ("tinyMMLU",), parameters=ItemsFile(out))
    found = _run(tiny, settings, tmp_path)
    assert found["aggregate"] is None
    assert found["tasks"][0]["items"] == 2
    assert found["tasks"][0]["others"]["gp_irt"] == {"value": None, "low": None, "high": None}


def test_an_endpoint_is_refused(sandbox: Subject, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="knowledge compares log-likelihoods .* an endpoint"):
        check_knowledge(FEW, logits=False)
    with pytest.raises(InputError, match="an endpoint"):
        run_knowledge(replace(sandbox, model=None), FEW, tmp_path)


@pytest.mark.parametrize("field", ["limit", "max_new_tokens"])
def test_settings_that_make_no_sense_are_refused(field: str) -> None:
    with pytest.raises(InputError, match=f"{field}=0: give at least 1"):
        check_knowledge(replace(FEW, **{field: 0}), logits=True)


def test_unknown_tasks_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="knowledge task 'mmlu'"):
        check_knowledge(KnowledgeSettings(tasks=("mmlu",)), logits=True)
    missing = KnowledgeSettings(parameters=ItemsFile(tmp_path / "none"))
    with pytest.raises(InputError, match="cannot read"):
        check_knowledge(missing, logits=True)


def test_lm_eval_is_imported_only_when_tasks_are_run() -> None:
    importers = [
        source.place
        for source in PACKAGE_SOURCES
        for _, name in source.imports()
        if name.split(".")[0] == "lm_eval"
    ]
    assert {Path(place).name for place in importers} == {"knowledge_harness.py"}
    assert not {"score_task", "knowledge_harness"} & set(vars(knowledge))
