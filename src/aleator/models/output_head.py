"""Logits in float32, and only at the positions somebody asked for.

Divergences of next-token distributions are off by orders of magnitude in bfloat16, and a
vocabulary's worth of logits at every padded position is most of a small model's memory.
Both are settled at one place: around the output head, where hidden states come in. What
the model does to logits afterwards (Gemma's soft capping, a scale) stays the model's own
business, because the head is reached through the model's own forward pass. That also keeps
data-parallel wrappers working, which synchronise gradients only when *they* are called.

Costs a float32 copy of the head's weights per pass where they are in a shorter format.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule

from aleator.errors import ModelError
from aleator.models.attention import language_model


@contextmanager
def float32_logits_at(
    model: nn.Module, rows: Int[Tensor, " n"], cols: Int[Tensor, " n"]
) -> Iterator[None]:
    """Within this context `model` returns logits [n, V] in float32, for these positions only.

    Args:
        model: A causal language model, wrapped or not.
        rows: Batch index of each wanted position.
        cols: Time index of each wanted position.

    Raises:
        ModelError: The model's output head is not one linear layer.
    """
    head = output_head(model)
    wanted: list[Tensor] = []

    def select(module: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor]:
        (hidden,) = args
        wanted.append(hidden[rows, cols])
        return (hidden[:0, :0],)  # nothing for the head's own dtype to multiply

    def project(module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return _project(wanted.pop(), head)

    handles = [
        head.register_forward_pre_hook(select),
        # Before the hooks of sharded training, which let the weights go.
        head.register_forward_hook(project, prepend=True),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def output_head(model: nn.Module) -> nn.Linear:
    """The layer that turns hidden states into logits.

    Raises:
        ModelError: It is missing or not a plain linear layer, as when an adapter sits on it.
    """
    head = language_model(model).get_output_embeddings()
    plain = type(head)
    if issubclass(plain, FSDPModule):  # sharding puts this before the class that it was
        plain = plain.__bases__[1]
    if not isinstance(head, nn.Linear) or plain is not nn.Linear:
        raise ModelError(
            f"the model's output head is a {type(head).__name__}, not a linear layer; load a "
            "causal language model and leave lm_head out of the adapter's target_modules"
        )
    return head


def _project(hidden: Float[Tensor, "n H"], head: nn.Linear) -> Float[Tensor, "n V"]:
    # Autocast would take the product back to bfloat16.
    with torch.autocast(hidden.device.type, enabled=False):
        bias = None if head.bias is None else head.bias.float()
        return F.linear(hidden.float(), head.weight.float(), bias)
