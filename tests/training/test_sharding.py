"""What sharding asks of the Trainer, what it refuses, and ZeRO on two processes of this machine."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState
from safetensors.torch import load_file
from torch.testing import assert_close

from aleator.errors import InputError, RecipeError
from aleator.training.recipe import Lora, Recipe, Sharding, TreeSupervision
from aleator.training.run import TrainRequest, train
from aleator.training.sharding import sharding_arguments
from tests.training.processes import train_together
from tests.training.runs import WEIGHTS, anchored

_DOCS = Path(__file__).parents[2] / "docs"
_RECIPE = Recipe(method="soft", supervision=TreeSupervision(), epochs=1)


def test_what_the_trainer_is_told(tmp_path: Path) -> None:
    path = tmp_path / "fsdp.json"
    path.write_text('{"reshard_after_forward": false}')
    assert sharding_arguments(None) == {}
    assert sharding_arguments(Sharding("fsdp")) == {"fsdp": True, "fsdp_config": {}}
    assert sharding_arguments(Sharding("fsdp", str(path))) == {
        "fsdp": True,
        "fsdp_config": {"reshard_after_forward": False},
    }
    with pytest.raises(InputError, match="nowhere.json"):
        sharding_arguments(Sharding("fsdp", "nowhere.json"))


def test_a_single_process_is_refused(request_: TrainRequest) -> None:
    with pytest.raises(RecipeError, match="sharding 'fsdp' needs several processes: .* torchrun"):
        train(replace(request_, overrides={"sharding": "{strategy: fsdp}"}))
    assert not request_.out.exists()


def test_cpus_are_refused(request_: TrainRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """accelerate would train unsharded without a word; a group of one is group enough."""
    for name, value in {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", "0")
    request_ = replace(request_, overrides={"sharding": "{strategy: fsdp}"})
    try:
        with pytest.raises(RecipeError, match="sharding 'fsdp' needs GPUs, and there are none"):
            train(request_)
    finally:
        torch.distributed.destroy_process_group()
        AcceleratorState._reset_state(reset_partial_state=True)


@pytest.mark.skipif(find_spec("deepspeed") is not None, reason="DeepSpeed is installed")
def test_deepspeed_that_is_not_installed() -> None:
    with pytest.raises(InputError, match=r"not installed: pip install 'aleator\[deepspeed\]'"):
        sharding_arguments(Sharding("deepspeed"))


@pytest.mark.parametrize("strategy", ["fsdp", "deepspeed"])
def test_accelerate_that_was_told_otherwise(strategy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads its own configuration and would shard what the recipe says nothing of."""
    monkeypatch.setenv(f"ACCELERATE_USE_{strategy.upper()}", "true")
    with pytest.raises(RecipeError, match=f"asks for {strategy} and the recipe does not: give"):
        sharding_arguments(None)


def test_experts_are_refused() -> None:
    lora = Lora(dropout=0.0, target_parameters=("mlp.experts.down_proj",))
    with pytest.raises(ValueError, match="sharding does not go with lora.target_parameters"):
        replace(_RECIPE, sharding=Sharding("fsdp"), lora=lora)


@pytest.mark.parametrize("name", ["zero2.json", "zero3_offload.json", "fsdp_offload.json"])
def test_the_settings_in_the_documents_can_be_read(name: str) -> None:
    assert isinstance(json.loads((_DOCS / "sharding" / name).read_text()), dict)


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("deepspeed") is None,
    reason="pip install 'aleator[deepspeed]'; it compiles itself for a minute, so `make test` "
    "does without",
)
def test_zero_trains_what_one_process_does(request_: TrainRequest, tmp_path: Path) -> None:
    """Stage 2 in several passes and stage 3 with an anchor; both broken off and resumed."""
    zero2 = json.dumps({"strategy": "deepspeed", "config": str(_DOCS / "sharding" / "zero2.json")})
    alone = train(replace(request_, overrides={"gradient_accumulation": "4"}))
    (tmp_path / "kept").mkdir()
    kept = anchored(replace(request_, out=tmp_path / "kept" / "run"))
    kept = replace(kept, overrides={**kept.overrides, "lora.dropout": "0"})
    kept_alone = train(kept)

    def together(request: TrainRequest, passes: int, sharding: str) -> TrainRequest:
        more = {
            "gradient_accumulation": str(passes),
            "sharding": sharding,
            "checkpoint_every": "4",
        }
        overrides = {**request.overrides, **more}
        return replace(request, out=request.out.with_name("together"), overrides=overrides)

    two, three = together(request_, 2, zero2), together(kept, 1, "{strategy: deepspeed}")
    train_together([two, three], tmp_path, killed=[two, three], DS_ACCELERATOR="cpu")
    for one, other in ((alone, two), (kept_alone, three)):
        weights = load_file(other.out / "adapter" / WEIGHTS)
        for place, weight in load_file(one.adapter / WEIGHTS).items():
            assert_close(weights[place], weight, rtol=1e-3, atol=2e-5)
