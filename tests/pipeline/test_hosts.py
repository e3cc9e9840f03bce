"""A slow host keeps nobody else waiting, and a stop waits for nobody who only waits for a turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network

import pytest
import sqlalchemy as sa

from collectors.http import Door, Policy
from collectors.politeness import Pace
from monitor.store import Store, StoreError, tables
from tests.pipeline.build import NOW, Canned, Clock, Office, account, feed, office

SLOW = "127.0.0.1"
OTHERS = tuple(f"127.0.0.{number}" for number in range(2, 32))


@dataclass
class Hosts:
    """Many hosts that answer at once, and one that lets everybody hang."""

    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        body = feed(NOW - timedelta(days=2))
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\ncontent-length: {len(body)}\r\n\r\n"
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.asked[host] += 1
                if host == SLOW:
                    await self.done.wait()
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        first = await asyncio.start_server(self.answer, SLOW, 0)
        self.port = first.sockets[0].getsockname()[1]
        servers = [first, *[await asyncio.start_server(self.answer, host, self.port) for host in OTHERS]]
        try:
            yield
        finally:
            self.done.set()
            for server in servers:
                server.close()


def looked_at(of: Office) -> list[str]:
    """Return the hosts of the sources that were looked at."""
    with of.parts.store.read() as tx:
        chosen = sa.select(tables.sources.c.host).where(tables.sources.c.last_look_at.is_not(None))
        return sorted(tx.scalars(chosen))


def leased(of: Office) -> int:
    with of.parts.store.read() as tx:
        chosen = sa.select(sa.func.count()).where(tables.sources.c.leased_until.is_not(None))
        return int(tx.scalar(chosen) or 0)


async def test_everybody_else_is_stored_while_one_host_hangs_and_a_stop_lets_go_of_who_waits(store: Store) -> None:
    far = Hosts()
    policy = Policy(allow=(ip_network("127.0.0.0/8"),), pace=Pace(per_minute=None, at_once=2), at_once=20)
    async with far.listening(), Door(policy, Clock()) as door:
        busy = office(store, lambda _: door)
        hosts = [SLOW] * 60 + [host for host in OTHERS for _ in range(3)]
        await busy.enrol(
            [account(n, f"http://{host}:{far.port}/{n}.xml", id=f"L{n:03}") for n, host in enumerate(hosts)]
        )
        busy.clock.forward(timedelta(minutes=3))
        works = busy.parts.passes
        looking = asyncio.create_task(works.look(["feed"]))
        async with asyncio.timeout(20):
            while len(await asyncio.to_thread(looked_at, busy)) < 3 * len(OTHERS):
                await asyncio.wait({looking}, timeout=0.1)
        assert SLOW not in looked_at(busy)
        assert far.asked[SLOW] == 2
        await works.stop_looking()
        far.done.set()
        assert await asyncio.wait_for(looking, 10) == 3 * len(OTHERS) + 2
        assert far.asked[SLOW] == 2
        assert Counter(looked_at(busy))[SLOW] == 2
        assert leased(busy) == 0


async def test_no_look_begins_once_it_may_not(store: Store) -> None:
    of = office(store, lambda clock: Canned(clock, {"https://feed.example/a.xml": feed(NOW)}))
    await of.enrol([account(1, "https://feed.example/a.xml")])
    of.clock.forward(timedelta(minutes=3))
    assert await of.parts.passes.look(["feed"], lambda: False) == 0
    assert await of.parts.passes.look(["feed"]) == 1


async def test_what_was_seen_when_the_database_took_nothing_is_written_down_the_next_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://feed.example/a.xml"
    of = office(store, lambda clock: Canned(clock, {url: feed(NOW)}))
    await of.enrol([account(1, url)])
    of.clock.forward(timedelta(minutes=3))
    seen_at, looker = of.clock(), of.parts.looker

    def full(*_: object) -> None:
        raise StoreError("磁盘已满。")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.looks.record", full)
        with pytest.raises(StoreError, match="磁盘已满"):
            await of.parts.passes.look(["feed"])
    of.clock.forward(timedelta(minutes=1))
    assert await looker.write_left() == 1
    with store.read() as tx:
        row = tx.execute(sa.select(tables.sources)).one()
    assert (row.last_look_at, row.leased_until) == (seen_at, None)
    assert await looker.write_left() == 0
