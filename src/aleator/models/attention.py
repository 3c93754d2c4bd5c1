"""Which positions a model's layers may attend to, written the way its attention wants it.

Trees break the assumption that a token's index is its position, so aleator hands every
model a finished 4-D mask. What that mask must look like depends on the model:

- where all layers see everything (Llama, Qwen3), one tensor goes to all of them;
- where some layers see a sliding window (Gemma 3, GPT-OSS), the model takes a dict of
  masks by layer type, and a single tensor would silently go to every layer;
- ``eager`` attention adds the mask to the scores, so that booleans are silently wrong;
  ``sdpa`` takes either, and is handed booleans.

The window is a distance of *positions*, not of indices: a query at position p sees keys
at positions p - window + 1 … p. Read in transformers 5.23, ``masking_utils.py`` and the
four modelling files; other architectures follow the same two conventions as far as we
know, and ``aleator doctor`` compares a packed pass with separate ones on the model itself.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel

from aleator.errors import ModelError

FULL = "full_attention"
SLIDING = "sliding_attention"

AttentionMask = Tensor | dict[str, Tensor]
"""What a model takes as ``attention_mask``: [B,1,Q,K], or one such tensor by layer type."""


def language_model(model: nn.Module) -> PreTrainedModel:
    """The transformers model inside `model`, through PEFT and data-parallel wrappers.

    Raises:
        ModelError: There is none.
    """
    for module in model.modules():
        if isinstance(module, PreTrainedModel):
            return module
    raise ModelError(
        f"{type(model).__name__} holds no transformers model; load one with aleator.load_model"
    )


@dataclass(frozen=True)
class AttentionRules:
    """How one model's layers attend, read from its configuration.

    Attributes:
        window: How many positions a sliding layer sees, its own included; None without such layers.
        by_layer_type: The model takes a dict of masks by layer type.
        additive: The mask is added to the scores (``eager``) instead of being boolean.
        dtype: The dtype of additive masks.
    """

    window: int | None
    by_layer_type: bool
    additive: bool
    dtype: torch.dtype

    @classmethod
    def of(cls, model: nn.Module) -> "AttentionRules":
        """Read the rules of `model`.

        Raises:
            ModelError: Its layers attend in a way that a 4-D mask cannot express.
        """
        inner = language_model(model)
        config = inner.config.get_text_config(decoder=True)
        window, by_layer_type = _windows(config)
        # Not that of the whole: a vision tower may run on another kind.
        implementation = config._attn_implementation
        if implementation not in ("eager", "sdpa"):
            raise ModelError(
                f"attention implementation {implementation!r} takes no tree-shaped mask; "
                "load the model with attn_implementation='sdpa' (GPT-OSS: 'eager')"
            )
        return cls(window, by_layer_type, implementation == "eager", inner.dtype)

    def masks(
        self,
        allowed: Bool[Tensor, "B Q K"],
        query_positions: Int[Tensor, "B Q"],
        key_positions: Int[Tensor, "B K"],
    ) -> AttentionMask:
        """Turn "may attend, windows aside" into what the model takes.

        Every row of `allowed` must hold at least one True within the window, or its softmax
        is NaN; a position that may attend to itself is always enough.
        """
        if self.window is None:
            return self._written(allowed)
        distance = query_positions[:, :, None] - key_positions[:, None, :]
        near = self._written(allowed & (distance < self.window))
        if not self.by_layer_type:
            return near
        return {FULL: self._written(allowed), SLIDING: near}

    def _written(self, allowed: Bool[Tensor, "B Q K"]) -> Tensor:
        """The mask with its head axis, boolean or as numbers to add to the scores."""
        mask = allowed[:, None]
        if not self.additive:
            return mask
        lowest = torch.finfo(self.dtype).min
        return torch.zeros(mask.shape, dtype=self.dtype, device=mask.device).masked_fill_(
            ~mask, lowest
        )


def _windows(config: PreTrainedConfig) -> tuple[int | None, bool]:
    """The sliding window, if any layer has one, and whether masks go by layer type."""
    settings = config.to_dict()
    layer_types = settings.get("layer_types")
    window = settings.get("sliding_window")
    if layer_types is None:  # Llama has neither; Mistral has one window for all its layers
        return window, False
    unknown = sorted(set(layer_types) - {FULL, SLIDING})
    if unknown:
        raise ModelError(
            f"model type {config.model_type!r} has layers of type {', '.join(unknown)}; the packed "
            f"pass knows {FULL} and {SLIDING} only: choose another model"
        )
    if SLIDING not in layer_types:
        return None, False
    if window is None:
        raise ModelError(f"config.json has {SLIDING} layers but no sliding_window; repair it")
    return int(window), True
