import pytest
import torch
from transformers import DynamicCache
from transformers.cache_utils import CacheLayerMixin

from aleator.sampling.memory import MemoryBudget
from tests.number_model import number_model
from tests.tiny_models import ARCHITECTURES, Architecture


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_token_takes_what_its_keys_and_values_take(architecture: Architecture) -> None:
    model = number_model(architecture)
    cache = DynamicCache()
    with torch.no_grad():
        model(input_ids=torch.ones(1, 5, dtype=torch.long), past_key_values=cache, use_cache=True)
    held = 0
    for layer in cache.layers:
        assert isinstance(layer, CacheLayerMixin)
        assert layer.keys is not None and layer.values is not None
        held += layer.keys.nbytes + layer.values.nbytes
    budget = MemoryBudget.of(model)
    assert budget.token == held // 5
    head = model.get_output_embeddings()
    assert head is not None and budget.vocabulary == head.weight.shape[0]
    assert budget.total > 0


def test_more_takes_more() -> None:
    budget = MemoryBudget(total=10**6, token=100, vocabulary=1000)
    assert budget.holds_trees(1, 50, 50, 50)
    for more in [(3, 50, 50, 50), (1, 5000, 50, 50), (1, 50, 2000, 50), (1, 50, 200, 130)]:
        assert not budget.holds_trees(*more)
    assert budget.rows(10) > budget.rows(1000) >= 1 == budget.rows(10**7)
