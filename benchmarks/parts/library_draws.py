"""Draws by the library's batched `generate`, what ours are compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch

from aleator.benchmarks.subject import AnsweringModel
from aleator.models.attention import language_model


@dataclass(frozen=True)
class Generated:
    """Tokens after the prompt that went through the model.

    The first token of an answer comes from the prompt's own pass, and the last one, the stop token
    included, is written and not read again.

    Attributes:
        own: of the answers.
        padded: of the rows, those that have ended being computed until the longest has.
    """

    own: int
    padded: int


def generate(
    subject: AnsweringModel, prompt: str, *, longest: int, draws: int, at_once: int
) -> Generated:
    """Draw at temperature 1, nothing truncated, `at_once` rows at a time."""
    inner, stop = language_model(subject.model), subject.prompt_format.stop_token_id
    rows = torch.tensor([subject.prompt_format.prompt_ids(prompt)], device=inner.device)
    torch.manual_seed(0)
    own = padded = 0
    for start in range(0, draws, at_once):
        written = cast(Callable[..., torch.Tensor], inner.generate)(
            rows,
            attention_mask=torch.ones_like(rows),
            do_sample=True,
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            max_new_tokens=longest,
            num_return_sequences=min(at_once, draws - start),
            eos_token_id=stop,
            pad_token_id=stop,
        )
        answers = written[:, rows.shape[1] :]
        own += int((answers != stop).sum(dim=1).clamp(max=longest - 1).sum())
        padded += len(answers) * (answers.shape[1] - 1)
    return Generated(own, padded)
