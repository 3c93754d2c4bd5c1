"""NoveltyBench's judge of quality: a reward model's score, cut into ratings from 1 to 10.

The model reads the whole conversation, prompt and answer, in its own chat template and gives one
number. The thresholds are those published for `Skywork/Skywork-Reward-Gemma-2-27B-v0.2`; with
another reward model ratings still order the answers, but are not comparable with published ones,
which is why the raw scores are kept too.

Departures: the published script cuts a conversation at the tokenizer's limit, here nothing is cut;
weights stay in the checkpoint's own type (bfloat16, as published). The model lies on one device:
the published one takes 54 GB.

Not known here: what the published weights answer. There was no network to fetch them; the code is
tested on a tiny random model of the same architecture.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence

import torch

from aleator.errors import ModelError
from aleator.models.loading import LoadedModel, load_classifier
from aleator.tokens.chat import conversation_ids

PUBLISHED_REWARD_MODEL = "Skywork/Skywork-Reward-Gemma-2-27B-v0.2"
THRESHOLDS = (
    -7.71875,
    -6.28125,
    -6.0,
    -5.71875,
    -5.5,
    -5.0,
    -4.375,
    -3.4375,
    -2.046875,
)
"""Where ratings change; a score at a threshold has the rating below it."""


def rating(reward: float) -> int:
    """The rating from 1 to 10 of a reward model's score.

    Raises:
        ValueError: The score is not finite.
    """
    if not math.isfinite(reward):
        raise ValueError(f"a reward of {reward} has no rating")
    return bisect_left(THRESHOLDS, reward) + 1


def load_reward_model(
    name: str, dtype: torch.dtype | None = None, device: str | None = None
) -> "RewardModel":
    """Load a reward model from a directory or the hub.

    Args:
        name: Where it lies.
        dtype: None: the checkpoint's own.
        device: None: the GPU where there is one.

    Raises:
        ModelError: It cannot be loaded or has not one output.
    """
    return RewardModel(load_classifier(name, labels=1, dtype=dtype, device=device))


class RewardModel:
    """Scores answers to a prompt.

    Args:
        loaded: A model with one output a text, and its tokenizer with a chat template.
        batch_answers: Most answers computed at once; one where the model knows no padding.
    """

    def __init__(self, loaded: LoadedModel, batch_answers: int = 8) -> None:
        self._name = loaded.name
        self._model = loaded.model
        self._tokenizer = loaded.tokenizer
        # The model takes its number at the last token that is not this one.
        self._pad: int | None = loaded.model.config.get_text_config().pad_token_id
        self._batch_answers = 1 if self._pad is None else batch_answers

    def rewards(self, prompt: str, answers: Sequence[str]) -> list[float]:
        """The model's score of each answer; equal texts are computed once.

        Raises:
            ModelError: The chat template refuses the conversation, or a score is not finite.
        """
        texts = list(dict.fromkeys(answers))
        scores: list[float] = []
        for start in range(0, len(texts), self._batch_answers):
            batch = texts[start : start + self._batch_answers]
            scores += self._forward([conversation_ids(self._tokenizer, prompt, t) for t in batch])
        if not all(math.isfinite(score) for score in scores):
            raise ModelError(
                f"the reward model {self._name} gave a score that is no number; load it in another "
                "type than its checkpoint's, or use another one"
            )
        by_text = dict(zip(texts, scores, strict=True))
        return [by_text[answer] for answer in answers]

    @torch.no_grad()
    def _forward(self, conversations: Sequence[tuple[int, ...]]) -> list[float]:
        longest = max(len(ids) for ids in conversations)
        pad = self._pad or 0
        rows = [[*ids, *[pad] * (longest - len(ids))] for ids in conversations]
        mask = [[1] * len(ids) + [0] * (longest - len(ids)) for ids in conversations]
        device = self._model.device
        logits = self._model(
            input_ids=torch.tensor(rows, device=device),
            attention_mask=torch.tensor(mask, device=device),
            use_cache=False,
        ).logits
        return logits[:, 0].float().tolist()
