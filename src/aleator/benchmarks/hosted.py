"""A model in vLLM as the subject of benchmarks; needs the extra `vllm`."""

from pathlib import Path

from aleator.benchmarks.subject import Hosted, Subject, adapter_folder
from aleator.errors import ModelError
from aleator.models.loading import SANDBOX, hub_revision, load_tokenizer
from aleator.sampling.draws import AnswerSource
from aleator.sampling.vllm_engine import EngineModel, VllmEngine
from aleator.sampling.vllm_probe import adapter_applied
from aleator.sampling.vllm_settings import VllmSettings
from aleator.sampling.vllm_source import VllmSource
from aleator.tokens.chat import ChatFormat

PROBE_PROMPTS = ("Pick a number.", "Name a random city.", "Write ten random words.")


def open_hosted(
    name: str, adapter: Path | None, settings: VllmSettings, *, trust_remote_code: bool = False
) -> Hosted:
    """Load a model and, if asked for, an adapter into vLLM, ready to answer chat prompts.

    Args:
        name: ``sandbox``, a directory or a hub id.
        adapter: An adapter's folder, or the training run that holds it.
        settings: How vLLM is started.
        trust_remote_code: Run code that comes with the model.

    Raises:
        InputError: vLLM is not installed.
        ModelError: The model, its chat template or the adapter cannot be used, or the adapter
            changes nothing.
    """
    folder = None if adapter is None else adapter_folder(adapter)
    tokenizer = load_tokenizer(name, trust_remote_code=trust_remote_code)
    prompt_format = ChatFormat(tokenizer)
    path = str(tokenizer.name_or_path)
    revision = hub_revision(path)
    dtype = "float32" if name == SANDBOX else None
    engine = VllmEngine(EngineModel(path, revision, dtype, trust_remote_code), settings, folder)
    probes = [prompt_format.prompt_ids(prompt) for prompt in PROBE_PROMPTS]
    if folder is not None and not adapter_applied(engine, probes):
        raise ModelError(
            f"vLLM answers the same with the adapter in {folder} as without it, so that figures "
            "would be those of the base model: it was not applied, or it was never trained; see "
            "vLLM's log above, or use --engine local"
        )

    def answers(
        max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        asked = prompt_format if system is None else ChatFormat(tokenizer, system=system)
        return VllmSource(
            engine, tokenizer, asked, max_new_tokens=max_new_tokens, temperature=temperature
        )

    return Hosted(Subject(answers, None), settings, engine.version, path, revision, folder)
