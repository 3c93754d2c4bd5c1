"""The commands of a matrix, in their order, and which of them a pattern means."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.matrix_file import Matrix, MatrixModel
from aleator.cli import matrix_plan
from aleator.cli.matrix_plan import (
    PlanOptions,
    Resources,
    check_cells,
    chosen_cells,
    matrix_tasks,
)
from aleator.errors import InputError

SMALL = Matrix(
    models=(
        MatrixModel(name="a", model="sandbox", gpus=0, cpus=2, set={"lora.rank": 4}),
        MatrixModel(name="b", model="./somewhere"),
    ),
    conditions={"base": None, "hard": "paper/hard"},
    benches={"numeric": {"limit": 5}, "knowledge": {"knowledge_tasks": ["tiny"]}},
    seed=3,
)


def test_every_command_as_one_would_type_it() -> None:
    tasks = matrix_tasks(SMALL, SMALL.cells(), Path("/out"), PlanOptions(further=("--trust",)))
    assert [task.key for task in tasks] == [
        "train/a/hard",
        "train/b/hard",
        *(f"eval/a/{cell}" for cell in ("base/numeric", "base/knowledge")),
        *(f"eval/a/{cell}" for cell in ("hard/numeric", "hard/knowledge")),
        *(f"eval/b/{cell}" for cell in ("base/numeric", "base/knowledge")),
        *(f"eval/b/{cell}" for cell in ("hard/numeric", "hard/knowledge")),
    ]
    by_key = {task.key: task for task in tasks}
    training, cell = by_key["train/a/hard"], by_key["eval/a/hard/knowledge"]
    assert " ".join(training.arguments) == (
        "train sandbox --method hard --recipe paper/hard --out /out/train/a/hard --set seed=3 "
        "--set lora.rank=4 --trust"
    )
    assert training.result == Path("/out/train/a/hard/metrics.jsonl")
    assert " ".join(cell.arguments) == (
        "eval sandbox --bench knowledge --out /out/eval/a/hard/knowledge --adapter "
        "/out/train/a/hard --seed 3 --knowledge-tasks tiny --trust"
    )
    assert (cell.needs, by_key["eval/a/base/numeric"].needs) == ("train/a/hard", None)
    assert cell.result == Path("/out/eval/a/hard/knowledge/result.json")
    assert cell.log == Path("/out/logs/eval/a/hard/knowledge.log")
    assert (cell.takes, by_key["train/b/hard"].takes) == (Resources(2, 0), Resources(1, 1))
    assert str(cell.takes) == "2 CPUs, 0 GPUs" and str(Resources(1, 1)) == "1 CPU, 1 GPU"


def test_the_user_may_choose_other_resources_and_no_seed() -> None:
    matrix = SMALL.model_copy(update={"seed": None})
    tasks = matrix_tasks(matrix, matrix.cells(), Path("/out"), PlanOptions(gpus=0, cpus=3))
    assert {task.takes for task in tasks} == {Resources(3, 0)}
    assert not [task for task in tasks if "seed" in " ".join(task.arguments)]


def test_what_is_trained_on_rounded_weights_is_compared_with_them() -> None:
    models = (MatrixModel(name="a", model="m", quantisation="nf4", set={"lora.rank": 4}),)
    matrix = SMALL.model_copy(update={"models": models, "benches": {"numeric": {}}})
    training, base, hard = matrix_tasks(matrix, matrix.cells(), Path("/out"), PlanOptions())
    assert training.arguments[-6:] == (
        *("--set", "seed=3", "--set", "quantisation=nf4"),
        *("--set", "lora.rank=4"),
    )
    assert base.arguments[-4:] == ("--quantisation", "nf4", "--seed", "3")
    assert "--adapter" in hard.arguments and "--quantisation" not in hard.arguments


@pytest.mark.parametrize(
    ("patterns", "keys"),
    [
        (["a"], ["a/base/numeric", "a/base/knowledge", "a/hard/numeric", "a/hard/knowledge"]),
        (["*/hard/numeric"], ["a/hard/numeric", "b/hard/numeric"]),
        (["b/base", "a/base/numeric"], ["a/base/numeric", "b/base/numeric", "b/base/knowledge"]),
    ],
)
def test_patterns(patterns: list[str], keys: list[str]) -> None:
    cells = chosen_cells(SMALL, patterns)
    assert [cell.key for cell in cells] == keys
    trainings = [
        task.key
        for task in matrix_tasks(SMALL, cells, Path("/out"), PlanOptions())
        if task.key.startswith("train/")
    ]
    assert trainings == [
        f"train/{one}/hard" for one in "ab" if any(key.startswith(f"{one}/hard") for key in keys)
    ]


def test_a_pattern_that_fits_nothing() -> None:
    with pytest.raises(InputError, match="--only 'c' fits no cell: .* of the models a, b, the"):
        chosen_cells(SMALL, ["a", "c"])
    assert chosen_cells(SMALL, []) == SMALL.cells()


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"b: there is no directory \./somewhere"):
        check_cells(SMALL.cells())
    check_cells(chosen_cells(SMALL, ["a"]))


@pytest.mark.parametrize(
    ("bench", "options", "told"),
    [
        ("novelty", {"novelty_sets": ["sandbox", "curated"]}, True),
        ("novelty", {"novelty_sets": ["curated"], "novelty_file": "mine.jsonl"}, False),
        ("novelty", {}, False),
        ("perplexity", {"perplexity_texts": "paloma"}, True),
        ("perplexity", {}, False),
    ],
)
def test_prompts_of_the_hub_want_another_package(
    bench: str, options: Mapping[str, str], told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = replace(SMALL.cells()[0], bench=bench, options=options)
    check_cells([cell])
    monkeypatch.setattr(matrix_plan, "find_spec", lambda name: None)
    if told:
        with pytest.raises(InputError, match=r"pip install 'aleator\[hub\]'"):
            check_cells([cell])
    else:
        check_cells([cell])
