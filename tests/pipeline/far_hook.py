"""A far side that is told of cases: a real HTTP server that answers as it is told to."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from monitor.core.web_hook import SECRET


@dataclass(frozen=True)
class Heard:
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """True if one of the signatures is right; worked out here anew, from the public description."""
        raw = base64.b64decode(secret.removeprefix(SECRET))
        said = b".".join([self.key.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        right = "v1," + base64.b64encode(hmac.digest(raw, said, "sha256")).decode()
        return right in self.headers["webhook-signature"].split(" ")


@dataclass
class FarHook:
    """The server: what it heard, and the statuses that it answers with, the last one again and again."""

    statuses: list[int] = field(default_factory=lambda: [200])
    location: str = ""
    body: bytes = b""
    hangs: bool = False
    heard: list[Heard] = field(default_factory=list)
    address: str = ""
    let_go: threading.Event = field(default_factory=threading.Event)

    def status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    @property
    def events(self) -> list[tuple[str, int]]:
        return [(heard.event["type"], heard.event["data"]["id"]) for heard in self.heard]


def _handler(far: FarHook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            far.heard.append(Heard(self.path, dict(self.headers), body))
            if far.hangs:
                far.let_go.wait(10)
                return
            self.send_response(far.status())
            if far.location:
                self.send_header("Location", far.location)
            self.send_header("Content-Length", str(len(far.body)))
            self.end_headers()
            self.wfile.write(far.body)

        def do_GET(self) -> None:
            far.heard.append(Heard(self.path, dict(self.headers), b""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                """The other side has hung up: that is what some tests are about."""

    return Handler


@contextmanager
def far_hook(**options: Any) -> Iterator[FarHook]:  # noqa: ANN401 - fields of the far side
    """Run one on a port of its own."""
    far = FarHook(**options)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(far))
    server.daemon_threads = True
    far.address = f"http://127.0.0.1:{server.server_port}/in?key=abc"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield far
    finally:
        far.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
