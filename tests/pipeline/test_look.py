"""Looks through an owner's grant: what they got with it is there after a restart, sealed, or nowhere at all."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from collectors.grants import Token, with_token
from collectors.seal import Seal
from collectors.sessions import Sessions
from monitor.app.collectors import Chains
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Grant, Page, Session
from monitor.core.observation import Blind, Reason, Timeline, timeline
from monitor.pipeline.faults import Faults
from monitor.pipeline.look import Looker
from monitor.settings import sections as settings_sections
from monitor.settings.kinds import Secret
from monitor.store import Store, looks, roster, tables
from tests.pipeline.build import NOW, Canned, Clock, account, office, settings

KEY = "0123456789abcdef0123456789abcdef"
GRANT = Grant(id="wx1", secret="s3cret")


@dataclass
class Official:
    """A collector that hands itself tokens and counts them."""

    given: list[str] = field(default_factory=list)

    name = "official"
    version = 1
    platforms = frozenset[Platform]()
    is_granted = True

    def key_of(self, account: Account) -> str | None:
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        async def look(token: str) -> Timeline:
            return timeline(())

        return await with_token(session, self._renew, look)

    def parse(self, page: Page) -> Timeline:
        return timeline(())

    async def _renew(self, grant: Grant) -> Token:
        self.given.append(f"t0ken-{len(self.given)}-of-{grant.secret}")
        return Token(value=self.given[-1], lasts=timedelta(hours=2))


def looker(store: Store, collector: Official, clock: Clock, *, key: str | None, grant: Grant | None = GRANT) -> Looker:
    """Return what a service that has just been started looks with."""
    grants = {("official", "shili-fabu"): grant} if grant else {}
    return Looker(
        store=store,
        collectors={"official": collector},
        door=Canned(clock, {}),
        sessions=Sessions(clock, grants, Seal(key) if key else None),
        every=lambda _: timedelta(hours=6),
        clock=clock,
        done=lambda *_: None,
        faults=Faults(lambda _: None),
    )


async def enrolled(store: Store, collector: Official, clock: Clock) -> Account:
    watched = account(1, "", method="official=shili-fabu")
    now = clock()
    sources = roster.Sources(of=Chains({"official": collector}).of, every=lambda _: timedelta(hours=6))
    await store.write(
        lambda tx: roster.save_roster(
            tx,
            [watched],
            effective_at=now,
            known_at=now,
            sources=sources,
        )
    )
    return watched


def rows(store: Store) -> bytes:
    """Return everything that is kept of tokens, and of sources and what they saw."""
    with store.read() as tx:
        return repr(
            [
                tx.execute(sa.select(table)).all()
                for table in (tables.tokens, tables.sources, tables.observations, tables.evidence)
            ]
        ).encode()


async def test_a_token_got_with_a_grant_is_still_there_after_a_restart_and_cannot_be_read(store: Store) -> None:
    collector, clock = Official(), Clock()
    watched = await enrolled(store, collector, clock)
    for _ in range(3):
        await looker(store, collector, clock, key=KEY).look_now([watched.id])
        clock.forward(timedelta(minutes=10))
    assert len(collector.given) == 1
    assert b"t0ken" not in rows(store)
    assert b"s3cret" not in rows(store)


async def test_without_a_key_a_token_lives_as_long_as_the_service(store: Store) -> None:
    collector, clock = Official(), Clock()
    watched = await enrolled(store, collector, clock)
    for _ in range(2):
        here = looker(store, collector, clock, key=None)
        await here.look_now([watched.id])
        await here.look_now([watched.id])
    assert len(collector.given) == 2
    with store.read() as tx:
        assert tx.execute(sa.select(tables.tokens)).all() == []


async def test_a_source_whose_grant_is_not_in_the_settings_is_blind_for_want_of_it(store: Store) -> None:
    collector, clock = Official(), Clock()
    watched = await enrolled(store, collector, clock)
    (recorded,) = await looker(store, collector, clock, key=KEY, grant=None).look_now([watched.id])
    assert isinstance(recorded, looks.Recorded)
    assert isinstance(recorded.look.sight, Blind)
    assert recorded.look.sight.reason is Reason.GRANT
    assert collector.given == []


async def test_nothing_secret_of_an_owners_grant_is_written_anywhere(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    api = "https://api.weixin.qq.com"
    shown = "https://mp.weixin.qq.com/s?__biz=MzA4&idx=1&sn=ab"
    published = [
        {
            "article_id": number,
            "update_time": int((NOW - timedelta(days=days)).timestamp()),
            "content": {"news_item": [{"title": title, "url": f"{shown}&mid={number}", "is_deleted": False}]},
        }
        for number, days, title in (("1", 9, "旧消息"), ("2", 1, "防汛提醒"))
    ]
    answers: dict[str, object] = {
        f"{api}/cgi-bin/stable_token": {"access_token": "t0ken", "expires_in": 7200},
        f"{api}/cgi-bin/freepublish/batchget?access_token=t0ken": {"total_count": 1, "item": published[:1]},
        f"{api}/datacube/getarticletotaldetail?access_token=t0ken": {"errcode": 48001},
    }
    bodies: dict[str, bytes | Reason] = {url: json.dumps(answer).encode() for url, answer in answers.items()}
    granted = settings(grants={"shili": settings_grant("s3cret")}, key=Secret("env:XUNCHA_KEY", SecretStr(KEY)))
    here = office(store, lambda clock: Canned(clock, bodies), granted)
    await here.enrol([account(1, "", platform=Platform.WEIXIN_SUBSCRIPTION, method="wechat-official=shili")])

    await here.look()
    both = {"total_count": 2, "item": published[::-1]}
    for body in (json.dumps(both).encode(), b"{"):
        bodies[f"{api}/cgi-bin/freepublish/batchget?access_token=t0ken"] = body
        here.clock.forward(timedelta(days=1))
        await here.look()

    with store.read() as tx:
        assert tx.scalar(sa.select(tables.posts.c.title)) == "防汛提醒"
        kept = sa.select(sa.func.count()).select_from(tables.tokens)
        assert tx.scalar(kept) == 2  # the access token, and which publications were seen
    database = Path(str(store.url.database))
    written = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    for secret in ("t0ken", "s3cret", KEY):
        assert secret.encode() not in written
        assert secret not in caplog.text


def settings_grant(secret: str) -> settings_sections.GrantSettings:
    return settings_sections.GrantSettings(
        collector="wechat-official", id="wx0", secret=Secret("env:SHILI", SecretStr(secret))
    )
