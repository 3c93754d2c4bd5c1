"""An estimate of the floating-point operations that training an adapter takes.

A matrix of W weights costs 2·W operations a token forwards (a multiplication and an addition a
weight), as many backwards for the gradient of its input, and as many again for the gradient of the
weights themselves (Kaplan et al., arXiv 2001.08361, section 2.1: 6·N·T in all). A frozen matrix
needs no gradient of its own, and what lies below the lowest adapted layer none at all, so with an
adapter in every layer a pass forwards and backwards costs

    4·W·T  frozen matrices of the decoder's layers (attention, feed-forward, router)
    6·A·T  the adapter's
    4·H·N  the output head, which is frozen and computed at the N supervised nodes only
    12·D·P attention: scores and weighted sums, 2·2·D forwards and twice that backwards

with T tokens (prompts and trees, padding aside), P pairs of a token and one that it attends to (on
a packed tree its prompt, its ancestors and itself), and D the width of all heads, summed over the
layers (the term of PaLM's appendix B, arXiv 2204.02311, for the pairs there are instead of T²).
The anchor reads its texts forwards once without the adapter and once with it, then backwards.

Embeddings are looked up, not multiplied, and not counted; nor are norms, biases, softmax, the
optimiser, validation, drawing the anchor's answers, and what a kernel computes for padding and
masked pairs. Of experts only those that a token is sent to are counted. Sliding windows are not
subtracted from P, and all of the lowest adapted layer's backward pass is counted, though nobody
needs the gradient of its input: both little at our lengths. What gradient checkpointing computes a
second time is not counted either: it is the price of memory and not of the result.
"""

from dataclasses import dataclass

import torch
from torch import nn

from aleator.models.attention import language_model
from aleator.models.output_head import output_head


@dataclass(frozen=True)
class Reading:
    """What passes read.

    Attributes:
        tokens: padding aside.
        nodes: positions whose next token is asked for.
        pairs: of a token and one that it attends to, itself included.
    """

    tokens: float
    nodes: float
    pairs: float


@dataclass(frozen=True)
class Rate:
    """Operations a token, a node and a pair."""

    token: float
    node: float
    pair: float

    def of(self, reading: Reading) -> float:
        """Operations of reading so much."""
        return self.token * reading.tokens + self.node * reading.nodes + self.pair * reading.pairs


@dataclass(frozen=True)
class PassCost:
    """What passes through a model with an adapter cost.

    Attributes:
        base: forwards, the adapter switched off.
        adapted: forwards with it.
        backwards: the gradients of the adapter.
    """

    base: Rate
    adapted: Rate
    backwards: Rate

    @classmethod
    def of(cls, model: nn.Module) -> "PassCost":
        """Read a model with an adapter attached; what takes gradients is the adapter.

        Raises:
            ModelError: It is no causal language model with a linear head.
        """
        inner = language_model(model)
        config = inner.config.get_text_config()
        settings = config.to_dict()
        layers = inner.get_decoder().get_submodule("layers")
        assert isinstance(layers, nn.ModuleList)
        sizes = [_sizes(layer, settings.get("num_experts_per_tok")) for layer in layers]
        lowest = next(place for place, (_, adapter) in enumerate(sizes) if adapter)
        frozen = sum(one for one, _ in sizes)
        adapter = sum(one for _, one in sizes)
        reached = sum(one for one, _ in sizes[lowest:])
        head = output_head(model).weight.numel()
        heads = config.num_attention_heads
        width = heads * (settings.get("head_dim") or config.hidden_size // heads)
        attention = 4 * width * len(layers)
        return cls(
            base=Rate(2 * frozen, 2 * head, attention),
            adapted=Rate(2 * (frozen + adapter), 2 * head, attention),
            backwards=Rate(2 * reached + 4 * adapter, 2 * head, 8 * width * (len(layers) - lowest)),
        )

    def training(self, reading: Reading) -> float:
        """Operations of passes forwards and backwards."""
        return self.adapted.of(reading) + self.backwards.of(reading)

    def anchor(self, reading: Reading, *, trained: bool) -> float:
        """Operations of the anchor on texts that are read so; `trained`: with gradients."""
        forwards = self.base.of(reading) + self.adapted.of(reading)
        return forwards + self.backwards.of(reading) if trained else forwards


def _weights(parameter: nn.Parameter) -> int:
    """The weights of a matrix; four-bit ones lie two in a byte."""
    return parameter.numel() * (2 if parameter.dtype == torch.uint8 else 1)


def _sizes(layer: nn.Module, experts: int | None) -> tuple[int, int]:
    """Weights of a layer's matrices that work on each token: the frozen ones, the adapter's."""
    frozen = adapter = 0
    for name, parameter in layer.named_parameters():
        if parameter.ndim < 2 or name.endswith("bias"):
            continue
        if parameter.requires_grad:
            adapter += parameter.numel()
        elif parameter.ndim == 3 and experts is not None:
            frozen += parameter[0].numel() * experts
        else:
            frozen += _weights(parameter)
    return frozen, adapter
