"""Base weights in four bits, for models that are too large otherwise: bitsandbytes' NF4.

As in QLoRA (Dettmers et al., arXiv 2305.14314) the linear layers of the decoder are rounded to four
bits with their scales rounded in turn, and each product is computed in the dtype of the rest: the
adapter, embeddings, norms and the output head keep theirs. `peft.prepare_model_for_kbit_training`
is not used: that takes norms and embeddings to float32 in training only, so that what is trained
would not be what is evaluated; freezing and checkpointing have their own places here.

An adapter learns with the rounded weights, errors and all. So a file beside it says what they were
rounded to, and whoever loads adapter and model together loads the model the same way.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import torch
from torch import nn
from transformers import BitsAndBytesConfig, PreTrainedConfig

from aleator.errors import InputError, ModelError
from aleator.files import as_object, read_json, write_json
from aleator.models.attention import language_model

Quantisation: TypeAlias = Literal["nf4"]

Wanted: TypeAlias = Literal["nf4", "none"]
"""What somebody may ask for who would otherwise get what an adapter was trained with."""

QUANTISATION_FILE = "quantisation.json"
_KEY = "base_model"
_BLOCK = 64
"""Weights that share a scale."""


def four_bits(config: PreTrainedConfig, path: str, dtype: torch.dtype | None) -> BitsAndBytesConfig:
    """What transformers must be told to load a model in NF4.

    Args:
        config: The model's.
        path: What messages call it.
        dtype: In which products are computed; None: the checkpoint's own.

    Raises:
        ModelError: The checkpoint is quantised already, or bitsandbytes is not installed.
    """
    if "quantization_config" in config.to_dict():
        raise ModelError(
            f"the checkpoint {path} is quantised already; leave out quantisation, or give the "
            "model that it was made of"
        )
    if find_spec("bitsandbytes") is None:
        raise ModelError("bitsandbytes is not installed: pip install 'aleator[quantised]'")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype or config.dtype or torch.bfloat16,
    )


def check_rounded(model: nn.Module) -> None:
    """See to it that four-bit weights count as what they were rounded to, also on a CPU.

    On CPUs with AVX-512 bitsandbytes lays them out anew, for speed, at their first use without
    gradients, and rounds the scales once more; that is switched off. And 0.50 reads matrices whose
    rows are not whole blocks with the wrong scales there.

    Raises:
        ModelError: The model has such matrices and is on a CPU.
    """
    from bitsandbytes.nn.modules import Linear4bit

    for name, module in model.named_modules():
        if not isinstance(module, Linear4bit):
            continue
        module.support_avx512bf16_for_cpu = False
        if module.weight.device.type == "cpu" and module.in_features % _BLOCK:
            raise ModelError(
                f"{name} has rows of {module.in_features} weights, which bitsandbytes reads "
                f"wrongly on a CPU, for that is no multiple of {_BLOCK}: use a GPU, or leave out "
                "quantisation"
            )


def quantisation_of(model: nn.Module) -> Quantisation | None:
    """What the model's weights were rounded to when it was loaded; None for nothing known here."""
    told = language_model(model).config.to_dict().get("quantization_config")
    return "nf4" if told is not None and told.get("bnb_4bit_quant_type") == "nf4" else None


def write_quantisation(folder: Path, model: nn.Module) -> None:
    """Say beside an adapter what its base model was rounded to, if it was.

    Raises:
        OutputError: The folder cannot be written.
    """
    quantisation = quantisation_of(model)
    if quantisation is not None:
        write_json(folder / QUANTISATION_FILE, {_KEY: quantisation})


def adapter_quantisation(folder: Path) -> Quantisation | None:
    """What the base model of the adapter in `folder` was rounded to; None for nothing.

    Raises:
        InputError: The file that says it cannot be read, or says something else.
    """
    path = folder / QUANTISATION_FILE
    if not path.exists():
        return None
    told = as_object(read_json(path), path).get(_KEY)
    for known in get_args(Quantisation):
        if told == known:
            return known
    raise InputError(f"{path} says {told!r}, which this version of aleator does not know")
