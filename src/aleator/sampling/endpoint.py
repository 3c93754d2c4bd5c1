"""Requests to an OpenAI-compatible endpoint: sent, retried, read.

The official client does the sending: connections, and retries with growing pauses on 408, 409, 429,
5xx, lost connections and time-outs, heeding ``Retry-After`` up to two minutes. Ours is what it
leaves open: a reply that is no chat completion is asked for again, twice; what failed for good
becomes one sentence (``endpoint_failures``); and no more requests than allowed are under way.

Temperature, top-p 1, a seed and the token limit are always sent. What a server adds from the
checkpoint (a top-k of 20, say) cannot be seen from outside; ``EndpointSettings.fields`` go into
every request and can switch it off.
"""

import asyncio
from types import TracebackType
from typing import Self

from openai import APIError, APIStatusError, AsyncOpenAI, Timeout
from pydantic import ValidationError

from aleator.sampling.chat_completions import Completion, ModelList, Query
from aleator.sampling.endpoint_failures import failure, malformed, refuses_key
from aleator.sampling.served import EndpointSettings

_REPLIES = 3  # how often one is asked for before it counts as malformed for good
_PAUSE_SECONDS = 0.2
_CONNECT_SECONDS = 10.0


class Endpoint:
    """An open connection to an endpoint, of one event loop; use it in ``async with``.

    Attributes:
        settings: Where and how.
        answered: Requests that were answered so far.

    Raises:
        InputError: The environment has no key.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self.settings = settings
        self.answered = 0
        self._client = AsyncOpenAI(
            api_key=settings.key(),
            base_url=settings.url,
            timeout=Timeout(settings.timeout, connect=min(settings.timeout, _CONNECT_SECONDS)),
            max_retries=settings.max_retries,
        )
        self._free = asyncio.Semaphore(settings.concurrency)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def listed(self) -> tuple[str, ...] | None:
        """Names of the models that the server lists, None where it has no list.

        Raises:
            EndpointError: Nothing answers there, or the key is refused: told at once.
        """
        try:
            text = await self._client.get("/models", cast_to=str, options={"max_retries": 0})
        except APIError as error:
            if isinstance(error, APIStatusError) and not refuses_key(error):
                return None
            raise failure(error, self.settings, retries=0, answered=self.answered) from error
        try:
            return tuple(one.id for one in ModelList.model_validate_json(text).data)
        except ValidationError:
            return None

    async def complete(self, query: Query, *, max_retries: int | None = None) -> Completion:
        """Have one request answered.

        Args:
            query: What is asked.
            max_retries: Those of the settings by default.

        Raises:
            RequestRefusedError: The server does not take a request like this.
            EndpointError: It cannot be reached, fails, or sends something else, for good.
        """
        retries = self.settings.max_retries if max_retries is None else max_retries
        text = ""
        async with self._free:
            for reply in range(_REPLIES):
                if reply:
                    await asyncio.sleep(_PAUSE_SECONDS)
                text = await self._post(query, retries)
                completion = _read(text)
                if completion is not None:
                    self.answered += 1
                    return completion
        raise malformed(text, self.settings, replies=_REPLIES, answered=self.answered)

    async def _post(self, query: Query, retries: int) -> str:
        try:
            return await self._client.post(
                "/chat/completions",
                cast_to=str,
                body=query.body(self.settings),
                options={"max_retries": retries},
            )
        except APIError as error:
            raise failure(error, self.settings, retries=retries, answered=self.answered) from error


def _read(text: str) -> Completion | None:
    try:
        return Completion.model_validate_json(text)
    except ValidationError:
        return None
