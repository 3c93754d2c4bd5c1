"""A hub that is there, and one that is not, on loopback."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aleator.errors import ModelError
from aleator.models.hub_reach import cache_alone, check_reachable
from aleator.models.loading import load_model, load_tokenizer
from tests.tiny_models import tiny_model, tiny_tokenizer

COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[socket.socket]:
    """A machine that takes connections, set as the hub; closed, there is nothing at its port."""
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", here)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setattr("aleator.models.hub_reach._PAUSE_SECONDS", 0.01)
        yield server


def test_a_hub_that_is_there(listening: socket.socket) -> None:
    check_reachable("nobody/nothing")


def test_a_hub_that_is_not_there_is_told_at_once(listening: socket.socket) -> None:
    listening.close()
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"not in the hub's cache.*127\.0\.0\.1.*refused"):
        load_tokenizer("nobody/nothing")
    assert time.monotonic() - began < 1


def test_a_name_that_nobody_knows(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    with pytest.raises(ModelError, match=r"cannot be reached \(Name or service not known\)"):
        check_reachable("nobody/nothing")


def test_slow_is_not_unreachable(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", slow)
    check_reachable("nobody/nothing")


def test_what_needs_no_hub_or_goes_another_way(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listening.close()
    check_reachable("no hub id at all")
    with monkeypatch.context() as patched:
        patched.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        check_reachable("nobody/nothing")
    with monkeypatch.context() as patched:
        patched.setenv("https_proxy", "http://127.0.0.1:9")
        check_reachable("nobody/nothing")


def test_what_is_in_the_cache_is_taken_from_there_at_once(
    listening: socket.socket, tmp_path: Path
) -> None:
    cached = tmp_path / "models--nobody--nothing"
    snapshot = cached / "snapshots" / COMMIT
    tiny_model("qwen3", "sdpa", layers=1).save_pretrained(snapshot)
    tiny_tokenizer("chatml").save_pretrained(snapshot)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)
    assert not cache_alone("nobody/nothing")
    listening.close()
    assert cache_alone("nobody/nothing") and not cache_alone(str(snapshot))
    began = time.monotonic()
    loaded = load_model("nobody/nothing")
    assert time.monotonic() - began < 10, "a single file would be tried for 23 seconds"
    assert loaded.revision == COMMIT
