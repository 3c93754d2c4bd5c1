"""Options of commands whose draws another engine can make, and how it is started."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
import yaml

from aleator.benchmarks.hosted import open_hosted
from aleator.benchmarks.subject import Hosted, adapter_folder
from aleator.cli.assignments import parse_assignments
from aleator.errors import InputError, UnknownNameError
from aleator.files import JsonValue
from aleator.models.quantisation import adapter_quantisation
from aleator.sampling.vllm_settings import VLLM, VllmSettings, check_temperature

LOCAL = "local"
ENGINES = (LOCAL, VLLM)

_EXAMPLE = "tensor_parallel_size=2"

Engine = Annotated[
    str,
    typer.Option(
        metavar="NAME", help=f"Who draws, of: {', '.join(ENGINES)}; vllm gives no exact figures."
    ),
]
EngineArgs = Annotated[
    str | None,
    typer.Option(
        metavar="K=V,…",
        help="vllm: arguments of its LLM, such as tensor_parallel_size=2,max_model_len=4096.",
    ),
]


def engine_settings(
    engine: str,
    arguments: str | None,
    endpoint: str | None = None,
    adapter_scale: str | None = None,
    temperature: float | None = None,
) -> VllmSettings | None:
    """How vLLM is started; None where aleator itself draws, or a server.

    Args:
        engine: Its name.
        arguments: Of ``--engine-args``.
        endpoint: Of ``--endpoint``.
        adapter_scale: Of ``--adapter-scale``.
        temperature: Of ``--temperature``.

    Raises:
        UnknownNameError: There is no such engine.
        InputError: An argument is not NAME=VALUE, not the user's to set, or for no engine; or
            another option asks what vLLM cannot do.
    """
    if engine not in ENGINES:
        raise UnknownNameError("engine", engine, ENGINES)
    if engine == LOCAL:
        if arguments is not None:
            raise InputError(
                f"--engine-args is for --engine {VLLM}: give that too, or leave it out"
            )
        return None
    if endpoint is not None:
        raise InputError(
            f"--engine {VLLM} loads the model here and --endpoint asks a server: give one of them"
        )
    if adapter_scale is not None:
        raise InputError(
            f"--adapter-scale is for --engine {LOCAL}: vLLM applies an adapter as it was trained"
        )
    if temperature is not None:
        check_temperature(temperature)
    return VllmSettings(_values(arguments or ""))


def open_engine(
    model: str,
    adapter: Path | None,
    settings: VllmSettings,
    *,
    unrounded: bool = False,
    trust_remote_code: bool,
) -> Hosted:
    """Load a model into vLLM.

    Args:
        model: A directory or a hub id.
        adapter: Its folder, or the training run's that holds it.
        settings: How vLLM is started.
        unrounded: The model is meant as it is, whatever the adapter was trained on.
        trust_remote_code: Run code that comes with the model.

    Raises:
        InputError: vLLM is not installed, or would put the adapter on another model than it was
            trained on.
        ModelError: The model or the adapter cannot be used, or the adapter changes nothing.
    """
    if adapter is not None and not unrounded:
        _check_unrounded(adapter)
    return open_hosted(model, adapter, settings, trust_remote_code=trust_remote_code)


def _check_unrounded(adapter: Path) -> None:
    if adapter_quantisation(adapter_folder(adapter)) is not None:
        raise InputError(
            f"the adapter in {adapter} was trained on four-bit weights, of which vLLM is not told: "
            f"leave out --engine {VLLM}, or measure it on the model as it is with `aleator eval "
            "--quantisation none`"
        )


def _values(listed: str) -> Mapping[str, JsonValue]:
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    return {name: _value(name, text) for name, text in parse_assignments(parts, _EXAMPLE).items()}


def _value(name: str, text: str) -> JsonValue:
    """A number, true, false, null or a word, as YAML reads them."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = ()
    if value is not None and not isinstance(value, str | int | float):
        raise InputError(f"{name}={text} in --engine-args is no number, word, true or false")
    return value
