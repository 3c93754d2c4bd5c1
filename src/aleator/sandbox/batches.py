"""Batches that the sandbox model learns from: rows of text, numeric prompts with their trees."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from aleator.distributions.wide import wide_distribution
from aleator.models.packed_forward import PackedBatch, pack
from aleator.outcomes.lattice import NumericTarget
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.numeric_text import (
    DECIMALS,
    RAW_WORDINGS,
    chat_prompt,
    collapsed_outcomes,
    raw_prompt,
)
from aleator.tokens.chat import ChatFormat, PlainFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import exact_trees
from aleator.training.loss import TreeTargets

FULL_FLOAT_SHARE = 0.35
TREE_NODES = 32
TREE_TAILS = 1

Piece = tuple[list[int], list[float]]  # tokens, and what each counts in the loss (0: context)


@dataclass(frozen=True)
class TreeBatch:
    """Numeric prompts packed with their supervision trees."""

    packed: PackedBatch
    targets: TreeTargets


class TextRows:
    """An endless stream of documents or conversations, cut into rows of equal length."""

    def __init__(self, pieces: Iterator[Piece], length: int) -> None:
        """Rows of `length` tokens; a piece may run over several."""
        self._pieces = pieces
        self._length = length
        self._tokens: list[int] = []
        self._weights: list[float] = []

    def take(self, rows: int) -> tuple[Int[Tensor, "B T"], Float[Tensor, "B T"]]:
        """Tokens, and what each counts in the loss: 0 where a token is only context."""
        needed = rows * self._length
        while len(self._tokens) < needed:
            tokens, weights = next(self._pieces)
            self._tokens += tokens
            self._weights += weights
        tokens = torch.tensor(self._tokens[:needed]).view(rows, self._length)
        weights = torch.tensor(self._weights[:needed]).view(rows, self._length)
        del self._tokens[:needed], self._weights[:needed]
        return tokens, weights


def document_pieces(
    tokenizer: PreTrainedTokenizerFast, write: Callable[[], str]
) -> Iterator[Piece]:
    """Plain documents, each ended by the padding token; everything is learnt."""
    while True:
        tokens = [
            *tokenizer(write())["input_ids"],
            tokenizer.convert_tokens_to_ids("<|endoftext|>"),
        ]
        yield tokens, [1.0] * len(tokens)


def conversation_pieces(
    tokenizer: PreTrainedTokenizerFast, talk: Callable[[], Conversation]
) -> Iterator[Piece]:
    """Conversations as the chat template writes them; answers and their end token are learnt.

    An answer of n tokens counts as much as sqrt(n) tokens: a sum would otherwise be drowned by the
    multiple-choice question beside it, which has ninety tokens to its two.
    """
    while True:
        parts: list[tuple[str, bool]] = []
        for message in talk().messages():
            role, answer = message["role"], message["role"] == "assistant"
            parts.append((f"<|im_start|>{role}\n", False))
            parts.append((f"{message['content']}<|im_end|>", answer))
            parts.append(("\n", False))
        tokens: list[int] = []
        weights: list[float] = []
        for ids, (_, answer) in zip(
            tokenizer([text for text, _ in parts])["input_ids"], parts, strict=True
        ):
            tokens += ids
            weights += [len(ids) ** -0.5 if answer else 0.0] * len(ids)
        yield tokens, weights


class NumericPrompts:
    """Fresh numeric prompts of wide parameters: raw text with exact targets, or collapsed chat."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        """Bind both prompt formats to `tokenizer`."""
        assert isinstance(tokenizer.pad_token_id, int)
        self._pad = tokenizer.pad_token_id
        self._raw, self._chat = PlainFormat(tokenizer), ChatFormat(tokenizer)
        self._raw_speller, self._chat_speller = Speller(self._raw), Speller(self._chat)

    def batches(self, raw: int, chat: int, rng: np.random.Generator) -> list[TreeBatch]:
        """`raw` raw-text prompts and `chat` collapsed chat prompts, packed.

        In two batches, the shorter half and the longer one: parameters in full float form make
        prompts of very unequal length, and padding would be half of a single batch.
        """
        targets = [_fresh_target(rng) for _ in range(raw + chat)]
        wordings = [RAW_WORDINGS[i] for i in rng.integers(len(RAW_WORDINGS), size=raw)]
        prompts = [
            self._raw.prompt_ids(raw_prompt(target.distribution, wording))
            for target, wording in zip(targets[:raw], wordings, strict=True)
        ]
        prompts += [
            self._chat.prompt_ids(chat_prompt(target.distribution, rng)) for target in targets[raw:]
        ]
        budget = {"nodes": TREE_NODES, "tails": TREE_TAILS}
        collapsed = [collapsed_outcomes(target, rng) for target in targets[raw:]]
        trees = exact_trees(targets[:raw], self._raw_speller, rng=rng, **budget)
        trees += exact_trees(collapsed, self._chat_speller, rng=rng, **budget)
        by_length = sorted(range(len(trees)), key=lambda i: len(prompts[i]) + trees[i].size)
        halves = (by_length[: len(trees) // 2], by_length[len(trees) // 2 :])
        return [
            TreeBatch(
                pack([prompts[i] for i in half], [trees[i] for i in half], self._pad),
                TreeTargets.from_trees([trees[i] for i in half]),
            )
            for half in halves
            if half
        ]


def _fresh_target(rng: np.random.Generator) -> NumericTarget:
    return NumericTarget.of(wide_distribution(rng, full_float=FULL_FLOAT_SHARE), DECIMALS)
