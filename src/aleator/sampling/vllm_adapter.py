"""Whether vLLM can apply a LoRA adapter whole, said before gigabytes are loaded.

vLLM reads PEFT's files itself and knows less than PEFT does; what it refuses it refuses late, in
another process, and what it reads otherwise it does not mention. Refused here is what vLLM 0.33's
own check refuses, and two things beside: trained rows of embeddings, for which it has no place, and
stacks of experts (``target_parameters``). Of the latter it reads those of some models, names that
it does not expect among them are skipped in silence, and nobody has compared the result with PEFT's
here; an adapter applied by half would pass the probe (``vllm_probe``).
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from aleator.errors import ModelError
from aleator.files import JsonValue, as_object, read_json
from aleator.models.adapters import CONFIG_FILE

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""The values that vLLM has for its ``max_lora_rank``."""

_PLAIN_STARTS = ("gaussian", "eva", "orthogonal", "mica", "lora_ga")
"""Ways to begin training after which a saved adapter is an ordinary one."""


def _is_set(value: JsonValue) -> bool:
    return bool(value)


def _biased(value: JsonValue) -> bool:
    return value not in (None, "none")


def _changes_base(value: JsonValue) -> bool:
    return isinstance(value, str) and value.lower() not in _PLAIN_STARTS


UNSUPPORTED: Mapping[str, tuple[Callable[[JsonValue], bool], str]] = {
    "use_dora": (_is_set, "DoRA"),
    "modules_to_save": (_is_set, "layers that were trained whole"),
    "target_parameters": (_is_set, "stacks of experts"),
    "trainable_token_indices": (_is_set, "trained rows of embeddings"),
    "bias": (_biased, "trained biases"),
    "lora_bias": (_is_set, "biases of the update"),
    "layer_replication": (_is_set, "replicated layers"),
    "alora_invocation_tokens": (_is_set, "activated LoRA"),
    "use_qalora": (_is_set, "QALoRA"),
    "use_bdlora": (_is_set, "block-diagonal LoRA"),
    "init_lora_weights": (_changes_base, "a start that changes the base model's weights"),
}
"""Settings of PEFT that vLLM does not follow: when they are on, and what to call them."""


def lora_rank(folder: Path) -> int:
    """The ``max_lora_rank`` with which vLLM can apply an adapter.

    Args:
        folder: Holds the adapter as PEFT saved it.

    Raises:
        ModelError: It is not a LoRA adapter, or it has something that vLLM does not apply.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise ModelError(
            f"{folder} is no adapter: it has no {CONFIG_FILE}; give the folder `adapter` of a "
            "training run"
        )
    config = as_object(read_json(path), path)
    if config.get("peft_type") != "LORA":
        raise ModelError(f"{path} is of type {config.get('peft_type')!r}; only LORA can be loaded")
    for name, (found, what) in UNSUPPORTED.items():
        if found(config.get(name)):
            raise _refused(folder, f"{what} ({name})")
    rank = _largest_rank(config, path)
    fitting = [one for one in RANKS if one >= rank]
    if not fitting:
        raise _refused(folder, f"rank {rank}, more than {RANKS[-1]}")
    return fitting[0]


def _largest_rank(config: Mapping[str, JsonValue], path: Path) -> int:
    pattern = config.get("rank_pattern") or {}
    ranks = [config.get("r"), *as_object(pattern, path).values()]
    whole = [rank for rank in ranks if isinstance(rank, int) and rank > 0]
    if len(whole) < len(ranks):
        raise ModelError(f"{path} has ranks that are no whole numbers above 0; save it again")
    return max(whole)


def _refused(folder: Path, what: str) -> ModelError:
    return ModelError(
        f"vLLM does not apply the adapter in {folder} as it was trained, because of {what}: use "
        "--engine local, or write a merged model with `aleator export --merged` and take that"
    )
