"""Growing the models' trees of a batch of prompts in one session, a few rounds together.

What the session has computed already, the target's own tree, costs nothing: its prefixes are taken
over first. Then every round expands, for all prompts in one pass, each tree's heaviest prefixes,
until all trees are grown. A prompt whose tree is grown leaves the session: every pass
costs as much for its row as for the longest one.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from aleator.evaluation.model_tree import FloatArray, IntArray, ModelTree
from aleator.evaluation.numeral_automaton import NumeralVocabulary


class Session(Protocol):
    """A growing tree of computed prefixes for each prompt of a batch (``PackedSession``)."""

    @property
    def root_logits(self) -> Float[Tensor, "B V"]:
        """Next-token logits at each prompt's end, node 0."""
        ...

    def extend(
        self, tokens: Sequence[IntArray], parents: Sequence[IntArray]
    ) -> list[Float[Tensor, "n V"]]:
        """Add nodes to each prompt's tree, and give their next-token logits."""
        ...

    def keep(self, prompts: Sequence[int]) -> None:
        """Go on with some prompts only, given by their places, ascending."""
        ...


def spelling_probabilities(
    logits: Float[Tensor, "n V"], vocabulary: NumeralVocabulary
) -> FloatArray:
    """Next-token probabilities of the numbers' tokens and, in the last column, of the stop token.

    The softmax runs over the whole vocabulary in float32: float64 ``[n, M + 1]``.
    """
    wanted = torch.from_numpy(np.append(vocabulary.tokens, vocabulary.stop)).to(logits.device)
    probabilities = torch.softmax(logits.float(), dim=-1).index_select(-1, wanted)
    return probabilities.double().cpu().numpy()


def take_over(
    tree: ModelTree, parents: IntArray, tokens: IntArray, probabilities: FloatArray
) -> None:
    """Expand whatever of a session's nodes lies on a tree's frontier, level after level.

    Args:
        tree: A tree whose root is expanded.
        parents: ``[N]``, session parents of the session's nodes 0 to N - 1.
        tokens: ``[N]``, token ids that lead into them.
        probabilities: ``[N, M + 1]``, from ``spelling_probabilities``.
    """
    while True:
        ids, above = tree.request(np.arange(len(tree.frontier)))
        edges = zip(above.tolist(), ids.tolist(), strict=True)
        at = {edge: place for place, edge in enumerate(edges)}
        pairs = zip(parents.tolist(), tokens.tolist(), strict=True)
        found = [(at[pair], node) for node, pair in enumerate(pairs) if pair in at]
        if not found:
            return
        places, nodes = (np.array(column, dtype=np.int64) for column in zip(*found, strict=True))
        tree.expand(places, nodes, probabilities[nodes])


def grow_trees(session: Session, trees: Sequence[ModelTree], session_sizes: Sequence[int]) -> int:
    """Grow trees until each is within its tolerance or at its cap.

    Args:
        session: What computes the model for their prompts.
        trees: One tree a prompt of the session, its root expanded.
        session_sizes: How many nodes the session holds for each prompt, the root included.

    Returns:
        How many nodes were computed.
    """
    sizes = list(session_sizes)
    here = list(range(len(trees)))  # the trees that the session still holds
    computed = 0
    while True:
        picks = [trees[index].pick() for index in here]
        growing = [place for place, pick in enumerate(picks) if pick.size]
        if not growing:
            return computed
        if len(growing) < len(here):
            session.keep(growing)
            here = [here[place] for place in growing]
            picks = [picks[place] for place in growing]
        requests = [trees[index].request(pick) for index, pick in zip(here, picks, strict=True)]
        logits = session.extend([one[0] for one in requests], [one[1] for one in requests])
        for place, (index, pick) in enumerate(zip(here, picks, strict=True)):
            tree = trees[index]
            nodes = np.arange(sizes[index], sizes[index] + pick.size)
            tree.expand(pick, nodes, spelling_probabilities(logits[place], tree.vocabulary))
            tree.grown += pick.size
            sizes[index] += pick.size
            computed += pick.size
