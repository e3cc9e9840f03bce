"""Secrets are planted wherever an office has some, everything is let go wrong, and then everything is searched."""

from __future__ import annotations

import importlib
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from alerts.channels import open_channel
from monitor.app.serving import view_of
from monitor.cli.main import run
from monitor.core.account import Contact, Role
from monitor.core.channel import Channel
from monitor.core.collector import Continuation, Page, Request
from monitor.core.observation import Reason
from monitor.core.user import UserRole
from monitor.daemon import Daemon
from monitor.settings.kinds import Secret
from monitor.settings.sections import GrantSettings, HeartbeatSettings, Web
from monitor.store import Store, open_store, users
from monitor.web import create_app
from tests.alerts.far_sides import Feishu, Government, WeCom, Work, said
from tests.alerts.post_office import PostOffice
from tests.alerts.robot import Answer, Robot, errcode
from tests.cli.office import ROOT
from tests.databases import migrated
from tests.patterns import module_names
from tests.pipeline.build import NOW, Canned, Clock, Office, Taking, account, feed, office, settings
from tests.web.sessions import token_in
from tests.web.test_odd_addresses import routes

URL = "https://feed.example/{0}.xml"
GROUPS = ("dingtalk", "wecom", "feishu")
PEOPLE = (
    Contact(role=Role.LIAISON, name="联络员甲", mail="liaison@example.invalid", dingtalk="u1"),
    Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid", dingtalk="u2"),
)


@dataclass
class Planted:
    """The secrets, each of its own kind; none of them is a word that might stand anywhere else."""

    made: dict[str, str] = field(default_factory=dict)

    def __call__(self, where: str) -> str:
        return self.made.setdefault(where, f"S3cret{where.title().replace('-', '')}{len(self.made):04}xyz")

    def found_in(self, text: str) -> set[str]:
        return {where for where, secret in self.made.items() if secret in text}


def refusing(far: Robot, answer: Answer) -> Robot:
    """Have a far side refuse everything, echoing what it was told."""
    far.will(*[answer] * 50)
    return far


REFUSALS: dict[str, tuple[type[Robot], Callable[[str], Answer]]] = {
    "dingtalk": (Robot, lambda words: errcode(310000, words)),
    "wecom": (WeCom, lambda words: errcode(93000, words)),
    "feishu": (Feishu, lambda words: said(code=19024, msg=words)),
    "work": (Work, lambda words: errcode(33012, words)),
    "government": (Government, lambda words: said(success=False, errorMsg=words, bizErrorCode=words)),
}


def channels(stack: ExitStack, planted: Planted, clock: Clock) -> dict[str, Channel]:
    """Return a channel of every kind, to far sides that refuse and repeat the secrets that they know."""

    def far(kind: type[Robot], name: str, *, is_signed: bool = True) -> tuple[Robot, str]:
        token = planted(f"{name}-token")
        secret = planted(f"{name}-secret") if is_signed else None
        one = kind(clock=clock, token=token, secret=secret)
        return stack.enter_context(one), " ".join(filter(None, (token, secret)))

    made: dict[str, Channel] = {"duty": Taking("duty", is_group=True)}
    for name, (kind, refusal) in REFUSALS.items():
        one, words = far(kind, name, is_signed=kind is not WeCom)
        refusing(one, refusal(words))
        made[name] = open_channel(name, one.url, base_url=one.base_url, clock=clock)
    password = planted("mail-password")
    mail = stack.enter_context(PostOffice(user="u@b.cn", password=password, to_rcpt=f"550 {password}"))
    made["mail"] = open_channel("mail", f"mailto://u%40b.cn:{password}@127.0.0.1:{mail.port}?from=u@b.cn", clock=clock)
    hook = refusing(stack.enter_context(Robot(clock=clock)), Answer(status=403, content=planted("hook").encode()))
    url = f"json://user:{planted('hook')}@{hook.base_url.removeprefix('http://')}/{planted('hook-path')}"
    made["hook"] = open_channel("hook", url, clock=clock)
    return made


@pytest.fixture
def planted() -> Planted:
    return Planted()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "xuncha.db")) as opened:
        yield opened


class Closed(Canned):
    """A door that does not show what lies behind it: the real one knows no addresses."""

    def __repr__(self) -> str:
        return "the door"


def founded(store: Store, planted: Planted, stack: ExitStack) -> Office:
    """Return an office with a secret in every setting that may hold one, which tells people every way it has."""
    shipped = settings()
    way = ("group", "work", "government", "mail", "hook")
    chosen = settings(
        roles=shipped.roles.model_copy(update={"liaison": way, "leader": way, "operator": ("hook", "duty")}),
        web=Web(
            base_url="https://x.example",
            key=Secret("env:KEY", SecretStr(planted("link-key") * 2)),
            api_token=Secret("env:API", SecretStr(planted("api-token"))),
        ),
        grants={
            "shili-fabu": GrantSettings(
                collector="wechat-official",
                id="wx0000000000000000",
                secret=Secret("env:GRANT", SecretStr(planted("grant"))),
                token=Secret("env:GRANT_TOKEN", SecretStr(planted("grant-token"))),
            )
        },
        heartbeat=HeartbeatSettings(url=Secret("env:HC", SecretStr(f"https://hc.example/{planted('heartbeat')}"))),
        network=shipped.network.model_copy(
            update={"proxy": Secret("env:PROXY", SecretStr(f"http://u:{planted('proxy')}@10.0.0.1:3128"))}
        ),
    )
    bodies: dict[str, bytes | Reason] = {URL.format(name): feed(NOW - timedelta(days=16)) for name in GROUPS}
    bodies[f"https://hc.example/{planted('heartbeat')}"] = Reason.TIMEOUT
    made = office(store, lambda clock: Closed(clock, bodies), chosen)
    made.parts = replace(made.parts, channels=channels(stack, planted, made.clock))
    return made


async def everything_goes_wrong(of: Office, secret: str) -> list[str]:
    """Run every pass while all far sides refuse, then while they are gone; return what was raised and shown."""
    works, daemon = of.parts.passes, Daemon(of.parts.passes, of.parts.health, of.parts.metrics, of.parts.faults)
    roster = [account(n, URL.format(name), group=name, contacts=PEOPLE) for n, name in enumerate(GROUPS, 1)]
    await of.enrol(roster)
    await of.look()
    for _ in range(8):
        await of.settle()
        await works.write_digest()
        of.clock.forward(timedelta(minutes=10))
    for pass_ in daemon.passes:
        await daemon.once(pass_)
    shown = [repr(value) for value in (of.parts, of.parts.settings, daemon, works, *of.parts.channels.values())]
    try:
        open_channel(
            "坏", of.parts.settings.heartbeat.url.reveal() if of.parts.settings.heartbeat.url else "", clock=of.clock
        )
    except ValueError as error:
        shown += traceback.format_exception(error)
    return shown


async def test_no_planted_secret_is_found_anywhere(
    store: Store, planted: Planted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ExitStack() as stack:
        of = founded(store, planted, stack)
        told = await everything_goes_wrong(of, planted("bad-url"))
        stack.close()  # and now nobody is there
        of.clock.forward(timedelta(days=7))
        await of.look()
        await of.settle()
    told += [f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "mail.log"]
    assert len(planted.made) >= 12
    pages, served = read_pages(of, planted("login-password"))
    exported = list(exports(store, tmp_path))
    files = contents(tmp_path)
    assert planted.found_in("\n".join((*told, *pages, *exported, *files))) == set()
    assert served >= 8
    assert any("16天" in page or "超期" in page for page in pages)


def contents(folder: Path) -> list[str]:
    """Return what every file of a folder holds, the database among them."""
    return [file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file()]


def logged_in(of: Office, app: Starlette, password: str) -> TestClient:
    """Return a browser in which somebody has logged in who may do everything, after a wrong try."""
    with of.parts.store.begin() as tx:
        user = users.add_user(tx, "王某", (UserRole.ADMINISTRATOR, UserRole.OPERATOR), None, at=NOW)
        users.set_password(tx, user, of.parts.logins.passwords.hash_of(password))
    client = TestClient(
        app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000), raise_server_exceptions=False
    )
    typed = {"csrf": token_in(client.get("/login").text), "name": "王某"}
    assert client.post("/login", data=typed | {"password": f"{password}!"}).status_code == 422
    assert client.post("/login", data=typed | {"password": password}).status_code == 200
    return client


def read_pages(of: Office, password: str) -> tuple[list[str], int]:
    """Return every page and the metrics, and how many of them there were."""
    daemon = Daemon(of.parts.passes, of.parts.health, of.parts.metrics, of.parts.faults)
    app = create_app(view_of(of.parts, daemon))
    client = logged_in(of, app, password)
    asked = sorted({route.path for route in routes(app) if "{" not in route.path})
    linked = {address for path in asked for address in re.findall(r'href="(/[^"#]*)"', client.get(path).text)}
    found = [client.get(path) for path in (*asked, *sorted({unescape(address) for address in linked}))]
    found += [client.request(method, "/k/forged") for method in ("GET", "POST")]
    found.append(client.post("/api/v1/posts", headers={"Authorization": "Bearer wrong"}, json={}))
    found += [client.get("/readyz"), client.get("/nowhere")]
    return [f"{answer.text}{answer.headers}" for answer in found], len(found)


def exports(store: Store, folder: Path) -> Iterator[str]:
    """Yield what the exported tables hold."""
    for what in ("roster", "findings", "cases", "messages"):
        file = folder / f"{what}.csv"
        words = ["--config", str(ROOT / "config"), "--db", str(store.url), "export", what, "--out", str(file)]
        assert run(words) == 0
        yield file.read_text(encoding="utf-8-sig")


HIDDEN = frozenset({"token", "secret", "cookies", "form", "json", "headers", "wire", "password", "proxy", "_key"})
"""Names under which secrets pass through the program, be they asked for, sent or answered; settings hide their own."""

HARMLESS = {
    "monitor.core.claim.Claim.token": "the number of a link, and not what is in it",
    "monitor.queries.tokens.ShownToken.token": "what is kept of a token, and not its secret",
    "monitor.web.provider.client._Endpoints.token": "an address",
}
"""What bears such a name and is none, and why."""


def test_nothing_that_carries_a_secret_shows_it_when_it_is_printed() -> None:
    shown = [
        f"{name}.{kind.__name__}.{field_.name}"
        for name in module_names()
        for kind in vars(importlib.import_module(name)).values()
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == name
        for field_ in fields(kind)
        if field_.repr and field_.name in HIDDEN and not name.startswith(("monitor.sample", "monitor.settings"))
    ]
    assert set(shown) == set(HARMLESS)


def test_a_page_and_a_request_are_printed_without_what_was_sent() -> None:
    page = Page(url="https://a.cn/", status=200, headers={"set-cookie": "geheim"}, body=b"geheim", at=NOW)
    request = Request(url="https://a.cn/", headers={"x": "geheim"}, cookies={"a": "geheim"}, form={"a": "geheim"})
    assert "geheim" not in f"{page!r} {request!r} {Continuation(texts={'token': 'geheim'})!r}"
