import numpy as np
import torch

from aleator.distributions.families import family
from aleator.evaluation.growth import grow_trees, spelling_probabilities, take_over
from aleator.evaluation.model_tree import GrowthPolicy, ModelTree
from aleator.evaluation.target_reference import target_reference
from aleator.outcomes.lattice import NumericTarget
from tests.evaluation.known_session import PIECES, STOP, KnownSession, tokens_of, vocabulary

REFERENCE = target_reference(
    NumericTarget.of(family("uniform").distribution(a=0.0, b=1.0), decimals=2)
)
ANSWERS = {"0.25": 0.4, "0.5": 0.3, "7": 0.2, "x": 0.1}


def _planted(session: KnownSession) -> ModelTree:
    tree = ModelTree(vocabulary(), REFERENCE, GrowthPolicy(tolerance=0.0, floor=0.0))
    root = np.zeros(1, dtype=np.int64)
    tree.expand(root, root, spelling_probabilities(session.root_logits, tree.vocabulary))
    return tree


def test_spelling_probabilities_are_columns_of_the_whole_softmax() -> None:
    logits = torch.randn(3, len(PIECES) + 1, generator=torch.Generator().manual_seed(0))
    found = spelling_probabilities(logits, vocabulary())
    full = torch.softmax(logits.double(), dim=-1).numpy()
    columns = [*vocabulary().tokens, STOP]
    assert np.abs(found - full[:, columns]).max() <= 1e-6
    assert np.all(found.sum(axis=1) < 1.0)  # "x" is in no number


def test_what_a_session_has_is_taken_over_without_a_call() -> None:
    session = KnownSession(ANSWERS)
    path = tokens_of("0.25")
    tokens = np.array([-1, *path, *tokens_of("9")])
    parents = np.array([-1, *range(len(path)), 0])
    logits = session.extend([tokens[1:]], [parents[1:]])[0]
    tree = _planted(session)
    probabilities = spelling_probabilities(
        torch.cat((session.root_logits, logits)), tree.vocabulary
    )
    take_over(tree, parents, tokens, probabilities)
    # "9" has no mass under the model, which is no more than the floor: it is not in its tree.
    assert tree.texts == ["", "0", "0.", "0.2", "0.25"]
    calls = session.calls
    grow_trees(session, [tree], [len(tokens)])
    assert session.calls > calls
    assert {"0.5", "7"} <= set(tree.texts)
    assert len(tree.texts) == len(set(tree.texts))


def test_grow_counts_what_it_computes() -> None:
    session = KnownSession(ANSWERS)
    tree = _planted(session)
    computed = grow_trees(session, [tree], [1])
    assert computed == len(session.nodes) - 1 == tree.grown
