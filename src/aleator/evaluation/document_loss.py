"""The negative log-likelihood of documents: raw text, sliding windows, softmax in float32.

No chat template. A beginning-of-sequence token is put before each document where the tokenizer has
one, for without it some models (Gemma) are off by orders of magnitude. Where it has none, the
first token of a document is read and not scored, and its bytes are not counted either: nothing
comes before it that a model could guess it from.

Windows of several documents are computed together, right-padded: what a causal model says of a
token does not depend on what follows. A marker such as ``<|im_end|>`` in a text is read as the
token that the tokenizer makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from aleator.evaluation.windows import Window, Windowing
from aleator.models.attention import language_model
from aleator.models.output_head import float32_logits_at
from aleator.models.positions import model_positions
from aleator.sampling.memory import MemoryBudget

BATCH_TOKENS = 4_096
"""Tokens computed at a time, if there is memory for their logits."""

_LOGIT_BYTES = 12  # of a float32 logit, and of what the head and the softmax make of it
_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Document:
    """A text as the model reads it.

    Attributes:
        ids: Its tokens, after a beginning-of-sequence token where there is one.
        scored_bytes: UTF-8 bytes of the tokens that are scored: all but ``ids[0]``.
    """

    ids: tuple[int, ...]
    scored_bytes: int

    @property
    def scored_tokens(self) -> int:
        """All but the first."""
        return max(len(self.ids) - 1, 0)


@dataclass(frozen=True)
class DocumentLoss:
    """How surprised the model was.

    Attributes:
        nats: Summed over the scored tokens; None where there is none.
        tokens: How many were scored.
        bytes: Which they write, in UTF-8.
        windows: How many it took.
    """

    nats: float | None
    tokens: int
    bytes: int
    windows: int


class DocumentScorer:
    """Scores documents with one model.

    Args:
        model: A causal language model in evaluation mode, with an adapter or without.
        tokenizer: Its tokenizer.
        windowing: Shortened here to what the model has positions for.
        batch_tokens: Most tokens computed at a time, though at least one window is.

    Attributes:
        windowing: What is done.
        positions: How many the model has, None where its configuration sets no limit.
        bos: Whether a beginning-of-sequence token is put before each document.

    Raises:
        InputError: The model has fewer than 2 positions.
        ModelError: There is no transformers model in `model`.
    """

    def __init__(
        self,
        model: nn.Module,
        tokenizer: PreTrainedTokenizerFast,
        windowing: Windowing,
        batch_tokens: int = BATCH_TOKENS,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._device = language_model(model).device
        self.positions: int | None = model_positions(model)
        self.windowing: Windowing = (
            windowing if self.positions is None else windowing.within(self.positions)
        )
        bos = tokenizer.bos_token_id
        self._bos: tuple[int, ...] = (bos,) if isinstance(bos, int) else ()
        self.bos: bool = bool(self._bos)
        budget = MemoryBudget.of(model)
        self._batch_tokens = min(batch_tokens, budget.total // (_LOGIT_BYTES * budget.vocabulary))

    def read(self, text: str) -> Document:
        """A text's tokens, without those that the tokenizer adds of itself."""
        # Not the backend itself, which truncates if its file says so.
        read = self._tokenizer([text], add_special_tokens=False, verbose=False)[0]
        ids = (*self._bos, *read.ids)
        if self._bos or not ids:
            return Document(ids, len(text.encode()))
        _, end = read.offsets[0]
        return Document(ids, len(text[end:].encode()))

    def batches(self, documents: Sequence[Document]) -> list[list[int]]:
        """Places of documents to score together, longest documents first, all of them once."""
        order = sorted(range(len(documents)), key=lambda place: -len(documents[place].ids))
        batches: list[list[int]] = []
        room = 0
        for place in order:
            windows = self.windowing.windows(len(documents[place].ids))
            tokens = sum(window.length for window in windows)
            if not batches or tokens > room:
                batches.append([])
                room = self._batch_tokens
            batches[-1].append(place)
            room -= tokens
        return batches

    @torch.inference_mode()
    def score(self, documents: Sequence[Document]) -> list[DocumentLoss]:
        """The losses of documents, computed together as far as there is room.

        Raises:
            ModelError: The model has no linear output head.
        """
        owners: list[int] = []
        pieces: list[tuple[Document, Window]] = []
        for place, document in enumerate(documents):
            for window in self.windowing.windows(len(document.ids)):
                owners.append(place)
                pieces.append((document, window))
        nats = np.zeros(len(documents))
        for batch in self._window_batches(pieces):
            for place, loss in zip(batch, self._losses([pieces[i] for i in batch]), strict=True):
                nats[owners[place]] += loss
        counts = np.bincount(np.array(owners, dtype=np.int64), minlength=len(documents))
        return [
            DocumentLoss(
                float(total) if document.scored_tokens else None,
                document.scored_tokens,
                document.scored_bytes if document.scored_tokens else 0,
                int(count),
            )
            for document, total, count in zip(documents, nats, counts, strict=True)
        ]

    def _window_batches(self, pieces: Sequence[tuple[Document, Window]]) -> Iterator[list[int]]:
        """Places of windows, longest first, as many as there is room for with their padding."""
        order = sorted(range(len(pieces)), key=lambda place: -pieces[place][1].length)
        start = 0
        while start < len(order):
            longest = pieces[order[start]][1].length
            count = max(1, self._batch_tokens // longest)
            yield order[start : start + count]
            start += count

    def _losses(self, pieces: Sequence[tuple[Document, Window]]) -> list[float]:
        """Summed losses of windows, one forward pass."""
        longest = max(window.length for _, window in pieces)
        inputs = torch.zeros(len(pieces), longest, dtype=torch.int64)
        rows: list[int] = []
        cols: list[int] = []
        targets: list[int] = []
        for row, (document, window) in enumerate(pieces):
            inputs[row, : window.length] = torch.tensor(
                document.ids[window.begin : window.end - 1], dtype=torch.int64
            )
            scored = range(window.first, window.end)
            rows += [row] * len(scored)
            cols += [place - 1 - window.begin for place in scored]
            targets += document.ids[window.first : window.end]
        at = (torch.tensor(rows, device=self._device), torch.tensor(cols, device=self._device))
        with float32_logits_at(self._model, *at):
            logits = self._model(input_ids=inputs.to(self._device), use_cache=False).logits
        losses = _cross_entropies(logits, torch.tensor(targets, device=self._device))
        return np.bincount(rows, losses.double().numpy(), minlength=len(pieces)).tolist()


def _cross_entropies(
    logits: Float[Tensor, "n V"], targets: Int[Tensor, " n"]
) -> Float[Tensor, " n"]:
    """Negative log-likelihoods on the CPU, a few rows at a time to spare memory."""
    parts = zip(logits.split(_ROWS_AT_ONCE), targets.split(_ROWS_AT_ONCE), strict=True)
    losses = [F.cross_entropy(one, wanted, reduction="none") for one, wanted in parts]
    return torch.cat(losses).cpu()
