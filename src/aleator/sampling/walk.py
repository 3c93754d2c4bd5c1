"""One prompt's distinct prefixes and the draws that stand at them, step by step."""

from collections import Counter

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from aleator.sampling.rows import Path, Row
from aleator.sampling.split import split_draws
from aleator.sampling.variates import Variates

IntArray = NDArray[np.int64]

_STEPS_TOGETHER = 12
"""Before so many a tree is not left, for most answers are short."""

_PARTED = 0.75
"""With so many prefixes a draw, attention over a whole tree costs more than rows do."""


class Walk:
    """A prompt's draws on their way; nodes are numbered as a session numbers them.

    Args:
        prompt: The prompt's tokens.
        draws: How many draws, at least 1.
        variates: Decide them.

    Attributes:
        finished: How many draws ended with each token path, and whether they were cut off.
        draws: Numbers of the draws that stand at each of the nodes that are to be computed.
        forward_tokens: Nodes computed so far.
    """

    def __init__(self, prompt: Path, draws: int, variates: Variates) -> None:
        self.prompt = prompt
        self.variates = variates
        self.finished: Counter[tuple[Path, bool]] = Counter()
        self.draws: list[IntArray] = [np.arange(draws)]
        self.forward_tokens = 0
        self._alive: IntArray = np.zeros(1, dtype=np.int64)
        self._tokens: IntArray = np.array([-1])
        self._parents: IntArray = np.array([-1])
        self._steps = 0

    def step(
        self, logits: Float[Tensor, "n V"], stop: int, *, temperature: float, last: bool
    ) -> None:
        """Give every draw its next token; ``logits`` are those of the nodes where draws stand."""
        levels = self.variates.at(self._steps)[np.concatenate(self.draws)]
        split = split_draws(logits, self.draws, levels, temperature)
        parents, tokens, going = [], [], []
        for row, token, draws in zip(
            split.rows.tolist(), split.tokens.tolist(), split.draws, strict=True
        ):
            parent = int(self._alive[row])
            if token == stop:
                self.finished[self._path(parent), False] += len(draws)
            elif last:
                self.finished[(*self._path(parent), token), True] += len(draws)
            else:
                parents.append(parent)
                tokens.append(token)
                going.append(draws)
        begin = len(self._tokens)
        self._alive = np.arange(begin, begin + len(tokens))
        self.draws = going
        self._tokens = np.concatenate((self._tokens, np.array(tokens, dtype=np.int64)))
        self._parents = np.concatenate((self._parents, np.array(parents, dtype=np.int64)))
        self._steps += 1

    @property
    def wants_tree(self) -> bool:
        """Whether anything is left to be computed, and prefixes may still be shared."""
        if self._steps < _STEPS_TOGETHER:
            return bool(self.draws)
        return len(self.draws) < _PARTED * sum(len(draws) for draws in self.draws)

    @property
    def nodes(self) -> int:
        """Nodes of the tree, those included that are to be computed."""
        return len(self._tokens)

    def request(self) -> tuple[IntArray, IntArray]:
        """Tokens and parents of the nodes that are to be computed."""
        self.forward_tokens += len(self._alive)
        return self._tokens[self._alive], self._parents[self._alive]

    def rows(self, owner: int) -> list[Row]:
        """What is left, as rows."""
        return [
            Row(owner, self.prompt, self._path(node), draws)
            for node, draws in zip(self._alive.tolist(), self.draws, strict=True)
        ]

    def _path(self, node: int) -> Path:
        """Tokens from the prompt's end to a node."""
        path: list[int] = []
        while node > 0:
            path.append(int(self._tokens[node]))
            node = int(self._parents[node])
        return tuple(reversed(path))
