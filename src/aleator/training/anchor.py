"""The retention anchor: what is not calibrated stays as it was.

On anchor texts (`anchor_answers.py`) the loss of an update grows by

    weight · 1/N · Σ_n KL(P_n ‖ Q_n),

where n runs over all N answer tokens of the update's texts, over all passes and processes, P_n is
the next-token distribution of the model with its adapter switched off, Q_n that with it, both over
the full vocabulary and in float32. So on answers drawn from the base, N/answers times the mean is
an unbiased estimate of the sequence KL(base ‖ adapted) of an answer.

P comes from the same weights in a pass of its own, without gradients and without dropout; Q is
trained with the adapter's dropout, as everything else. Both passes read the model itself and not
its data-parallel wrapper: gradients are then averaged as those of the calibration, which goes
through the wrapper in the same update. A process that has no anchor texts in a pass where others
may reads one token for nothing: where weights are sharded, all must call for them together.

Beside the weights it takes a few arrays of N times the vocabulary in float32 (half a gigabyte for
300 tokens of 150,000), so `tokens` is also what memory it needs.

Which texts belong to an update follows from the run's seed and the update's number alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from aleator.models.adapters import adapter_disabled
from aleator.models.packed_forward import PackedBatch, idle_batch, packed_logits
from aleator.models.packed_rows import pack_rows
from aleator.training.flops import Reading
from aleator.training.seeds import Stream, generator


@dataclass(frozen=True)
class AnchorText:
    """A prompt with an answer, or a raw text, as tokens.

    Attributes:
        ids: all of it, the stop token of a finished answer included.
        begin: place of the first token that belongs to the answer.
    """

    ids: tuple[int, ...]
    begin: int

    @property
    def supervised(self) -> int:
        """Tokens of the answer."""
        return len(self.ids) - self.begin


@dataclass(frozen=True)
class AnchorUpdate:
    """One process's share of the anchor texts of an update.

    Attributes:
        passes: what each of its passes reads; None for nothing, where there is one process only.
        supervised: answer tokens of the whole update, in all passes of all processes.
        tokens: tokens that the model reads for the whole update: each once with the adapter and
            once without.
        reading: what one of the two passes over the whole update's texts reads.
    """

    passes: tuple[PackedBatch | None, ...]
    supervised: int
    tokens: int
    reading: Reading


@dataclass(frozen=True)
class AnchorTerm:
    """The anchor of a run.

    Attributes:
        weight: what the mean KL counts in the loss; 0 only measures it.
        texts: what updates choose from.
        tokens: an update reads texts until they hold so many tokens.
        seed: of the choice.
        pad_token_id: any token of the vocabulary.
    """

    weight: float
    texts: Sequence[AnchorText]
    tokens: int
    seed: int
    pad_token_id: int

    def chosen(self, update: int) -> list[AnchorText]:
        """The texts of an update, by its number from 0: different ones, at least one."""
        rng = generator(self.seed, Stream.ANCHOR, update)
        chosen: list[AnchorText] = []
        read = 0
        for place in rng.permutation(len(self.texts)):
            chosen.append(self.texts[place])
            read += len(chosen[-1].ids)
            if read >= self.tokens:
                break
        return chosen

    def update(
        self, number: int, passes: int, process: int = 0, processes: int = 1
    ) -> AnchorUpdate:
        """The texts of an update, dealt out over its passes and processes.

        Args:
            number: Of the update, from 0.
            passes: How many this update is split into.
            process: Whose share it is.
            processes: How many share the update.
        """
        texts = self.chosen(number)
        mine = texts[process::processes]
        read = [len(text.ids) - 1 for text in texts]
        supervised = sum(text.supervised for text in texts)
        idle = None if processes == 1 else idle_batch()
        return AnchorUpdate(
            tuple(self._packed(mine[one::passes], idle) for one in range(passes)),
            supervised=supervised,
            tokens=2 * sum(read),
            reading=Reading(sum(read), supervised, sum(one * (one + 1) // 2 for one in read)),
        )

    def _packed(self, texts: Sequence[AnchorText], idle: PackedBatch | None) -> PackedBatch | None:
        if not texts:
            return idle
        begins = [text.begin for text in texts]
        return pack_rows([text.ids for text in texts], begins, self.pad_token_id)

    def kl_sum(self, model: nn.Module, packed: PackedBatch) -> Float[Tensor, ""]:
        """Sum of the KL (nats) over a batch's answer tokens; without gradients if the weight is 0.

        Args:
            model: With an adapter; left in the mode in which it was.
            packed: What is read, on the model's device.
        """
        with torch.no_grad(), adapter_disabled(model), _evaluation_mode(model):
            base = packed_logits(model, packed)
        with torch.set_grad_enabled(self.weight > 0):
            return kl_sum(base, packed_logits(model, packed))


def kl_sum(base: Float[Tensor, "n V"], adapted: Float[Tensor, "n V"]) -> Float[Tensor, ""]:
    """Σ_n KL(softmax(base_n) ‖ softmax(adapted_n)) in nats, computed in float32.

    A token that the base excludes (its logit is minus infinity) adds nothing.
    """
    log_p = torch.log_softmax(base.float(), dim=-1)
    difference = log_p - torch.log_softmax(adapted.float(), dim=-1)
    return (log_p.exp() * difference.masked_fill(log_p.isneginf(), 0.0)).sum()


@contextmanager
def _evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Within this context nothing of `model` drops out."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
