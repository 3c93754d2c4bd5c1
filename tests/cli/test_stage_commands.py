"""Stages as command lines; that the commands take them is seen in `test_compare.py`."""

from pathlib import Path

from aleator.cli.stage_commands import evaluation_stage, training_stage


def test_a_training() -> None:
    stage = training_stage(
        "train it",
        Path("runs/it"),
        model="sandbox",
        method="hard",
        recipe=None,
        overrides={"seed": "3", "max_tokens": "900"},
        updates=7,
        options=("--trust-remote-code",),
    )
    assert stage.arguments == (
        "train", "sandbox", "--method", "hard", "--out", "runs/it",
        "--set", "seed=3", "--set", "max_tokens=900", "--trust-remote-code",
    )  # fmt: skip
    assert stage.result == Path("runs/it/metrics.jsonl") and stage.needs == ()
    assert stage.gauge is not None and (stage.gauge.total, stage.gauge.field) == (7, "step")


def test_an_evaluation() -> None:
    stage = evaluation_stage(
        "evaluate it",
        Path("eval/it"),
        model="sandbox",
        seed=0,
        benches=("numeric", "novelty"),
        logs={"numeric.jsonl": 12, "novelty.generations.jsonl": 3},
        adapter=Path("runs/it"),
        needs=("train it",),
        options=("--draws", "0"),
    )
    assert stage.arguments == (
        "eval", "sandbox", "--bench", "numeric,novelty", "--out", "eval/it", "--seed", "0",
        "--draws", "0", "--adapter", "runs/it",
    )  # fmt: skip
    assert stage.result == Path("eval/it/result.json") and stage.needs == ("train it",)
    assert stage.gauge is not None and stage.gauge.total == 15
