"""The anchor's KL against two separate models, and which texts an update reads."""

import numpy as np
import pytest
import torch
from peft import PeftModel
from torch import Tensor

from aleator.models.adapters import LoraSettings, attach_adapter, merge_adapter
from aleator.models.packed_rows import pack_rows
from aleator.training.anchor import AnchorTerm, AnchorText, kl_sum
from tests.tiny_models import ARCHITECTURES, Architecture, random_prompt, tiny_model

_RNG = np.random.default_rng(1)
TEXTS = tuple(
    AnchorText(tuple(random_prompt(_RNG, length)), begin)
    for length, begin in ((20, 5), (3, 2), (11, 1), (30, 29), (8, 4), (15, 9), (2, 1), (26, 3))
)
LORA = LoraSettings(rank=3, dropout=0.5)


def _term(weight: float = 1.0, tokens: int = 40) -> AnchorTerm:
    return AnchorTerm(weight, TEXTS, tokens, seed=3, pad_token_id=0)


def _adapted(architecture: Architecture = "qwen3", trained: bool = True) -> PeftModel:
    model = attach_adapter(tiny_model(architecture), LORA, seed=1)
    for name, parameter in model.named_parameters():
        if "lora_B" in name and trained:
            torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


def _whole(term: AnchorTerm, model: PeftModel) -> Tensor:
    texts = term.texts
    return term.kl_sum(model, pack_rows([t.ids for t in texts], [t.begin for t in texts], 0))


def _plain_kl(base: torch.nn.Module, adapted: torch.nn.Module) -> float:
    """One text and one position at a time, in double precision, from two models."""
    total = 0.0
    for text in TEXTS:
        with torch.no_grad():
            ids = torch.tensor([text.ids])
            p = torch.softmax(base(ids).logits[0].double(), -1).numpy()
            q = torch.softmax(adapted(ids).logits[0].double(), -1).numpy()
        for place in range(text.begin - 1, len(text.ids) - 1):
            total += float((p[place] * (np.log(p[place]) - np.log(q[place]))).sum())
    return total


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_kl_is_that_of_two_separate_models(architecture: Architecture) -> None:
    found = _whole(_term(), _adapted(architecture)).item()
    expected = _plain_kl(tiny_model(architecture), merge_adapter(_adapted(architecture)))
    assert expected > 0.1
    assert abs(found - expected) <= 1e-3 * expected


def test_an_untrained_adapter_is_at_the_anchor() -> None:
    """With the base's own dropout and the adapter's switched on, too."""
    model = _adapted(trained=False).train()
    kl = _whole(_term(), model)
    assert abs(kl.item()) <= 1e-4
    kl.backward()
    assert model.training
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert gradients and all(gradient.abs().max() <= 1e-4 for gradient in gradients)


def test_gradients_reach_the_adapter_alone_and_go_downhill() -> None:
    model = _adapted().train()
    torch.manual_seed(0)
    _whole(_term(), model).backward()
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad == ("lora_" in name), name
        reached = parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)
        assert reached == ("lora_" in name), name
    model.eval()
    before = _whole(_term(), model).item()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter -= 1e-4 * parameter.grad
    assert _whole(_term(), model).item() < before


def test_the_base_does_not_drop_out() -> None:
    """Two passes of one seed agree in the adapted side's dropout; so the base's is none."""
    model = _adapted().train()
    values = []
    for _ in range(2):
        torch.manual_seed(4)
        values.append(_whole(_term(), model).item())
    assert values[0] == values[1] != _whole(_term(), model).item()


def test_weight_0_only_measures() -> None:
    kl = _whole(_term(weight=0), _adapted())
    assert kl.item() > 0.1 and not kl.requires_grad


def test_kl_of_logits() -> None:
    rng = np.random.default_rng(0)
    base, other = (torch.tensor(rng.normal(size=(5, 7)) * 4) for _ in range(2))
    p, q = torch.softmax(base, -1), torch.softmax(other, -1)
    expected = float((p * (p / q).log()).sum())
    assert abs(kl_sum(base, other).item() - expected) <= 1e-5
    assert abs(kl_sum(base, base).item()) <= 1e-6
    in_short = kl_sum(base.bfloat16(), other.bfloat16())
    assert in_short.dtype == torch.float32


def test_what_the_base_excludes_adds_nothing() -> None:
    base = torch.tensor([[1.0, 2.0, -torch.inf]])
    free = torch.tensor([[0.5, 1.0, 1.0]], requires_grad=True)
    kl = kl_sum(base, free)
    kl.backward()
    p, q = torch.softmax(base[0, :2], -1), torch.softmax(free.detach()[0], -1)
    assert abs(kl.item() - float((p * (p / q[:2]).log()).sum())) <= 1e-6
    assert free.grad is not None and bool(free.grad.isfinite().all())
    assert kl_sum(base, base).item() <= 1e-6


def test_an_update_s_texts_follow_from_its_number() -> None:
    term = _term()
    assert term.chosen(5) == term.chosen(5)
    assert len({tuple(text.ids for text in term.chosen(n)) for n in range(20)}) > 10
    for number in range(20):
        texts = term.chosen(number)
        assert len(set(texts)) == len(texts)
        assert sum(len(text.ids) for text in texts[:-1]) < 40 <= sum(len(t.ids) for t in texts)
    assert len(_term(tokens=10_000).chosen(0)) == len(TEXTS)
    assert len(_term(tokens=1).chosen(0)) == 1


def test_every_text_comes_in_its_turn() -> None:
    term = _term(tokens=20)
    assert {text for number in range(60) for text in term.chosen(number)} == set(TEXTS)


@pytest.mark.parametrize(("passes", "processes"), [(1, 1), (3, 1), (2, 2), (9, 2)])
def test_the_parts_add_up_to_the_whole(passes: int, processes: int) -> None:
    """Also where some parts hold no text."""
    term, model = _term(), _adapted()
    whole = term.update(4, 1).passes[0]
    assert whole is not None
    shares = [term.update(4, passes, one, processes) for one in range(processes)]
    parts = [part for share in shares for part in share.passes]
    assert len(parts) == passes * processes
    assert sum(len(part.rows) for part in parts if part) == shares[0].supervised == len(whole.rows)
    assert len({(share.supervised, share.tokens) for share in shares}) == 1
    assert shares[0].tokens == 2 * sum(len(text.ids) - 1 for text in term.chosen(4))
    found = sum(term.kl_sum(model, part).item() for part in parts if part)
    assert abs(found - term.kl_sum(model, whole).item()) <= 1e-4
