"""Whole runs with an anchor, and runs that stop at their goal."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.distributions.grids import split_distributions
from aleator.errors import ConfigurationChangedError, RecipeError
from aleator.training.run import TrainRequest, train
from aleator.training.run_record import read_record
from tests.training.runs import Kill, KillAtTheEnd, adapter_bytes, anchored


@pytest.mark.parametrize("after", [1, 2])
def test_an_anchored_run_goes_on_bit_for_bit(request_: TrainRequest, after: int) -> None:
    """With the answers that it drew, also where they were lost, and with the same losses."""
    request_ = anchored(request_)
    whole = train(replace(request_, out=request_.out.with_name("uninterrupted")))
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(after)])
    answers = request_.out / "anchor.jsonl"
    drawn = answers.read_bytes()
    if after == 2:
        answers.unlink()
    result = train(request_)
    assert adapter_bytes(result) == adapter_bytes(whole)
    assert answers.read_bytes() == drawn == (whole.out / "anchor.jsonl").read_bytes()
    kept = [{**row, "seconds": 0} for row in result.metrics]
    assert kept == [{**row, "seconds": 0} for row in whole.metrics]
    kls = [row["anchor_kl"] for row in whole.metrics]
    assert isinstance(kls[0], float) and isinstance(kls[-1], float)
    assert abs(kls[0]) <= 1e-5 < kls[-1]
    assert 0 < whole.spent.anchor_tokens < whole.spent.tokens
    assert not train(request_).trained


def test_weight_0_only_measures(request_: TrainRequest) -> None:
    free = train(replace(request_, out=request_.out.with_name("free")))
    result = train(anchored(request_, weight=0.0))
    assert adapter_bytes(result) == adapter_bytes(free)
    last = result.metrics[-1]["anchor_kl"]
    assert isinstance(last, float) and last > 1e-3


def test_a_changed_anchor_is_refused(request_: TrainRequest) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(anchored(request_), callbacks=[Kill(2)])
    with pytest.raises(ConfigurationChangedError, match=r"anchor.weight was 2.0, is 3.0"):
        train(anchored(request_, weight=3.0))
    changed = anchored(request_)
    Path(str(changed.anchor_prompts)).write_text('{"prompt": "Bye."}')
    with pytest.raises(ConfigurationChangedError, match=r"anchor.prompts was '[0-9a-f]{64}', is '"):
        train(changed)
    with pytest.raises(ConfigurationChangedError, match=r"anchor.weight was 2.0, is None"):
        train(replace(request_, overrides={}))


def test_a_wrong_anchor_leaves_nothing_behind(request_: TrainRequest) -> None:
    request_ = anchored(request_)
    file = Path(str(request_.anchor_prompts))
    asked = split_distributions("held_out_families")[0]
    file.write_text(json.dumps({"prompt": asked.prompt()}))
    with pytest.raises(RecipeError, match=r"keep.jsonl:1: the anchor's prompt .* of the family"):
        train(request_)
    file.write_text('{"text": "7"}')
    with pytest.raises(RecipeError, match=r"keep.jsonl:1: the anchor holds no text"):
        train(request_)
    assert not request_.out.exists()


def test_a_run_that_reached_its_goal_is_finished(request_: TrainRequest) -> None:
    """Stopped between two checkpoints; broken off behind its last one, it makes no more updates."""
    overrides = {
        "validation": "{every: 2, prompts: 2, nodes: 8, stop_below_ratio: 0.999999}",
        "optimiser": "{learning_rate: 0.03, schedule: constant}",
        "checkpoint_every": "5",
    }
    request_ = replace(request_, overrides=overrides)
    whole = train(replace(request_, out=request_.out.with_name("uninterrupted")))
    assert whole.spent.stopped_early and whole.spent.updates in (2, 4)
    figures = [row["validation_kl"] for row in whole.metrics if "validation_kl" in row]
    assert len(figures) == whole.spent.updates / 2 + 1
    assert isinstance(figures[0], float) and isinstance(figures[-1], float)
    assert figures[-1] < figures[0]
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[KillAtTheEnd()])
    result = train(request_)
    assert adapter_bytes(result) == adapter_bytes(whole)
    assert replace(result.spent, seconds=0) == replace(whole.spent, seconds=0)
    record = read_record(request_.out)
    assert record is not None and record.spent == result.spent
    assert not train(request_).trained
