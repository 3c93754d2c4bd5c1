import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.sampling import split
from aleator.sampling.split import split_draws


def _standing(counts: list[int]) -> list[np.ndarray]:
    """Draws numbered so that those of a row are no neighbours."""
    total = sum(counts)
    numbers = np.random.default_rng(0).permutation(total)
    ends = np.cumsum(counts)
    return [np.sort(part) for part in np.split(numbers, ends[:-1])]


@given(
    st.integers(1, 6),
    st.integers(2, 9),
    st.integers(0, 1000),
    st.lists(st.integers(1, 40), min_size=6),
    st.sampled_from([0.5, 1.0, 2.0]),
)
def test_every_draw_goes_where_its_level_lies(
    n: int, V: int, seed: int, counts: list[int], temperature: float
) -> None:
    logits = torch.randn(n, V, generator=torch.Generator().manual_seed(seed))
    draws = _standing(counts[:n])
    levels = np.random.default_rng(seed).random(sum(counts[:n]))
    found = split_draws(logits, draws, levels, temperature)
    expected: dict[tuple[int, int], list[int]] = {}
    place = 0
    for row, numbers in enumerate(draws):
        p = torch.softmax(logits[row].double() / temperature, dim=-1).numpy()
        for number in numbers.tolist():
            token = int((np.cumsum(p) / p.sum() <= levels[place]).sum())
            expected.setdefault((row, token), []).append(number)
            place += 1
    pairs = list(zip(found.rows.tolist(), found.tokens.tolist(), strict=True))
    assert pairs == sorted(expected)
    assert [one.tolist() for one in found.draws] == [expected[pair] for pair in pairs]


def test_draws_follow_the_softmax(rng: np.random.Generator) -> None:
    """Chi-square of 100,000 draws over two rows; seeded, p above 0.001."""
    logits = torch.tensor([[0.0, 1.0, 2.0, -1.0], [3.0, 3.0, -torch.inf, 0.0]])
    draws = [np.arange(60_000), np.arange(40_000)]
    found = split_draws(logits, draws, rng.random(100_000))
    counts = [len(one) for one in found.draws]
    p = torch.softmax(logits.double(), dim=-1).numpy()
    assert found.tokens.tolist() == [0, 1, 2, 3, 0, 1, 3]
    assert stats.chisquare(counts[:4], 60_000 * p[0])[1] > 1e-3
    assert stats.chisquare(counts[4:], 40_000 * p[1][[0, 1, 3]])[1] > 1e-3


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    logits = torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    draws, levels = _standing(list(range(1, 8))), rng.random(28)
    whole = split_draws(logits, draws, levels)
    monkeypatch.setattr(split, "_CHUNK_ELEMENTS", 10)  # two rows at a time
    parts = split_draws(logits, draws, levels)
    assert np.array_equal(whole.rows, parts.rows) and np.array_equal(whole.tokens, parts.tokens)
    assert [one.tolist() for one in whole.draws] == [one.tolist() for one in parts.draws]


def test_bfloat16_logits_are_divided_in_float32(rng: np.random.Generator) -> None:
    logits = torch.tensor([[1.0, 1.0078125]], dtype=torch.bfloat16)
    found = split_draws(logits, [np.arange(200_000)], rng.random(200_000), 0.01)
    p = 1 / (1 + np.exp(-0.78125))
    assert abs(len(found.draws[1]) / 200_000 - p) <= 4 * np.sqrt(p * (1 - p) / 200_000)
