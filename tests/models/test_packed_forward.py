import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from transformers import PreTrainedModel

from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.packed_forward import node_depths, pack, packed_logits
from tests.tiny_models import (
    ARCHITECTURES,
    VOCABULARY,
    WINDOW,
    Architecture,
    TinyTree,
    random_prompt,
    random_tree,
    tiny_model,
)

CASES = [(architecture, "eager") for architecture in ARCHITECTURES]
CASES += [(architecture, "sdpa") for architecture in ARCHITECTURES if architecture != "gpt_oss"]
TOLERANCE = 2e-5


def separate_logits(model: nn.Module, prompts: list[list[int]], trees: list[TinyTree]) -> Tensor:
    """The same as packed_logits by one ordinary pass a node, without masks, cache or packing."""
    return torch.stack(
        [
            model(input_ids=torch.tensor([[*prompt, *tree.path(node)]])).logits[0, -1]
            for prompt, tree in zip(prompts, trees, strict=True)
            for node in range(len(tree.tokens))
        ]
    )


def batch_of(
    rng: np.random.Generator, lengths: list[int], nodes: list[int]
) -> tuple[list[list[int]], list[TinyTree]]:
    return [random_prompt(rng, n) for n in lengths], [random_tree(rng, n) for n in nodes]


@pytest.mark.parametrize(("architecture", "attention"), CASES)
def test_every_node_is_as_in_a_pass_of_its_own(
    architecture: Architecture, attention: str, rng: np.random.Generator
) -> None:
    model = tiny_model(architecture, attention)
    prompts, trees = batch_of(rng, [2 * WINDOW, 3, 1, 13], [25, 1, 12, 17])
    with torch.no_grad():
        packed = packed_logits(model, pack(prompts, trees, pad_token_id=0))
        separate = separate_logits(model, prompts, trees)
    assert packed.shape == (25 + 1 + 12 + 17, VOCABULARY)
    assert packed.dtype == torch.float32
    assert separate.std() > 0.5, "the model is too tame for a wrong mask to show"
    assert (packed - separate).abs().le(TOLERANCE).all()


@pytest.mark.parametrize("architecture", ["gemma3", "gpt_oss"])
def test_the_window_matters_at_these_shapes(
    architecture: Architecture, rng: np.random.Generator
) -> None:
    """Else the comparison above could not see a window that is left out."""
    model = tiny_model(architecture)
    prompts, trees = batch_of(rng, [2 * WINDOW], [25])
    batch = pack(prompts, trees, pad_token_id=0)
    with torch.no_grad():
        right = packed_logits(model, batch)
        model.config.sliding_window = 1000
        assert (packed_logits(model, batch) - right).abs().max() > 0.01


@pytest.mark.parametrize(("architecture", "attention"), CASES)
def test_lora_gradients_are_those_of_separate_passes(
    architecture: Architecture, attention: str, rng: np.random.Generator
) -> None:
    base = tiny_model(architecture, attention)
    if architecture == "gpt_oss":
        base.set_experts_implementation("eager")  # the grouped product takes no float64
    model = with_lora(base).double()
    prompts, trees = batch_of(rng, [9, 4], [10, 6])
    directions = torch.randn(16, VOCABULARY)

    def gradients(logits: Tensor) -> dict[str, Tensor]:
        model.zero_grad()
        (logits.log_softmax(-1) * directions).sum().backward()
        return {
            name: parameter.grad.clone()
            for name, parameter in model.named_parameters()
            if parameter.grad is not None
        }

    packed = gradients(packed_logits(model, pack(prompts, trees, pad_token_id=0)))
    separate = gradients(separate_logits(model, prompts, trees))
    assert packed.keys() == separate.keys()
    assert len(packed) == 2 * 2 * 4, "A and B of two projections in four layers"
    for name, gradient in separate.items():
        assert gradient.abs().max() > 1e-3, name
        error = (packed[name] - gradient).norm() / gradient.norm()
        assert error <= 1e-5, name


def with_lora(model: PreTrainedModel) -> nn.Module:
    settings = LoraSettings(rank=2, dropout=0.0, target_modules=("q_proj", "v_proj"))
    adapted = attach_adapter(model, settings, seed=0)
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:  # zero at first, and A's gradients with it
            nn.init.normal_(parameter)
    return adapted.eval()


@settings(max_examples=25)
@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    nodes=st.lists(st.integers(1, 15), min_size=4, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_layout(lengths: list[int], nodes: list[int], seed: int) -> None:
    """Against the definition, node by node."""
    rng = np.random.default_rng(seed)
    prompts, trees = batch_of(rng, lengths, nodes[: len(lengths)])
    batch = pack(prompts, trees, pad_token_id=7)
    B, T = batch.input_ids.shape
    assert len(prompts) == B
    assert max(len(p) + len(t.tokens) - 1 for p, t in zip(prompts, trees, strict=True)) == T
    at = iter(zip(batch.rows.tolist(), batch.cols.tolist(), strict=True))
    for b, (prompt, tree) in enumerate(zip(prompts, trees, strict=True)):
        assert batch.input_ids[b, : len(prompt)].tolist() == prompt
        columns: list[int] = []
        for node in range(len(tree.tokens)):
            row, column = next(at)
            columns.append(column)
            path = tree.path(node)
            assert row == b
            assert batch.input_ids[b, column] == [*prompt, *path][-1]
            assert batch.position_ids[b, column] == len(prompt) + len(path) - 1
            ancestors, ancestor = {column}, int(tree.parents[node])
            while ancestor > 0:
                ancestors.add(columns[ancestor])
                ancestor = int(tree.parents[ancestor])
            seen = set(torch.nonzero(batch.attention[b, column])[:, 0].tolist())
            assert seen == ancestors | set(range(len(prompt)))
        for column in range(len(prompt)):
            assert batch.attention[b, column].tolist() == [k <= column for k in range(T)]
        for column in range(len(prompt) + len(tree.tokens) - 1, T):
            assert batch.input_ids[b, column] == 7
            assert torch.nonzero(batch.attention[b, column]).tolist() == [[column]]
    assert next(at, None) is None


def test_depths_of_a_forest() -> None:
    # 0 ← 1 ← 2, 0 ← 3; 4 ← 5
    assert node_depths(np.array([0, 0, 1, 0, 4, 4])).tolist() == [0, 1, 2, 1, 0, 1]


def test_an_empty_prompt_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        pack([[1], []], [random_tree(rng, 2), random_tree(rng, 2)], pad_token_id=0)


def test_as_many_trees_as_prompts(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="1 prompts and 2 trees"):
        pack([[1]], [random_tree(rng, 2), random_tree(rng, 2)], pad_token_id=0)
