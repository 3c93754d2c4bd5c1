"""A hub on this machine, for uploads: it takes what the client library sends and keeps it."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class HubServer:
    """What came.

    Attributes:
        url: Where it is.
        refuse: Status to answer everything with; None to take it.
        created: What repositories were asked for.
        files: Contents by path in the repository.
        messages: Of commits.
        heads: Cards whose head it was asked to check.
        tokens: Who said to be asking.
    """

    url: str = ""
    refuse: int | None = None
    created: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)

    def answer(self, path: str, body: bytes) -> tuple[int, object]:
        """Status and JSON of the answer to a POST."""
        if self.refuse is not None:
            return self.refuse, {"error": "You may not do that"}
        if path == "/api/repos/create":
            made = json.loads(body)
            self.created.append(made)
            return 200, {"url": f"{self.url}/{made['organization'] or 'me'}/{made['name']}"}
        if path == "/api/validate-yaml":
            self.heads.append(json.loads(body)["content"])
            return 200, {"errors": [], "warnings": []}
        if "/preupload/" in path:
            asked = json.loads(body)["files"]
            return 200, {
                "files": [
                    {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False}
                    for one in asked
                ]
            }
        if "/commit/" in path:
            for line in body.decode().splitlines():
                part = json.loads(line)
                if part["key"] == "header":
                    self.messages.append(part["value"]["summary"])
                if part["key"] == "file":
                    content = base64.b64decode(part["value"]["content"])
                    self.files[part["value"]["path"]] = content
            repository = path.removeprefix("/api/models/").partition("/commit/")[0]
            return 200, {
                "success": True,
                "commitOid": "0" * 40,
                "commitUrl": f"{self.url}/{repository}/commit/{'0' * 40}",
            }
        return 404, {"error": f"nothing at {path}"}


@contextmanager
def hub_server() -> Iterator[HubServer]:
    """A hub that listens while the block runs."""
    hub = HubServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hub.tokens.add(self.headers["authorization"])
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            status, answer = hub.answer(self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
