"""Will training fit? What a recipe's step needs beside the loaded weights, against what is free.

An estimate. What a forward pass keeps for its backward pass is not guessed from a formula: it is
measured on the recipe's longest of some prompts and on two of it, on this very model with its
attention and its adapter, and carried on to the recipe's batch. With gradient checkpointing it is
measured on a pass with it, and for the layer that is computed anew a layer's share is added of what
a pass without it keeps. Added are the adapter's gradients and optimiser state, and the gradient of
the logits. Left out are allocators' waste, what kernels use in passing, an anchor's passes, and
validation, whose batches are larger but keep nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aleator.doctor.findings import Finding, failed, not_applicable, passed
from aleator.doctor.free_memory import free_bytes
from aleator.doctor.lora import fresh_adapter
from aleator.doctor.patient import Patient
from aleator.models.checkpointing import disable_checkpointing, enable_checkpointing
from aleator.models.packed_forward import packed_logits
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.tokens.spelling import system_formats
from aleator.training.collator import BatchMaker, TrainingBatch
from aleator.training.loss import tree_loss
from aleator.training.prompts import make_visits
from aleator.training.recipe import Recipe
from aleator.training.seeds import Stream, generator
from aleator.training.target_files import all_targets, read_target_files

_LOOKED_AT = 32
_ADAPTER_BYTES = 12
"""A weight's gradient and AdamW's two moments, in float32; the weight itself is there already."""


@dataclass(frozen=True)
class StepMemory:
    """Bytes that a training step needs beside the model and its adapter's weights.

    Attributes:
        kept: Kept from the forward pass for the backward pass, that of a layer computed anew
            included.
        logits: The gradient of the logits, and of their softmax.
        adapter: Gradients and optimiser state.
    """

    kept: int
    logits: int
    adapter: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.kept + self.logits + self.adapter


def check_memory(patient: Patient) -> Finding:
    """What the recipe's step is estimated to need, and what is free."""
    if patient.recipe is None:
        return not_applicable("no training was asked about")
    recipe = patient.recipe
    prompts = recipe.batch_size // recipe.gradient_accumulation
    free = free_bytes(patient.model.device)
    try:
        needed = step_memory(patient, recipe)
    except torch.OutOfMemoryError:
        return failed(
            f"not even two prompts fit into the {_size(free)} that are free",
            "take a smaller model, a larger device, or bf16: true",
        )
    said = (
        f"a step of {prompts} prompts needs an estimated {_size(needed.total)} beside the loaded "
        f"weights ({_size(needed.kept)} activations, {_size(needed.logits)} logits, "
        f"{_size(needed.adapter)} optimiser), {_size(free)} are free"
    )
    if recipe.anchor is not None:
        said += "; the anchor's passes come on top"
    if recipe.sharding is not None:
        said += (
            "; that is of one process with the whole model, of several each takes its share of the "
            "prompts and of the weights"
        )
    if needed.total > free:
        first = "" if recipe.sharding is None else "start more processes with torchrun, "
        first += "" if recipe.gradient_checkpointing else "set gradient_checkpointing to true, "
        return failed(
            said, f"{first}raise gradient_accumulation, or lower batch_size or supervision.nodes"
        )
    return passed(said)


def step_memory(patient: Patient, recipe: Recipe) -> StepMemory:
    """Measure one prompt and two, and carry on to the recipe's batch."""
    prompts = recipe.batch_size // recipe.gradient_accumulation
    one, two = _batches(patient, recipe)
    with fresh_adapter(patient, recipe) as adapted:
        trained = sum(one.numel() for one in adapted.parameters() if one.requires_grad)
        adapted.train()
        try:
            first, second = (_kept(patient, adapted, batch, recipe) for batch in (one, two))
        finally:
            adapted.eval()
    vocabulary = patient.model.config.get_text_config(decoder=True).vocab_size
    nodes = len(one.packed.rows)
    return StepMemory(
        kept=first + (second - first) * (prompts - 1),
        logits=2 * 4 * nodes * vocabulary * prompts,
        adapter=_ADAPTER_BYTES * trained,
    )


def _batches(patient: Patient, recipe: Recipe) -> tuple[TrainingBatch, TrainingBatch]:
    """The longest of the recipe's first prompts, once and twice."""
    files = read_target_files(recipe)
    prompt_format = ChatFormat(patient.tokenizer)
    with_system = system_formats(all_targets(files), patient.tokenizer)
    maker = BatchMaker(prompt_format, Speller(prompt_format), with_system)
    visits = make_visits(recipe, files)
    looked_at = [visits[place] for place in range(min(_LOOKED_AT, len(visits), recipe.batch_size))]

    def batch(places: Sequence[int]) -> TrainingBatch:
        rng = generator(recipe.seed, Stream.TREES, looked_at[places[0]].number)
        chosen = [looked_at[place] for place in places]
        return maker.batch(chosen, recipe.supervision, rng)

    alone = [batch([place]).tokens for place in range(len(looked_at))]
    longest = alone.index(max(alone))
    return batch([longest]), batch([longest, longest])


def _kept(patient: Patient, adapted: nn.Module, batch: TrainingBatch, recipe: Recipe) -> int:
    """Bytes kept for a batch, by the way that the recipe goes."""
    everything = _kept_bytes(adapted, batch, recipe.bf16)
    if not recipe.gradient_checkpointing:
        return everything
    layers = patient.model.config.get_text_config(decoder=True).num_hidden_layers
    enable_checkpointing(patient.model)
    try:
        return _kept_bytes(adapted, batch, recipe.bf16) + everything // layers
    finally:
        disable_checkpointing(patient.model)


def _kept_bytes(adapted: nn.Module, batch: TrainingBatch, bf16: bool) -> int:
    """Bytes that autograd keeps for the backward pass, the model's own weights aside."""
    device = next(adapted.parameters()).device
    batch = batch.to(device)
    weights = {one.untyped_storage().data_ptr() for one in adapted.parameters()}
    storages: dict[int, tuple[int, Tensor]] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if (
            storage.data_ptr() not in weights
        ):  # the tensor is held, so that no other takes its place
            storages[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16),
    ):
        loss = tree_loss(packed_logits(adapted, batch.packed), batch.targets)
    assert loss.requires_grad, "the adapter is trained"
    return sum(size for size, _ in storages.values())


def _size(count: int) -> str:
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"
