"""Is the loss computed in float32 from logits that were never rounded to half precision?

Divergences from bfloat16 logits are off by orders of magnitude near zero. The logits of a packed
pass must be float32, must hold more digits than half precision can, and the loss must be what
float64 makes of the same logits.
"""

import numpy as np
import torch
from torch import Tensor

from aleator.doctor.findings import Finding, failed, passed
from aleator.doctor.patient import PROMPT, Patient
from aleator.doctor.specimen import specimen_tree
from aleator.models.packed_forward import pack, packed_logits
from aleator.tokens.supervision import SupervisionTree
from aleator.training.loss import TreeTargets, tree_loss

_HALVES = (torch.bfloat16, torch.float16)
_TOLERANCE = 1e-4  # float32 departs by some 1e-6, bfloat16 by 1e-2


@torch.no_grad()
def check_loss_dtype(patient: Patient) -> Finding:
    """The loss of one prompt, as training computes it, against float64."""
    model, tree = patient.model, specimen_tree(patient)
    batch = pack([patient.prompt_format.prompt_ids(PROMPT)], [tree], pad_token_id=0)
    logits = packed_logits(model, batch.to(model.device)).cpu()
    rounded = [half for half in _HALVES if torch.equal(logits, logits.to(half).to(logits.dtype))]
    if logits.dtype != torch.float32 or rounded:
        dtype = str(rounded[0] if rounded else logits.dtype).removeprefix("torch.")
        reference = _reference(logits.double(), tree)
        return failed(
            f"the model rounds its logits to {dtype}, so that a loss of {reference:.4f} nats is "
            "off by an unknown amount",
            "use a model whose forward pass leaves logits as its head makes them",
        )
    loss = float(tree_loss(logits, TreeTargets.from_trees([tree])))
    reference = _reference(logits.double(), tree)
    error = abs(loss - reference)
    if not error <= _TOLERANCE * max(1.0, reference):
        return failed(
            f"the loss is {loss:.6f} nats, float64 makes it {reference:.6f}",
            "report this: training would follow a wrong loss",
        )
    in_half = abs(_reference(logits.bfloat16(), tree) - reference)
    return passed(
        f"float32 logits; the loss departs from float64 by {error:.0e} nats (bfloat16 would by "
        f"{in_half:.0e})"
    )


def _reference(logits: Tensor, tree: SupervisionTree) -> float:
    """Weighted KL of the tree's nodes in plain sums, in the logits' own dtype."""
    log_q = torch.log_softmax(logits, dim=-1).double().numpy()
    total = 0.0
    for node, weight in enumerate(tree.weights):
        own = slice(tree.target_offsets[node], tree.target_offsets[node + 1])
        p = tree.target_probabilities[own]
        log_p = np.log(p, out=np.zeros_like(p), where=p > 0)
        total += float(weight * (p * (log_p - log_q[node, tree.target_tokens[own]])).sum())
    return total
