"""lm-eval (EleutherAI's evaluation harness) on a model that is loaded already.

The only file that imports lm-eval; it is slow to import and an extra, so import this file only when
tasks are run. A task's configuration goes to lm-eval as it is (``ConfigurableTask``,
``lm_eval.evaluator.evaluate``); the model is lm-eval's own wrapper of transformers models, `HFLM`,
with these traps closed:

- prompts are rendered by ``tokens.chat`` (thinking off, the date fixed, the final channel opened)
  and tokenised without special tokens, so that no second beginning-of-sequence token gets in; raw
  text is tokenised as the tokenizer does it, with such a token where it has one;
- an answer ends at the token that ends a turn in the chat template, and at the checkpoint's own;
- the checkpoint's sampling settings (temperature 0.6, penalties, length) are put aside: what a task
  says is all there is, and lm-eval's tasks say greedy;
- logits are turned to log-probabilities in float32 whatever the model's precision;
- the tokenizer is a copy, for `HFLM` gives it a padding token;
- as many rows are computed at once as memory allows for their length;
- a prompt that is too long for the model is refused, where lm-eval cuts off its beginning.

As lm-eval has it, white space that closes a chat prompt (the line end behind ``assistant``) is
counted with each option of a multiple choice: the same for all of them, so it decides nothing but
where scores are divided by the options' lengths (``acc_norm``).
"""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Protocol, TypedDict, cast

from datasets.utils import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)
from huggingface_hub.errors import HfHubHTTPError
from lm_eval.api import task as task_module
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator import evaluate
from lm_eval.models.huggingface import HFLM
from transformers import GenerationConfig

from aleator.benchmarks.subject import AnsweringModel
from aleator.errors import InputError
from aleator.files import JsonValue
from aleator.models.attention import language_model
from aleator.sampling.memory import MemoryBudget
from aleator.tokens.chat import ChatFormat

HARNESS = f"lm-eval {version('lm-eval')}"
"""Which harness, for the record."""

SHOTS_SEED = 1234
"""Of the examples before a question; lm-eval's own default."""

_MOST_ROWS = 64
_LOGIT_BYTES = 12  # as the model gives them, in float32, and once more while they are summed


@dataclass(frozen=True)
class ScoredItem:
    """One item of a task.

    Attributes:
        metrics: By name, ``metric`` or ``metric,filter``; None where undefined.
        responses: Log-likelihoods of the options, or the texts written.
    """

    metrics: Mapping[str, float | None]
    responses: tuple[float | str | None, ...]


class _Sample(TypedDict):
    doc_id: int
    filter: str
    metrics: list[str]
    resps: list[list[object]]


class _Evaluation(TypedDict):
    samples: dict[str, list[_Sample]]


class _Evaluate(Protocol):
    def __call__(
        self,
        *,
        lm: LM,
        task_dict: Mapping[str, object],
        limit: int | None,
        bootstrap_iters: int,
        log_samples: bool,
        apply_chat_template: bool,
        fewshot_as_multiturn: bool,
    ) -> _Evaluation: ...


def score_task(
    model: AnsweringModel, config: Mapping[str, object], *, chat: bool, limit: int | None = None
) -> list[ScoredItem]:
    """Run one task.

    Args:
        model: Whom to ask.
        config: lm-eval's configuration of the task.
        chat: Put prompts through the chat template, examples as turns before the question.
        limit: At most so many items, the first ones.

    Returns:
        The items in the order of the data.

    Raises:
        InputError: The task's data cannot be had.
        ModelError: The model has no chat template, or one that refuses such prompts.
    """
    name = str(config["task"])
    run = cast("_Evaluate", evaluate)
    with _quiet(), _only_what_tasks_say(model):
        task = _load(config)
        found = run(
            lm=_LoadedModel(model, chat=chat),
            task_dict={"tasks": {name: task}, "groups": {}, "group_map": {}},
            limit=limit,
            bootstrap_iters=0,
            log_samples=True,
            apply_chat_template=chat,
            fewshot_as_multiturn=chat,
        )
    return _items(found["samples"][name])


class _Wrapped(Protocol):
    """What we use of `HFLM`, whose decorator hides its type."""

    batch_size_per_gpu: int

    @property
    def max_length(self) -> int: ...

    @property
    def tokenizer_name(self) -> str: ...

    def tok_encode(self, string: str) -> list[int]: ...

    def loglikelihood(
        self, requests: list[Instance], disable_tqdm: bool
    ) -> list[tuple[float, bool]]: ...

    def loglikelihood_rolling(
        self, requests: list[Instance], disable_tqdm: bool
    ) -> list[float]: ...

    def generate_until(self, requests: list[Instance], disable_tqdm: bool) -> list[str]: ...


class _LoadedModel(LM):
    """`HFLM` on a loaded model, with the traps of this module's docstring closed."""

    def __init__(self, model: AnsweringModel, *, chat: bool) -> None:
        super().__init__()
        self._chat = ChatFormat(model.tokenizer) if chat else None
        tokenizer = copy.deepcopy(model.tokenizer)
        if self._chat is not None:  # HFLM ends answers at what the tokenizer calls the end
            tokenizer.eos_token = str(tokenizer.convert_ids_to_tokens(self._chat.stop_token_id))
        wrap = cast("Callable[..., _Wrapped]", HFLM)
        self._wrapped = wrap(
            pretrained=model.model,
            tokenizer=tokenizer,
            softmax_dtype="float32",
            add_bos_token=not chat,
        )
        self._budget = MemoryBudget.of(model.model)

    @property
    def tokenizer_name(self) -> str:
        """Names the tokenizer in lm-eval's caches, which are not used."""
        return self._wrapped.tokenizer_name

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """A conversation as text."""
        assert self._chat is not None, "asked for with chat only"
        return self._chat.text(chat_history, answer_begun=not add_generation_prompt)

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Log-likelihoods of continuations, and whether each is what greedy decoding writes."""
        # The last token is only predicted, not read.
        longest = self._longest([f"{one.args[0]}{one.args[1]}" for one in _known(requests)]) - 1
        self._fit(longest, longest * self._budget.vocabulary * _LOGIT_BYTES)
        return self._wrapped.loglikelihood(requests, disable_tqdm=True)

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Log-likelihoods of whole texts, in windows."""
        longest = self._wrapped.max_length
        self._fit(longest, longest * self._budget.vocabulary * _LOGIT_BYTES)
        return self._wrapped.loglikelihood_rolling(requests, disable_tqdm=True)

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Texts written after prompts."""
        known = _known(requests)
        settings = cast("Mapping[str, int]", known[0].args[1])
        longest = self._longest([str(one.args[0]) for one in known]) + settings["max_gen_toks"]
        row = longest * self._budget.token + self._budget.vocabulary * _LOGIT_BYTES
        self._fit(longest, row)
        return self._wrapped.generate_until(requests, disable_tqdm=True)

    def _longest(self, texts: list[str]) -> int:
        return max(len(self._wrapped.tok_encode(text)) for text in texts)

    def _fit(self, longest: int, row: int) -> None:
        """See to it that nothing is cut off, and that as many rows as fit go together."""
        if longest > self._wrapped.max_length:
            raise InputError(
                f"prompts of up to {longest} tokens, answers included, do not fit this model, "
                f"which reads {self._wrapped.max_length}; choose other tasks"
            )
        self._wrapped.batch_size_per_gpu = min(max(self._budget.total // row, 1), _MOST_ROWS)


class _Request(Protocol):
    """An `Instance`, whose own type says nothing of its arguments."""

    @property
    def args(self) -> tuple[object, ...]: ...


def _known(requests: list[Instance]) -> list[_Request]:
    return cast("list[_Request]", requests)


def _load(config: Mapping[str, object]) -> ConfigurableTask:
    try:
        task = ConfigurableTask(config=dict(config))
    except (OSError, ValueError, HfHubHTTPError) as error:
        raise InputError(
            f"the data of {config['task']} ({config.get('dataset_path')}) cannot be loaded; check "
            "the network, or choose other tasks"
        ) from error
    if task.get_config("num_fewshot") is None:
        task.set_config(key="num_fewshot", value=0)
    task.set_fewshot_seed(seed=SHOTS_SEED)
    return task


def _items(samples: list[_Sample]) -> list[ScoredItem]:
    metrics: dict[int, dict[str, float | None]] = {}
    responses: dict[int, tuple[float | str | None, ...]] = {}
    for sample in samples:
        values = cast("Mapping[str, float]", sample)
        suffix = "" if sample["filter"] == "none" else f",{sample['filter']}"
        of_item = metrics.setdefault(sample["doc_id"], {})
        for metric in sample["metrics"]:
            of_item[metric + suffix] = _finite(float(values[metric]))
        responses[sample["doc_id"]] = tuple(_response(one[0]) for one in sample["resps"])
    return [ScoredItem(metrics[item], responses[item]) for item in sorted(metrics)]


def _response(response: object) -> float | str | None:
    """A text, or the first of a log-likelihood and whether it is what greedy decoding writes."""
    match response:
        case str():
            return response
        case (float() as likelihood, bool()):
            return _finite(likelihood)
        case _:
            raise ValueError(f"lm-eval gave the response {response!r}")


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


@contextmanager
def _only_what_tasks_say(model: AnsweringModel) -> Iterator[None]:
    """Put the checkpoint's generation settings aside, but for the tokens that end an answer.

    Settings handed to `generate` would not do: what equals the library's default counts as unset
    there and is taken from the checkpoint again.
    """
    inner = language_model(model.model)
    kept = inner.generation_config
    ends = {model.prompt_format.stop_token_id}
    for one in (kept.eos_token_id if kept is not None else None, model.tokenizer.eos_token_id):
        ends |= set(one) if isinstance(one, list) else {one} if isinstance(one, int) else set()
    inner.generation_config = GenerationConfig(eos_token_id=sorted(ends))
    try:
        yield
    finally:
        inner.generation_config = kept


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the notes and bars of lm-eval and of its data out of ours.

    lm-eval has no switch for the bar of its requests.
    """
    logger = logging.getLogger("lm_eval")
    level, bar = logger.level, cast("Callable[..., object]", task_module.__dict__["tqdm"])
    shown = not are_progress_bars_disabled()
    logger.setLevel(logging.ERROR)
    task_module.__dict__["tqdm"] = partial(bar, disable=True)
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()
        logger.setLevel(level)
        task_module.__dict__["tqdm"] = bar


def as_rows(
    task: str, items: list[ScoredItem], renamed: Mapping[str, str]
) -> list[dict[str, JsonValue]]:
    """Rows of a task's log, metrics under their names in `renamed` where they have one."""
    return [
        {
            "key": f"{task}/{index:04d}",
            "task": task,
            "items": len(items),
            "metrics": {renamed.get(name, name): one for name, one in item.metrics.items()},
            "responses": list(item.responses),
        }
        for index, item in enumerate(items)
    ]
