"""The sample county, lived through and then run for real."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from datetime import datetime, time
from itertools import groupby
from secrets import token_urlsafe

from monitor.app.channels import open_channels
from monitor.app.clock import now
from monitor.app.parts import Parts, open_parts
from monitor.app.serving import serve
from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date, start_of_day
from monitor.core.paper import Paper
from monitor.core.record import NewRecord
from monitor.sample import replay
from monitor.sample.records import records, work_order
from monitor.sample.server import MAIL_PORT, WEB_PORT, SampleServer
from monitor.sample.settings import linked
from monitor.sample.settings import settings as sample_settings
from monitor.settings import Settings
from monitor.store import Store, Tx
from monitor.store.papers import save_papers
from monitor.store.records import save_records
from monitor.store.roster import save_roster
from monitor.web.page_context import Sample


async def run_sample(
    base: Settings,
    store: Store,
    sock: socket.socket,
    tell: Callable[[int, int], None],
    welcome: Callable[[str], None],
) -> None:
    """Live through the sample county's last quarter, then run it for real, all of it on loopback.

    `tell` hears how many of the quarter's moments are done, `welcome` where sent messages are shown.
    """
    async with SampleServer(now, web_port=WEB_PORT, mail_port=MAIL_PORT) as far_side, AsyncExitStack() as stack:
        settings = sample_settings(base, far_side)
        await _live_through(settings, store, far_side, tell)
        welcome(far_side.base_url)
        parts = await open_parts(linked(settings, sock.getsockname()[:2], token_urlsafe()), store, stack)
        await parts.looker.look_now([account.id for account in far_side.county.accounts])
        await serve(parts, sock, Sample(sent_url=far_side.base_url))


async def _live_through(
    settings: Settings, store: Store, far_side: SampleServer, tell: Callable[[int, int], None]
) -> None:
    """Give the store the county's history up to last night, so that today's steps are still to come."""
    today = beijing_date(now())
    end = at_beijing(today, time.min)
    moments = tuple(replay.ticks(end - replay.QUARTER, end))
    clock = replay.VirtualClock(moments[0])
    slowly = {name: item.model_copy(update={"every": ONE_DAY / 2}) for name, item in settings.platforms.items()}
    parts = Parts(
        settings=settings.model_copy(update={"platforms": slowly}),
        store=store,
        clock=clock,
        door=replay.CannedDoor(far_side.county, clock),
        channels={
            name: replay.Noting(name=name, clock=clock, is_group=channel.is_group)
            for name, channel in open_channels(settings, clock).items()
        },
    )
    accounts = far_side.county.accounts
    at = clock.moment
    await store.write(lambda tx: save_roster(tx, accounts, effective_at=at, known_at=at, sources=parts.sources))
    await store.write(lambda tx: _enter(tx, records({account.unit for account in accounts}, end), clock.moment))
    await store.write(lambda tx: _take_in(tx, work_order(end)))
    done = iter(range(1, len(moments) + 1))
    await replay.replay(parts.passes, far_side.county, clock, moments, lambda: tell(next(done), len(moments)))


def _enter(tx: Tx, given: Iterable[NewRecord], begun: datetime) -> None:
    """Enter each record on its day, or at the beginning of the history if that was before."""
    by_day = groupby(sorted(given, key=lambda entry: entry.on), key=lambda entry: entry.on)
    for on, group in by_day:
        save_records(tx, tuple(group), known_at=max(begun, start_of_day(on)))


def _take_in(tx: Tx, paper: Paper) -> None:
    """Take in a paper on its day."""
    save_papers(tx, (paper,), file="省平台工单.xlsx", known_at=start_of_day(paper.on))
