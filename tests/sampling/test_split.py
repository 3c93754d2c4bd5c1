import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.sampling import split
from aleator.sampling.split import split_counts


@given(
    st.integers(1, 6),
    st.integers(2, 9),
    st.integers(0, 1000),
    st.lists(st.integers(1, 40), min_size=6),
)
def test_counts_are_split_whole(n: int, V: int, seed: int, counts: list[int]) -> None:
    logits = torch.randn(n, V, generator=torch.Generator().manual_seed(seed))
    wanted = np.array(counts[:n])
    rows, tokens, found = split_counts(logits, wanted, np.random.default_rng(seed))
    assert np.array_equal(np.bincount(rows, weights=found, minlength=n), wanted)
    assert np.all((tokens >= 0) & (tokens < V)) and np.all(found >= 1)
    assert len(set(zip(rows.tolist(), tokens.tolist(), strict=True))) == len(rows)


def test_draws_follow_the_softmax() -> None:
    """Chi-square of 100,000 draws over two rows; seeded, p above 0.001."""
    logits = torch.tensor([[0.0, 1.0, 2.0, -1.0], [3.0, 3.0, -torch.inf, 0.0]])
    _, tokens, found = split_counts(logits, np.array([60_000, 40_000]), np.random.default_rng(0))
    first, second = found[:4], found[4:]
    p = torch.softmax(logits.double(), dim=-1).numpy()
    assert tokens.tolist() == [0, 1, 2, 3, 0, 1, 3]
    assert stats.chisquare(first, 60_000 * p[0])[1] > 1e-3
    assert stats.chisquare(second, 40_000 * p[1][[0, 1, 3]])[1] > 1e-3


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logits = torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    counts = np.arange(1, 8)
    whole = split_counts(logits, counts, np.random.default_rng(2))
    monkeypatch.setattr(split, "_CHUNK_ELEMENTS", 10)  # two rows at a time
    parts = split_counts(logits, counts, np.random.default_rng(2))
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one, other)
