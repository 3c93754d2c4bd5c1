"""Many independent draws from prompts of any kind, merging equal prefixes.

All draws of a prompt share its first step, many share the first digits. So the walk goes over the
set of *distinct* prefixes with the draws that stand at them: each is computed once, and its draws
part among the next tokens as independent draws from the full softmax in float32 (temperature 1
unless another is asked for, nothing truncated), down to the stop token or the limit. The draws are
exactly i.i.d. and cost as many forward tokens as there are distinct prefixes.

Every draw has variates of its own (``variates``), so that a prompt's draws depend on nothing but
``(seed, stream)``, apart from roundings of the logits that batching may cause.

While prefixes are many to few the trees of a batch are packed (``PackedSession``). Attention over a
tree costs the square of its size; so a prompt leaves the session when its tree is too large, when
its draws have long gone separate ways, or when the batch would outgrow the memory budget, largest
first. What is left of all of them goes on as ordinary batched rows with a cache each (``rows``).
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from jaxtyping import Float
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from aleator.models.attention import language_model
from aleator.models.packed_session import PackedSession
from aleator.models.positions import model_positions
from aleator.sampling.draws import Draws, ordered_answers
from aleator.sampling.memory import MemoryBudget
from aleator.sampling.rows import Path, Row, columns_of, continue_as_rows
from aleator.sampling.variates import Variates
from aleator.sampling.walk import Walk
from aleator.tokens.chat import PromptFormat


class LocalSampler:
    """Draws answers from a model in this process.

    Args:
        model: In evaluation mode.
        tokenizer: Its tokenizer.
        prompt_format: How prompts are put to it.
        max_new_tokens: Most tokens of an answer, the stop token included; where the model has no
            positions for so many behind a prompt, answers to it are cut short earlier.
        temperature: Logits are divided by it; above 0.
        batch_draws: Draws in one batch of prompts; a prompt of more draws is a batch by itself.
            None: what is quickest, which is few prompts on a CPU.
        max_tree_nodes: Where a prompt's prefixes become rows.
        memory_bytes: What trees, rows and their logits may take, as ``MemoryBudget`` counts it; a
            single prompt or row is computed all the same.
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
        memory_bytes: int | None = None,
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
        self._rows_at_once = 256 if on_cpu else 512
        self._max_tree_nodes = max_tree_nodes
        self._budget = MemoryBudget.of(model, memory_bytes)
        self._positions = model_positions(model)

    def draw(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> list[Draws]:
        """Draw ``draws`` answers to each prompt.

        Args:
            prompts: The prompts' texts.
            draws: How many of each.
            seed: Of all prompts.
            streams: Tells the prompts' variates apart; their places by default.
        """
        return list(self.draw_each(prompts, draws, seed, streams))

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """As ``draw``, giving results as batches come."""
        if not draws:
            yield from (Draws((), 0, 0) for _ in prompts)
            return
        yield from map(self._collect, self._walked(prompts, draws, seed, streams))

    def draw_paths(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Counter[tuple[Path, bool]]]:
        """As ``draw_each``, as tokens: how often each path came, and whether it was cut off.

        A text may be spelt by several paths; these are what the model really wrote. The stop token
        is not part of a path.
        """
        for walk in self._walked(prompts, draws, seed, streams):
            yield walk.finished

    def _walked(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None
    ) -> Iterator[Walk]:
        """The finished walks of all prompts, in their order."""
        numbers = range(len(prompts)) if streams is None else streams
        walks = (
            Walk(self._format.prompt_ids(prompt), draws, Variates(seed, stream, draws))
            for prompt, stream in zip(prompts, numbers, strict=True)
        )
        for batch in self._batches(walks, draws):
            self._walk(batch)
            yield from batch

    def _batches(self, walks: Iterator[Walk], draws: int) -> Iterator[list[Walk]]:
        """Walks whose first steps fit the budget, even if no two draws agree."""
        most = max(1, self._batch_draws // draws)
        batch: list[Walk] = []
        longest = 0
        for walk in walks:
            longest = max(longest, len(walk.prompt))
            fits = self._budget.holds_trees(len(batch) + 1, longest, draws, draws)
            if batch and (len(batch) == most or not fits):
                yield batch
                batch, longest = [], len(walk.prompt)
            batch.append(walk)
        if batch:
            yield batch

    def _walk(self, walks: Sequence[Walk]) -> None:
        session = PackedSession(self._model, [walk.prompt for walk in walks])
        here = list(range(len(walks)))  # the walks that the session still holds
        logits = [root[None] for root in session.root_logits]
        padded = 1  # nodes of a tree, padded to the largest at every step
        for depth in range(1, self._max_new_tokens + 1):
            for place, index in enumerate(here):
                self._step(walks[index], logits[place], last=depth == self._limit(walks[index]))
            staying = self._staying([walks[index] for index in here], padded)
            if not staying:
                break
            if len(staying) < len(here):
                session.keep(staying)
                here = [here[place] for place in staying]
            padded += max(len(walks[index].draws) for index in here)
            requests = [walks[index].request() for index in here]
            logits = session.extend([one[0] for one in requests], [one[1] for one in requests])
        del session
        self._walk_rows(walks)

    def _limit(self, walk: Walk) -> int:
        """Most tokens of an answer; its last one is never read."""
        if self._positions is None:
            return self._max_new_tokens
        return min(self._max_new_tokens, self._positions - len(walk.prompt) + 1)

    def _step(self, walk: Walk, logits: Float[Tensor, "n V"], *, last: bool) -> None:
        stop = self._format.stop_token_id
        walk.step(logits, stop, temperature=self._temperature, last=last)

    def _staying(self, walks: Sequence[Walk], padded: int) -> list[int]:
        """Places of the walks whose next step is the session's; the largest leave if they must."""
        staying = [
            place
            for place, walk in enumerate(walks)
            if walk.wants_tree and walk.nodes <= self._max_tree_nodes
        ]
        columns = max(len(walk.prompt) for walk in walks)
        while staying:
            new = [len(walks[place].draws) for place in staying]
            if self._budget.holds_trees(len(staying), columns, padded + max(new), max(new)):
                break
            staying.pop(new.index(max(new)))
        return staying

    def _walk_rows(self, walks: Sequence[Walk]) -> None:
        rows: dict[int, list[Row]] = {}
        for owner, walk in enumerate(walks):
            rows.setdefault(self._limit(walk), []).extend(walk.rows(owner))
        for limit, own in rows.items():
            if own:
                self._continue(walks, own, limit)

    def _continue(self, walks: Sequence[Walk], rows: Sequence[Row], limit: int) -> None:
        """Finish rows whose answers have at most `limit` tokens."""
        columns = columns_of(rows, limit)
        result = continue_as_rows(
            self._model,
            rows,
            self._format.stop_token_id,
            limit,
            lambda owner, step: walks[owner].variates.at(step),
            temperature=self._temperature,
            draws_at_once=min(self._rows_at_once, self._budget.rows(columns)),
        )
        for (owner, path, truncated), count in result.finished.items():
            walks[owner].finished[path, truncated] += count
        for owner, tokens in result.forwarded.items():
            walks[owner].forward_tokens += tokens

    def _collect(self, walk: Walk) -> Draws:
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
