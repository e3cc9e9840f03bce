"""A thousand accounts on ten slow platforms: everybody is looked at, and no host is pressed."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network

import pytest

from collectors.http import Door, Policy
from collectors.politeness import Pace
from monitor.core.account import Platform
from monitor.store import Store, overview
from tests.pipeline.build import NOW, Clock, account, feed, office

HOSTS = tuple(f"127.0.0.{number}" for number in range(1, 11))
PLATFORMS = tuple(platform for platform in Platform if platform.is_one_far_side)[: len(HOSTS)]
ACCOUNTS = 1000
SLOW = 0.3
PACE = Pace(per_minute=300, at_once=2)
WINDOW = 5.0
"""Seconds over which a host counts: a busy event loop may see two requests nearer together than they were sent."""

pytestmark = pytest.mark.slow


@dataclass
class Slow:
    """Ten hosts that take their time, and remember when they were asked and how often at once."""

    at: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    at_once: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        body = feed(NOW - timedelta(days=2))
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\ncontent-length: {len(body)}\r\n\r\n"
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.at[host].append(asyncio.get_running_loop().time())
                self.at_once[host] += 1
                self.most[host] = max(self.most[host], self.at_once[host])
                await asyncio.sleep(SLOW)
                self.at_once[host] -= 1
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        first = await asyncio.start_server(self.answer, HOSTS[0], 0)
        self.port = first.sockets[0].getsockname()[1]
        servers = [first, *[await asyncio.start_server(self.answer, host, self.port) for host in HOSTS[1:]]]
        try:
            yield
        finally:
            for server in servers:
                server.close()


async def test_a_thousand_accounts_on_ten_slow_platforms_press_no_host(store: Store) -> None:
    far = Slow()
    policy = Policy(allow=(ip_network("127.0.0.0/8"),), pace=PACE)
    async with far.listening(), Door(policy, Clock()) as door:
        busy = office(store, lambda _: door)
        await busy.enrol(
            [
                account(
                    number,
                    f"http://{HOSTS[number % len(HOSTS)]}:{far.port}/{number}.xml",
                    id=f"L{number:04}",
                    platform=PLATFORMS[number % len(HOSTS)],
                )
                for number in range(ACCOUNTS)
            ]
        )
        began = asyncio.get_running_loop().time()
        while await busy.look():
            await busy.parts.passes.watch_over()
        took = asyncio.get_running_loop().time() - began
    assert {host: len(asked) for host, asked in far.at.items()} == dict.fromkeys(HOSTS, ACCOUNTS // len(HOSTS))
    assert set(far.most.values()) == {PACE.at_once}
    for asked in far.at.values():
        most = max(sum(1 for later in asked if earlier <= later < earlier + WINDOW) for earlier in asked)
        assert most <= WINDOW / PACE.gap + 1
    rows = await store.query(lambda tx: overview.account_rows(tx, busy.clock()))
    assert {source.last_outcome for row in rows for source in row.sources} == {"timeline"}
    alone = ACCOUNTS / len(HOSTS) * PACE.gap
    assert took < 4 * alone, "hosts are asked side by side, not in turn"
