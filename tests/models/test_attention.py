import pytest
import torch
from torch import nn
from transformers import MistralConfig, MistralForCausalLM, Qwen3Config, Qwen3ForCausalLM

from aleator.errors import ModelError
from aleator.models.attention import AttentionRules, language_model
from tests.tiny_models import WINDOW, Architecture, tiny_model

POSITIONS = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 3]])
ALLOWED = torch.ones(1, 8, 8, dtype=torch.bool).tril()


@pytest.mark.parametrize(
    ("architecture", "window", "by_layer_type"),
    [
        ("llama", None, False),
        ("qwen3", None, False),
        ("gemma3", WINDOW, True),
        ("gpt_oss", WINDOW, True),
    ],
)
def test_rules(architecture: Architecture, window: int | None, by_layer_type: bool) -> None:
    rules = AttentionRules.of(tiny_model(architecture))
    assert (rules.window, rules.by_layer_type, rules.additive) == (window, by_layer_type, True)


def test_sdpa_takes_booleans() -> None:
    mask = AttentionRules.of(tiny_model("qwen3", "sdpa")).masks(ALLOWED, POSITIONS, POSITIONS)
    assert isinstance(mask, torch.Tensor)
    assert torch.equal(mask, ALLOWED[:, None])


def test_eager_takes_numbers_to_add() -> None:
    mask = AttentionRules.of(tiny_model("qwen3")).masks(ALLOWED, POSITIONS, POSITIONS)
    assert isinstance(mask, torch.Tensor)
    assert mask.dtype == torch.float32
    assert torch.equal(mask[:, 0] == 0, ALLOWED)
    assert (mask[:, 0][~ALLOWED] == torch.finfo(torch.float32).min).all()


def test_windows_are_distances_of_positions() -> None:
    """The last column stands at position 3: near to what its index is far from."""
    masks = AttentionRules.of(tiny_model("gemma3", "sdpa")).masks(ALLOWED, POSITIONS, POSITIONS)
    assert isinstance(masks, dict)
    assert torch.equal(masks["full_attention"], ALLOWED[:, None])
    sliding = masks["sliding_attention"][0, 0]
    assert sliding[6].tolist() == [False, False, True, True, True, True, True, False]
    assert sliding[7].all()


def test_one_window_for_all_layers() -> None:
    """Mistral: no layer types, and a window that every layer has; against its own forward."""
    config = MistralConfig(
        vocab_size=50,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        sliding_window=3,
    )
    model = MistralForCausalLM(config).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter)
    rules = AttentionRules.of(model)
    positions = torch.arange(8)[None]
    mask = rules.masks(ALLOWED, positions, positions)
    ids = torch.arange(8)[None]
    with torch.no_grad():
        ours = model(ids, attention_mask=mask, position_ids=positions).logits
        assert (ours - model(ids).logits).abs().le(1e-4).all()


def test_layers_of_another_kind_are_refused() -> None:
    model = tiny_model("gemma3")
    model.config.layer_types = ["full_attention", "chunked_attention"] * 2
    with pytest.raises(ModelError, match="layers of type chunked_attention"):
        AttentionRules.of(model)


def test_other_attention_is_refused() -> None:
    model = tiny_model("qwen3", "flex_attention")
    with pytest.raises(ModelError, match="'flex_attention' takes no tree-shaped mask"):
        AttentionRules.of(model)


def test_language_model_through_wrappers() -> None:
    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=8,
            hidden_size=8,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
            head_dim=8,
        )
    )
    assert language_model(nn.Sequential(nn.Linear(1, 1), model)) is model
    with pytest.raises(ModelError, match="Linear holds no transformers model"):
        language_model(nn.Linear(1, 1))
