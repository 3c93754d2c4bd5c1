"""A merged checkpoint in a folder: what anybody can load without this package.

Beside weights, configuration and tokenizer stand generation settings of its own. Those of the base
model (a temperature of 0.6, the best 20 tokens) would undo the calibration wherever a server takes
them as its defaults, so here they say: sample, from everything, at temperature 1.
"""

import shutil
from pathlib import Path

from huggingface_hub.errors import HfHubHTTPError
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.utils.hub import cached_file

from aleator.errors import ModelError
from aleator.models.loading import no_bar_of_weights

_SHARD = "5GB"
_FOR_IMAGES = ("preprocessor_config.json", "processor_config.json")
"""What servers want of a model with a vision tower before they load it at all."""


def save_merged(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    folder: Path,
    *,
    base: str,
    stop_token_id: int,
) -> None:
    """Write a model, its tokenizer with the chat template, and how to draw from it.

    Args:
        model: Merged already.
        tokenizer: The base model's.
        folder: Is there.
        base: Directory or hub id of the base model, for what else is needed of it.
        stop_token_id: What ends an answer.

    Raises:
        OSError: The disk is full, or the folder cannot be written.
    """
    model.generation_config = whole_distribution(model.generation_config, stop_token_id)
    with no_bar_of_weights():
        model.save_pretrained(folder, max_shard_size=_SHARD)
    tokenizer.save_pretrained(folder)
    if "vision_config" in model.config.to_dict():
        for name in _FOR_IMAGES:
            _copy(base, name, folder)


def whole_distribution(settings: GenerationConfig | None, stop_token_id: int) -> GenerationConfig:
    """Generation settings that leave a model's distribution as it is.

    Of the settings there, only the tokens are kept: where texts begin and end, and padding.
    """
    known = GenerationConfig() if settings is None else settings
    ends = known.eos_token_id
    others = ends if isinstance(ends, list) else [] if ends is None else [ends]
    return GenerationConfig(
        do_sample=True,
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        bos_token_id=known.bos_token_id,
        pad_token_id=known.pad_token_id,
        eos_token_id=[stop_token_id, *(end for end in others if end != stop_token_id)],
    )


def _copy(base: str, name: str, folder: Path) -> None:
    """Copy a file of the base model, if it has one."""
    try:
        found = cached_file(base, name, _raise_exceptions_for_missing_entries=False)
    except (OSError, HfHubHTTPError) as error:
        raise ModelError(
            f"cannot fetch {name} of {base}; check the network, or export the adapter"
        ) from error
    if found is not None:
        shutil.copyfile(str(found), folder / name)
