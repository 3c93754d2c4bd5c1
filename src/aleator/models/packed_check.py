"""Does the packed pass agree with ordinary ones on this very model?

The tests compare them on small models of four architectures. This is the same comparison for
whatever model a user brings: `aleator doctor` asks it.
"""

import torch
from torch import nn

from aleator.models.attention import language_model
from aleator.models.packed_forward import TokenTree, pack, packed_logits


@torch.no_grad()
def packed_error(model: nn.Module, prompt_ids: tuple[int, ...], tree: TokenTree) -> float:
    """The largest difference of a next-token log-probability, packed and not, in nats.

    Each node costs an ordinary pass over the path that leads to it, so a tree of a dozen nodes
    will do; branches show more than length. About 1e-5 in float32. In bfloat16 both passes are
    rounded, each in its own way, and differ by some hundredths; a wrong mask shows as whole nats.

    Args:
        model: A causal language model in evaluation mode.
        prompt_ids: Token ids of a prompt; longer than a sliding window, if there is one, or the
            window is not tested.
        tree: Any tree of tokens that continue it.
    """
    device = language_model(model).device
    batch = pack([prompt_ids], [tree], pad_token_id=0).to(device)
    packed = packed_logits(model, batch).log_softmax(-1)
    worst = torch.zeros((), device=device)
    paths: list[list[int]] = [[]]
    for node in range(len(tree.tokens)):
        if node:
            paths.append([*paths[tree.parents[node]], int(tree.tokens[node])])
        input_ids = torch.tensor([[*prompt_ids, *paths[node]]], device=device)
        logits = model(input_ids=input_ids, use_cache=False).logits[0, -1]
        difference = packed[node] - logits.float().log_softmax(-1)
        worst = torch.maximum(worst, difference.abs().max())  # a NaN stays
    return float(worst)
