"""What we use of vLLM, as types, and how it is imported: only when somebody asks for it.

vLLM is an optional part, of Linux with a GPU, and was not installed where this was written: names
and meanings were checked against the sources of vLLM 0.33.0, and nothing here was run with it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from aleator.errors import InputError


class Logprob(Protocol):
    """A token's log probability."""

    @property
    def logprob(self) -> float:
        """In nats."""
        ...


class Completion(Protocol):
    """One answer."""

    @property
    def token_ids(self) -> Sequence[int]:
        """What was written, the stop token included."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """``stop``, ``length``, or that something went wrong."""
        ...

    @property
    def logprobs(self) -> Sequence[Mapping[int, Logprob]] | None:
        """Of the likeliest tokens at every step, where they were asked for."""
        ...


class Completed(Protocol):
    """All answers to one request."""

    @property
    def outputs(self) -> Sequence[Completion]:
        """As many as asked for."""
        ...


class SamplingParams(Protocol):
    """How a request's answers are drawn; ours to hand over only."""


class LoraRequest(Protocol):
    """Which adapter a request is answered with; ours to hand over only."""


class Llm(Protocol):
    """A loaded model."""

    def generate(
        self,
        prompts: Sequence[Mapping[str, list[int]]],
        sampling_params: Sequence[SamplingParams],
        *,
        use_tqdm: bool,
        lora_request: LoraRequest | None,
    ) -> Sequence[Completed]:
        """Answer requests, in their order; prompts are ``{"prompt_token_ids": […]}``."""
        ...


@dataclass(frozen=True)
class Vllm:
    """The names we use.

    Attributes:
        version: Of vLLM.
        llm: ``vllm.LLM``.
        sampling_params: ``vllm.SamplingParams``.
        lora_request: ``vllm.lora.request.LoRARequest``.
        error: ``vllm.exceptions.VLLMError``, the base of what it raises on purpose.
    """

    version: str
    llm: Callable[..., Llm]
    sampling_params: Callable[..., SamplingParams]
    lora_request: Callable[..., LoraRequest]
    error: type[Exception]


def import_vllm() -> Vllm:
    """Import vLLM, its log told to go to stderr, unless the environment says where to.

    Raises:
        InputError: It is not installed.
    """
    os.environ.setdefault("VLLM_LOGGING_STREAM", "ext://sys.stderr")
    try:
        vllm = import_module("vllm")
    except ModuleNotFoundError as error:
        if error.name != "vllm":
            raise
        raise InputError(
            "--engine vllm needs vLLM, the extra aleator[vllm], on Linux with a GPU "
            "(docs/generation.md says how to install it): do that, ask a server with --endpoint, "
            "or leave --engine out"
        ) from error
    return Vllm(
        vllm.__version__,
        vllm.LLM,
        vllm.SamplingParams,
        import_module("vllm.lora.request").LoRARequest,
        import_module("vllm.exceptions").VLLMError,
    )
