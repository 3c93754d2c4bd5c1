"""How much memory sampling may take, and how many prompts and rows that is.

An estimate from the model's shape: keys and values of every token in every layer, masks, and logits
over the vocabulary. What layers compute in passing is left out, so a budget is not the last byte of
a device.
"""

from dataclasses import dataclass

import torch
from torch import nn

from aleator.models.attention import language_model

_CPU_BYTES = 2**31
_FREE_SHARE = 0.5
_LOGIT_BYTES = 8  # in float32, and once more while they are divided and summed
_MASK_BYTES = 6  # of a query and a key: allowed, and written out for the layers


@dataclass(frozen=True)
class MemoryBudget:
    """What may be used, and what things take.

    Attributes:
        total: Bytes in all.
        token: Bytes of a token's keys and values, all layers together.
        vocabulary: How many tokens there are.
    """

    total: int
    token: int
    vocabulary: int

    @classmethod
    def of(cls, model: nn.Module, total: int | None = None) -> "MemoryBudget":
        """Budget for a model.

        Args:
            model: Loaded, where it shall run.
            total: Bytes; by default 2 GiB on a CPU, and half of what is free on a GPU.
        """
        inner = language_model(model)
        config = inner.config.get_text_config(decoder=True)
        sizes = config.to_dict()
        heads = sizes.get("num_key_value_heads") or config.num_attention_heads
        width = sizes.get("head_dim") or config.hidden_size // config.num_attention_heads
        token = 2 * config.num_hidden_layers * heads * width * inner.dtype.itemsize
        if total is None:
            total = _CPU_BYTES
            if inner.device.type == "cuda":
                total = int(_FREE_SHARE * torch.cuda.mem_get_info(inner.device)[0])
        return cls(total, token, config.vocab_size)

    def holds_trees(self, prompts: int, columns: int, nodes: int, new: int) -> bool:
        """Whether trees fit, all padded to the largest.

        Args:
            prompts: How many trees.
            columns: Tokens of the longest prompt.
            nodes: Of the largest tree.
            new: The most of them that are computed at once.
        """
        cache = (columns + nodes) * self.token
        masks = nodes**2 + _MASK_BYTES * new * (columns + nodes)
        logits = _LOGIT_BYTES * new * self.vocabulary
        return prompts * (cache + masks + logits) <= self.total

    def rows(self, columns: int) -> int:
        """How many rows of as many tokens fit, at least 1."""
        row = columns * (self.token + _MASK_BYTES) + _LOGIT_BYTES * self.vocabulary
        return max(1, self.total // row)
