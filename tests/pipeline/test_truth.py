"""Not having seen is never evidence: through the whole pipeline, on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import trustme

from collectors.http import Door, Policy
from collectors.politeness import Pace
from monitor.core.account import BY_HAND, Account
from monitor.core.finding import Finding, Known, RuleBook, State
from monitor.core.observation import Covers, Post, Reason, timeline
from monitor.core.rules import upd_01
from monitor.metrics import Snapshot
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.store import Store, cases, looks, overview
from tests.collectors.conftest import Far, Script, answer
from tests.pipeline.build import NOW, Canned, Clock, Office, account, feed, office
from tests.store.build import standing

URL = "https://feed.example/a.xml"
STALE = NOW - timedelta(days=12)
OVERDUE = NOW - timedelta(days=16)


async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Write a byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    forever = asyncio.Event()
    while True:
        writer.write(b"x")
        await writer.drain()
        try:
            await asyncio.wait_for(forever.wait(), 0.05)
        except TimeoutError:
            continue


async def cut(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Hang up in the middle of a body."""
    writer.write(answer(b"<rss>", content_length="5000"))
    await writer.drain()
    writer.close()


PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
TROUBLES: dict[str, tuple[Script | bytes, set[Reason]]] = {
    "drip": (drip, {Reason.TIMEOUT}),
    "bomb": (
        answer(gzip.compress(b"0" * 50_000_000, mtime=0), content_encoding="gzip", content_type="text/html"),
        {Reason.TOO_LARGE},
    ),
    "truncated": (cut, {Reason.TRUNCATED}),
    "500": (answer(b"oops", "500 Internal Server Error"), {Reason.HTTP_ERROR}),
    "403": (answer(b"no", "403 Forbidden"), {Reason.REFUSED}),
    "429": (answer(b"slow down", "429 Too Many Requests", retry_after="60"), {Reason.RATE_LIMITED}),
    "login": (answer(PAGE.format("请登录").encode(), content_type="text/html; charset=utf-8"), {Reason.LOGIN_WALL}),
    "captcha": (answer(PAGE.format("安全验证").encode(), content_type="text/html; charset=utf-8"), {Reason.CAPTCHA}),
    "private": (answer(b"", "302 Found", location="http://10.0.0.1/"), {Reason.GUARD_BLOCKED}),
    "junk": (answer(bytes(range(256)) * 40), {Reason.UNREADABLE}),
}


@asynccontextmanager
async def trouble(name: str) -> AsyncIterator[str]:
    """Yield an address where a look meets that trouble."""
    if name == "refused":
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        yield f"http://127.0.0.1:{port}/a.xml"
    elif name == "dns":
        yield "http://no-such-host.invalid/a.xml"
    else:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if name == "tls" else None
        if tls:
            trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
        script = TROUBLES["500" if tls else name][0]
        far = Far(script)
        await far.open(tls)
        try:
            yield far.url("/a.xml", scheme="https" if tls else "http")
        finally:
            await far.close()


@dataclass(frozen=True)
class Learnt:
    """What an office has when a look is over."""

    states: dict[str, State]
    open_cases: set[str]
    """By rule."""
    outcomes: set[str]


async def learnt(of: Office) -> Learnt:
    """Return how things stand in the store."""
    findings = await of.parts.store.query(standing)
    opened = await of.parts.store.query(lambda tx: cases.cases(tx, which=cases.Which.OPEN))
    rows = await of.parts.store.query(lambda tx: overview.account_rows(tx, of.clock()))
    return Learnt(
        states={f"{finding.account} {finding.rule}": finding.state for finding in findings},
        open_cases={case.rule for case in opened},
        outcomes={source.last_outcome for row in rows for source in row.sources if source.collector != "manual"},
    )


@pytest.mark.parametrize("name", ["refused", "dns", "tls", *TROUBLES])
async def test_no_trouble_of_ours_opens_a_case_or_tells_a_unit_anything(store: Store, name: str) -> None:
    policy = Policy(
        allow=(ip_network("127.0.0.1/32"),),
        total=timedelta(seconds=0.5 if name == "drip" else 15),
        pace=Pace(per_minute=None, at_once=9),
    )
    async with trouble(name) as url, Door(policy, Clock()) as door:
        for_real = office(store, lambda _: door)
        accounts = [account(1, url), account(2, f"{url}?two")]
        for number, last in ((0, STALE), (1, OVERDUE)):
            await seen_long_ago(for_real, accounts[number], last)
        assert await for_real.look() == 2
        await for_real.settle()
        stands = await learnt(for_real)
    expected = {"refused": {Reason.CONNECT}, "dns": {Reason.DNS}, "tls": {Reason.TLS}}.get(name)
    expected = expected or TROUBLES[name][1]
    assert stands.outcomes == {reason.value for reason in expected}
    assert stands.states["A01 UPD-01"] is State.WARNING
    assert stands.states["A02 UPD-01"] is State.UNKNOWN
    assert stands.open_cases == set()
    assert for_real.mail.taken == []


async def seen_long_ago(of: Office, who: Account, last: datetime) -> None:
    """Have the office know a post of an account that it has not been able to look at since."""
    await of.enrol([who])
    posts = timeline([Post(published_at=last, title="一条", url="https://a.example/last")], covers=Covers.SOME)
    await of.parts.store.write(lambda tx: looks.hand_look(tx, who, posts, at=of.clock(), known_at=of.clock()))


@pytest.mark.parametrize("reason", list(Reason))
async def test_every_reason_there_is_settles_nothing(store: Store, reason: Reason) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(STALE)}
    canned = office(store, lambda clock: Canned(clock, bodies))
    await canned.enrol([account(1, URL)])
    await canned.look()
    await canned.settle()
    told = len(canned.mail.taken)
    assert told == 2
    bodies[URL] = reason
    for _ in range(9):
        canned.clock.forward(timedelta(hours=12))
        await canned.look()
        await canned.settle()
    stands = await learnt(canned)
    assert stands.states["A01 UPD-01"] is State.UNKNOWN
    assert stands.open_cases == {"UPD-01", "SEE-01"}  # that nothing was seen for days is the operator's
    assert len(canned.mail.taken) == told


async def test_steps_that_waited_for_sight_are_taken_when_it_returns(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=8))}
    canned = office(store, lambda clock: Canned(clock, bodies))
    await canned.enrol([account(1, URL)])
    await canned.look()
    bodies[URL] = Reason.CAPTCHA
    for _ in range(5):
        canned.clock.forward(timedelta(days=1))
        await canned.look()
        await canned.settle()
    assert canned.mail.taken == []
    bodies[URL] = feed(NOW - timedelta(days=8))
    canned.clock.forward(timedelta(hours=12))
    await canned.look()
    await canned.settle()
    assert {message.address for message in canned.mail.taken} == {"liaison@example.invalid", "leader@example.invalid"}
    assert "更新预警" in canned.mail.taken[0].subject


async def test_who_updates_between_the_judging_and_the_sending_hears_nothing(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(STALE)}
    canned = office(store, lambda clock: Canned(clock, bodies))
    await canned.enrol([account(1, URL)])
    await canned.look()
    await canned.parts.passes.judge_all()
    await canned.parts.drafter.prepare(canned.clock())
    bodies[URL] = feed(NOW, STALE)
    canned.clock.forward(timedelta(hours=12))
    await canned.look()
    await canned.settle()
    assert canned.mail.taken == []
    assert (await learnt(canned)).open_cases == set()


async def test_an_account_read_by_hand_is_asked_and_never_accused(store: Store) -> None:
    canned = office(store, lambda clock: Canned(clock, {}))
    by_hand = account(1, "", method=BY_HAND)
    await seen_long_ago(canned, by_hand, STALE)
    await canned.settle()
    assert "未收到贵单位" in canned.mail.taken[0].body
    canned.clock.forward(timedelta(days=8))
    await canned.settle()
    assert (await learnt(canned)).states["A01 UPD-01"] is State.UNKNOWN
    assert len(canned.mail.taken) == 2


BOUND = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
"""Nineteen days before NOW."""
SOME: dict[str, bytes] = {
    "douyin=MS4wLjABAAAAshilixian00": json.dumps(
        {"status_code": 0, "user_info": {"nickname": "示例", "aweme_count": 9}}
    ).encode(),
    "feed=some:https://feed.example/a.xml": feed(OVERDUE),
    "toutiao=MS4wLjABAAAAshilixian00": json.dumps(
        {"message": "success", "data": [{"id": str(int(BOUND.timestamp()) << 32), "title": "a", "behot_time": 1}]}
    ).encode(),
}
"""Ways to look that show some: a profile, a bridge that may leave posts out, a list whose times are bounds."""


@pytest.mark.parametrize("method", SOME)
async def test_what_shows_some_makes_nobody_overdue(store: Store, method: str) -> None:
    canned = office(store, lambda clock: Canned(clock, defaultdict(lambda: SOME[method])))
    await seen_long_ago(canned, account(1, "", method=method), OVERDUE)
    await canned.look()
    await canned.settle()
    now = await learnt(canned)
    assert now.outcomes == {"timeline"}
    assert (now.states["A01 UPD-01"], now.open_cases, canned.mail.taken) == (State.UNKNOWN, set(), [])


async def test_an_account_that_shows_its_profile_only_is_asked_for_its_posts(store: Store) -> None:
    method = "douyin=MS4wLjABAAAAshilixian00"
    canned = office(store, lambda clock: Canned(clock, defaultdict(lambda: SOME[method])))
    await seen_long_ago(canned, account(1, "", method=method), STALE)
    await canned.look()
    await canned.settle()
    assert "未收到贵单位" in canned.mail.taken[0].body


async def test_a_bug_met_in_one_account_is_loud_and_keeps_no_other_from_being_judged(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    canned = office(store, lambda clock: Canned(clock, {URL: feed(STALE), f"{URL}2": feed(STALE)}))
    await canned.enrol([account(1, URL), account(2, f"{URL}2")])
    await canned.look()

    def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
        if known.account.id == "A01":
            raise ZeroDivisionError
        return upd_01.judge(known, book, now)

    rules_in_force = replace(canned.parts.rules_in_force, rules=(replace(upd_01.RULE, judge=judge),))
    evaluator = AccountEvaluator(rules_in_force=rules_in_force, faults=canned.parts.faults)
    await store.write(lambda tx: evaluator.judge(tx, canned.clock()))
    findings = await store.query(standing)
    assert {finding.account for finding in findings} == {"A02"}
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    assert b'xuncha_bugs_total{pass="judge"} 1.0' in canned.parts.metrics.render(Snapshot(at=canned.clock()))
