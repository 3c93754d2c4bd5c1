"""An endpoint's connection in a thread of its own, for callers that wait.

Requests go on while the caller scores what it has, and callers with an event loop of their own
(a notebook) can wait too.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from aleator.sampling.endpoint import Endpoint
from aleator.sampling.served import EndpointSettings

T = TypeVar("T")


class ConnectedEndpoint:
    """An open endpoint and the event loop that serves it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()

    def start(self, work: Coroutine[object, object, T]) -> Future[T]:
        """Begin some work; the future has what it returns or raises."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def leave(self) -> None:
        """Let ``until_left`` end."""
        self._loop.call_soon_threadsafe(self._left.set)

    async def until_left(self) -> None:
        """Serve until ``leave`` is called; what is under way then is given up."""
        await self._left.wait()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


@contextmanager
def connected(settings: EndpointSettings) -> Iterator[ConnectedEndpoint]:
    """Open an endpoint for the time of the block; on leaving, unfinished requests are given up.

    Raises:
        InputError: The environment has no key.
    """
    endpoint = Endpoint(settings)
    ready: Future[ConnectedEndpoint] = Future()

    async def serve() -> None:
        async with endpoint:
            connection = ConnectedEndpoint(endpoint)
            ready.set_result(connection)
            await connection.until_left()

    thread = Thread(target=asyncio.run, args=(serve(),), name="aleator-endpoint", daemon=True)
    thread.start()
    connection = ready.result()
    try:
        yield connection
    finally:
        connection.leave()
        thread.join()
