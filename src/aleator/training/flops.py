"""An estimate of the floating-point operations that training an adapter takes.

A matrix of W weights costs 2·W operations a token forwards (a multiplication and an addition a
weight), as many backwards for the gradient of its input, and as many again for the gradient of the
weights themselves (Kaplan et al., arXiv 2001.08361, section 2.1: 6·N·T in all). A frozen matrix
needs no gradient of its own, so with LoRA a pass costs

    4·W·T  frozen matrices of the decoder's layers (attention, feed-forward, router)
    6·A·T  the adapter's
    4·H·N  the output head, which is frozen and computed at the N supervised nodes only
    12·D·P attention: scores and weighted sums, 2·2·D forwards and twice that backwards

with T tokens (prompts and trees, padding aside), P pairs of a token and one that it attends to (on
a packed tree its prompt, its ancestors and itself), and D the width of all heads, summed over the
layers (the term of PaLM's appendix B, arXiv 2204.02311, for the pairs there are instead of T²).

Embeddings are looked up, not multiplied, and not counted; nor are norms, biases, softmax, the
optimiser, validation, and what a kernel computes for padding and masked pairs. Of experts only
those that a token is sent to are counted. Sliding windows are not subtracted from P, and the
gradients below the lowest adapter, which nobody computes, are counted: both little at our lengths.
"""

from dataclasses import dataclass

from torch import nn

from aleator.models.attention import language_model
from aleator.models.output_head import output_head


@dataclass(frozen=True)
class PassCost:
    """What one pass forwards and backwards costs, a linear function of what it reads.

    Attributes:
        per_token: operations a token.
        per_node: operations a supervised node.
        per_pair: operations a pair of a token and one that it attends to.
    """

    per_token: float
    per_node: float
    per_pair: float

    @classmethod
    def of(cls, model: nn.Module) -> "PassCost":
        """Read a model with an adapter attached; what takes gradients is the adapter.

        Raises:
            ModelError: It is no causal language model with a linear head.
        """
        inner = language_model(model)
        config = inner.config.get_text_config()
        settings = config.to_dict()
        decoder = inner.get_decoder()
        looked_up = {id(m.weight) for m in decoder.modules() if isinstance(m, nn.Embedding)}
        frozen = adapter = 0.0
        for name, parameter in decoder.named_parameters():
            if parameter.ndim < 2 or name.endswith("bias") or id(parameter) in looked_up:
                continue
            if parameter.requires_grad:
                adapter += parameter.numel()
            elif parameter.ndim == 3 and "num_experts_per_tok" in settings:
                frozen += parameter[0].numel() * int(settings["num_experts_per_tok"])
            else:
                frozen += parameter.numel()
        heads = config.num_attention_heads
        width = heads * (settings.get("head_dim") or config.hidden_size // heads)
        return cls(
            per_token=4 * frozen + 6 * adapter,
            per_node=4 * output_head(model).weight.numel(),
            per_pair=12 * width * config.num_hidden_layers,
        )

    def flops(self, *, tokens: float, nodes: float, pairs: float) -> float:
        """Operations of passes that read so much."""
        return self.per_token * tokens + self.per_node * nodes + self.per_pair * pairs
