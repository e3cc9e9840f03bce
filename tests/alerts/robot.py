"""A DingTalk group robot on loopback that answers as the real one does, or as it is told to.

    with Robot(clock=lambda: NOW) as robot:
        robot.will(REFUSED)
        channel = open_channel("群", robot.url, base_url=robot.base_url, clock=lambda: NOW)

Unless told otherwise it checks token, signature and the body as DingTalk does and says errcode 0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

import trustme

LONGEST = 20_000
LEEWAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the robot. A hang ends when the caller gives up or the robot stops."""

    status: int = 200
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    resets: bool = False


def errcode(code: int, errmsg: str = "") -> Answer:
    """Return DingTalk's usual form of an answer."""
    return Answer(content=json.dumps({"errcode": code, "errmsg": errmsg}).encode())


TAKEN = errcode(0, "ok")
BUSY = errcode(-1, "系统繁忙")
REFUSED = errcode(310000, "sign not match")
TOO_FAST = errcode(130101, "send too fast, exceed 20 times per minute")
UNKNOWN_TOKEN = errcode(300005, "token is not exist")
PUNISHED = Answer(content=b'{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"1"}')
BROKEN = Answer(status=500, content=b"<html>500</html>")
HANG = Answer(hangs=True)
RESET = Answer(resets=True)


def redirect(to: str) -> Answer:
    """Return an answer that points elsewhere."""
    return Answer(status=302, headers={"Location": to})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came in."""

    path: str
    query: Mapping[str, list[str]]
    raw_query: str
    size: int
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.body["markdown"]["title"])

    @property
    def text(self) -> str:
        return str(self.body["markdown"]["text"])

    @property
    def mobiles(self) -> list[str]:
        return list(self.body["at"]["atMobiles"])


class Robot:
    """A running robot; use it in a `with` statement."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        token: str = "f00dfeedf00dfeed",
        secret: str | None = "SEC0123456789abcdef",
    ) -> None:
        self.clock, self.token, self.secret = clock, token, secret
        self.received: list[Received] = []
        self._origin = "http://127.0.0.1"
        self._answers: deque[Answer] = deque()
        self._stopping = threading.Event()
        self._server = _server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def base_url(self) -> str:
        """The settings' `base_url`."""
        return f"{self._origin}:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The settings' `url`, secret included."""
        return f"dingtalk://{self.secret}@{self.token}" if self.secret else f"dingtalk://{self.token}"

    def encrypt(self, certificate: trustme.LeafCert) -> None:
        """Speak TLS from now on, as `localhost`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._origin = "https://localhost"

    def will(self, *answers: Answer) -> None:
        """Say how the next requests are answered, whatever is in them."""
        self._answers.extend(answers)

    def answer(self, request: Received) -> Answer:
        """Return the next answer that was asked for, else what DingTalk would say."""
        self.received.append(request)
        return self._answers.popleft() if self._answers else self.judge(request)

    def asked(self, request: Received) -> Answer:
        """Answer a question that changes nothing; a robot is asked none."""
        self.received.append(request)
        return TAKEN

    def wait(self) -> None:
        """Return when the robot stops."""
        self._stopping.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def judge(self, request: Received) -> Answer:
        """Say what DingTalk would."""
        if request.query.get("access_token") != [self.token]:
            return UNKNOWN_TOKEN
        if self.secret and not self._is_signed(request):
            return REFUSED
        if request.size > LONGEST:
            return errcode(460101, "message too long")
        return TAKEN if request.body.get("msgtype") == "markdown" else errcode(40035, "bad json")

    def _is_signed(self, request: Received) -> bool:
        (milliseconds,) = request.query.get("timestamp", [""])
        (given,) = request.query.get("sign", [""])
        if not milliseconds.isdigit() or not self.secret:
            return False
        key, words = self.secret.encode(), f"{milliseconds}\n{self.secret}".encode()
        due = base64.b64encode(hmac.new(key, words, hashlib.sha256).digest()).decode()
        off = timedelta(milliseconds=int(milliseconds)) - timedelta(seconds=self.clock().timestamp())
        return hmac.compare_digest(due, given) and abs(off) <= LEEWAY


def _server(robot: Robot) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = robot.answer(self._received())
            self.close_connection = True
            if answer.hangs:
                robot.wait()
            elif not answer.resets:
                self._say(answer)

        def do_CONNECT(self) -> None:
            words = f"CONNECT {self.path} {self.headers['Proxy-Authorization']}"
            robot.received.append(Received(path=words, query={}, raw_query="", size=0, body={}))
            self._say(Answer(status=407))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            asked = Received(path=parts.path, query=query, raw_query=parts.query, size=0, body={})
            self._say(robot.asked(asked))

        def _received(self) -> Received:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            parts = urlsplit(self.path)
            is_form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
            body = dict(parse_qsl(content.decode())) if is_form else json.loads(content)
            return Received(
                path=parts.path,
                query=parse_qs(parts.query),
                raw_query=parts.query,
                size=len(content),
                body=body,
                headers=dict(self.headers),
            )

        def _say(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            with suppress(ConnectionError):  # nobody waits any more
                self.end_headers()
                self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
