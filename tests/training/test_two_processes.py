"""Two processes make the updates of one, to rounding: also where an epoch's last batch is short.

One process that splits its batches into twice as many passes reads the same chunks as two, so even
drawn trees and dropout are the same. All runs of two processes are made in one start of torchrun.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from aleator.benchmarks.subject import open_model
from aleator.files import Row, read_rows, write_yaml
from aleator.training.run import TrainRequest, train
from aleator.training.run_record import read_record
from tests.training.processes import train_together
from tests.training.runs import WEIGHTS, anchored

_WORDS = """\
sets:
  - {name: direction, prompts: [Pick a direction., Where], outcomes: {north: 1, south: 2}}
  - {name: suit, split: held_out, prompts: [Draw a card.], outcomes: [hearts, spades]}
"""
# Nine prompts, four a batch: of the last batch one process gets a prompt and the other none.
_RECIPE: Row = {
    "data": {"source": "published", "split": "held_out_families", "families": ["maxwell"]},
    "epochs": 2,
    "batch_size": 4,
    "lora": {"rank": 4, "dropout": 0.2},
    "optimiser": {"learning_rate": 0.01},
    "validation": {"every": 3, "prompts": 2, "nodes": 8},
    "log_every": 1,
    "checkpoint_every": 2,
}
_SOFT: Row = {"method": "soft", "supervision": {"kind": "paths", "paths": 2}}
_HARD: Row = {"method": "hard", "supervision": {"kind": "draws", "draws": 3}}
# Seventeen prompts with few outcomes each; trees that cover them do not depend on the chunks.
_COMPLETE = {
    "supervision": "{kind: tree, nodes: 200, tails: 1}",
    "data.families": "[poisson]",
    "lora.dropout": "0",
    "epochs": "1",
}
_MIXED = {"epochs": "null", "max_steps": "3", "lora.dropout": "0"}
_FSDP = {"sharding": "{strategy: fsdp}"}

# By name: what goes for both, the passes of one process, those of each of two, and by what else two
# are told apart.
_CASES: Mapping[str, tuple[Mapping[str, str], int, int, Mapping[str, str]]] = {
    "soft": ({}, 4, 2, {}),
    "whole": (_COMPLETE, 1, 1, {}),
    "hard": ({"mean": "tokens", "epochs": "1"}, 2, 1, {}),
    "mixed": (_MIXED, 2, 1, {}),
    "sharded": ({"dtype": "bfloat16", "gradient_checkpointing": "true"}, 2, 1, _FSDP),
    "anchored": (_MIXED, 2, 1, _FSDP),
}


def _request(name: str, folder: Path, model: Path) -> TrainRequest:
    """What one process and two are asked for alike."""
    method = _HARD if name == "hard" else _SOFT
    recipe, words = folder / f"{name}.yaml", folder / "mine.yaml"
    write_yaml(recipe, {**_RECIPE, **method})
    words.write_text(_WORDS)
    request = TrainRequest(
        str(model), "hard" if name == "hard" else "soft", folder / name / "run", str(recipe)
    )
    (folder / name).mkdir()
    if name in ("mixed", "anchored"):
        mix = {"numeric": 0.5, "mine": 0.5}
        request = replace(anchored(request), targets=(str(words),), mix=mix)
    return request


def _with(request: TrainRequest, out: str, passes: int, *more: Mapping[str, str]) -> TrainRequest:
    overrides = {**request.overrides, "gradient_accumulation": str(passes)}
    for one in more:
        overrides |= one
    return replace(request, out=request.out.with_name(out), overrides=overrides)


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory, tiny_directory: Path
) -> dict[str, tuple[TrainRequest, TrainRequest]]:
    """By name, what one process is to train and what two have trained."""
    folder = tmp_path_factory.mktemp("together")
    pairs = {}
    for name, (overrides, alone, each, apart) in _CASES.items():
        request = _request(name, folder, tiny_directory)
        pairs[name] = (
            _with(request, "alone", alone, overrides),
            _with(request, "together", each, overrides, apart),
        )
    together = {name: two for name, (_, two) in pairs.items()}
    broken_off = [together["soft"], together["sharded"]]
    train_together(list(together.values()), folder, killed=broken_off)
    return pairs


def _figures(folder: Path) -> list[tuple[str, dict[str, float]]]:
    """Each row by its name, time aside."""
    rows = read_rows(folder / "metrics.jsonl")
    numbers = [{name: one for name, one in row.items() if isinstance(one, float)} for row in rows]
    return [
        (str(row["row"]), {**mine, "seconds": 0.0}) for row, mine in zip(rows, numbers, strict=True)
    ]


@pytest.mark.parametrize("name", _CASES)
def test_two_processes_train_what_one_does(
    runs: Mapping[str, tuple[TrainRequest, TrainRequest]], name: str
) -> None:
    """The same adapter, the same figures, each told once; two of them were broken off and resumed.

    AdamW divides a gradient by its own size, so that rounding is largest where gradients are least.
    """
    one, two = runs[name]
    alone = train(one)
    weights = load_file(two.out / "adapter" / WEIGHTS)
    for place, weight in load_file(alone.adapter / WEIGHTS).items():
        assert weights[place].dtype == torch.float32
        torch.testing.assert_close(weights[place], weight, rtol=1e-3, atol=2e-5)
    for (row, mine), (same, theirs) in zip(_figures(one.out), _figures(two.out), strict=True):
        assert row == same and mine == pytest.approx(theirs, rel=1e-4, abs=1e-5)
    record = read_record(two.out)
    assert record is not None and record.spent is not None
    spent = replace(record.spent, seconds=alone.spent.seconds)
    assert spent == replace(alone.spent, flops=pytest.approx(alone.spent.flops))
    assert sorted(path.name for path in two.out.iterdir()) == sorted(
        path.name for path in one.out.iterdir()
    )


def test_an_adapter_from_shards_loads(
    runs: Mapping[str, tuple[TrainRequest, TrainRequest]],
) -> None:
    _, two = runs["sharded"]
    assert not open_model(two.model, two.out).adapter_silent
