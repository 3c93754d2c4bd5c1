"""An evaluation from a request to a directory: ``run.yaml``, ``rows/NAME.jsonl``, ``result.json``.

The same request again goes on where it was interrupted; another benchmark into the same directory
is added to its ``result.json``. Another configuration is refused, naming what differs.

``result.json`` holds ``schema_version`` (1), ``model``, ``adapter``, ``adapter_scale`` (null
without an adapter), ``seed``, ``versions``, ``command`` and ``bench``: one object a benchmark,
explained in the benchmark's file. Of a served model it also holds ``endpoint``: its ``url`` and
what its server was seen to do; of a model in vLLM ``engine``: its ``name``, ``version`` and the
``arguments`` it was started with; of a model in four bits ``quantisation``, ``nf4``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from aleator.benchmarks.catalogue import Bench, BenchSettings, bench, check_benches
from aleator.benchmarks.checks import check_settings
from aleator.benchmarks.method_settings import MethodSettings
from aleator.benchmarks.methods import (
    PreparedMethod,
    check_fit,
    check_method,
    prepare_method,
    system_message,
)
from aleator.benchmarks.model_checks import check_on_model
from aleator.benchmarks.record import (
    SCHEMA_VERSION,
    EvaluationRecord,
    current_versions,
    fingerprint,
)
from aleator.benchmarks.subject import AnsweringModel, Hosted, Opened, Served, Subject
from aleator.files import JsonValue, as_object, check_folder, read_json, write_json
from aleator.models.quantisation import quantisation_of
from aleator.sampling.vllm_settings import VLLM
from aleator.tokens.chat import ChatFormat

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
        seed: Of the evaluation; that of every benchmark's settings.
        settings: Of the benchmarks.
        method: How the model is asked.
        command: How it was asked for, for the record.
        trust_remote_code: Run code that comes with the model.
    """

    model: str
    out: Path
    benches: tuple[str, ...]
    adapter: Path | None = None
    seed: int = 0
    settings: BenchSettings = BenchSettings()
    method: MethodSettings = MethodSettings()
    command: str = ""
    trust_remote_code: bool = False

    def check(self, *, logits: bool = True) -> None:
        """Refuse what can be seen to make no sense before a model is loaded or a file written.

        Args:
            logits: Whether the model gives them; an endpoint and vLLM do not.

        Raises:
            InputError: A benchmark is not known, the method is not for it, a setting makes no
                sense, or a file that one names cannot be read.
            OutputError: ``out``, or a part of its path, is a file.
        """
        check_benches(self.benches)
        for name in self.benches:
            check_method(self.method.name, name)
        check_fit(self.method, logits=logits)
        check_folder(self.out)
        for name in self.benches:
            check_settings(name, self.settings, logits=logits and self.method.name == "plain")


def run_evaluation(
    request: EvaluationRequest, opened: Opened | Served | Hosted, advance: Advance
) -> Path:
    """Run the benchmarks and write what they found.

    Args:
        request: What is asked for; its model and adapter are those of ``opened``.
        opened: The loaded model, the endpoint that was reached, or the model in vLLM.
        advance: Told how far each benchmark is.

    Returns:
        The path of ``result.json``.

    Raises:
        InputError: The request makes no sense, not for this model, or the directory holds another
            evaluation.
        OutputError: The directory cannot be written.
        EndpointError: The endpoint or vLLM fails; finished rows are kept.
    """
    request.check(logits=isinstance(opened, Opened))
    if isinstance(opened, Opened):
        for name in request.benches:
            check_on_model(name, request.settings, _told(opened.subject, request.method, name))
    benches = {name: bench(name, request.settings) for name in request.benches}
    record = _record(request, opened, benches).continued(request.out)
    record.write(request.out)
    path = request.out / RESULT_FILE
    found: dict[str, JsonValue] = {}
    if path.exists():
        found.update(as_object(as_object(read_json(path), path)["bench"], path))
    subject = Subject.local(opened.subject) if isinstance(opened, Opened) else opened.subject
    method = prepare_method(subject, request.method)
    for name, one in benches.items():
        found[name] = _run(name, one, request, method, advance)
    _write_result(path, record, found, opened)
    return path


def _told(model: AnsweringModel, method: MethodSettings, bench: str) -> AnsweringModel:
    """A model as a method asks it."""
    system = system_message(method, bench)
    if system is None:
        return model
    return replace(model, prompt_format=ChatFormat(model.tokenizer, system=system))


def _run(
    name: str, one: Bench, request: EvaluationRequest, method: PreparedMethod, advance: Advance
) -> JsonValue:
    def advance_this(done: int, total: int) -> None:
        advance(name, done, total)

    def measure(subject: Subject) -> dict[str, JsonValue]:
        return one.run(subject, request.out, advance_this)

    return method.run(name, request.out, request.seed, measure)


def _record(
    request: EvaluationRequest, opened: Opened | Served | Hosted, benches: dict[str, Bench]
) -> EvaluationRecord:
    adapter = None if isinstance(opened, Served) else opened.adapter
    method = request.method.as_json()
    return EvaluationRecord(
        model=request.model,
        model_weights=_weights(opened),
        adapter=None if adapter is None else str(adapter),
        adapter_weights=None if adapter is None else fingerprint(adapter),
        adapter_scale=None if isinstance(opened, Served) else opened.adapter_scale,
        quantisation=quantisation_of(opened.loaded.model) if isinstance(opened, Opened) else None,
        seed=request.seed,
        benches={name: {**one.settings, "method": method} for name, one in benches.items()},
        command=request.command,
    )


def _weights(opened: Opened | Served | Hosted) -> str:
    """What tells the model's weights apart; of an endpoint only its address can.

    Who draws belongs to it: rows of one engine are not continued by another.
    """
    if isinstance(opened, Served):
        return opened.settings.identity()
    if isinstance(opened, Hosted):
        weights = opened.revision or fingerprint(Path(opened.path))
        return f"{weights} {opened.settings.identity()}"
    return opened.loaded.revision or fingerprint(Path(opened.loaded.path))


def _write_result(
    path: Path,
    record: EvaluationRecord,
    bench: dict[str, JsonValue],
    opened: Opened | Served | Hosted,
) -> None:
    write_json(
        path,
        {
            "schema_version": SCHEMA_VERSION,
            "model": record.model,
            "adapter": record.adapter,
            "adapter_scale": record.adapter_scale,
            "seed": record.seed,
            "versions": dict(current_versions()),
            "command": record.command,
            **({"quantisation": record.quantisation} if record.quantisation else {}),
            **_elsewhere(opened),
            "bench": bench,
        },
    )


def _elsewhere(opened: Opened | Served | Hosted) -> dict[str, JsonValue]:
    """Who answered, where it was not this process by itself."""
    if isinstance(opened, Served):
        return {"endpoint": {"url": opened.settings.url, **opened.capabilities.as_json()}}
    if isinstance(opened, Hosted):
        arguments = dict(opened.settings.arguments)
        return {"engine": {"name": VLLM, "version": opened.version, "arguments": arguments}}
    return {}
