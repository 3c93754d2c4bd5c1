import numpy as np
import torch

from aleator.sampling.variates import Variates
from aleator.sampling.walk import Walk

STOP = 3


def _even(n: int) -> torch.Tensor:
    return torch.zeros(n, 4)


def test_draws_part_and_end() -> None:
    """Four tokens of equal probability: a draw's token is its variate's quarter."""
    variates = Variates(0, 0, 50)
    walk = Walk((1, 2), 50, variates)
    quarters = [np.floor(4 * variates.at(step)).astype(int) for step in range(2)]
    walk.step(_even(1), STOP, temperature=1.0, last=False)
    assert walk.finished[(), False] == (quarters[0] == STOP).sum()
    tokens, parents = walk.request()
    assert tokens.tolist() == [0, 1, 2] and parents.tolist() == [0, 0, 0]
    assert walk.forward_tokens == 3 and walk.nodes == 4 and walk.wants_tree
    for row, token in zip(walk.rows(7), range(3), strict=True):
        assert (row.owner, row.prompt, row.path) == (7, (1, 2), (token,))
        assert row.draws.tolist() == np.flatnonzero(quarters[0] == token).tolist()

    walk.step(_even(3), STOP, temperature=1.0, last=True)
    assert not walk.wants_tree and not walk.rows(7)
    assert walk.finished.total() == 50
    for (path, truncated), count in walk.finished.items():
        if len(path) == 2:
            both = (quarters[0] == path[0]) & (quarters[1] == path[1])
            assert truncated and count == both.sum()
        elif path:
            assert not truncated
            assert count == ((quarters[0] == path[0]) & (quarters[1] == STOP)).sum()


def test_draws_that_have_long_parted_want_no_tree() -> None:
    walk = Walk((1,), 2, Variates(0, 0, 2))
    away = torch.tensor([[0.0, 0.0, -torch.inf, -torch.inf]])
    steps = 0
    while walk.wants_tree:
        walk.step(away.repeat(len(walk.draws), 1), STOP, temperature=1.0, last=False)
        steps += 1
    assert steps == 12 and len(walk.rows(0)) == 2
