"""What the pages of a province cost: each is found by its link or its filter, and opened again and again."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from urllib.parse import parse_qsl, quote, urlsplit

from httpx2 import Response
from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.testclient import TestClient

from monitor.store import open_store
from monitor.web import create_app
from tests.bench.looks import UntrueError
from tests.bench.province import PASSWORD, USER, Province
from tests.web.sessions import log_in

HERE = "http://127.0.0.1:8080"
PLAIN = "/proposals"
"""A page that shows next to nothing: what every page costs."""
LARGEST = 100_000
"""Bytes of a page at most."""
TELLING = frozenset({"state", "wait", "light", "task", "step"})
"""Parameters of which each value is a page of its own kind; of others one value is as good as another."""
_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
_FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
_CHOICE = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>.*?<option value="([^"]+)"', re.DOTALL)
Kind = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a province."""

    address: str
    size: int
    """In bytes."""
    cost: float
    """Seconds of CPU, the least of some tries."""


@contextmanager
def opened(province: Province) -> Iterator[tuple[Starlette, TestClient]]:
    """Serve a province to somebody who has logged in and may see everything."""
    app = create_app(province.context())
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        answer = log_in(client, USER, PASSWORD)
        if answer.status_code != 303:
            raise UntrueError(f"nobody could log in: {answer.status_code}")
        yield app, client


@contextmanager
def provinces(accounts: int) -> Iterator[Province]:
    """Return a province of so many accounts in a database of its own."""
    with (
        TemporaryDirectory(prefix="xuncha-bench-") as folder,
        open_store(f"sqlite:///{Path(folder) / 'x.db'}") as store,
    ):
        province = Province(store, accounts)
        asyncio.run(province.fill())
        yield province


def found(app: Starlette, client: TestClient, province: Province) -> Iterator[tuple[str, Response]]:
    """Yield a page of each kind, beginning at those that no link leads to, and what it answers."""
    unit = quote(province.roster[0].unit)
    waiting = ["/", PLAIN, "/users", "/audit", "/messages/release", "/start/progress", f"/units/{unit}"]
    waiting += [f"/k/{province.token()}", "/login", "/review", "/review/sheet", "/looks", "/mutes", "/users/new"]
    seen: set[Kind] = set()
    for address in waiting:  # it grows
        kind = kind_of(app, address)
        if kind is None or kind in seen or kind[0].endswith(".xlsx"):
            continue
        seen.add(kind)
        answer = client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += led_to(address, answer.text)
            yield address, answer


def kind_of(app: Starlette, address: str) -> Kind | None:
    """Return the route of an address and its parameters; None where it is no page."""
    parts = urlsplit(address)
    scope = {"type": "http", "method": "GET", "path": parts.path}
    route = next((one for one in app.routes if isinstance(one, Route) and one.matches(scope)[0] is Match.FULL), None)
    if route is None:
        return None
    asked = ((name, text if name in TELLING else "") for name, text in parse_qsl(parts.query))
    return route.path, tuple(sorted(asked))


def led_to(address: str, page: str) -> Iterator[str]:
    """Yield where a page leads: by its links, and by one choice of each filter."""
    yield from map(unescape, _LINK.findall(page))
    for head, form in _FORM.findall(page):
        if "post" not in head:
            action = re.search(r'action="([^"]*)"', head)
            for name, value in _CHOICE.findall(form):
                yield f"{unescape(action[1]) if action else urlsplit(address).path}?{name}={quote(unescape(value))}"


def measure_pages(accounts: int, tries: int) -> Sequence[Page]:
    """Return what each page of a province costs, the dearest first; raises UntrueError where one is not answered."""
    with provinces(accounts) as province, opened(province) as (app, client):
        pages = [_measured(client, address, tries) for address, _ in found(app, client, province)]
    return sorted(pages, key=lambda page: page.cost, reverse=True)


def _measured(client: TestClient, address: str, tries: int) -> Page:
    costs = []
    for _ in range(tries):
        gc.collect()
        started = process_time()
        answer = client.get(address)
        costs.append(process_time() - started)
        if answer.status_code != 200:
            raise UntrueError(f"{address} is answered with {answer.status_code}")
    return Page(address=address, size=len(answer.content), cost=min(costs))
