"""A server on loopback that speaks the chat API as well or badly as a test wants.

Real sockets and real HTTP; answers are two-digit numbers made from prompt and seed.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Literal

from aleator.sampling.served import NO_KEY, EndpointSettings

MODEL = "tiny"


@dataclass(frozen=True)
class Reply:
    """What a request gets instead of an answer; ``delay`` alone only makes it wait."""

    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False


Faults = Callable[[int], Reply | None]
"""By the number of the chat request, from 0."""

STORM = Reply(429, '{"error": {"message": "slow down"}}', {"retry-after-ms": "5"})


@dataclass
class ChatServer:
    """How the server behaves, and what it was sent.

    Attributes:
        n: Gives as many answers, the same one as often, or one whatever is asked.
        at_most: Answers in one reply at most.
        seeded: The same seed gives the same answer.
        draws: Answers vary; "if told": only where ``generation_config`` is sent.
        logprobs: Come when asked for.
        refused: Names of fields that give 400.
        models: What ``/models`` lists; None for no list.
        key: What has to be sent.
        finish_reason: Of every answer.
        usage: Tells how many tokens were written: two for each answer.
        faults: What goes wrong.
        bodies: The requests.
        busiest: Most requests at a time.
    """

    n: Literal["honoured", "copied", "ignored"] = "honoured"
    at_most: int = 1000
    seeded: bool = True
    draws: Literal["always", "if told", "never"] = "always"
    logprobs: bool = True
    refused: tuple[str, ...] = ()
    models: tuple[str, ...] | None = (MODEL,)
    key: str | None = None
    finish_reason: str = "stop"
    usage: bool = True
    faults: Faults = lambda number: None
    bodies: list[dict[str, object]] = field(default_factory=list)
    busiest: int = 0
    port: int = 0
    _busy: int = 0
    _lock: Lock = field(default_factory=Lock)
    _http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def settings(self, **options: float) -> EndpointSettings:
        """Settings that reach it, quick to give up."""
        chosen = {"concurrency": 4, "timeout": 5.0, "max_retries": 2, **options}
        return EndpointSettings(
            self.url,
            MODEL,
            NO_KEY,
            concurrency=int(chosen["concurrency"]),
            timeout=chosen["timeout"],
            max_retries=int(chosen["max_retries"]),
        )

    @contextmanager
    def running(self) -> Iterator["ChatServer"]:
        """Serve during the block, at the same port as before if it ran before."""
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self._http.server_address[1]
        thread = Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"behaviour": self})

    def die(self) -> None:
        """Stop listening at once; called from a request's thread."""
        assert self._http is not None
        self._http.socket.close()

    def chat(self, body: dict[str, object]) -> Reply:
        """The reply to one chat request."""
        with self._lock:
            number = len(self.bodies)
            self.bodies.append(body)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            fault = self.faults(number)
            if fault is not None:
                time.sleep(fault.delay)
                if fault.drop or fault.body is not None:
                    return fault
            wrong = [name for name in self.refused if name in body]
            if wrong:
                said = f"Unsupported parameter: '{wrong[0]}'. Use 'max_completion_tokens' instead."
                return Reply(400, json.dumps({"error": {"message": said}}))
            return Reply(200, json.dumps(self._completion(body)))
        finally:
            with self._lock:
                self._busy -= 1

    def _completion(self, body: dict[str, object]) -> dict[str, object]:
        asked = body.get("n", 1)
        assert isinstance(asked, int)
        count = 1 if self.n == "ignored" else min(asked, self.at_most)
        places = [0] * count if self.n == "copied" else range(count)
        choices: list[dict[str, object]] = [
            {
                "index": place,
                "message": {"role": "assistant", "content": self._text(body, place)},
                "finish_reason": self.finish_reason,
                "logprobs": {"content": []} if self.logprobs and body.get("logprobs") else None,
            }
            for place in places
        ]
        completion: dict[str, object] = {"id": "1", "model": body["model"], "choices": choices}
        if self.usage:
            completion["usage"] = {"prompt_tokens": 9, "completion_tokens": 2 * count}
        return completion

    def _text(self, body: dict[str, object], place: int) -> str:
        if self.draws == "never" or (self.draws == "if told" and "generation_config" not in body):
            return "7.00"
        salt = body["seed"] if self.seeded else random.random()
        messages = json.dumps(body["messages"])
        return f"{random.Random(f'{messages} {salt} {place}').random():.2f}"


class _Handler(BaseHTTPRequestHandler):
    behaviour: ChatServer

    def do_GET(self) -> None:
        models = self.behaviour.models
        if not self._key_is_right():
            return
        if models is None:
            self._send(Reply(404, '{"detail": "Not Found"}'))
            return
        data = [{"id": name, "object": "model"} for name in models]
        self._send(Reply(200, json.dumps({"object": "list", "data": data})))

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = json.loads(self.rfile.read(length))
        if self._key_is_right():
            self._send(self.behaviour.chat(body))

    def _key_is_right(self) -> bool:
        key = self.behaviour.key
        if key is None or self.headers["authorization"] == f"Bearer {key}":
            return True
        self._send(Reply(401, '{"error": {"message": "Incorrect API key"}}'))
        return False

    def _send(self, reply: Reply) -> None:
        if reply.drop:
            return
        body = (reply.body or "").encode()
        try:
            self.send_response(reply.status)
            for name, value in {**reply.headers, "content-type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked has given up

    def log_message(self, format: str, *args: object) -> None:
        pass
