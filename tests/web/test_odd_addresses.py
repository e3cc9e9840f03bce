"""Whatever address is asked for, and whatever is sent there, the answer is never a fault of ours.

The addresses and parameters are found in the application itself, so that a new one is tried without being named here.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount, Route

import monitor.web
from monitor.core.token import Purpose
from monitor.store import Store
from monitor.web import create_app
from monitor.web.api.routes import OPERATIONS
from tests.often import often, some
from tests.web.county import ACCOUNTS, HOSTILE, OVERDUE, Surroundings
from tests.web.permits import API_TOKEN, Visit, visit

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
NASTY = (
    b"",
    b".",
    b"..",
    b"../..",
    b"%2e%2e%2f",
    b"/",
    b"//",
    b"?",
    b"#",
    b"\\",
    b"0",
    b"-1",
    b"9223372036854775807",
    b"9223372036854775808",
    b"1" * 5000,
    b"1e9",
    b"\xd9\xa1",  # a digit of another script
    b"NaN",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half of a surrogate pair
    b"\xf4\x8f\xbf\xbf",
    b"\x00",
    b"a\x00b",
    b"\r\nX: y",
    b"\x7f",
    b"[" * 8000,
    b"{" * 8000,
    b"(" * 8000,
    b"%" * 2000,
    b"%%%",
    b"a" * 12_000,
    b"'; DROP TABLE accounts; --",
    b"{{7*7}}",
    "示例".encode(),
    "\u202e\u2066\ufeff".encode(),
    "e\u0301".encode() * 3000,
    HOSTILE.id.encode(),
    OVERDUE.id.encode(),
)
LONG = 1000
words = st.one_of(st.sampled_from(NASTY), st.binary(max_size=40), st.text(max_size=40).map(str.encode))


def routes(app: Starlette) -> Iterator[Route]:
    """Yield every route of the application, also those of what is mounted in it."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route):
            yield route
        elif isinstance(route, Mount):
            waiting.extend(route.routes)
            yield Route(f"{route.path}/{{path:path}}", print)
        else:
            raise TypeError(route)


def parameters() -> tuple[str, ...]:
    """Return the names that any of our modules reads from a query, and those of the interface's models."""
    sources = [path.read_text("utf-8") for path in Path(monitor.web.__file__).parent.rglob("*.py")]
    found = set(re.findall(r'arams(?:eters)?\.get\("(\w+)"', "\n".join(sources)))
    models = {name for operation in OPERATIONS for name in operation.parameters.model_fields}
    return tuple(sorted(found | models | {"none"}))


APP = create_app(Surroundings().view(None))  # type: ignore[arg-type]  # only to be asked for its routes
PATHS = tuple(sorted({route.path for route in routes(APP)}))
PARAMETERS = parameters()


def quoted(word: bytes, *, is_raw: bool) -> bytes:
    """Return a word as it may stand in an address; raw as far as a request's line can hold it."""
    if not is_raw:
        return quote_from_bytes(word, safe="").encode()
    return re.sub(rb"[^\x21-\x7e]", lambda mark: b"%%%02X" % mark[0][0], word).replace(b"#", b"%23")


async def ask(
    app: Starlette,
    target: bytes,
    method: str = "GET",
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> int:
    """Return how the application answers, asked as the web server would ask it; a fault of ours raises."""
    raw_path, _, query = target.partition(b"?")
    sent: list[int] = []
    left: list[bytes] = [body]

    async def receive() -> dict[str, object]:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    given_headers = {"host": "127.0.0.1:8080"} | dict(headers or {})
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given_headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
    }
    await app(scope, receive, send)
    return sent[0]


def targets(path: str, word: Sequence[bytes], query: Iterable[tuple[str, bytes]], *, is_raw: bool) -> bytes:
    """Return an address: a route's path with words in its places, and a query."""
    left = iter(word)
    filled = re.sub(r"\{[^}]*\}", lambda _: quoted(next(left, b"x"), is_raw=is_raw).decode(), path)
    asked = "&".join(f"{name}={quoted(value, is_raw=is_raw).decode()}" for name, value in query)
    return f"{filled}?{asked}".encode() if asked else filled.encode()


@pytest.fixture(scope="module")
def app(county: Store) -> Starlette:
    return create_app(Surroundings().view(county))


def test_the_addresses_and_parameters_are_found() -> None:
    assert {"/", "/accounts/{account_id:path}", "/k/{token}", "/api/v1/cases", "/metrics"} <= set(PATHS)
    assert {"light", "q", "state", "rule", "page", "account", "all"} <= set(PARAMETERS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(150))
@given(
    path=st.sampled_from(PATHS),
    word=st.lists(words, min_size=2, max_size=2),
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS), words), max_size=3),
    method=st.sampled_from(METHODS),
    is_raw=st.booleans(),
    body=st.one_of(words, st.just(b"[" * 16_000), st.just(b'{"link":' * 2000), st.just(b"account=%00&link=%ed%a0%80")),
)
@example(path="/cases/{number}", word=[b"9223372036854775808"], query=[], method="GET", is_raw=False, body=b"")
def test_no_address_is_a_fault_of_ours(
    app: Starlette,
    path: str,
    word: list[bytes],
    query: list[tuple[str, bytes]],
    method: str,
    *,
    is_raw: bool,
    body: bytes,
) -> None:
    target = targets(path, word, query, is_raw=is_raw)
    assert asyncio.run(ask(app, target, method, body=body)) < 500, target


@pytest.mark.parametrize("path", PATHS)
async def test_every_nasty_word_has_stood_in_every_place(app: Starlette, path: str) -> None:
    place = PATHS.index(path)
    nasty = some(NASTY, place)
    for word in nasty if "{" in path else ():
        assert await ask(app, targets(path, [word, word], [], is_raw=False)) < 500, word
        assert await ask(app, targets(path, [word, word], [], is_raw=True)) < 500, word
    for number, word in enumerate(nasty if path != "/metrics/accounts" else ()):
        names = PARAMETERS if len(word) < LONG else some(PARAMETERS, place + number)
        query = [(name, word) for name in names]
        assert await ask(app, targets(path, [OVERDUE.id.encode(), b"x"], query, is_raw=True), "HEAD") < 500, word


@pytest.mark.parametrize("number", ["9223372036854775807", "9223372036854775808", "2147483648", "1" * 5000])
async def test_a_case_of_a_number_beyond_all_numbers_is_not_there(app: Starlette, number: str) -> None:
    assert await ask(app, f"/cases/{number}".encode()) == 404


@pytest.mark.parametrize("target", [b"/accounts/%ed%a0%80", b"/accounts/%ff", b"/accounts?q=%ff", b"/accounts/a%00b"])
async def test_what_is_no_text_is_refused(app: Starlette, target: bytes) -> None:
    assert await ask(app, target) == 400


@pytest.mark.parametrize("entry", ACCOUNTS, ids=lambda entry: entry.id)
async def test_every_account_can_be_asked_for(app: Starlette, entry: Any) -> None:  # noqa: ANN401 - an account
    assert await ask(app, b"/accounts/" + quoted(entry.id.encode(), is_raw=False)) == 200
    assert await ask(app, b"/api/v1/accounts/" + quoted(entry.id.encode(), is_raw=False)) == 200


SAID = {200, 202, 400, 409, 413, 422, 502}
"""How a link is answered: 200 and 202 where it waits for the operator, 502 where the far side could not be asked."""
LINKS = (
    "\ud800",
    "https://mp.weixin.qq.com/s/\udfff",
    "a\x00b",
    "https://[",
    "https://[::1",
    "https://" + "[" * 8000,
    "https://mp.weixin.qq.com/s/" + "x" * 15_000,
    "https://mp.weixin.qq.com:99999999/s/x",
    "https://mp.weixin.qq.com/s?__biz=" + "%" * 500,
    "https://user:word@mp.weixin.qq.com/s/x",
    "\u202e\u2066",
    "://",
)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: ascii(link[:20]))
async def test_no_link_that_is_pasted_is_a_fault_of_ours(empty: Store, link: str) -> None:
    at = await visit(empty)
    bearer = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/json"}
    body = json.dumps({"link": link}).encode()
    answer = at.client.post("/api/v1/accounts/A01/posts", content=body, headers=bearer)
    assert answer.status_code in SAID
    assert paste(at, link.encode("utf-8", "surrogatepass")) in SAID


def paste(at: Visit, link: bytes) -> int:
    body = b"account=A01&link=" + quote_from_bytes(link).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return at.client.post(f"/k/{at.token(Purpose.PASTE)}", content=body, headers=form).status_code


@pytest.mark.parametrize("body", [b"[" * 8000, b'{"link":' * 2000, b'{"link": ' + b"1" * 6000 + b"}", b'{"link": NaN}'])
async def test_no_json_is_a_fault_of_ours(empty: Store, body: bytes) -> None:
    at = await visit(empty)
    bearer = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/json"}
    assert at.client.post("/api/v1/accounts/A01/posts", content=body, headers=bearer).status_code == 400
