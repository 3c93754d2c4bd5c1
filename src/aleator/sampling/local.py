"""Many independent draws from few prompts, merging equal prefixes.

All draws of a prompt share its first step, many share the first digits. So the walk goes over the
set of *distinct* prefixes with counts: each is computed once, and its count is split among the next
tokens by independent draws from the full softmax in float32 (temperature 1 unless another is asked
for, nothing truncated), down to the stop token or the limit. The draws are exactly i.i.d. and cost
as many forward tokens as there are distinct prefixes.

Every prompt has a generator of its own, seeded by ``(seed, stream)``, so that its draws do not
depend on what else is in the batch, apart from roundings of the logits that batching may cause.

While prefixes are many to few the tree is packed (``PackedSession``); attention over a tree costs
the square of its size, so that beyond ``max_tree_nodes`` the prefixes still alive go on as ordinary
rows with a cache each (``rows``).
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from aleator.models.attention import language_model
from aleator.models.packed_session import PackedSession
from aleator.sampling.draws import Draws, ordered_answers
from aleator.sampling.rows import Alive, continue_as_rows
from aleator.sampling.split import split_counts
from aleator.tokens.chat import PromptFormat

IntArray = NDArray[np.int64]


class LocalSampler:
    """Draws answers from a model in this process.

    Args:
        model: In evaluation mode.
        tokenizer: Its tokenizer.
        prompt_format: How prompts are put to it.
        max_new_tokens: Most tokens of an answer, the stop token included.
        temperature: Logits are divided by it; above 0.
        batch_draws: Draws in one batch of prompts, which bounds its memory; a prompt of more draws
            is a batch by itself. None: what is quickest, which is few prompts on a CPU.
        max_tree_nodes: Where a prompt's prefixes become rows.
    """

    def __init__(
        self,
        model: nn.Module,
        tokenizer: PreTrainedTokenizerBase,
        prompt_format: PromptFormat,
        *,
        max_new_tokens: int = 32,
        temperature: float = 1.0,
        batch_draws: int | None = None,
        max_tree_nodes: int = 6144,
    ) -> None:
        if max_new_tokens < 1:
            raise ValueError(f"max_new_tokens={max_new_tokens}: an answer needs at least one")
        if not 0 < temperature < math.inf:
            raise ValueError(f"temperature={temperature}: it must be above 0 and finite")
        self._model = model
        self._tokenizer = tokenizer
        self._format = prompt_format
        self._max_new_tokens = max_new_tokens
        self._temperature = temperature
        on_cpu = language_model(model).device.type == "cpu"
        self._batch_draws = batch_draws or (2048 if on_cpu else 16384)
        self._max_tree_nodes = max_tree_nodes

    def draw(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> list[Draws]:
        """Draw ``draws`` answers to each prompt.

        Args:
            prompts: The prompts' texts.
            draws: How many of each.
            seed: Of all prompts.
            streams: Tells the prompts' generators apart; their places by default.
        """
        return list(self.draw_each(prompts, draws, seed, streams))

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """As ``draw``, giving results as batches come."""
        size = max(1, self._batch_draws // max(draws, 1))
        numbers = range(len(prompts)) if streams is None else streams
        for start in range(0, len(prompts), size):
            ids = [self._format.prompt_ids(prompt) for prompt in prompts[start : start + size]]
            rngs = [np.random.default_rng([seed, one]) for one in numbers[start : start + size]]
            walks = [_Walk(draws, rng, self._temperature) for rng in rngs]
            self._walk(ids, walks)
            yield from (self._collect(walk) for walk in walks)

    def _walk(self, prompts: list[tuple[int, ...]], walks: list["_Walk"]) -> None:
        stop = self._format.stop_token_id
        session = PackedSession(self._model, prompts)
        here = list(range(len(walks)))  # the walks that the session still holds
        logits = [root[None] for root in session.root_logits]
        for depth in range(1, self._max_new_tokens + 1):
            last = depth == self._max_new_tokens
            for place, index in enumerate(here):
                walks[index].step(logits[place], stop, last=last)
            staying = [p for p, i in enumerate(here) if walks[i].stays(self._max_tree_nodes)]
            if not staying:
                break
            if len(staying) < len(here):
                session.keep(staying)
                here = [here[place] for place in staying]
            requests = [walks[index].request() for index in here]
            logits = session.extend([one[0] for one in requests], [one[1] for one in requests])
        del session
        for index, walk in enumerate(walks):
            if walk.counts.size:
                self._walk_rows(prompts[index], walk)

    def _walk_rows(self, prompt: tuple[int, ...], walk: "_Walk") -> None:
        alive = Alive([walk.path(node) for node in walk.alive], walk.counts)
        finished, forwarded = continue_as_rows(
            self._model,
            prompt,
            alive,
            self._format.stop_token_id,
            self._max_new_tokens,
            walk.rng,
            temperature=self._temperature,
        )
        walk.finished.update(finished)
        walk.forward_tokens += forwarded

    def _collect(self, walk: "_Walk") -> Draws:
        texts = self._tokenizer.batch_decode(
            [list(path) for path, _ in walk.finished],
            skip_special_tokens=False,
            clean_up_tokenization_spaces=False,
        )
        # Different tokens may spell one text.
        merged: Counter[tuple[str, bool]] = Counter()
        written = 0
        for text, ((path, truncated), count) in zip(texts, walk.finished.items(), strict=True):
            merged[text, truncated] += count
            written += count * (len(path) + (not truncated))
        return Draws(ordered_answers(merged), walk.forward_tokens, written)


class _Walk:
    """One prompt's distinct prefixes; nodes are numbered as the session numbers them.

    Attributes:
        finished: How many draws ended with each token path, and whether they were cut off.
        alive: Nodes at which draws stand.
        counts: How many at each.
        forward_tokens: Nodes computed so far.
    """

    def __init__(self, draws: int, rng: np.random.Generator, temperature: float) -> None:
        self.rng = rng
        self._temperature = temperature
        self.finished: Counter[tuple[tuple[int, ...], bool]] = Counter()
        self.alive: IntArray = np.zeros(1, dtype=np.int64)
        self.counts: IntArray = np.array([draws], dtype=np.int64)
        self.forward_tokens = 0
        self._tokens: IntArray = np.array([-1])
        self._parents: IntArray = np.array([-1])

    def step(self, logits: Float[Tensor, "n V"], stop: int, *, last: bool) -> None:
        """Split the counts among next tokens; ``logits`` are those of the alive nodes."""
        rows, tokens, counts = split_counts(logits, self.counts, self.rng, self._temperature)
        parents = self.alive[rows]
        ended = tokens == stop
        for parent, count in zip(parents[ended].tolist(), counts[ended].tolist(), strict=True):
            self.finished[self.path(parent), False] += count
        parents, tokens, counts = parents[~ended], tokens[~ended], counts[~ended]
        if last:
            for parent, token, count in zip(
                parents.tolist(), tokens.tolist(), counts.tolist(), strict=True
            ):
                self.finished[(*self.path(parent), token), True] += count
            parents = tokens = counts = np.zeros(0, dtype=np.int64)
        self.alive = np.arange(len(self._tokens), len(self._tokens) + len(tokens))
        self.counts = counts
        self._tokens = np.concatenate((self._tokens, tokens))
        self._parents = np.concatenate((self._parents, parents))

    def stays(self, max_nodes: int) -> bool:
        """Whether the next step is the session's: something is alive and the tree is not full."""
        return bool(self.counts.size) and len(self._tokens) <= max_nodes

    def request(self) -> tuple[IntArray, IntArray]:
        """Tokens and parents of the alive nodes, which the session does not have yet."""
        self.forward_tokens += len(self.alive)
        return self._tokens[self.alive], self._parents[self.alive]

    def path(self, node: int) -> tuple[int, ...]:
        """Tokens from the prompt's end to a node."""
        path: list[int] = []
        while node > 0:
            path.append(int(self._tokens[node]))
            node = int(self._parents[node])
        return tuple(reversed(path))
