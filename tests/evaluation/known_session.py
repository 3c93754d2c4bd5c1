"""A model whose every probability is known: answers with given probabilities, as a session."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aleator.evaluation.growth import grow_trees, spelling_probabilities
from aleator.evaluation.model_tree import GrowthPolicy, ModelTree
from aleator.evaluation.numeral_automaton import NumeralVocabulary
from aleator.evaluation.target_reference import TargetReference

IntArray = NDArray[np.int64]
PIECES = (*"0123456789", "-", ".", "+", "e", " ", "\n", "x", "12", "-0", ".5")
"""The vocabulary: token i is piece i, and the stop token comes behind them."""

STOP = len(PIECES)


def vocabulary(fraction_cap: int = 8) -> NumeralVocabulary:
    return NumeralVocabulary.of([*PIECES, "<stop>"], STOP, frozenset({STOP}), fraction_cap)


def tokens_of(text: str) -> tuple[int, ...]:
    """The tokens of a text, the longest piece first."""
    found: list[int] = []
    while text:
        piece = max((one for one in PIECES if text.startswith(one)), key=len)
        found.append(PIECES.index(piece))
        text = text[len(piece) :]
    return tuple(found)


class KnownSession:
    """Answers of one prompt with given probabilities, which sum to 1; as text or as tokens."""

    def __init__(self, answers: Mapping[str, float] | Mapping[tuple[int, ...], float]) -> None:
        self._masses: dict[tuple[int, ...], float] = defaultdict(float)
        for answer, probability in answers.items():
            path = (*(tokens_of(answer) if isinstance(answer, str) else answer), STOP)
            for length in range(len(path) + 1):
                self._masses[path[:length]] += probability
        self._children: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for path in self._masses:
            if path:
                self._children[path[:-1]].append(path[-1])
        self.nodes: list[tuple[int, ...]] = [()]
        self.calls = 0

    @property
    def root_logits(self) -> Tensor:
        return self._logits(())[None]

    def extend(self, tokens: Sequence[IntArray], parents: Sequence[IntArray]) -> list[Tensor]:
        self.calls += 1
        first = len(self.nodes)
        for token, parent in zip(tokens[0].tolist(), parents[0].tolist(), strict=True):
            self.nodes.append((*self.nodes[parent], token))
        return [torch.stack([self._logits(path) for path in self.nodes[first:]])]

    def keep(self, prompts: Sequence[int]) -> None:
        assert list(prompts) == [0], "a session of one prompt keeps it or ends"

    def _logits(self, path: tuple[int, ...]) -> Tensor:
        masses = torch.zeros(len(PIECES) + 1, dtype=torch.float64)
        for token in self._children[path]:
            masses[token] = self._masses[(*path, token)]
        return torch.log(masses).float()


def grown_tree(
    session: KnownSession, reference: TargetReference, policy: GrowthPolicy
) -> ModelTree:
    """The tree of a session that holds nothing but its root."""
    tree = ModelTree(vocabulary(), reference, policy)
    root = np.zeros(1, dtype=np.int64)
    tree.expand(root, root, spelling_probabilities(session.root_logits, tree.vocabulary))
    assert grow_trees(session, [tree], [1]) == tree.grown
    return tree
