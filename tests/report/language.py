"""Evaluations of the language benchmarks made by running them on tiny models, numbers included.

Four conditions: a collapsed model as it is; one that answers evenly, written down as if an adapter
had made it so; the collapsed one at a higher temperature, and with SSoT, which gets no answer.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aleator.benchmarks.catalogue import Bench, BenchSettings, bench
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.methods import MethodSettings, prepare_method
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.files import JsonValue
from tests.word_model import word_format, word_model, word_tokenizer

LANGUAGE = ("closed_sets", "open_ended", "mcq_positions", "novelty")
CONDITIONS = ("base", "even", "hot", "seeds")
_TARGETS = """
sets:
  - name: digit
    split: train
    prompts: [Say a digit., A digit!]
    outcomes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
"""
_HELD_OUT = """  - name: one to {n}
    split: held_out
    prompts: [From 1 to {n}., 'To {n}, from 1!']
    outcomes: [{outcomes}]
"""
_COLLAPSED = {**{str(digit): 4.0 for digit in range(10)}, "3": 9.0, "x": 4.0, "y": 3.0}
_EVEN = {**{str(digit): 8.0 for digit in range(10)}, "x": 3.0}

Json = dict[str, Any]


def make_language_runs(folder: Path) -> Path:
    """All conditions, each in a directory of its name."""
    settings = _settings(folder)
    plain, hot, ssot = (
        MethodSettings(),
        MethodSettings("temperature", temperature=3.0),
        MethodSettings("ssot", room=12),
    )
    drawn = ("closed_sets", "open_ended")
    _run(folder / "base", _COLLAPSED, settings, plain, ("numeric", *LANGUAGE))
    _run(folder / "even", _EVEN, settings, plain, ("numeric", *LANGUAGE), adapter="train/even/a")
    _run(folder / "hot", _COLLAPSED, settings, hot, drawn)
    _run(folder / "seeds", _COLLAPSED, settings, ssot, drawn)
    return folder


def copied(runs: Path, to: Path, *names: str) -> list[Path]:
    """Some of the conditions, to be changed by a test."""
    return [Path(shutil.copytree(runs / name, to / name)) for name in names or CONDITIONS]


def changed(directory: Path, change: Mapping[str, Json | None]) -> Path:
    """Replace benchmarks in a directory's result.json; None takes one away."""
    path = directory / "result.json"
    top = json.loads(path.read_text())
    for name, value in change.items():
        if value is None:
            del top["bench"][name]
        else:
            top["bench"][name] = value
    path.write_text(json.dumps(top))
    return directory


def bench_of(directory: Path, name: str) -> Json:
    """What a directory's result.json says of one benchmark."""
    return json.loads((directory / "result.json").read_text())["bench"][name]


def _settings(folder: Path) -> BenchSettings:
    targets = folder / "targets.yaml"
    held_out = [
        _HELD_OUT.format(n=n, outcomes=", ".join(f"'{k}'" for k in range(1, n + 1)))
        for n in range(3, 10)
    ]
    targets.write_text(_TARGETS + "".join(held_out))
    return BenchSettings(
        numeric=NumericSettings(limit=3, draws=20),
        closed_sets=ClosedSetsSettings(targets=targets, draws=40, max_new_tokens=4),
        open_ended=OpenEndedSettings(limit=8, draws=40, max_new_tokens=4),
        mcq_positions=McqSettings(draws=30, max_new_tokens=6),
        novelty=NoveltySettings(limit=6, draws=5, max_new_tokens=4),
    )


def _run(
    out: Path,
    favoured: Mapping[str, float],
    settings: BenchSettings,
    method: MethodSettings,
    benches: tuple[str, ...],
    adapter: str | None = None,
) -> None:
    model = AnsweringModel(word_model(favoured, heedless=True), word_tokenizer(), word_format())
    prepared = prepare_method(Subject.local(model), method)
    found: Json = {}
    for name in benches:
        one = bench(name, settings)

        def measure(subject: Subject, one: Bench = one) -> dict[str, JsonValue]:
            return one.run(subject, out, lambda done, total: None)

        found[name] = prepared.run(name, out, 0, measure)
    top = {
        "schema_version": 1,
        "model": "tiny",
        "adapter": adapter,
        "seed": 0,
        "versions": {"aleator": "0.1.0"},
        "command": "aleator eval tiny",
        "bench": found,
    }
    (out / "result.json").write_text(json.dumps(top))
