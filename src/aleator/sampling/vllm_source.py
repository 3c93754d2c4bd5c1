"""Draws from a model in vLLM.

The same prompts, token by token, and the same stop token as ``LocalSampler``; other random numbers.
A draw's seed comes from (seed, stream) and its own number: it depends neither on what else is in
the batch nor on how many are drawn. vLLM does not promise that logits do not depend on the batch:
where they differ in their last bits, a draw near a boundary falls to the other side. With
``VLLM_BATCH_INVARIANT=1`` it does promise it, on the same machine and version.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from transformers import PreTrainedTokenizerBase

from aleator.sampling.draws import Draws, ordered_answers
from aleator.sampling.vllm_engine import Request, Sampling, VllmEngine, Written
from aleator.sampling.vllm_settings import check_temperature
from aleator.tokens.chat import PromptFormat

DRAWS_AT_ONCE = 8192
"""Draws under way at a time: some times what vLLM computes together, and what a dying run loses."""


def first_seed(seed: int, stream: int) -> int:
    """The seed of a prompt's first draw, 62 bits: the runs of two prompts do not meet."""
    words = np.random.SeedSequence([seed, stream]).generate_state(1, np.uint64)
    return int(words[0]) >> 2


class VllmSource:
    """Draws answers from a model in vLLM.

    Args:
        engine: The model.
        tokenizer: Its tokenizer.
        prompt_format: How prompts are put to it.
        max_new_tokens: Most tokens of an answer, the stop token included.
        temperature: Logits are divided by it.
        draws_at_once: Draws under way at a time; prompts of more are asked in parts.

    Raises:
        InputError: vLLM does not draw at this temperature.
    """

    def __init__(
        self,
        engine: VllmEngine,
        tokenizer: PreTrainedTokenizerBase,
        prompt_format: PromptFormat,
        *,
        max_new_tokens: int = 32,
        temperature: float = 1.0,
        draws_at_once: int = DRAWS_AT_ONCE,
    ) -> None:
        if max_new_tokens < 1:
            raise ValueError(f"max_new_tokens={max_new_tokens}: an answer needs at least one")
        check_temperature(temperature)
        self._engine = engine
        self._tokenizer = tokenizer
        self._format = prompt_format
        self._sampling = Sampling(prompt_format.stop_token_id, max_new_tokens, temperature)
        self._at_once = draws_at_once

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """Draw ``draws`` answers to each prompt, in order, as batches come.

        Args:
            prompts: The prompts' texts.
            draws: How many of each.
            seed: Of all prompts.
            streams: Tells the prompts' seeds apart; their places by default.

        Raises:
            EndpointError: vLLM refuses or fails; the prompts before have been given.
        """
        if not draws:
            yield from (Draws((), None, 0) for _ in prompts)
            return
        numbers = range(len(prompts)) if streams is None else streams
        size = max(1, self._at_once // draws)
        asked = list(zip(prompts, numbers, strict=True))
        for start in range(0, len(asked), size):
            yield from self._batch(asked[start : start + size], draws, seed)

    def _batch(self, asked: Sequence[tuple[str, int]], draws: int, seed: int) -> list[Draws]:
        owners: list[int] = []
        requests: list[Request] = []
        for owner, (prompt, stream) in enumerate(asked):
            ids, begin = self._format.prompt_ids(prompt), first_seed(seed, stream)
            for first in range(0, draws, self._at_once):
                owners.append(owner)
                count = min(self._at_once, draws - first)
                requests.append(Request(ids, begin + first, count))
        written: list[list[Written]] = [[] for _ in asked]
        for owner, answers in zip(owners, self._engine.draw(requests, self._sampling), strict=True):
            written[owner] += answers
        return [self._collect(answers) for answers in written]

    def _collect(self, answers: Sequence[Written]) -> Draws:
        paths = Counter(answers)
        texts = self._tokenizer.batch_decode(
            [list(one.path) for one in paths],
            skip_special_tokens=False,
            clean_up_tokenization_spaces=False,
        )
        # Different tokens may spell one text.
        merged: Counter[tuple[str, bool]] = Counter()
        tokens = 0
        for text, (one, count) in zip(texts, paths.items(), strict=True):
            merged[text, one.truncated] += count
            tokens += count * (len(one.path) + (not one.truncated))
        return Draws(ordered_answers(merged), None, tokens)
