"""The daemon and its pages, run together."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
from collections.abc import Coroutine
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from alerts.markup import fragment
from monitor.actions.actor import Actor
from monitor.actions.claims import paste
from monitor.actions.messages import TryChannelCommand, try_channel
from monitor.actions.unit_proposals import AcceptProposalCommand
from monitor.app.channels import kind_of
from monitor.app.dispatching import queue_readings
from monitor.app.file_reader import FileReader
from monitor.app.hints import hints, unjudged, unwatched
from monitor.app.imports import import_office
from monitor.app.lag import LoopLag
from monitor.app.parts import Parts
from monitor.app.process import mark
from monitor.app.provider import provider_of
from monitor.app.settings_report import settings_report
from monitor.app.watchdog import watchdog
from monitor.daemon import LOOK, Daemon
from monitor.pipeline.align import align
from monitor.pipeline.suspects import tell_of_suspects
from monitor.queries.snapshot import Condition
from monitor.settings.sections import Web
from monitor.store import Store, StoreError, Tx, quarantine
from monitor.store.faults import reason
from monitor.web import WebServer, create_app
from monitor.web.imports import Imports
from monitor.web.ops.scrape import account_scraper, scraper
from monitor.web.page_context import LOOPBACK, ChannelCard, PageContext, PassStatus, Sample
from monitor.web.permits import Paste, Permits

_log = logging.getLogger(__name__)


def view_of(parts: Parts, daemon: Daemon, sample: Sample | None = None, lag: LoopLag | None = None) -> PageContext:
    """Return what the pages are given."""
    health, web = parts.health, parts.settings.web

    def passes() -> tuple[PassStatus, ...]:
        now = parts.clock()
        return tuple(
            PassStatus(
                name=pass_.title,
                last_success=health.last_success.get(pass_.name),
                is_late=health.is_late(pass_, now),
                is_look=pass_.name.startswith(LOOK),
            )
            for pass_ in daemon.passes
        )

    async def problems() -> tuple[str, ...]:
        return health.problems(daemon.passes, parts.clock())

    return PageContext(
        store=parts.store,
        clock=parts.clock,
        rule_book=parts.rules_in_force.book_of,
        rules=parts.rules_in_force,
        calendar=parts.calendar,
        office=parts.office,
        version=version("xuncha"),
        anew=parts.drafter.as_now,
        judge=parts.passes.judge_at_once,
        passes=passes,
        problems=problems,
        metrics=scraper(
            parts.store,
            parts.metrics,
            parts.calendar,
            parts.clock,
            lambda: Condition(
                is_store_writable=health.store_problem is None,
                cases_without_next_step=health.lost,
                is_leader=not health.is_standing_by and not health.is_opening,
                loop_lag=lag.worst if lag else None,
                queues=queue_readings(health.queues),
            ),
        ),
        account_metrics=account_scraper(parts.store, parts.clock),
        html=fragment,
        has_channels=parts.directory.is_set,
        channels={name: _card(parts, name) for name in parts.channels},
        is_holding=parts.settings.hold,
        gate=parts.gate,
        opens_at=lambda moment: parts.hours.opens_at(moment, parts.calendar),
        try_channel=partial(_try_channel, parts) if parts.channels else None,
        settings=partial(settings_report, parts.settings, parts.folder, os.environ),
        folder=parts.folder,
        notices=lambda: health.notices,
        is_starting=lambda: health.is_starting(daemon.passes, parts.clock()),
        is_standing_by=lambda: health.is_standing_by,
        canaries=lambda: parts.watch.canaries,
        unwatched=lambda listings: unwatched(listings, parts.settings, parts.collectors),
        hints=tuple(hint.text for hint in hints(parts.settings)),
        sample=sample,
        logins=None if sample else parts.logins,
        provider=None if sample else provider_of(parts.settings, parts.clock),
        permits=Permits(
            paste=_paste(parts),
            key=parts.addresses.key,
            api_token=web.api_token.reveal() if web.api_token else None,
        ),
        imports=Imports(office=import_office(parts.settings), uploads=parts.uploads, read=FileReader()),
        accepting=lambda number: AcceptProposalCommand(number=number, sources=parts.sources),
        hooks=parts.hook_office,
        base=(web.base_url or "").rstrip("/"),
        hosts=_hosts(web),
        metrics_token=web.metrics_token.reveal() if web.metrics_token else None,
    )


def _card(parts: Parts, name: str) -> ChannelCard:
    """Return what pages say of a channel."""
    written = parts.settings.channels.get(name)
    kind = kind_of(written.url.reveal()) if written else ""
    return ChannelCard(kind=kind or name, is_group=parts.channels[name].is_group)


async def _try_channel(parts: Parts, command: TryChannelCommand, actor: Actor) -> None:
    """Send a message by a channel to see whether it arrives, under the office's name."""
    signed = replace(command, signature=parts.settings.office.signature)
    channel = parts.channels[command.channel]
    await try_channel(parts.store, channel, signed, actor=actor, holder=mark(), clock=parts.clock)


def _paste(parts: Parts) -> Paste:
    """Return what takes the links that people paste, and has the account judged before it answers."""
    return partial(paste, parts.store, parts.claim_verifier, clock=parts.clock, judge=parts.passes.judge_at_once)


def _hosts(web: Web) -> tuple[str, ...]:
    """Return the names under which pages may be asked for: this machine's own, and what the settings name."""
    named = (urlsplit(web.base_url).hostname or "",) if web.base_url else ()
    return tuple(_as_sent(name) for name in (*LOOPBACK, socket.gethostname(), web.bind[0], *named, *web.hosts))


def _as_sent(name: str) -> str:
    """Return a host's name as browsers write it into a request."""
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


CLAIM = "claim"
RELEASING = 2.0
"""Seconds for which the last write of a stop is waited for."""
BEGINNING = 5.0
"""Seconds that what a start writes may take to its end after the word to stop."""
CLAIM_EVERY = 1.0
"""Seconds between two questions whether this is the one daemon of its database."""
LASTING = timedelta(minutes=1)
"""The time after which a silent daemon is no longer the one daemon: longer than anything healthy takes."""


async def serve(parts: Parts, sock: socket.socket, sample: Sample | None = None) -> bool:
    """Run the daemon and its pages until SIGTERM or SIGINT; before, wait until no other runs on the database.

    Return whether it ended because it was told to, and not because another has taken its place.
    """
    parts.store.answer_in_time()
    daemon = Daemon(parts.passes, parts.health, parts.metrics, parts.faults)
    parts.health.is_opening = True
    lag = LoopLag()
    server = WebServer(create_app(view_of(parts, daemon, sample, lag)), trusted=parts.settings.web.trusted_proxies)
    measuring = asyncio.create_task(lag.measure(), name="lag")
    pages = asyncio.create_task(server.serve(sockets=[sock]), name="pages")
    pages.add_done_callback(lambda _: daemon.stop())  # without its pages the service must not seem to live
    undo = ExitStack()
    daemon.listen(undo)
    undo.enter_context(watchdog())
    try:
        if not await _take_over(parts, daemon):
            return True
        if not await _begun(parts, daemon):
            return True
        parts.uploads.sweep(parts.clock(), is_start=True)
        settle()
        held = asyncio.create_task(_hold(parts.store, daemon), name="hold")
        await daemon.run()
        is_held = await held
        if is_held and parts.dispatch.is_here:
            # the service was not ended by an error of the work under way
            with suppress(StoreError, TimeoutError):
                await asyncio.wait_for(parts.store.write(quarantine.release), RELEASING)
        return is_held
    finally:
        undo.close()
        server.should_exit = True
        parts.store.give_up()  # a request that still waits for it would keep the process from ending
        await pages
        measuring.cancel()


def suspect(tx: Tx, parts: Parts) -> None:
    """Put in quarantine what the last service may have died of; the operator is told of what it died of again."""
    now = parts.clock()
    if parts.dispatch.is_here:  # a worker's looks go on without us
        tell_of_suspects(tx, quarantine.begin(tx, now), parts.drafter, now)


def settle() -> None:
    """Have the garbage collector leave alone what was loaded to stay: to go through it again and again costs CPU."""
    gc.collect()
    gc.freeze()


async def _take_over(parts: Parts, daemon: Daemon) -> bool:
    """Return when this is the one daemon of its database, or False when it was told to stop before."""
    health = parts.health
    while not daemon.is_stopping:
        health.asked_at = monotonic()
        claimed = asyncio.to_thread(parts.store.claim_daemon, lasting=LASTING)
        try:
            is_ours = await _unless_stopped(daemon, claimed)
            if is_ours and health.is_standing_by:
                _log.info("taking over")
            elif is_ours is False and not health.is_standing_by:
                _log.info("standing by")
        except StoreError as error:
            health.failed(CLAIM, str(error), reason(error))
        else:
            health.is_standing_by = is_ours is False
            health.begins_anew(CLAIM)
            if is_ours:
                return True
        finally:
            health.asked_at = None
        await _pause(daemon)
    return False


def begin(tx: Tx, parts: Parts) -> None:
    """Bring the store in line with the program and its settings; which rules nobody is judged by is logged."""
    for hint in unjudged(parts.settings):
        _log.warning("rules missing", extra={"hint": hint.with_place})
    align(
        tx,
        sources=parts.sources,
        rules_in_force=parts.rules_in_force,
        has_channels=parts.directory.is_set,
        now=parts.clock(),
    )


async def _begun(parts: Parts, daemon: Daemon) -> bool:
    """Bring the store in line with the program, as soon as it can be written; False: told to stop before."""

    async def refresh() -> bool:
        if not await parts.timekeeper.is_right():  # rules and calendars of a wrong day would end what goes on
            return False
        await parts.store.write(lambda tx: begin(tx, parts))
        await parts.store.write(lambda tx: suspect(tx, parts), durable=True)
        return True

    while not daemon.is_stopping:
        try:
            if await _unless_stopped(daemon, refresh(), BEGINNING):
                parts.health.begins_anew(CLAIM)
                return True
        except StoreError as error:
            parts.health.failed(CLAIM, str(error), reason(error))
        await _pause(daemon)
    return False


async def _unless_stopped(daemon: Daemon, work: Coroutine[Any, Any, bool], patience: float = 0) -> bool | None:
    """Return what comes of the work; None where the daemon is told to stop and it does not end soon after."""
    working, stopped = asyncio.ensure_future(work), asyncio.ensure_future(daemon.stopped())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    await asyncio.wait({working}, timeout=patience)
    if working.done():
        return working.result()
    working.cancel()
    return None


async def _hold(store: Store, daemon: Daemon) -> bool:
    """Make sure again and again that the place is held; stop the daemon where another has taken it.

    Where it is not held and nobody has taken it, the server still keeps it for a session that is gone: until that is
    over nothing is written, and the passes say why.
    """
    while not daemon.is_stopping:
        await _pause(daemon)
        with suppress(StoreError):  # without the database nobody acts, and the passes say why
            await _unless_stopped(daemon, asyncio.to_thread(store.claim_daemon, lasting=LASTING))
            if store.is_succeeded:
                _log.warning("replaced", extra={"problem": "另一个服务已接替为主用，本机停止。"})
                daemon.stop()
                return False
    return True


async def _pause(daemon: Daemon) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CLAIM_EVERY):
            await daemon.stopped()
