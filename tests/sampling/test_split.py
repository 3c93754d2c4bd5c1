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


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.7])
def test_draws_are_those_of_a_plain_inverse_cdf(temperature: float) -> None:
    """Variate by variate; at temperature 1 the softmax is that of the logits as they are."""
    logits = torch.randn(3, 11, generator=torch.Generator().manual_seed(1)) * 3
    tempered = logits if temperature == 1.0 else logits / torch.tensor(temperature)
    counts = np.array([5, 1, 300])
    found = split_counts(logits, counts, np.random.default_rng(4), temperature)
    rng = np.random.default_rng(4)
    expected: dict[tuple[int, int], int] = {}
    for row, count in enumerate(counts.tolist()):
        totals = torch.softmax(tempered[row], dim=-1).double().cumsum(-1).numpy()
        for level in rng.random(count):
            token = int(np.argmax(totals / totals[-1] > level))
            expected[row, token] = expected.get((row, token), 0) + 1
    pairs = zip(found[0].tolist(), found[1].tolist(), strict=True)
    assert dict(zip(pairs, found[2].tolist(), strict=True)) == expected


def test_bfloat16_logits_are_divided_in_float32() -> None:
    logits = torch.tensor([[1.0, 1.0078125]], dtype=torch.bfloat16)
    _, _, found = split_counts(logits, np.array([200_000]), np.random.default_rng(0), 0.01)
    p = 1 / (1 + np.exp(-0.78125))
    assert abs(found[1] / 200_000 - p) <= 4 * np.sqrt(p * (1 - p) / 200_000)
