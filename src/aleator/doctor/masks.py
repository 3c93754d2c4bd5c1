"""Are attention masks honoured: does a packed pass agree with separate ones, on this very model?

A wrong mask (booleans where they are added to the scores, one mask for layers of two types) is
silent: the model answers, only worse. The prompt is made longer than the sliding window, or a wrong
window would not show. Where passes disagree, hidden states tell from which layer on.

Limits are for the largest difference of a next-token log-probability over the whole vocabulary.
float32 passes differ by some 1e-5 nats. In bfloat16 the sandbox's differ by 0.2, which can hide a
wrong mask in a single layer (0.1 to 12 nats in trials): so where memory allows, a model in half
precision is compared once more as a float32 copy, and else the line says that it was not.
"""

from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor

from aleator.doctor.findings import Finding, failed, passed
from aleator.doctor.free_memory import free_bytes
from aleator.doctor.patient import PROMPT, Patient
from aleator.doctor.specimen import prompt_of_length, specimen_tree
from aleator.models.attention import FULL, SLIDING, AttentionRules
from aleator.models.packed_check import packed_error
from aleator.models.packed_forward import TokenTree, pack
from aleator.models.positions import model_positions

_MOST_NATS = 1e-2
_MOST_NATS_IN_HALF = 1.0
_MOST_RELATIVE = 1e-3
_MOST_RELATIVE_IN_HALF = 0.2
_COPY_SHARE = 0.8
"""Of the free memory, for a float32 copy."""

_REACH = 16
"""Tokens of the longest path below a specimen's prompt, with some to spare."""


def check_masks(patient: Patient) -> Finding:
    """Packed against separate passes, and where they part."""
    model = patient.model
    window = AttentionRules.of(model).window or 0
    prompt = patient.prompt_format.prompt_ids(PROMPT)
    longer = prompt_of_length(patient, window + _REACH)
    places = model_positions(model)
    if places is None or len(longer) + _REACH <= places:
        prompt = longer
    tree = specimen_tree(patient)
    finding = _compare(patient, prompt, tree)
    if finding.verdict == "fail" or model.dtype == torch.float32:
        return finding
    exact = _in_float32(patient)
    if exact is None:
        return passed(f"{finding.said}; no room for a stricter comparison in float32")
    in_float32 = _compare(exact, prompt, tree)
    return Finding(in_float32.verdict, f"in float32 {in_float32.said}", in_float32.remedy)


def _compare(patient: Patient, prompt: tuple[int, ...], tree: TokenTree) -> Finding:
    """Both kinds of passes of the model as it is."""
    model = patient.model
    error = packed_error(model, prompt, tree)
    limit = _MOST_NATS if model.dtype == torch.float32 else _MOST_NATS_IN_HALF
    if error <= limit:
        window, crossed = AttentionRules.of(model).window, ""
        if window is not None:
            word = "crossed" if len(prompt) > window else "too long to be tested"
            crossed = f", sliding window of {window} {word}"
        kinds = " and ".join(dict.fromkeys(_layer_types(patient)))
        return passed(
            f"packed and separate passes agree within {error:.1e} nats ({kinds}{crossed})"
        )
    return failed(
        f"packed and separate passes differ by {error:.2g} nats (limit {limit:g}), "
        f"{_first_departure(patient, prompt, tree)}: attention masks are not honoured",
        "load the model with another attn_implementation (sdpa or eager), or do not use this model",
    )


def _in_float32(patient: Patient) -> Patient | None:
    """A copy of the patient; None where there is no room, or weights of a kind with no float32."""
    model = patient.model
    size = 4 * sum(weight.numel() for weight in model.parameters())
    quantised = model.config.to_dict().get("quantization_config") is not None
    if quantised or size > _COPY_SHARE * free_bytes(model.device):
        return None
    return replace(patient, model=deepcopy(model).float())


def _first_departure(patient: Patient, prompt: tuple[int, ...], tree: TokenTree) -> str:
    """The first layer whose outputs differ between the passes, in words."""
    types = _layer_types(patient)
    exact = patient.model.dtype == torch.float32
    limit = _MOST_RELATIVE if exact else _MOST_RELATIVE_IN_HALF
    packed, separate = (
        _packed_states(patient, prompt, tree),
        _separate_states(patient, prompt, tree),
    )
    for layer, (one, other) in enumerate(zip(packed[1:], separate[1:], strict=True)):
        difference = float((one - other).norm() / other.norm())
        if not difference <= limit:
            return f"first in layer {layer} of {len(types)} ({types[layer]})"
    return "not in any layer but behind them"


@torch.no_grad()
def _packed_states(patient: Patient, prompt: tuple[int, ...], tree: TokenTree) -> list[Tensor]:
    """Hidden states [N, H] of every layer at the tree's nodes, embeddings first."""
    model = patient.model
    batch = pack([prompt], [tree], pad_token_id=0).to(model.device)
    masks = AttentionRules.of(model).masks(batch.attention, batch.position_ids, batch.position_ids)
    states = model(
        input_ids=batch.input_ids,
        attention_mask=masks,
        position_ids=batch.position_ids,
        use_cache=False,
        output_hidden_states=True,
    ).hidden_states
    return [state[batch.rows, batch.cols].float() for state in states]


@torch.no_grad()
def _separate_states(patient: Patient, prompt: tuple[int, ...], tree: TokenTree) -> list[Tensor]:
    """The same from a pass a node."""
    model = patient.model
    paths: list[list[int]] = [[]]
    nodes: list[list[Tensor]] = []
    for node in range(len(tree.tokens)):
        if node:
            paths.append([*paths[tree.parents[node]], int(tree.tokens[node])])
        ids = torch.tensor([[*prompt, *paths[node]]], device=model.device)
        output = model(input_ids=ids, use_cache=False, output_hidden_states=True)
        nodes.append([state[0, -1].float() for state in output.hidden_states])
    return [torch.stack(layer) for layer in zip(*nodes, strict=True)]


def _layer_types(patient: Patient) -> list[str]:
    """What each layer sees; models that do not say have layers of one kind."""
    config = patient.model.config.get_text_config(decoder=True)
    listed = config.to_dict().get("layer_types")
    if listed:
        return list(listed)
    window = AttentionRules.of(patient.model).window
    return [FULL if window is None else SLIDING] * config.num_hidden_layers
