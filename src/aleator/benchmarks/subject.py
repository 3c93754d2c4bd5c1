"""The model under test: loaded, with or without an adapter, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from torch import nn
from transformers import PreTrainedTokenizerFast

from aleator.errors import InputError, ModelError
from aleator.files import as_object, read_yaml
from aleator.models.adapters import (
    WEIGHTS_FILE,
    adapter_changes_output,
    load_adapter,
    scale_adapter,
)
from aleator.models.loading import LoadedModel, load_model
from aleator.models.quantisation import Quantisation, Wanted, adapter_quantisation
from aleator.sampling.draws import Answering, AnswerSource
from aleator.sampling.local import LocalSampler
from aleator.sampling.served import Capabilities, EndpointSettings
from aleator.sampling.vllm_settings import VllmSettings
from aleator.tokens.chat import ChatFormat, PromptFormat


@dataclass(frozen=True)
class AnsweringModel:
    """A model in evaluation mode and how it is asked: what benchmarks need."""

    model: nn.Module
    tokenizer: PreTrainedTokenizerFast
    prompt_format: PromptFormat


@dataclass(frozen=True)
class Subject:
    """Whoever answers a benchmark's prompts.

    Attributes:
        answers: Where draws come from, by the most tokens of an answer: ``answers(32)``; and, for
            methods of prompting and sampling, by a system message and a temperature.
        model: The model itself, where its logits can be had; None for an endpoint and for a model
            in vLLM, for which figures that need them are undefined.
    """

    answers: Answering
    model: AnsweringModel | None

    @classmethod
    def local(cls, model: AnsweringModel) -> Subject:
        """A model in this process."""

        def answers(
            max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
        ) -> AnswerSource:
            asked = model.prompt_format
            if system is not None:
                asked = ChatFormat(model.tokenizer, system=system)
            return LocalSampler(
                model.model,
                model.tokenizer,
                asked,
                max_new_tokens=max_new_tokens,
                temperature=temperature,
            )

        return cls(answers, model)


@dataclass(frozen=True)
class Served:
    """A model behind an endpoint, ready to be asked.

    Attributes:
        subject: What benchmarks ask; it has no model.
        settings: Where it is.
        capabilities: What its server was seen to do.
    """

    subject: Subject
    settings: EndpointSettings
    capabilities: Capabilities


@dataclass(frozen=True)
class Hosted:
    """A model in vLLM in this process, with its adapter where there is one, ready to be asked.

    Attributes:
        subject: What benchmarks ask; it has no model.
        settings: How vLLM was started.
        version: Of vLLM.
        path: The directory or hub id that the model was read from.
        revision: The commit of a hub model; None for a directory.
        adapter: The adapter's folder; it was seen to change answers.
    """

    subject: Subject
    settings: VllmSettings
    version: str
    path: str
    revision: str | None
    adapter: Path | None

    @property
    def adapter_scale(self) -> float | None:
        """An adapter counts as it was trained; None without one."""
        return None if self.adapter is None else 1.0


@dataclass(frozen=True)
class Opened:
    """A loaded model, with its adapter where there is one.

    Attributes:
        subject: What benchmarks ask.
        loaded: Where it came from.
        adapter: The adapter's folder.
        adapter_silent: The adapter changes nothing: it is untrained, or not really there.
        adapter_scale: How many times the adapter's update counts; None without an adapter.
    """

    subject: AnsweringModel
    loaded: LoadedModel
    adapter: Path | None
    adapter_silent: bool
    adapter_scale: float | None = None

    def scaled(self, factor: float) -> Opened:
        """The same model, its adapter's update counted `factor` times as trained from now on.

        There are no two models: what was opened before is scaled with it.
        """
        scale_adapter(self.subject.model, factor)
        return replace(self, adapter_scale=factor)


def open_model(
    name: str,
    adapter: Path | None,
    *,
    quantisation: Wanted | None = None,
    trust_remote_code: bool = False,
) -> Opened:
    """Load a model and, if asked for, an adapter, ready to answer chat prompts.

    Args:
        name: ``sandbox``, a directory or a hub id.
        adapter: Its folder, or the training run's that holds it.
        quantisation: What to round the model's weights to; None: what the adapter was trained with.
        trust_remote_code: Run code that comes with the model.

    Raises:
        ModelError: The model, its chat template or the adapter cannot be used.
    """
    folder = None if adapter is None else adapter_folder(adapter)
    loaded = load_model(
        name,
        quantisation=_rounding(quantisation, folder),
        trust_remote_code=trust_remote_code,
    )
    prompt_format = ChatFormat(loaded.tokenizer)
    if folder is None:
        subject = AnsweringModel(loaded.model, loaded.tokenizer, prompt_format)
        return Opened(subject, loaded, None, adapter_silent=False)
    model = load_adapter(loaded.model, folder).eval()
    silent = not adapter_changes_output(model, prompt_format.prompt_ids("Pick a number."))
    subject = AnsweringModel(model, loaded.tokenizer, prompt_format)
    return Opened(subject, loaded, folder, adapter_silent=silent, adapter_scale=1.0)


def _rounding(wanted: Wanted | None, adapter: Path | None) -> Quantisation | None:
    """What was asked for, or what the adapter was trained with."""
    if wanted is None:
        return None if adapter is None else adapter_quantisation(adapter)
    return None if wanted == "none" else wanted


def adapter_folder(path: Path) -> Path:
    """The adapter in a training run's folder, or ``path`` itself if it is one.

    Raises:
        ModelError: There is no such folder, or neither holds an adapter.
    """
    for folder in (path, path / "adapter"):
        if (folder / WEIGHTS_FILE).is_file():
            return folder
    if not path.exists():
        raise ModelError(f"{path} does not exist; give the folder of a finished training run")
    raise ModelError(
        f"{path} holds no adapter ({WEIGHTS_FILE}); give the folder of a finished training run, or "
        "its adapter/"
    )


def adapter_decimals(adapter: Path) -> int | None:
    """Decimals of the targets that an adapter was trained on, if its run's record is there.

    Raises:
        InputError: The record cannot be read.
    """
    path = adapter_folder(adapter).parent / "run.yaml"
    if not path.is_file():
        return None
    decimals = as_object(read_yaml(path), path).get("decimals")
    if decimals is not None and not isinstance(decimals, int):
        raise InputError(f"{path} should have a whole number as decimals, not {decimals!r}")
    return decimals
