"""`aleator eval --endpoint` against a server on loopback, as a user types it."""

import json
import sys
import time
from pathlib import Path

import pytest

from aleator.cli.app import run
from aleator.cli.endpoint_options import (
    DEFAULT_CONCURRENCY,
    DEFAULT_KEY_ENV,
    DEFAULT_TIMEOUT,
    endpoint_settings,
)
from aleator.errors import InputError
from aleator.sampling.served import EndpointSettings
from tests.chat_server import MODEL, ChatServer

SMALL = ["--splits", "held_out_families", "--limit", "2", "--draws", "5", "--api-key-env", "none"]


def _told(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_defaults_are_those_of_the_settings() -> None:
    settings = EndpointSettings("http://here/v1", "m")
    assert settings.api_key_env == DEFAULT_KEY_ENV
    assert (settings.concurrency, settings.timeout) == (DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT)
    assert endpoint_settings("http://here/v1", "m", DEFAULT_KEY_ENV, 8, 120.0, None) == settings
    assert endpoint_settings(None, "m", "X", 1, 1.0, "?") is None


@pytest.mark.parametrize("text", ["{", "[1]", "7"])
def test_fields_that_are_no_object_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--request-fields"):
        endpoint_settings("http://here/v1", "m", "X", 1, 1.0, text)


def test_a_served_model_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = ChatServer(n="ignored", models=("other",))
    with server.running():
        arguments = ["eval", MODEL, "--endpoint", server.url, "--out", str(tmp_path), *SMALL]
        more = ["--request-fields", '{"top_k": -1}', "--concurrency", "2", "--timeout", "5"]
        assert run([*arguments, *more]) == 0
        assert all(body["top_k"] == -1 for body in server.bodies)
        told = _told(capsys)
        assert "does not list 'tiny'" in told and "ignores n" in told
        # Without the field it is another configuration.
        assert run(arguments) == 2
        assert "model_weights" in _told(capsys)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["model"] == MODEL and result["endpoint"]["several"] is False
    assert len((tmp_path / "rows" / "numeric.jsonl").read_text().splitlines()) == 2


def test_a_server_that_is_down_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["eval", MODEL, "--endpoint", "http://127.0.0.1:9/v1", "--out", str(tmp_path / "o")]
    began = time.monotonic()
    assert run([*arguments, *SMALL]) == 2
    assert time.monotonic() - began < 10
    assert "nothing answers at http://127.0.0.1:9/v1" in _told(capsys)
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--endpoint", "here"], "is no endpoint"),
        (["--endpoint", "http://127.0.0.1:9/v1", "--adapter", "somewhere"], "let the server load"),
        (["--endpoint", "http://127.0.0.1:9/v1", "--api-key-env", "NO_SUCH"], "NO_SUCH"),
    ],
)
def test_wrong_input_is_told_in_a_sentence(
    wrong: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decimals = ["--decimals", "1"]  # or the adapter's would be looked up first
    assert run(["eval", MODEL, "--out", str(tmp_path), *SMALL, *decimals, *wrong]) == 2
    assert told in _told(capsys)


def test_a_missing_client_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in list(sys.modules):
        if name == "aleator.benchmarks.endpoint" or name.split(".")[0] == "openai":
            monkeypatch.delitem(sys.modules, name)
        if name.startswith(("aleator.sampling.endpoint", "aleator.sampling.server")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("sys.meta_path", [_WithoutClient(), *sys.meta_path])
    arguments = ["eval", MODEL, "--endpoint", "http://127.0.0.1:9/v1", "--out", str(tmp_path)]
    assert run([*arguments, *SMALL]) == 2
    assert "pip install 'aleator[server]'" in _told(capsys)


class _WithoutClient:
    """An import system in which there is no openai."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] == "openai":
            raise ModuleNotFoundError("No module named 'openai'", name="openai")
