"""Options of commands that can ask a served model, and how they reach it."""

import json
from typing import Annotated

import typer

from aleator.benchmarks.subject import Served
from aleator.cli.console import report_problem
from aleator.errors import InputError
from aleator.files import JsonValue
from aleator.sampling.served import NO_KEY, EndpointSettings

EndpointUrl = Annotated[
    str | None,
    typer.Option(
        "--endpoint", metavar="URL", help="Ask MODEL at this OpenAI-compatible API, by draws."
    ),
]
ApiKeyEnv = Annotated[
    str,
    typer.Option(metavar="NAME", help=f"The environment variable with its key, or {NO_KEY}."),
]
Concurrency = Annotated[int, typer.Option(min=1, help="Most requests to it at a time.")]
Timeout = Annotated[
    float, typer.Option(min=0.1, help="Seconds without a byte before a request is repeated.")
]
RequestFields = Annotated[
    str | None,
    typer.Option(metavar="JSON", help="""More for every request, such as '{"top_k": -1}'."""),
]

DEFAULT_KEY_ENV = "OPENAI_API_KEY"
DEFAULT_CONCURRENCY = 8
DEFAULT_TIMEOUT = 120.0


def endpoint_settings(
    url: str | None,
    model: str,
    api_key_env: str,
    concurrency: int,
    timeout: float,
    request_fields: str | None,
) -> EndpointSettings | None:
    """Where to ask, None where no endpoint was given.

    Raises:
        InputError: The URL is none, or the fields are no JSON object.
    """
    if url is None:
        return None
    fields = _read_fields(request_fields)
    return EndpointSettings(url, model, api_key_env, concurrency, timeout, fields=fields)


def _read_fields(text: str | None) -> dict[str, JsonValue]:
    if text is None:
        return {}
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"--request-fields is not JSON: {error.msg} in {text!r}") from error
    if not isinstance(fields, dict):
        raise InputError(f'--request-fields should be an object such as {{"top_k": -1}}: {text!r}')
    return fields


def open_served(settings: EndpointSettings) -> Served:
    """Reach an endpoint and tell the user what its server does otherwise than asked.

    Raises:
        InputError: The client is not installed, or the environment has no key.
        EndpointError: The endpoint cannot be asked.
    """
    try:
        from aleator.benchmarks.endpoint import open_endpoint
    except ModuleNotFoundError as error:
        if error.name != "openai":
            raise
        raise InputError(
            "a served model needs the openai client: pip install 'aleator[server]'"
        ) from error
    served = open_endpoint(settings)
    for note in served.capabilities.notes(settings):
        report_problem(note)
    return served
