import asyncio
import threading
from dataclasses import replace

import pytest

from aleator.errors import InputError
from aleator.sampling.endpoint_thread import connected
from tests.chat_server import ChatServer

SETTINGS = ChatServer(port=9).settings()


async def _answer() -> int:
    await asyncio.sleep(0)
    return 42


async def _fail() -> int:
    raise ValueError("no")


def test_work_is_done_beside_the_caller() -> None:
    with connected(SETTINGS) as connection:
        assert connection.start(_answer()).result() == 42
        with pytest.raises(ValueError, match="no"):
            connection.start(_fail()).result()
        assert connection.endpoint.settings is SETTINGS


def test_a_caller_with_a_loop_of_its_own_can_wait() -> None:
    async def notebook() -> int:
        with connected(SETTINGS) as connection:
            return connection.start(_answer()).result()

    assert asyncio.run(notebook()) == 42


def test_leaving_gives_up_what_is_under_way() -> None:
    before = threading.active_count()
    with connected(SETTINGS) as connection:
        unfinished = connection.start(asyncio.sleep(60))
    assert unfinished.cancelled()
    assert threading.active_count() == before


def test_a_missing_key_is_told_to_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with (
        pytest.raises(InputError, match="MY_KEY"),
        connected(replace(SETTINGS, api_key_env="MY_KEY")),
    ):
        pass
