from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from aleator.errors import ModelError
from aleator.models.output_head import float32_logits_at, output_head
from aleator.models.packed_forward import pack, packed_logits
from tests.tiny_models import VOCABULARY, random_prompt, random_tree, tiny_model

ROWS, COLS = torch.tensor([0, 1, 1]), torch.tensor([2, 0, 3])
IDS = torch.arange(8).reshape(2, 4)


def test_only_the_positions_asked_for() -> None:
    model = tiny_model("gemma3")
    with torch.no_grad():
        everywhere = model(IDS).logits
        with float32_logits_at(model, ROWS, COLS):
            logits = model(IDS).logits
        assert (logits - everywhere[ROWS, COLS]).abs().le(1e-5).all()
        assert torch.equal(model(IDS).logits, everywhere), "the model is left as it was"


def test_gemmas_soft_cap_stays() -> None:
    model = tiny_model("gemma3")
    assert model.config.final_logit_softcapping == 5.0
    with torch.no_grad():
        model.lm_head.weight *= 100
        with float32_logits_at(model, ROWS, COLS):
            logits = model(IDS).logits
    assert logits.abs().max() <= 5.0
    assert logits.abs().max() > 4.9


def test_float32_in_a_shorter_format() -> None:
    """The last hidden states of a bfloat16 model meet a head in float32."""
    model = tiny_model("qwen3")
    model.bfloat16()
    with torch.no_grad():
        hidden = model.model(IDS).last_hidden_state[ROWS, COLS]
        expected = hidden.float() @ model.lm_head.weight.float().T
        with float32_logits_at(model, ROWS, COLS):
            logits = model(IDS).logits
    assert logits.dtype == torch.float32
    assert (logits - expected).abs().le(1e-5).all()


def test_autocast_does_not_take_it_back() -> None:
    model = tiny_model("qwen3")
    bfloat16 = torch.autocast("cpu", torch.bfloat16)
    with torch.no_grad(), float32_logits_at(model, ROWS, COLS), bfloat16:
        logits = model(IDS).logits
    assert logits.dtype == torch.float32
    rounded = logits.bfloat16().float() == logits
    assert rounded.float().mean() < 0.1


def test_left_alone_after_an_error() -> None:
    model = tiny_model("qwen3")
    before = model(IDS).logits
    with pytest.raises(IndexError), float32_logits_at(model, ROWS, COLS + 9):
        model(IDS)
    assert torch.equal(model(IDS).logits, before)


def test_a_head_that_is_no_linear_layer_is_refused() -> None:
    model = tiny_model("qwen3")
    model.set_output_embeddings(nn.Sequential(model.lm_head))
    with pytest.raises(ModelError, match=r"is a Sequential, .* leave lm_head out"):
        output_head(model)


@pytest.fixture
def one_process(tmp_path: Path) -> Iterator[None]:
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/s", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("one_process")
def test_data_parallel_wrappers_are_called(rng: np.random.Generator) -> None:
    """They synchronise gradients only in passes that go through their own forward."""
    inner = tiny_model("qwen3")
    wrapped = DistributedDataParallel(inner)
    seen: list[str] = []
    wrapped.register_forward_hook(lambda *_: seen.append("called"))
    batch = pack([random_prompt(rng, 4)], [random_tree(rng, 6)], pad_token_id=0)
    logits = packed_logits(wrapped, batch)
    assert seen == ["called"]
    assert logits.shape == (6, VOCABULARY)
    logits.logsumexp(-1).sum().backward()
    assert all(parameter.grad is not None for parameter in inner.parameters())
