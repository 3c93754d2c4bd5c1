"""How vLLM is started as an engine in this process; needs no vLLM.

What decides the answers is ours to say and not a user's: which weights, which adapter, that nothing
is taken from ``generation_config.json``, that nothing is put between logits and draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aleator.errors import InputError
from aleator.files import JsonValue

VLLM = "vllm"

TEMPERATURES = (0.01, 2.0)
"""vLLM raises what is below, but for 0, to the first, and refuses what is above the second."""

_OURS = (
    "model",
    "tokenizer",
    "revision",
    "tokenizer_revision",
    "trust_remote_code",
    "skip_tokenizer_init",
    "generation_config",
    "override_generation_config",
    "logits_processors",
    "enable_lora",
    "max_lora_rank",
    "max_loras",
)
_ROOM = ("tensor_parallel_size", "gpu_memory_utilization", "max_num_seqs", "enforce_eager")
"""What may be another when an evaluation is taken up again: it moves roundings at most."""


@dataclass(frozen=True)
class VllmSettings:
    """What a user wants of the engine.

    Attributes:
        arguments: Of ``vllm.LLM``, by name.

    Raises:
        InputError: One of them is not the user's to set.
    """

    arguments: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.arguments:
            if name in _OURS:
                raise InputError(
                    f"the engine argument {name} is set by aleator, because it decides what is "
                    f"measured: leave it out (so are {', '.join(_OURS)})"
                )

    def identity(self) -> str:
        """What decides the answers beside the weights, for a run's record."""
        extras = [
            f"{name}={value!r}"
            for name, value in sorted(self.arguments.items())
            if name not in _ROOM
        ]
        return " ".join([f"engine {VLLM}", *extras])


def check_temperature(temperature: float) -> None:
    """Refuse a temperature that vLLM does not draw at.

    Raises:
        InputError: It is too low or too high.
    """
    low, high = TEMPERATURES
    if not low <= temperature <= high:
        raise InputError(
            f"vLLM draws at temperatures from {low:g} to {high:g}, not at {temperature:g}: choose "
            "one of those, or --engine local"
        )
