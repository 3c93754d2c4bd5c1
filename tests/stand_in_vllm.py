"""A stand-in for vLLM, which cannot run without its GPU: our house rule prefers the real part.

Only vLLM's surface is invented here, as far as we use it and as the sources of 0.33.0 have it:
names, defaults, what is refused, which seeds the answers of one request get, and that the tokens in
``generation_config.json`` end an answer unless told otherwise. Behind it is a real model: the
checkpoint is loaded by transformers, the adapter of a request by PEFT, and every token is drawn
from the softmax with a generator of the answer's own.
"""

import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, PreTrainedModel

VERSION = "0.33.0+stand.in"
MAX_LOGPROBS = 20


class VLLMError(Exception):
    """What vLLM raises on purpose."""


@dataclass(frozen=True)
class SamplingParams:
    n: int = 1
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int | None = None
    stop_token_ids: list[int] | None = None
    ignore_eos: bool = False
    max_tokens: int | None = 16
    logprobs: int | None = None
    detokenize: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 2 or not 1 <= self.n <= 16384:
            raise VLLMError(f"temperature={self.temperature}, n={self.n}")
        if (self.logprobs or 0) > MAX_LOGPROBS:
            raise VLLMError("Requested sample logprobs greater than max allowed")

    def as_plain(self) -> bool:
        """Whether nothing stands between the softmax and the draws."""
        penalties = (self.presence_penalty, self.frequency_penalty, self.repetition_penalty)
        cuts = (self.top_p, self.top_k, self.min_p)
        return penalties == (0.0, 0.0, 1.0) and cuts == (1.0, 0, 0.0)


@dataclass(frozen=True)
class LoRARequest:
    lora_name: str
    lora_int_id: int
    lora_path: str = ""

    def __post_init__(self) -> None:
        if self.lora_int_id < 1:
            raise ValueError(f"id must be > 0, got {self.lora_int_id}")


@dataclass(frozen=True)
class Logprob:
    logprob: float


@dataclass(frozen=True)
class CompletionOutput:
    token_ids: list[int]
    finish_reason: str | None
    logprobs: list[dict[int, Logprob]] | None = None


@dataclass(frozen=True)
class RequestOutput:
    outputs: list[CompletionOutput]


@dataclass
class StandIn:
    """The installed stand-in: what it was told, and how it shall misbehave.

    Attributes:
        started: Arguments of every ``LLM``.
        asked: Prompts and parameters of every ``generate``.
        deaf: Take no notice of a request's adapter.
        dying: From so many calls of ``generate`` on, fail.
        ending: Give this as every answer's reason to end.
    """

    started: list[dict[str, object]] = field(default_factory=list)
    asked: list[tuple[list[list[int]], list[SamplingParams]]] = field(default_factory=list)
    deaf: bool = False
    dying: int | None = None
    ending: str | None = None


class _Llm:
    def __init__(
        self,
        told: StandIn,
        model: str,
        *,
        revision: str | None = None,
        tokenizer_revision: str | None = None,
        trust_remote_code: bool = False,
        dtype: str = "auto",
        generation_config: str = "auto",
        enable_lora: bool = False,
        max_lora_rank: int = 16,
        max_loras: int = 1,
        tensor_parallel_size: int = 1,
        gpu_memory_utilization: float = 0.92,
        max_model_len: int | None = None,
    ) -> None:
        told.started.append({name: value for name, value in locals().items() if name != "told"})
        if tensor_parallel_size > torch.cuda.device_count() + 1:
            raise RuntimeError("Engine core initialization failed. See root cause above.\nWorker 1")
        self._told = told
        self._network: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            model, dtype=torch.float32
        )
        written = Path(model) / "generation_config.json"
        ends = json.loads(written.read_text()).get("eos_token_id") if written.exists() else None
        self._ends: set[int] = {ends} if isinstance(ends, int) else set(ends or ())
        self._lora, self._max_rank = enable_lora, max_lora_rank
        self._adapted: PeftModel | None = None
        self._known: dict[tuple[tuple[int, ...], bool], torch.Tensor] = {}

    def generate(
        self,
        prompts: Sequence[Mapping[str, list[int]]],
        sampling_params: Sequence[SamplingParams],
        *,
        use_tqdm: bool = True,
        lora_request: LoRARequest | None = None,
    ) -> list[RequestOutput]:
        assert not use_tqdm, "a bar of its own would break ours"
        assert len(prompts) == len(sampling_params)
        ids = [prompt["prompt_token_ids"] for prompt in prompts]
        self._told.asked.append((ids, list(sampling_params)))
        if self._told.dying is not None and len(self._told.asked) >= self._told.dying:
            raise VLLMError("EngineCore encountered an issue.\nSee stack trace.")
        adapted = lora_request is not None and not self._told.deaf
        if lora_request is not None:
            self._load(lora_request)
        return [
            RequestOutput([self._answer(one, params, adapted, n) for n in range(params.n)])
            for one, params in zip(ids, sampling_params, strict=True)
        ]

    def _load(self, request: LoRARequest) -> None:
        if not self._lora:
            raise VLLMError("Got lora_request but LoRA is not enabled!")
        if self._adapted is not None:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            loaded = PeftModel.from_pretrained(self._network, request.lora_path)
        if loaded.peft_config["default"].to_dict()["r"] > self._max_rank:
            raise VLLMError("LoRA rank is greater than max_lora_rank")
        self._adapted = loaded.eval()

    def _logits(self, ids: tuple[int, ...], adapted: bool) -> torch.Tensor:
        if (ids, adapted) not in self._known:
            tokens = torch.tensor([ids])
            with torch.no_grad():
                if self._adapted is None:
                    found = self._network(tokens).logits
                elif adapted:
                    found = self._adapted(tokens).logits
                else:
                    with self._adapted.disable_adapter():
                        found = self._adapted(tokens).logits
            self._known[ids, adapted] = found[0, -1]
        return self._known[ids, adapted]

    def _answer(
        self, prompt: list[int], params: SamplingParams, adapted: bool, number: int
    ) -> CompletionOutput:
        assert params.as_plain() and params.seed is not None and params.max_tokens is not None
        generator = torch.Generator().manual_seed(params.seed + number)
        stops = {*(params.stop_token_ids or ()), *(() if params.ignore_eos else self._ends)}
        path: list[int] = []
        told: list[dict[int, Logprob]] = []
        while len(path) < params.max_tokens:
            logits = self._logits((*prompt, *path), adapted)
            shares = torch.softmax(logits / params.temperature, dim=-1)
            path.append(int(torch.multinomial(shares, 1, generator=generator)))
            if params.logprobs is not None:
                raw = torch.log_softmax(logits, dim=-1)
                best = {*raw.topk(params.logprobs).indices.tolist(), path[-1]}
                told.append({token: Logprob(float(raw[token])) for token in best})
            if path[-1] in stops:
                return CompletionOutput(path, self._told.ending or "stop", told or None)
        return CompletionOutput(path, self._told.ending or "length", told or None)


def install(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Let ``import vllm`` find the stand-in; returned is what it was told."""
    told = StandIn()

    def llm(model: str, **arguments: object) -> _Llm:
        return _Llm(told, model, **arguments)  # pyright: ignore[reportArgumentType]

    modules = {
        "vllm": {"__version__": VERSION, "LLM": llm, "SamplingParams": SamplingParams},
        "vllm.lora": {},
        "vllm.lora.request": {"LoRARequest": LoRARequest},
        "vllm.exceptions": {"VLLMError": VLLMError},
    }
    for name, names in modules.items():
        module = ModuleType(name)
        vars(module).update(names)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("VLLM_LOGGING_STREAM", "ext://sys.stderr")  # as it is set, undone after
    return told
