"""NoveltyBench's judge of sameness: a rule on words for short answers, else a pair classifier.

A pair that the published rule does not decide is read as ``[CLS] first [SEP] answer [SEP]``, at
most 128 tokens of each text, segment 0 up to the first ``[SEP]`` and 1 after it; the two say the
same where the second class has a probability above 0.102. This is the partition of version 1.0 of
the benchmark; what stands behind an answer's first 128 tokens never counts.

The published model, a DeBERTa-v3, comes without its tokenizer, which is read from DeBERTa's own
place. Departures: pairs are padded to batches with a mask, and a text that spells ``[SEP]`` does
not end the first segment.

Not known here: what the published weights answer. There was no network to fetch them; the code is
tested on a tiny random model of the same architecture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from aleator.errors import ModelError
from aleator.evaluation.partition import same_if_short
from aleator.models.loading import LoadedModel, load_classifier

PUBLISHED_CLASSIFIER = "yimingzhang/deberta-v3-large-generation-similarity"
THRESHOLD = 0.102
MAX_TOKENS = 128
"""Most tokens of either text."""

_TOKENIZERS = {PUBLISHED_CLASSIFIER: "microsoft/deberta-v3-large"}


def load_pair_classifier(name: str, device: str | None = None) -> "PairClassifier":
    """Load the classifier from a directory or the hub, in float32.

    Raises:
        ModelError: It cannot be loaded, has not two classes, or its tokenizer lacks a token.
    """
    loaded = load_classifier(
        name, labels=2, tokenizer=_TOKENIZERS.get(name), dtype=torch.float32, device=device
    )
    return PairClassifier(loaded)


@dataclass(frozen=True)
class EncodedPair:
    """A pair as the model reads it: tokens, and the segment of each."""

    tokens: list[int]
    segments: list[int]


class PairClassifier:
    """Says whether two answers say the same.

    Args:
        loaded: A classifier of pairs with two classes, the second for the same, and its tokenizer.
        batch_pairs: Most pairs computed at once.

    Raises:
        ModelError: The tokenizer lacks a token.
    """

    def __init__(self, loaded: LoadedModel, batch_pairs: int = 32) -> None:
        tokenizer = loaded.tokenizer
        self._cls = _special(tokenizer.cls_token_id, "classification", loaded.name)
        self._sep = _special(tokenizer.sep_token_id, "separator", loaded.name)
        self._pad = _special(tokenizer.pad_token_id, "padding", loaded.name)
        self._model = loaded.model
        self._tokenizer = tokenizer
        self._batch_pairs = batch_pairs

    def same(self, first: str, answers: Sequence[str]) -> list[bool]:
        """Whether each answer says the same as the first member of a class."""
        by_rule = [same_if_short(first, answer) for answer in answers]
        open_pairs = [
            (first, answer) for answer, rule in zip(answers, by_rule, strict=True) if rule is None
        ]
        decided = iter(self.probabilities(open_pairs))
        return [next(decided) > THRESHOLD if rule is None else rule for rule in by_rule]

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The model's probability that the texts of each pair say the same."""
        found: list[float] = []
        for start in range(0, len(pairs), self._batch_pairs):
            found += self._forward(self.encode(pairs[start : start + self._batch_pairs]))
        return found

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[EncodedPair]:
        """Tokens and segments of each pair, cut to 128 tokens a text."""
        texts = [text for pair in pairs for text in pair]
        ids = self._tokenizer(
            texts, add_special_tokens=False, truncation=True, max_length=MAX_TOKENS
        )["input_ids"]
        encoded = []
        for one, other in zip(ids[::2], ids[1::2], strict=True):
            tokens = [self._cls, *one, self._sep, *other, self._sep]
            segments = [0] * (len(one) + 2) + [1] * (len(other) + 1)
            encoded.append(EncodedPair(tokens, segments))
        return encoded

    @torch.no_grad()
    def _forward(self, pairs: Sequence[EncodedPair]) -> list[float]:
        longest = max(len(pair.tokens) for pair in pairs)

        def padded(rows: list[list[int]], filler: int) -> torch.Tensor:
            filled = [row + [filler] * (longest - len(row)) for row in rows]
            return torch.tensor(filled, device=self._model.device)

        logits = self._model(
            input_ids=padded([pair.tokens for pair in pairs], self._pad),
            token_type_ids=padded([pair.segments for pair in pairs], 0),
            attention_mask=padded([[1] * len(pair.tokens) for pair in pairs], 0),
        ).logits
        return logits.float().softmax(-1)[:, 1].tolist()


def _special(token: object, what: str, name: str) -> int:
    if not isinstance(token, int):
        raise ModelError(
            f"the tokenizer of {name} has no {what} token; use a classifier of pairs such as a "
            "DeBERTa"
        )
    return token
