"""Gradients computed side by side are those of the sum, whatever the number of workers."""

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import Qwen3ForCausalLM

from aleator.sandbox.architecture import new_model
from aleator.sandbox.corpus import plain_document
from aleator.sandbox.gradients import Loss, ParallelGradients
from aleator.sandbox.tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def model() -> Qwen3ForCausalLM:
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    return new_model(train_tokenizer(plain_document(rng) for _ in range(200)))


def _loss(seed: int) -> Loss:
    ids = torch.randint(0, 300, (1, 12), generator=torch.Generator().manual_seed(seed))

    def loss(one: Qwen3ForCausalLM) -> Tensor:
        return torch.logsumexp(one(input_ids=ids, use_cache=False).logits, dim=-1).mean()

    return loss


def _found(model: Qwen3ForCausalLM, workers: int) -> tuple[list[float], list[Tensor]]:
    with ParallelGradients(model, workers) as gradients:
        assert torch.get_num_threads() == 1
        values = gradients.start([_loss(seed) for seed in range(3)]).wait()
    found: list[Tensor] = []
    for parameter in model.parameters():
        assert parameter.grad is not None
        found.append(parameter.grad.clone())
    return values, found


def test_gradients_are_those_of_the_sum(model: Qwen3ForCausalLM) -> None:
    values, found = _found(model, workers=2)
    losses = [_loss(seed)(model) for seed in range(3)]
    assert values == pytest.approx([float(one.detach()) for one in losses], abs=1e-5)
    plain = torch.autograd.grad(sum(losses, torch.zeros(())), list(model.parameters()))
    for one, other in zip(found, plain, strict=True):
        assert torch.allclose(one, other, atol=1e-5, rtol=1e-4)


def test_workers_change_nothing_at_all(model: Qwen3ForCausalLM) -> None:
    (values, one), (same_values, other) = _found(model, 1), _found(model, 3)
    assert values == same_values
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_loss_that_fails_is_heard_of_and_threads_are_given_back(model: Qwen3ForCausalLM) -> None:
    before = torch.get_num_threads()

    def fails(_: Qwen3ForCausalLM) -> Tensor:
        raise ArithmeticError("no loss")

    with pytest.raises(ArithmeticError), ParallelGradients(model, 2) as gradients:
        gradients.start([_loss(0), fails]).wait()
    assert torch.get_num_threads() == before
