"""From a name to a model and its tokenizer: the sandbox, a directory or a hub id.

Weights come as safetensors only, and code that lies beside them is not run unless asked for.
A checkpoint must hold every weight of the model: transformers would fill gaps with random
numbers and a warning.

GPT-OSS is published with its experts in MXFP4. They are always unpacked to bfloat16 here (20B: some
42 GB): the kernels for packed experts have no backward pass, which an adapter below them needs, and
what is trained and what is measured should be the same weights.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import cast

import torch
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging
from transformers.utils.hub import cached_file

from aleator.errors import ModelError
from aleator.models.hub_reach import cache_alone, check_reachable
from aleator.models.quantisation import Quantisation, check_rounded, four_bits

SANDBOX = "sandbox"
"""The name of the model that comes with the package."""

_NOTHING: Mapping[str, object] = {}
_MXFP4 = "mxfp4"
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model")


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode and its tokenizer.

    Attributes:
        name: As it was asked for.
        path: The directory or hub id that it was read from.
        revision: The commit of a hub model; None for a directory.
    """

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    path: str
    revision: str | None


def load_model(
    name_or_path: str,
    *,
    dtype: torch.dtype | None = None,
    device: str | torch.device | None = None,
    attn_implementation: str | None = None,
    quantisation: Quantisation | None = None,
    trust_remote_code: bool = False,
) -> LoadedModel:
    """Load a model and its tokenizer.

    Args:
        name_or_path: ``sandbox``, a directory or a hub id.
        dtype: None: float32 for the sandbox, else the checkpoint's own.
        device: None: the GPU where there is one.
        attn_implementation: ``sdpa`` or ``eager``; None: what transformers chooses.
        quantisation: ``nf4``: round the weights to four bits; None: as they are.
        trust_remote_code: Run code that comes with the model.

    Raises:
        ModelError: It is not there, incomplete, damaged or of no kind that can be used.
    """
    path = _resolve(name_or_path)
    config = _load_config(path, trust_remote_code)
    tokenizer = _load_tokenizer(path, trust_remote_code)
    if dtype is None and name_or_path == SANDBOX:
        dtype = torch.float32
    rounding: dict[str, object] = {}
    if quantisation is not None:
        # Rounded on the way to where they stay.
        rounding["quantization_config"] = four_bits(config, path, dtype)
        rounding["device_map"] = {"": _device(device)}
    model = _load_weights(
        AutoModelForCausalLM, path, config, dtype, attn_implementation, trust_remote_code, rounding
    )
    if quantisation is not None:
        check_rounded(model)
    _place(model, device)
    return LoadedModel(name_or_path, model, tokenizer, path, hub_revision(path))


def load_tokenizer(
    name_or_path: str, *, trust_remote_code: bool = False
) -> PreTrainedTokenizerFast:
    """Load the tokenizer of a model, without the model.

    Args:
        name_or_path: ``sandbox``, a directory or a hub id.
        trust_remote_code: Run code that comes with the model.

    Raises:
        ModelError: The model is not there, or its tokenizer cannot be used.
    """
    path = _resolve(name_or_path)
    _load_config(path, trust_remote_code)  # its messages are about the model
    return _load_tokenizer(path, trust_remote_code)


def load_classifier(
    name_or_path: str,
    *,
    labels: int,
    tokenizer: str | None = None,
    dtype: torch.dtype | None = None,
    device: str | torch.device | None = None,
) -> LoadedModel:
    """Load a model that gives a whole text `labels` numbers, such as a reward model (1).

    Code that comes with it is never run.

    Args:
        name_or_path: A directory or a hub id.
        labels: How many outputs its head must have.
        tokenizer: Where the tokenizer lies, if not with the model.
        dtype: None: the checkpoint's own.
        device: None: the GPU where there is one.

    Raises:
        ModelError: It is not there, incomplete, damaged, or its head has another size.
    """
    path = _resolve(name_or_path)
    config = _load_config(path, trust_remote_code=False)
    config.num_labels = labels
    loaded_tokenizer = _load_tokenizer(tokenizer or path, trust_remote_code=False)
    model = _load_weights(
        AutoModelForSequenceClassification, path, config, dtype, None, trust_remote_code=False
    )
    _place(model, device)
    return LoadedModel(name_or_path, model, loaded_tokenizer, path, hub_revision(path))


def sandbox_path() -> Path:
    """The directory of the packaged sandbox model."""
    return Path(str(files("aleator"))) / "sandbox" / "model"


def _resolve(name: str) -> str:
    """The directory or hub id behind a name; a directory must hold a whole model."""
    directory = sandbox_path() if name == SANDBOX else Path(name).expanduser()
    if not directory.is_dir():
        if name == SANDBOX:
            raise ModelError(
                f"the sandbox model is not in {directory}; install aleator again or build it with "
                "`aleator sandbox build`"
            )
        if name.startswith((".", "/", "~")) or name.count("/") > 1:
            raise ModelError(f"there is no directory {name}; check the path to the model")
        check_reachable(name)
        return name
    needed = {
        "config.json": ["config.json"],
        "tokenizer (tokenizer.json)": _TOKENIZER_FILES,
        "weights in safetensors format (model.safetensors)": ["*.safetensors"],
    }
    for what, patterns in needed.items():
        if not any(any(directory.glob(pattern)) for pattern in patterns):
            raise ModelError(
                f"{directory} holds no {what}; give a directory as `save_pretrained` writes it, "
                "model and tokenizer together"
            )
    return str(directory)


def _load_config(path: str, trust_remote_code: bool) -> PreTrainedConfig:
    try:
        config = AutoConfig.from_pretrained(
            path, trust_remote_code=trust_remote_code, local_files_only=cache_alone(path)
        )
    except (OSError, HfHubHTTPError) as error:
        if Path(path).is_dir():
            raise ModelError(f"cannot read {path}/config.json: {_sentence(error)}") from error
        raise _unreachable(path) from error
    except (ValueError, KeyError) as error:
        raise ModelError(f"cannot use the model in {path}: {_sentence(error)}") from error
    packing = config.to_dict().get("quantization_config")
    if packing is not None and packing.get("quant_method") == _MXFP4:
        config.quantization_config = {**packing, "dequantize": True}
    return config


def _load_tokenizer(path: str, trust_remote_code: bool) -> PreTrainedTokenizerFast:
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            path, trust_remote_code=trust_remote_code, local_files_only=cache_alone(path)
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"cannot load the tokenizer of {path}: {_sentence(error)}") from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise ModelError(
            f"the tokenizer of {path} is a {type(tokenizer).__name__}; aleator needs one with a "
            "tokenizer.json"
        )
    return tokenizer


def _place(model: PreTrainedModel, device: str | torch.device | None) -> None:
    """Put a model where it shall compute, in evaluation mode."""
    torch.nn.Module.to(model.eval(), _device(device))


def _device(device: str | torch.device | None) -> str | torch.device:
    """The GPU where there is one, unless told otherwise."""
    if device is not None:
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _load_weights(
    kind: type[AutoModelForCausalLM] | type[AutoModelForSequenceClassification],
    path: str,
    config: PreTrainedConfig,
    dtype: torch.dtype | None,
    attn_implementation: str | None,
    trust_remote_code: bool,
    rounding: Mapping[str, object] = _NOTHING,
) -> PreTrainedModel:
    alone = cache_alone(path)
    try:
        with no_bar_of_weights():
            loaded: object = kind.from_pretrained(
                path,
                config=config,
                dtype="auto" if dtype is None else dtype,
                attn_implementation=attn_implementation,
                trust_remote_code=trust_remote_code,
                use_safetensors=True,
                local_files_only=alone,
                adapter_kwargs={"local_files_only": alone},  # it looks for an adapter there, too
                output_loading_info=True,
                **rounding,
            )
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"cannot load the weights of {path}: {_sentence(error)}; if a file is damaged or not "
            "whole, fetch or save the model again"
        ) from error
    # A pair, because of output_loading_info, which the signature does not say.
    model, report = cast(tuple[PreTrainedModel, dict[str, set[str]]], loaded)
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            f"the checkpoint {path} lacks {len(missing)} of the model's weights, the first is "
            f"{missing[0]}; save the model again"
        )
    return model


@contextmanager
def no_bar_of_weights() -> Iterator[None]:
    """Switch off transformers' bar of weights read; the hub's bars of downloads stay."""
    shown, downloads = logging.is_progress_bar_enabled(), not are_progress_bars_disabled()
    logging.disable_progress_bar()
    if downloads:
        enable_progress_bars()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
        if not downloads:
            disable_progress_bars()


def hub_revision(path: str) -> str | None:
    """The commit of a hub model, as its place in the cache tells; None for a directory.

    Raises:
        ModelError: It is neither a directory nor in the cache, and the hub does not give it.
    """
    if Path(path).is_dir():
        return None
    try:
        place = str(cached_file(path, "config.json", local_files_only=cache_alone(path)))
    except (OSError, HfHubHTTPError) as error:
        raise _unreachable(path) from error
    found = re.search(r"snapshots/([0-9a-f]{40})/", place)
    return found[1] if found else None


def _unreachable(path: str) -> ModelError:
    return ModelError(
        f"cannot load {path!r}: there is no such directory, and the hub has no such model or "
        "cannot be reached; check the name and the network, or log in for a gated model"
    )


def _sentence(error: Exception) -> str:
    """The first sentence of another library's message, on one line."""
    return " ".join(str(error).split()).split(". ")[0].rstrip(".")
