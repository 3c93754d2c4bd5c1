"""A model in vLLM, in this process: everything that we say to it.

Prompts go in as token ids, so that vLLM adds no token and asks no template of its own; answers come
out as token ids. Of ``generation_config.json`` vLLM reads two things: defaults of sampling, which
``generation_config="vllm"`` switches off and explicit parameters override; and tokens that end an
answer, which it reads all the same, unless ``ignore_eos`` says that ours alone ends it.

Each answer has a seed of its own: vLLM gives the answers of a request of several the request's seed
and those after it, one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aleator.errors import EndpointError, ModelError
from aleator.files import JsonValue
from aleator.sampling.vllm_adapter import lora_rank
from aleator.sampling.vllm_interface import Completed, SamplingParams, import_vllm
from aleator.sampling.vllm_settings import VllmSettings

_LOGPROBS = 20
"""The most log probabilities that vLLM gives of a step, unless told otherwise."""

_LOAD_ERRORS = (TypeError, ValueError, RuntimeError, OSError, ImportError)
"""What loading fails with: a wrong argument, no model, no GPU, no memory, no kernels."""


@dataclass(frozen=True)
class EngineModel:
    """What the engine loads.

    Attributes:
        path: A directory or hub id.
        revision: The commit of a hub model; None for a directory.
        dtype: As vLLM names it; None: vLLM's choice, which is 16 bits for float32 checkpoints.
        trust_remote_code: Run code that comes with the model.
    """

    path: str
    revision: str | None
    dtype: str | None = None
    trust_remote_code: bool = False


@dataclass(frozen=True)
class Request:
    """Some draws from one prompt.

    Attributes:
        prompt_ids: All tokens before the answer.
        seed: Of the first draw; the next has the next.
        draws: How many.
    """

    prompt_ids: tuple[int, ...]
    seed: int
    draws: int


@dataclass(frozen=True)
class Sampling:
    """How answers are drawn.

    Attributes:
        stop: The token that ends an answer.
        max_new_tokens: Most tokens of an answer, the stop token included.
        temperature: Logits are divided by it.
    """

    stop: int
    max_new_tokens: int
    temperature: float = 1.0


@dataclass(frozen=True)
class Written:
    """One answer.

    Attributes:
        path: Its tokens, without the stop token.
        truncated: The limit came before the stop token.
    """

    path: tuple[int, ...]
    truncated: bool


class VllmEngine:
    """A loaded model, with an adapter where there is one.

    Args:
        model: What is loaded.
        settings: How.
        adapter: The adapter's folder.

    Attributes:
        version: Of vLLM.

    Raises:
        InputError: vLLM is not installed.
        ModelError: vLLM cannot apply the adapter, or cannot load the model.
    """

    def __init__(self, model: EngineModel, settings: VllmSettings, adapter: Path | None) -> None:
        with_adapter: dict[str, JsonValue] = {}
        if adapter is not None:
            with_adapter = {
                "enable_lora": True,
                "max_lora_rank": lora_rank(adapter),
                "max_loras": 1,
            }
        self._vllm = import_vllm()
        self.version = self._vllm.version
        dtype = {} if model.dtype is None else {"dtype": model.dtype}
        try:
            self._llm = self._vllm.llm(
                model=model.path,
                revision=model.revision,
                tokenizer_revision=model.revision,
                trust_remote_code=model.trust_remote_code,
                generation_config="vllm",
                **with_adapter,
                **{**dtype, **settings.arguments},
            )
        except (self._vllm.error, *_LOAD_ERRORS) as error:
            raise ModelError(
                f"vLLM cannot load {model.path}: {_sentence(error)}; see its log above, and say "
                "with --engine-args what it should do otherwise"
            ) from error
        self._adapter = None
        if adapter is not None:
            self._adapter = self._vllm.lora_request(
                lora_name="adapter", lora_int_id=1, lora_path=str(adapter.resolve())
            )

    def draw(self, requests: Sequence[Request], sampling: Sampling) -> list[list[Written]]:
        """Draw answers to every request, with the adapter where there is one.

        Raises:
            EndpointError: vLLM refuses or fails.
        """
        asked = [self._params(one.seed, one.draws, sampling) for one in requests]
        completed = self._generate([one.prompt_ids for one in requests], asked, adapted=True)
        return [_written(one, sampling.stop) for one in completed]

    def first_step(
        self, prompts: Sequence[tuple[int, ...]], *, adapted: bool
    ) -> list[dict[int, float]]:
        """Log probabilities of each prompt's likeliest next tokens, and of one that was drawn.

        Args:
            prompts: Token ids.
            adapted: With the adapter, where there is one, or without.

        Raises:
            EndpointError: vLLM refuses or fails.
        """
        params = self._vllm.sampling_params(
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            seed=0,
            max_tokens=1,
            logprobs=_LOGPROBS,
            ignore_eos=True,
            detokenize=False,
        )
        found = []
        for completed in self._generate(prompts, [params] * len(prompts), adapted=adapted):
            steps = completed.outputs[0].logprobs
            assert steps is not None, "asked for"
            found.append({token: one.logprob for token, one in steps[0].items()})
        return found

    def _params(self, seed: int, draws: int, sampling: Sampling) -> SamplingParams:
        return self._vllm.sampling_params(
            n=draws,
            seed=seed,
            temperature=sampling.temperature,
            top_p=1.0,
            top_k=0,
            min_p=0.0,
            presence_penalty=0.0,
            frequency_penalty=0.0,
            repetition_penalty=1.0,
            max_tokens=sampling.max_new_tokens,
            stop_token_ids=[sampling.stop],
            ignore_eos=True,
            detokenize=False,
        )

    def _generate(
        self,
        prompts: Sequence[tuple[int, ...]],
        params: Sequence[SamplingParams],
        *,
        adapted: bool,
    ) -> Sequence[Completed]:
        inputs: list[Mapping[str, list[int]]] = [{"prompt_token_ids": list(one)} for one in prompts]
        lora = self._adapter if adapted else None
        try:
            return self._llm.generate(inputs, params, use_tqdm=False, lora_request=lora)
        except (self._vllm.error, ValueError, RuntimeError) as error:
            raise EndpointError(
                f"vLLM gave up: {_sentence(error)}; see its log above; what was finished is kept, "
                "and the same command takes it up again"
            ) from error


def _written(completed: Completed, stop: int) -> list[Written]:
    answers = []
    for one in completed.outputs:
        path = tuple(one.token_ids)
        if one.finish_reason not in ("stop", "length"):
            raise EndpointError(
                f"vLLM ended an answer with {one.finish_reason!r} instead of writing it; see its "
                "log above"
            )
        ended = one.finish_reason == "stop"
        answers.append(Written(path[:-1] if ended and path[-1:] == (stop,) else path, not ended))
    return answers


def _sentence(error: Exception) -> str:
    """The first line of another library's message that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
