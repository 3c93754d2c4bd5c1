"""Benchmarks on a server on loopback, and what is kept when it dies."""

from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BenchSettings
from aleator.benchmarks.endpoint import open_endpoint
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.numeric import EXACT_METRICS, NumericSettings, run_numeric
from aleator.errors import EndpointError, InputError
from aleator.files import as_object, read_json, read_rows
from tests.chat_server import MODEL, ChatServer, Reply

SETTINGS = NumericSettings(limit=6, draws=10, seed=1, splits=("held_out_families",))


def _rows(out: Path, name: str = "numeric.jsonl") -> list[str]:
    return (out / "rows" / name).read_text().splitlines()


def test_a_server_that_dies_midway_leaves_rows_that_are_taken_up_again(tmp_path: Path) -> None:
    server = ChatServer(n="ignored")
    with server.running():
        served = open_endpoint(server.settings(concurrency=2, max_retries=1))
        whole = run_numeric(served.subject, SETTINGS, tmp_path / "whole")

        def die(number: int) -> Reply | None:
            if number < 35:
                return None
            server.die()
            return Reply(drop=True)

        server.bodies.clear()
        server.faults = die
        with pytest.raises(EndpointError, match=r"stopped answering after 3\d requests.*kept"):
            run_numeric(served.subject, SETTINGS, tmp_path / "broken")
    kept = _rows(tmp_path / "broken", "numeric.jsonl.partial")
    assert 2 <= len(kept) <= 3
    assert kept == _rows(tmp_path / "whole")[: len(kept)]
    with pytest.raises(EndpointError, match="nothing answers"):
        open_endpoint(server.settings())

    server.faults = lambda number: None
    server.bodies.clear()
    with server.running():  # at the same port
        again = open_endpoint(server.settings(concurrency=2))
        assert run_numeric(again.subject, SETTINGS, tmp_path / "broken") == whole
        assert len(server.bodies) <= 12 + 10 * (6 - len(kept))
    assert _rows(tmp_path / "broken") == _rows(tmp_path / "whole")


def test_an_evaluation_of_an_endpoint(tmp_path: Path) -> None:
    settings = BenchSettings(numeric=SETTINGS)
    request = EvaluationRequest(MODEL, tmp_path, ("numeric",), settings=settings)
    with ChatServer(logprobs=False).running() as server:
        served = open_endpoint(server.settings())
        assert served.subject.model is None
        path = run_evaluation(request, served, lambda *state: None)
        before = path.read_text()
        run_evaluation(request, served, lambda *state: None)
        assert path.read_text() == before
    result = as_object(read_json(path), path)
    endpoint = as_object(result["endpoint"], path)
    assert endpoint["url"] == server.url
    assert endpoint["several"] is True and endpoint["logprobs"] is False
    numeric = as_object(as_object(result["bench"], path)["numeric"], path)
    summary = as_object(as_object(numeric["splits"], path)["held_out_families"], path)
    means = as_object(summary["family_mean"], path)
    left_out = as_object(summary["left_out"], path)
    for metric in EXACT_METRICS:
        assert as_object(means[metric], path)["value"] is None and left_out[metric] == 6
    assert as_object(means["valid_rate"], path)["value"] is not None
    (row, *_) = read_rows(tmp_path / "rows" / "numeric.jsonl")
    assert row["draws"] == 10 and row["value_tv"] is None and row["cdf"] is None


def test_without_logits_and_draws_nothing_is_left_to_measure(tmp_path: Path) -> None:
    with ChatServer().running() as server:
        subject = open_endpoint(server.settings()).subject
        with pytest.raises(InputError, match="give draws above 0"):
            run_numeric(subject, replace(SETTINGS, draws=0), tmp_path)
