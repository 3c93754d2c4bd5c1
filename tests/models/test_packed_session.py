import numpy as np
import pytest
import torch

from aleator.errors import InputError
from aleator.models.packed_forward import pack, packed_logits
from aleator.models.packed_session import PackedSession
from tests.tiny_models import (
    ARCHITECTURES,
    WINDOW,
    Architecture,
    TinyTree,
    random_prompt,
    random_tree,
    tiny_model,
)

CASES = [(architecture, "eager") for architecture in ARCHITECTURES]
CASES += [(architecture, "sdpa") for architecture in ARCHITECTURES if architecture != "gpt_oss"]
TOLERANCE = 2e-5
NONE = np.array([], dtype=np.int64)


def grown(
    session: PackedSession, trees: list[TinyTree], cuts: list[list[int]]
) -> list[list[torch.Tensor]]:
    """Logits of each tree's nodes, fed in pieces that end before these nodes."""
    logits = [[root] for root in session.root_logits]
    begins = [1] * len(trees)
    for ends in zip(*cuts, strict=True):
        pieces = [slice(begin, end) for begin, end in zip(begins, ends, strict=True)]
        found = session.extend(
            [tree.tokens[piece] for tree, piece in zip(trees, pieces, strict=True)],
            [tree.parents[piece] for tree, piece in zip(trees, pieces, strict=True)],
        )
        for kept, new in zip(logits, found, strict=True):
            kept.extend(new)
        begins = list(ends)
    return logits


@pytest.mark.parametrize(("architecture", "attention"), CASES)
def test_a_grown_tree_is_as_a_packed_one(
    architecture: Architecture, attention: str, rng: np.random.Generator
) -> None:
    """Parents of earlier calls and of the same one, steps with nothing for some prompts."""
    model = tiny_model(architecture, attention)
    prompts = [random_prompt(rng, n) for n in (2 * WINDOW, 1, 14)]
    trees = [random_tree(rng, n) for n in (30, 1, 21)]
    cuts = [[2, 2, 20, 30], [1, 1, 1, 1], [5, 20, 20, 21]]
    session = PackedSession(model, prompts)
    found = grown(session, trees, cuts)
    with torch.no_grad():
        expected = packed_logits(model, pack(prompts, trees, pad_token_id=0))
    logits = torch.stack([row for rows in found for row in rows])
    assert logits.dtype == torch.float32
    assert not logits.requires_grad
    assert (logits - expected).abs().le(TOLERANCE).all()


def test_many_steps_beyond_the_window(rng: np.random.Generator) -> None:
    """A sliding layer must still find near ancestors that came many columns ago."""
    model = tiny_model("gemma3", "sdpa")
    prompt, tree = random_prompt(rng, 4), random_tree(rng, 40, reach=20)
    (found,) = grown(PackedSession(model, [prompt]), [tree], [list(range(2, 41))])
    with torch.no_grad():
        expected = packed_logits(model, pack([prompt], [tree], pad_token_id=0))
    assert (torch.stack(found) - expected).abs().le(TOLERANCE).all()


def test_keep_goes_on_with_some(rng: np.random.Generator) -> None:
    model = tiny_model("gpt_oss")
    prompts = [random_prompt(rng, n) for n in (9, 3, 6)]
    trees = [random_tree(rng, 12) for _ in prompts]
    session = PackedSession(model, prompts)
    grown(session, trees, [[4], [7], [2]])
    session.keep([2, 0])
    assert len(session) == 2
    third, first = session.extend(
        [trees[2].tokens[2:], trees[0].tokens[4:]], [trees[2].parents[2:], trees[0].parents[4:]]
    )
    with torch.no_grad():
        expected = packed_logits(model, pack(prompts, trees, pad_token_id=0))
    assert (first - expected[4:12]).abs().le(TOLERANCE).all()
    assert (third - expected[24 + 2 :]).abs().le(TOLERANCE).all()


def test_nothing_to_add() -> None:
    session = PackedSession(tiny_model("qwen3"), [[1, 2], [3]])
    assert [rows.shape[0] for rows in session.extend([NONE, NONE], [NONE, NONE])] == [0, 0]


@pytest.mark.parametrize("parent", [-1, 1, 2])
def test_a_parent_must_be_there(parent: int) -> None:
    session = PackedSession(tiny_model("qwen3"), [[1, 2]])
    with pytest.raises(ValueError, match="must be there before"):
        session.extend([np.array([5])], [np.array([parent])])


def test_one_list_a_prompt() -> None:
    session = PackedSession(tiny_model("qwen3"), [[1, 2], [3]])
    with pytest.raises(ValueError, match="each of 2 prompts"):
        session.extend([np.array([5])], [np.array([0])])
    with pytest.raises(ValueError, match="each of 2 prompts"):
        session.extend([np.array([5]), NONE], [NONE, np.array([0])])


def test_not_in_training_mode() -> None:
    """Dropout would make every figure a little wrong, silently."""
    with pytest.raises(ValueError, match="evaluation mode"):
        PackedSession(tiny_model("qwen3").train(), [[1, 2]])


def test_nothing_is_read_behind_the_last_position(rng: np.random.Generator) -> None:
    """A chain of answers up to it, and one token more."""
    model = tiny_model("llama")
    model.config.max_position_embeddings = 12
    with pytest.raises(InputError, match="a prompt takes 13 tokens"):
        PackedSession(model, [random_prompt(rng, 13), random_prompt(rng, 2)])
    session = PackedSession(model, [random_prompt(rng, 2), random_prompt(rng, 9)])
    session.extend([NONE, np.array([1, 2, 3])], [NONE, np.arange(3)])
    with pytest.raises(InputError, match="a prompt with an answer takes 13 tokens"):
        session.extend([np.array([1]), np.array([4])], [np.array([0]), np.array([3])])
