"""An evaluation from a request to a directory: ``run.yaml``, ``rows/NAME.jsonl``, ``result.json``.

The same request again goes on where it was interrupted; another benchmark into the same directory
is added to its ``result.json``. Another configuration is refused, naming what differs.

``result.json`` holds ``schema_version`` (1), ``model``, ``adapter``, ``seed``, ``versions``,
``command`` and ``bench``: one object a benchmark, explained in the benchmark's file. Of a served
model it also holds ``endpoint``: its ``url`` and what its server was seen to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aleator.benchmarks.numeric import NAME as NUMERIC
from aleator.benchmarks.numeric import NumericSettings, run_numeric
from aleator.benchmarks.record import (
    SCHEMA_VERSION,
    EvaluationRecord,
    current_versions,
    fingerprint,
)
from aleator.benchmarks.subject import Opened, Served, Subject
from aleator.errors import InputError, UnknownNameError
from aleator.files import JsonValue, as_object, read_json, write_json

BENCHMARKS = (NUMERIC,)
"""The names of all benchmarks."""

BY_DRAWS = (NUMERIC,)
"""Those that do without logits, so that they can be put to an endpoint."""

RESULT_FILE = "result.json"

Advance = Callable[[str, int, int], None]
"""Told a benchmark's name, how many of its rows are done, and how many there are."""


@dataclass(frozen=True)
class EvaluationRequest:
    """What a user asks for.

    Attributes:
        model: "sandbox", a directory or a hub id; of an endpoint, the name it is served under.
        out: The evaluation's directory.
        benches: Names of benchmarks.
        adapter: An adapter's folder, or the training run that holds it.
        numeric: Settings of the numeric benchmark, its seed that of the evaluation.
        command: How it was asked for, for the record.
        trust_remote_code: Run code that comes with the model.
    """

    model: str
    out: Path
    benches: tuple[str, ...]
    adapter: Path | None = None
    numeric: NumericSettings = NumericSettings()
    command: str = ""
    trust_remote_code: bool = False


def check_benches(names: tuple[str, ...], *, by_draws: bool = False) -> None:
    """Refuse names of no benchmark, and with ``by_draws`` those that need logits.

    Raises:
        UnknownNameError: One is not known; the message lists those that are.
        InputError: None is given, or one needs logits and there are none.
    """
    for name in names:
        if name not in BENCHMARKS:
            raise UnknownNameError("benchmark", name, BENCHMARKS)
        if by_draws and name not in BY_DRAWS:
            raise InputError(
                f"the benchmark {name!r} needs a model's logits, which an endpoint does not give: "
                f"load the model instead, or choose of {', '.join(BY_DRAWS)}"
            )
    if not names:
        raise InputError(f"no benchmark was given; known: {', '.join(BENCHMARKS)}")


def run_evaluation(request: EvaluationRequest, opened: Opened | Served, advance: Advance) -> Path:
    """Run the benchmarks and write what they found.

    Args:
        request: What is asked for; its model and adapter are those of ``opened``.
        opened: The loaded model, or the endpoint that was reached.
        advance: Told how far each benchmark is.

    Returns:
        The path of ``result.json``.

    Raises:
        InputError: The request makes no sense, or the directory holds another evaluation.
        OutputError: The directory cannot be written.
        EndpointError: The endpoint fails; finished rows are kept.
    """
    check_benches(request.benches, by_draws=isinstance(opened, Served))
    record = _record(request, opened).continued(request.out)
    record.write(request.out)
    path = request.out / RESULT_FILE
    bench: dict[str, JsonValue] = {}
    if path.exists():
        bench.update(as_object(as_object(read_json(path), path)["bench"], path))
    for name in request.benches:
        bench[name] = _run(name, request, opened, advance)
    _write_result(path, record, bench, opened)
    return path


def _run(
    name: str, request: EvaluationRequest, opened: Opened | Served, advance: Advance
) -> JsonValue:
    def advance_this(done: int, total: int) -> None:
        advance(name, done, total)

    subject = opened.subject if isinstance(opened, Served) else Subject.local(opened.subject)
    assert name == NUMERIC  # the only one so far
    return run_numeric(subject, request.numeric, request.out, advance_this)


def _record(request: EvaluationRequest, opened: Opened | Served) -> EvaluationRecord:
    settings: Mapping[str, Mapping[str, JsonValue]] = {NUMERIC: request.numeric.as_json()}
    adapter = None if isinstance(opened, Served) else opened.adapter
    return EvaluationRecord(
        model=request.model,
        model_weights=_weights(opened),
        adapter=None if adapter is None else str(adapter),
        adapter_weights=None if adapter is None else fingerprint(adapter),
        seed=request.numeric.seed,
        benches={name: settings[name] for name in request.benches},
        command=request.command,
    )


def _weights(opened: Opened | Served) -> str:
    """What tells the model's weights apart; of an endpoint only its address can."""
    if isinstance(opened, Served):
        return opened.settings.identity()
    return opened.loaded.revision or fingerprint(Path(opened.loaded.path))


def _write_result(
    path: Path, record: EvaluationRecord, bench: dict[str, JsonValue], opened: Opened | Served
) -> None:
    endpoint: dict[str, JsonValue] = {}
    if isinstance(opened, Served):
        endpoint = {"url": opened.settings.url, **opened.capabilities.as_json()}
    write_json(
        path,
        {
            "schema_version": SCHEMA_VERSION,
            "model": record.model,
            "adapter": record.adapter,
            "seed": record.seed,
            "versions": dict(current_versions()),
            "command": record.command,
            **({"endpoint": endpoint} if endpoint else {}),
            "bench": bench,
        },
    )
