"""LoRA adapters: attach, save, load, switch off, merge.

PEFT does the work. Added here: a seed of its own for the initial weights, so that an adapter
does not depend on what was drawn before; targets that must exist, in the language model only
(Gemma 3 has projections of the same names in its vision tower); and an adapter that must fit
weight by weight, where PEFT warns about missing ones and is silent about superfluous ones,
so that a base model could be scored in the adapter's name.

The experts of a mixture (GPT-OSS) are no layers but stacks of weights. PEFT adapts them as
parameters: without dropout, and at the price of writing the whole stack anew in every pass.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from peft.utils.save_and_load import set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from aleator.errors import ModelError, OutputError
from aleator.files import as_object, read_json
from aleator.models.attention import language_model
from aleator.models.quantisation import quantisation_of, write_quantisation

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"


@dataclass(frozen=True)
class LoraSettings:
    """Size and place of an adapter; the defaults are the published set-up's.

    Attributes:
        rank: Rank of each update.
        alpha: Updates are scaled by alpha / rank.
        dropout: Share of an update's inputs dropped in training.
        target_modules: Last names of the linear layers that are adapted.
        layers: Only in these of the model's layers, by number from 0 or, as -1, from the end; None
            for all.
        target_parameters: Ends of the full names of stacked weights that are adapted, such as
            ``mlp.experts.down_proj``; needs a dropout of 0.
    """

    rank: int = 16
    alpha: float = 32
    dropout: float = 0.05
    target_modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj")
    layers: tuple[int, ...] | None = None
    target_parameters: tuple[str, ...] = ()


def attach_adapter(model: PreTrainedModel, settings: LoraSettings, seed: int) -> PeftModel:
    """Put a fresh adapter on `model`, which is changed in place; only the adapter is trainable.

    The adapter's weights are float32 whatever the model's are. It changes nothing until it is
    trained. The global random state is left as it was.

    Raises:
        ModelError: The model has no linear layer of a name in ``settings.target_modules``, or no
            layer of a number in ``settings.layers``, or no stack of weights of one in
            ``settings.target_parameters``.
    """
    elsewhere = _targets_elsewhere(model, settings.target_modules)
    _check_stacks(model, settings.target_parameters)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=cast(int, settings.alpha),  # PEFT only divides by the rank: any number will do
        lora_dropout=settings.dropout,
        target_modules=list(settings.target_modules),
        target_parameters=list(settings.target_parameters) or None,
        exclude_modules=elsewhere or None,
        layers_to_transform=_layer_numbers(model, settings.layers),
        task_type="CAUSAL_LM",
    )
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        return _wrap(model, config)


def save_adapter(model: nn.Module, folder: Path, weights: dict[str, Tensor] | None = None) -> None:
    """Write the adapter of `model` into `folder`: its settings and weights, and a model card.

    Args:
        model: With the adapter.
        folder: Where to.
        weights: What to write by the parameters' names, where the model holds but a part of each.

    Raises:
        OutputError: The folder cannot be written.
        ModelError: There is no adapter on the model.
    """
    peft_model = _peft_model(model)
    try:
        # "auto" would ask the hub whether the embeddings of the base model had another size.
        peft_model.save_pretrained(str(folder), save_embedding_layers=False, state_dict=weights)
        write_quantisation(folder, peft_model)
    except (OSError, SafetensorError) as error:
        raise OutputError(
            f"cannot write the adapter to {folder} ({error}); free space or choose another place"
        ) from error


def load_adapter(model: PreTrainedModel, folder: Path, *, trainable: bool = False) -> PeftModel:
    """Put the adapter saved in `folder` on `model`, which is changed in place.

    Args:
        model: The model that the adapter was trained on.
        folder: Holds ``adapter_config.json`` and ``adapter_model.safetensors``.
        trainable: Whether the adapter's weights take gradients and the model is in training mode;
            in evaluation mode otherwise.

    Raises:
        ModelError: A file is missing or not to be read, or the adapter does not fit the model;
            the model is then no longer to be used.
    """
    config = _read_config(folder)
    config.inference_mode = not trainable
    if isinstance(config.target_modules, set):  # a string is a pattern, which PEFT checks
        _targets_elsewhere(model, tuple(config.target_modules))
    _check_stacks(model, tuple(config.target_parameters or ()))
    try:
        weights = load_file(folder / WEIGHTS_FILE)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"cannot read {folder / WEIGHTS_FILE} ({error}); save the adapter again"
        ) from error
    peft_model = _wrap(model, config)
    _check_fit(weights, get_peft_model_state_dict(peft_model, save_embedding_layers=False), folder)
    set_peft_model_state_dict(peft_model, weights)
    return peft_model.train(trainable)


@contextmanager
def adapter_disabled(model: nn.Module) -> Iterator[None]:
    """Within this context `model` answers as its base model does.

    Raises:
        ModelError: There is no adapter on the model.
    """
    with _peft_model(model).disable_adapter():
        yield


def scale_adapter(model: nn.Module, factor: float) -> None:
    """Let the adapter's update count `factor` times as much as it was trained to.

    Factors do not add up: each call sets it anew. At 0 the model answers exactly as its base model,
    at 1 as it was loaded; between, it is on its way from one to the other.

    Raises:
        ModelError: There is no adapter on the model.
    """
    for module in _peft_model(model).modules():
        if isinstance(module, LoraLayer):
            for name in tuple(module.scaling):
                module.set_scale(name, factor)


def merge_adapter(model: nn.Module) -> PreTrainedModel:
    """Add the adapter to the weights it adapts and give the plain model back.

    In bfloat16 the sum is rounded, and a merged model answers slightly differently.

    Raises:
        ModelError: There is no adapter on the model, or its weights are rounded to four bits, and
            would have to be rounded once more.
    """
    if quantisation_of(model) is not None:
        raise ModelError("an adapter is not merged into four-bit weights: load the model as it is")
    merged = _peft_model(model).merge_and_unload()
    assert isinstance(merged, PreTrainedModel)
    return merged


def adapter_changes_output(model: nn.Module, prompt_ids: tuple[int, ...]) -> bool:
    """Whether the next-token logits after a prompt differ with the adapter on and off.

    An adapter that was not really loaded, or has not been trained, changes nothing; a model
    scored with it is the base model.

    Raises:
        ModelError: There is no adapter on the model.
    """
    input_ids = torch.tensor([prompt_ids], device=language_model(model).device)
    with torch.no_grad():
        with_adapter: Tensor = model(input_ids=input_ids, use_cache=False).logits
        with adapter_disabled(model):
            without: Tensor = model(input_ids=input_ids, use_cache=False).logits
    return not torch.equal(with_adapter, without)


def _layer_numbers(model: PreTrainedModel, layers: tuple[int, ...] | None) -> list[int] | None:
    """The layers counted from 0."""
    if layers is None:
        return None
    count = int(model.config.get_text_config(decoder=True).num_hidden_layers)
    for layer in layers:
        if not -count <= layer < count:
            raise ModelError(
                f"{model.name_or_path or 'the model'} has no layer {layer} to adapt: choose layers "
                f"among 0 to {count - 1}, or -1 to {-count} from the end"
            )
    return sorted({layer % count for layer in layers})


def _targets_elsewhere(model: PreTrainedModel, names: tuple[str, ...]) -> list[str]:
    """Full names of layers called as wanted outside the language model; within, all must be."""
    decoder = set(model.get_decoder().modules())
    linear = {name: m for name, m in model.named_modules() if isinstance(m, nn.Linear)}
    within = {name.rpartition(".")[2] for name, m in linear.items() if m in decoder}
    for name in names:
        if name.rpartition(".")[2] not in within:
            stacks = sorted({_own_name(stack) for stack in _stacks(model)})
            others = f", or target_parameters among {', '.join(stacks)}" if stacks else ""
            raise ModelError(
                f"{model.name_or_path or 'the model'} has no layer {name!r} to adapt; its linear "
                f"layers are {', '.join(sorted(within))}: choose target_modules among them{others}"
            )
    return [
        name for name, m in linear.items() if m not in decoder and name.rpartition(".")[2] in names
    ]


def _stacks(model: PreTrainedModel) -> list[str]:
    """Full names of the language model's stacks of matrices: the weights of all experts in one."""
    decoder = {id(weight) for weight in model.get_decoder().parameters() if weight.ndim == 3}
    return [name for name, weight in model.named_parameters() if id(weight) in decoder]


def _own_name(stack: str) -> str:
    """What is the same in all layers of a stack's full name."""
    return re.sub(r"^.*\.\d+\.", "", stack)


def _check_stacks(model: PreTrainedModel, names: tuple[str, ...]) -> None:
    stacks = _stacks(model)
    for name in names:
        if not any(f".{stack}".endswith(f".{name}") for stack in stacks):
            known = ", ".join(sorted({_own_name(stack) for stack in stacks})) or "none"
            raise ModelError(
                f"{model.name_or_path or 'the model'} has no stack of weights {name!r} to adapt; "
                f"it has {known}: choose target_parameters among them"
            )


def _wrap(model: PreTrainedModel, config: LoraConfig) -> PeftModel:
    with warnings.catch_warnings():
        # PEFT 0.21 asks transformers 5 under a name that 6 will drop.
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        wrapped = get_peft_model(model, config)
    assert isinstance(wrapped, PeftModel)
    return wrapped


def _peft_model(model: nn.Module) -> PeftModel:
    """The adapted model inside `model`, through data-parallel wrappers."""
    for module in model.modules():
        if isinstance(module, PeftModel):
            return module
    raise ModelError("there is no adapter on this model; attach or load one first")


def _read_config(folder: Path) -> LoraConfig:
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        if not (folder / name).is_file():
            raise ModelError(
                f"{folder} is no adapter: it has no {name}; give the folder `adapter` of a "
                "training run"
            )
    kind = as_object(read_json(folder / CONFIG_FILE), folder / CONFIG_FILE).get("peft_type")
    if kind != "LORA":
        raise ModelError(f"{folder / CONFIG_FILE} is of type {kind!r}; only LORA can be loaded")
    config = LoraConfig.from_pretrained(str(folder))
    assert isinstance(config, LoraConfig)
    return config


def _check_fit(found: Mapping[str, Tensor], expected: Mapping[str, Tensor], folder: Path) -> None:
    """Refuse an adapter of another model."""
    shapes = {name: tuple(weight.shape) for name, weight in found.items()}
    needed = {name: tuple(weight.shape) for name, weight in expected.items()}
    wrong = [name for name in sorted(shapes | needed) if shapes.get(name) != needed.get(name)]
    if wrong:
        first = wrong[0]
        raise ModelError(
            f"the adapter in {folder} does not fit the model: {len(wrong)} weights differ, the "
            f"first is {first} with shape {shapes.get(first)}, expected {needed.get(first)}; load "
            "the model that it was trained on"
        )
