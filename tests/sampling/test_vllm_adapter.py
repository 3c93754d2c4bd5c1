"""Adapters as PEFT saves them, before vLLM; nothing of vLLM is needed."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from peft import LoraConfig

from aleator.errors import ModelError
from aleator.files import JsonValue
from aleator.models.adapters import CONFIG_FILE
from aleator.sampling.vllm_adapter import RANKS, UNSUPPORTED, lora_rank
from tests.hosted_models import hosted_adapter, hosted_model


def _saved(folder: Path, **settings: JsonValue) -> Path:
    LoraConfig(target_modules=["q_proj"], task_type="CAUSAL_LM").save_pretrained(str(folder))
    path = folder / CONFIG_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
    return folder


def test_the_rank_is_the_next_that_vllm_has(tmp_path: Path) -> None:
    model = hosted_model(tmp_path / "model")
    assert lora_rank(hosted_adapter(model, tmp_path / "ours", rank=2)) == 8
    for rank, needed in ((1, 1), (8, 8), (9, 16), (16, 16), (17, 32), (300, 320), (512, 512)):
        assert lora_rank(_saved(tmp_path / f"r{rank}", r=rank)) == needed
    patterned = _saved(tmp_path / "p", r=4, rank_pattern={"layers.0.q_proj": 40, "k_proj": 2})
    assert lora_rank(patterned) == 64
    with pytest.raises(ModelError, match="because of rank 513, more than 512"):
        lora_rank(_saved(tmp_path / "large", r=RANKS[-1] + 1))


@pytest.mark.parametrize(
    "settings",
    [
        {"use_dora": True},
        {"modules_to_save": ["embed_tokens"]},
        {"target_parameters": ["mlp.experts.down_proj"]},
        {"trainable_token_indices": [3]},
        {"bias": "lora_only"},
        {"lora_bias": True},
        {"layer_replication": [[0, 1]]},
        {"alora_invocation_tokens": [1]},
        {"use_qalora": True},
        {"use_bdlora": {"nblocks": 2}},
        {"init_lora_weights": "pissa_niter_4"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_vllm_does_not_apply_is_refused_in_one_sentence(
    settings: dict[str, JsonValue], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=rf"\({next(iter(settings))}\).*aleator export --merged"):
        lora_rank(_saved(tmp_path, **settings))


def test_every_setting_is_one_that_peft_has() -> None:
    """A renamed setting would never be found on."""
    assert set(UNSUPPORTED) <= {one.name for one in fields(LoraConfig)}
    plain = LoraConfig(target_modules=["q_proj"]).to_dict()
    assert not [name for name, (found, _) in UNSUPPORTED.items() if found(plain[name])]
    assert not UNSUPPORTED["init_lora_weights"][0]("gaussian")


def test_what_is_no_adapter(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"it has no {CONFIG_FILE}"):
        lora_rank(tmp_path)
    with pytest.raises(ModelError, match="is of type 'LOHA'"):
        lora_rank(_saved(tmp_path / "loha", peft_type="LOHA"))
    for rank in (0, "8", None):
        with pytest.raises(ModelError, match="ranks that are no whole numbers"):
            lora_rank(_saved(tmp_path / "rank", r=rank))
