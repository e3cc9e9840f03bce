"""Targets of what far sides answer that messages go to, and of the identity provider."""

from __future__ import annotations

import asyncio
import http.client
import importlib
import inspect
import io
import json
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cache, partial
from types import ModuleType
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

import alerts
from alerts import mail
from alerts.deadline import Deadline
from alerts.dialect import Dialect
from alerts.dingtalk_work import open_work
from alerts.http_post import Endpoint, Reply
from monitor.actions.provider_logins import ProvenIdentity, ProviderDownError, ProviderRefusedError
from monitor.core.collector import Page, Request
from monitor.core.message import Attempt
from monitor.web.provider.client import Flow, Provider, ProviderSettings
from monitor.web.provider.id_tokens import IdTokenError, Wanted, claims_of
from tests.alerts.builders import NOW, clock, message
from tests.fuzz.heads import parted
from tests.fuzz.target import OpenError, Target

ISSUER = "https://id.example.gov.cn"
LIMIT = timedelta(seconds=5)


def modules() -> Iterator[ModuleType]:
    """Yield all modules of the channels."""
    for found in pkgutil.walk_packages(alerts.__path__, "alerts."):
        yield importlib.import_module(found.name)


@cache
def verdicts() -> Mapping[str, Callable[[Reply], object]]:
    """Return whatever tells from a reply what became of a message, by its name: found by its signature."""
    found: dict[str, Callable[[Reply], object]] = {}
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, Dialect):
                found[f"{module.__name__}.{name}"] = partial(value.verdict, now=NOW, secrets=("s3cr3t", None))
            if not inspect.isfunction(value) or value.__module__ != module.__name__:
                continue
            parameters = inspect.signature(value).parameters
            if (
                next(iter(parameters.values()), inspect.Parameter("x", inspect.Parameter.KEYWORD_ONLY)).annotation
                == "Reply"
            ):
                others = {"now": NOW, "who": "对方", "secrets": ("s3cr3t",)}
                found[f"{module.__name__}.{name}"] = partial(
                    value, **{other: others[other] for other in list(parameters)[1:]}
                )
    return found


def reply_of(data: bytes) -> Reply:
    """Return the reply that an input is: its status and what it says of a pause, then its content."""
    head, content = parted(data)
    status, _, pause = head.decode("latin-1").partition(" ")
    code = int(status) if status.isascii() and status.isdecimal() and len(status) == 3 else 200
    return Reply(status=code, content=content, retry_after=pause or None)


def judged(data: bytes) -> tuple[object, ...]:
    """Return what each channel takes a reply for."""
    reply = reply_of(data)
    found = [verdict(reply) for verdict in verdicts().values()]
    for one in found:
        if one is not None:
            _fit(one)
    return tuple(found)


def _fit(attempt: object) -> Attempt:
    """Return an attempt that can be written down; raises OpenError for any other."""
    if not isinstance(attempt, Attempt):
        raise OpenError(f"no attempt: {attempt!r}")
    text = f"{attempt.code}{attempt.detail}"
    if "s3cr3t" in text:
        raise OpenError("a secret is shown")
    if "\0" in text or text.encode("utf-8", "replace").decode() != text:
        raise OpenError("words that no database keeps")
    return attempt


REPLIES = (
    b'200\n\n{"errcode": 0, "errmsg": "ok", "task_id": 7, "access_token": "a", "expires_in": 7200}',
    b'200\n\n{"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}',
    b'200\n\n{"status": 1111, "punish": "deny", "wait": 5}',
    b'200\n\n{"code": 9499, "msg": "Bad Request", "StatusCode": 0}',
    b'200\n\n{"success": true, "content": {"success": false, "responseMessage": "x", "responseCode": "2"}}',
    b'200\n\n{"errcode": 88, "sub_code": "45009", "errmsg": "subcode=45009 qps"}',
    b"503 120\n\n<html>busy</html>",
    b"429 Wed, 18 Feb 2026 09:05:00 GMT\n\n\xcf\xb5\xcd\xb3\xb7\xb1\xc3\xa6",
    b'200\n\n{"send_result": {"invalid_user_id_list": ["me"], "forbidden_user_id_list": null}}',
)


class Scripted(Endpoint):
    """A far side whose replies are the pieces of an input."""

    replies: list[Reply] = []  # noqa: RUF012 - one input at a time

    def at(self, path: str) -> Scripted:
        """Return itself: every path is answered."""
        return self

    def get(self, *_: object, **__: object) -> Reply | Attempt:
        """Return the next reply; the last one again and again."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    post = get


def worked(data: bytes) -> Attempt:
    """Return what comes of a message to a person in DingTalk, whose replies the input has one behind the other."""
    channel = open_work("工作通知", "dingtalkwork://key:s3cr3t@4711", clock=clock)
    Scripted.replies = [reply_of(piece) for piece in data.split(b"\n===\n")]
    channel.endpoint = Scripted(host="a", port=None, path="/", is_secure=True)
    return _fit(channel.hand_over(message(), "me", Deadline(LIMIT)))


class Line(io.RawIOBase):
    """A connection on which a far side has said all that it says, and hears nothing."""

    def __init__(self, said: bytes) -> None:
        super().__init__()
        self._said = io.BytesIO(said)

    def makefile(self, *_: object, **__: object) -> io.BytesIO:
        """Return what it says."""
        return self._said

    def sendall(self, data: bytes) -> None:
        """Hear nothing."""

    def recv(self, size: int) -> bytes:
        """Return the next bytes."""
        return self._said.read(size)

    def settimeout(self, _: float | None) -> None:
        """Wait for nothing."""


def posted(data: bytes) -> object:
    """Return the reply that bytes on a connection are to a question, or the attempt that they end."""
    endpoint = Endpoint(host="a", port=None, path="/", is_secure=False)
    connection = http.client.HTTPConnection("a", timeout=1)
    connection.connect = lambda: setattr(connection, "sock", Line(data))  # type: ignore[method-assign]
    opened = Endpoint._connection
    try:
        Endpoint._connection = lambda *_: connection  # type: ignore[method-assign]
        return endpoint.post({"a": "b"}, b"{}", Deadline(LIMIT), LIMIT)
    finally:
        Endpoint._connection = opened  # type: ignore[method-assign]


CONNECTIONS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: 5\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503\r\n\r\nx",
)


class Session(mail._Session):
    """A session with a server whose words are an input."""

    said = b""

    def _get_socket(self, *_: object) -> Any:  # noqa: ANN401 - as much of a socket as is asked for
        return Line(self.said)


@cache
def mailbox() -> mail.Mail:
    """Return the office's mail account."""
    address = "mailto://user:s3cr3t@127.0.0.1:25?from=a@example.gov.cn&to=b@example.cn"
    return mail.open_mail("邮件", address, clock=clock)


def mailed(data: bytes) -> Attempt:
    """Return what comes of a mail to a server that says the input."""
    channel = mailbox()
    opened, Session.said = mail._Session, data
    try:
        mail._Session = Session  # type: ignore[misc]
        return _fit(channel._deliver(channel.compose(message(), "b@example.cn"), "b@example.cn", Deadline(LIMIT)))
    finally:
        mail._Session = opened  # type: ignore[misc]


_ALL = b"220 a\r\n250-a\r\n250-SIZE 9\r\n250 AUTH %s\r\n%s235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n"
SERVERS = (
    _ALL % (b"PLAIN LOGIN", b""),
    _ALL % (b"LOGIN", b"334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n"),
    _ALL % (b"CRAM-MD5", b"334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+\r\n"),
    b"220 a\r\n502 no\r\n250 a\r\n530 5.7.1 \xb5\xc7\xc2\xbc\r\n421 bye\r\n",
    b"554 5.7.1 go away\r\n",
)


def settings() -> ProviderSettings:
    """Return the settings of a provider."""
    return ProviderSettings(
        issuer=ISSUER, client_id="xuncha", client_secret="s3cr3t", redirect="https://x.example/login/provider"
    )


KEY = OKPKey.generate_key("Ed25519", {"kid": "k"}, private=True)


def identified(data: bytes) -> ProvenIdentity:
    """Return whom the answers of a provider prove: what it says of itself, a token, its keys, more of the person.

    Claims that stand in clear where a token is to stand are signed with the provider's key.
    """
    pieces = data.split(b"\n===\n")
    left = [_with_token(piece) for piece in pieces]

    @asynccontextmanager
    async def open_() -> AsyncIterator[Callable[[Request], Any]]:
        async def fetch(request: Request) -> Page:
            body = left.pop(0) if left else b""
            return Page(url=request.url, status=200, headers={}, body=body, at=NOW)

        yield fetch

    provider = Provider(settings(), open_, clock)
    return asyncio.run(_logged_in(provider))


async def _logged_in(provider: Provider) -> ProvenIdentity:
    flow = Flow(state="s", nonce="n", verifier="v", wanted="/", at=int(NOW.timestamp()))
    try:
        return await provider.prove(flow, "s", "code")
    finally:
        if not provider.end_address.isprintable():
            raise OpenError("an address with signs that steer")
        with suppress(ProviderDownError):
            await provider.set_out("/", is_again=True)


def _with_token(piece: bytes) -> bytes:
    with suppress(ValueError, TypeError, RecursionError):
        answer = json.loads(piece)
        if isinstance(answer, dict) and isinstance(answer.get("id_token"), dict):
            claims = answer["id_token"]
            return json.dumps(
                answer | {"id_token": jwt.encode({"alg": "Ed25519", "kid": "k"}, claims, KEY, ["Ed25519"])}
            ).encode()
    return piece


def provider_seeds() -> Iterator[bytes]:
    """Yield what a provider answers."""
    now = int(NOW.timestamp())
    about = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/a", "token_endpoint": f"{ISSUER}/t"}
    about |= {"jwks_uri": f"{ISSUER}/k", "userinfo_endpoint": f"{ISSUER}/u", "end_session_endpoint": f"{ISSUER}/e"}
    claims = {"iss": ISSUER, "aud": "xuncha", "sub": "p1", "iat": now, "exp": now + 60, "nonce": "n", "auth_time": now}
    token = {"id_token": claims | {"acr": "1", "name": "甲", "azp": "xuncha"}, "access_token": "a"}
    keys = {"keys": [KEY.as_dict(private=False), {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, 5]}
    pieces = [json.dumps(piece).encode() for piece in (about, token, keys, {"sub": "p1", "email": "a@b.cn"})]
    yield b"\n===\n".join(pieces)


def proved(data: bytes) -> Mapping[str, Any]:
    """Return what a token says, by keys of any kind."""
    token, _, keys = data.partition(b"\n")
    listed: object = []
    with suppress(ValueError, RecursionError):
        listed = json.loads(keys)
    known = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    wanted = Wanted(issuer=ISSUER, client_id="xuncha", nonce="n", access_token="a", now=int(NOW.timestamp()))
    return claims_of(token.decode("utf-8", "replace"), [*known, KEY.as_dict(private=False)], wanted)


def proved_seeds() -> Iterator[bytes]:
    """Yield tokens and keys."""
    now = int(NOW.timestamp())
    claims = {"iss": ISSUER, "aud": "xuncha", "sub": "p1", "iat": now, "exp": now + 60, "nonce": "n"}
    token = jwt.encode({"alg": "Ed25519", "kid": "k"}, claims, KEY, ["Ed25519"])
    yield f"{token}\n[]".encode()
    yield b'eyJhbGciOiJub25lIn0.e30.\n[{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "EC", "crv": "P-256"}]'


def targets() -> Iterator[Target]:
    """Yield the targets of what is answered."""
    yield Target(name="replies", read=judged, gives=tuple, seeds=lambda: REPLIES, longest=16_000)
    yield Target(
        name="work-notices", read=worked, gives=Attempt, seeds=lambda: (b"\n===\n".join(REPLIES[i:]) for i in range(3))
    )
    yield Target(name="connections-of-channels", read=posted, gives=(Reply, Attempt), seeds=lambda: CONNECTIONS)
    yield Target(name="mail-servers", read=mailed, gives=Attempt, seeds=lambda: SERVERS, longest=16_000)
    yield Target(
        name="identity-provider",
        read=identified,
        gives=ProvenIdentity,
        closed=(ProviderDownError, ProviderRefusedError),
        seeds=provider_seeds,
        longest=16_000,
    )
    yield Target(name="id-tokens", read=proved, gives=dict, closed=(IdTokenError,), seeds=proved_seeds, longest=16_000)
