"""The one place where things are joined: which collectors, rules and channels there are, and the clock.

Everything here is built once and passed on. Nobody else reads the clock.
"""

from __future__ import annotations

import asyncio
import logging
import pkgutil
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from urllib.parse import quote, urlsplit

import collectors.platforms
import monitor.core.rules
from alerts.channels import open_channel
from collectors.http import Door, Policy
from collectors.politeness import Pace
from collectors.sessions import Sessions
from monitor.core.account import BY_HAND, Account, Platform, Role, Source, chain, declared_sources
from monitor.core.calendar import ONE_DAY, OfficeHours, WorkCalendar, at_beijing, beijing_date
from monitor.core.case import StepKind
from monitor.core.channel import Channel
from monitor.core.collector import Collector, Request
from monitor.core.finding import Rule
from monitor.core.notice import Directory
from monitor.core.observation import MANUAL, LookFailedError, Sight
from monitor.core.wording import Office
from monitor.daemon import Daemon, Health
from monitor.metrics import Metrics
from monitor.pipeline import looking
from monitor.pipeline.delivering import Courier
from monitor.pipeline.digesting import Digest
from monitor.pipeline.faults import Faults
from monitor.pipeline.judging import Bench, Judge
from monitor.pipeline.looking import Looker
from monitor.pipeline.pruning import Pruner
from monitor.pipeline.works import Works
from monitor.sample import replay
from monitor.sample.server import MAIL_PORT, WEB_PORT, SampleServer
from monitor.sample.settings import settings as sample_settings
from monitor.settings import Problem, Settings, SettingsError, load
from monitor.store import Store, Tx, cases, outbox, prune, roster
from monitor.web import LOOPBACK, Condition, Pass, Sample, Server, View, create_app, scraper

_log = logging.getLogger(__name__)
EVERY = timedelta(hours=6)
"""How often a source is looked at when the settings do not say."""


def now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


def _modules(package: ModuleType) -> Iterable[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__):
        yield import_module(f"{package.__name__}.{found.name}")


def all_rules() -> tuple[Rule, ...]:
    """Return every rule there is, by id: one for each module that offers a RULE."""
    rules = (module.RULE for module in _modules(monitor.core.rules) if hasattr(module, "RULE"))
    return tuple(sorted(rules, key=lambda rule: rule.id))


def all_collectors(base_urls: Mapping[str, str] | None = None) -> dict[str, Collector]:
    """Return every collector there is, by name; `base_urls` says which of them are served elsewhere."""
    found = {}
    for module in _modules(collectors.platforms):
        collector: Collector = module.COLLECTOR
        base = (base_urls or {}).get(collector.name)
        found[collector.name] = module.at(base) if base else collector
    return found


@dataclass(frozen=True)
class Chains:
    """Which sources an account has: those its roster row declares, else its platform's default chain."""

    collectors: Mapping[str, Collector]

    def of(self, account: Account) -> tuple[Source, ...]:
        """Return the account's sources, first preferred; empty for one that is read by hand."""
        if account.method == BY_HAND:
            return ()
        declared = declared_sources(account)
        return chain(account, declared or self._default(account))

    def _default(self, account: Account) -> Iterable[tuple[str, str]]:
        for name, collector in sorted(self.collectors.items()):
            if account.platform in collector.platforms and (key := collector.key_of(account)):
                yield name, key


def load_settings(folder: Path, env: Mapping[str, str] | None) -> Settings:
    """Return the settings of a folder; raises SettingsError. Without `env`, secrets stay unresolved."""
    settings = load(folder, env, collectors=frozenset(all_collectors()))
    if problems := list(not_built(settings, str(folder / "xuncha.yaml"))):
        raise SettingsError(problems)
    return settings


def not_built(settings: Settings, file: str) -> Iterator[Problem]:
    """Yield what the settings ask for and this version cannot do: silence would be a promise."""
    movable = {module.COLLECTOR.name for module in _modules(collectors.platforms) if hasattr(module, "at")}
    for name, platform in settings.platforms.items():
        if platform.base_url and name not in movable:
            text = f"“platforms.{name}.base_url”：采集器 {name} 的地址写在台账里，不能在这里改。"
            yield Problem(file=file, line=None, text=text)
    if settings.dispatch != "embedded":
        yield Problem(file=file, line=None, text=f"“dispatch: {settings.dispatch}”：本版本只支持 embedded。")


def hints(settings: Settings) -> Iterator[str]:
    """Yield, in Chinese, what somebody who wrote these settings should know."""
    if not settings.channels:
        yield "还没有通知渠道，消息不会发出。"
    if settings.hold:
        yield "hold 为 true，消息只生成、不发送，放行后才发出。"
    if settings.grants or any(platform.canary for platform in settings.platforms.values()):
        yield "grants 和 canary 本版本还用不到，写了也不起作用。"


def every_of(settings: Settings) -> Callable[[Source], timedelta]:
    """Return what says how often a source is looked at."""

    def every(source: Source) -> timedelta:
        platform = settings.platforms.get(source.collector)
        return (platform.every if platform else None) or EVERY

    return every


def open_channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """Return the channels of the settings by name; raises ValueError with a sentence that holds no secret."""
    proxy = settings.network.proxy.reveal() if settings.network.proxy else None
    return {
        name: open_channel(
            name,
            channel.url.reveal(),
            clock=clock,
            base_url=channel.base_url,
            per_minute=channel.per_minute,
            proxy=proxy,
        )
        for name, channel in settings.channels.items()
    }


def pruner(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Pruner:
    """Return what lets go of what is no longer kept."""
    kept = settings.retention
    keeping = prune.Keeping(evidence=kept.evidence, observations=kept.observations, messages=kept.messages)
    return Pruner(store=store, keeping=keeping, clock=clock)


@dataclass(frozen=True)
class Parts:
    """What a running Xuncha is made of. Tests and the sample county replace the edge: clock, door, channels."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    door: looking.Door
    channels: Mapping[str, Channel]

    @cached_property
    def metrics(self) -> Metrics:
        """The process's counters."""
        return Metrics(self.clock)

    @cached_property
    def faults(self) -> Faults:
        """Where bugs end."""
        return Faults(self.metrics.bug)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Which days are worked."""
        return self.settings.work_calendar()

    @cached_property
    def hours(self) -> OfficeHours:
        """When messages may leave."""
        return self.settings.office_hours()

    @cached_property
    def collectors(self) -> dict[str, Collector]:
        """The collectors that poll."""
        bases = {name: platform.base_url for name, platform in self.settings.platforms.items() if platform.base_url}
        polling = all_collectors(bases)
        polling.pop(MANUAL, None)
        return polling

    @cached_property
    def bench(self) -> Bench:
        """The rules and what they go by."""
        return Bench(rules=all_rules(), book_of=self.settings.rule_book, calendar=self.calendar)

    @cached_property
    def chains(self) -> Chains:
        """The sources of accounts."""
        return Chains(self.collectors)

    @cached_property
    def directory(self) -> Directory:
        """Who is reached by which channel."""
        roles = self.settings.roles
        return Directory(
            channels=self.channels,
            ways={Role.LIAISON: roles.liaison, Role.LEADER: roles.leader, Role.OPERATOR: roles.operator},
        )

    @cached_property
    def office(self) -> Office:
        """Who speaks."""
        office = self.settings.office
        return Office(name=office.name, phone=office.phone or "", sender=office.signature)

    @cached_property
    def works(self) -> Works:
        """The parts that the daemon's passes set in motion."""
        courier = self.courier
        return Works(
            store=self.store,
            looker=self.looker,
            judge=Judge(store=self.store, bench=self.bench, faults=self.faults),
            courier=courier,
            digest=Digest(courier=courier, hour=self.settings.hours.digest),
            pruner=pruner(self.settings, self.store, self.clock),
            clock=self.clock,
        )

    @cached_property
    def looker(self) -> Looker:
        """Looks at sources."""
        return Looker(
            store=self.store,
            collectors=self.collectors,
            door=self.door,
            sessions=Sessions(self.clock),
            every=every_of(self.settings),
            clock=self.clock,
            done=self._looked,
            faults=self.faults,
        )

    @cached_property
    def courier(self) -> Courier:
        """Writes and sends messages."""
        return Courier(
            store=self.store,
            bench=self.bench,
            directory=self.directory,
            office=self.office,
            hours=self.hours,
            is_holding=self.settings.hold,
            reviewed=frozenset(StepKind.of(step) for step in self.settings.review.steps),
            page_of=self.page_of,
            clock=self.clock,
            delivered=self.metrics.delivered,
            faults=self.faults,
        )

    @cached_property
    def health(self) -> Health:
        """What the daemon knows of itself."""
        return Health(began_at=self.clock())

    @property
    def heartbeat(self) -> Callable[[], Awaitable[object]] | None:
        """What tells somebody outside that the service lives; None if nobody is to be told."""
        if self.settings.heartbeat is None:
            return None
        url = self.settings.heartbeat.reveal()

        async def beat() -> None:
            try:
                await self.door.bind("heartbeat", reader="heartbeat")(Request(url=url))
            except LookFailedError as failed:
                _log.warning("heartbeat not heard", extra={"reason": failed.reason.value})

        return beat

    def _looked(self, platform: Platform, sight: Sight, seconds: float) -> None:
        self.metrics.look_done(platform, sight, seconds)
        self.health.looked(sight, self.clock())

    def page_of(self, account: str) -> str | None:
        """Return the address of an account's page, if pages have an address that others can open."""
        base = self.settings.web.base_url
        return f"{base.rstrip('/')}/accounts/{quote(account)}" if base else None

    def save_roster(
        self,
        tx: Tx,
        accounts: Sequence[Account],
        *,
        effective_at: datetime,
        known_at: datetime,
        remove_missing: bool = False,
        unit: str | None = None,
    ) -> roster.RosterChange:
        """Save a roster with the sources that follow from it."""
        return roster.save_roster(
            tx,
            accounts,
            effective_at=effective_at,
            known_at=known_at,
            sources=self.chains.of,
            every=every_of(self.settings),
            remove_missing=remove_missing,
            unit=unit,
        )

    def refresh(self, tx: Tx) -> None:
        """Bring the store in line with what may have changed since the last start: chains, rules, calendar."""
        self.sync_sources(tx)
        cases.judge_soon(tx, self.clock())

    def sync_sources(self, tx: Tx) -> None:
        """Bring the sources of all accounts up to date: a new program or new settings may mean new chains."""
        roster.sync_sources(
            tx, roster.accounts(tx), sources=self.chains.of, every=every_of(self.settings), now=self.clock()
        )


def policy(settings: Settings) -> Policy:
    """Return what the network door allows, from the settings."""
    paces = {
        name: replace(Pace(), per_minute=platform.per_minute)
        for name, platform in settings.platforms.items()
        if platform.per_minute
    }
    network = settings.network
    return Policy(
        allow=network.allow,
        proxy=network.proxy.reveal() if network.proxy else None,
        total=network.timeout,
        paces=paces,
    )


async def open_parts(
    settings: Settings, store: Store, stack: AsyncExitStack, *, clock: Callable[[], datetime] = now
) -> Parts:
    """Return everything, with the real network; the stack closes it."""
    door = await stack.enter_async_context(Door(policy(settings), clock))
    return Parts(settings=settings, store=store, clock=clock, door=door, channels=open_channels(settings, clock))


OUTBOX_PATIENCE = timedelta(hours=2)
"""How long a message that could have left may wait before the service no longer counts as ready."""
STUCK = "有消息超过2小时没有发出，请查看发送记录。"


def view_of(parts: Parts, daemon: Daemon, sample: Sample | None = None) -> View:
    """Return what the pages are given."""
    health, web = parts.health, parts.settings.web

    def passes() -> tuple[Pass, ...]:
        now = parts.clock()
        return tuple(
            Pass(name=one.title, last_success=health.last_success.get(one.name), is_late=health.is_late(one, now))
            for one in daemon.passes
        )

    async def problems() -> tuple[str, ...]:
        now = parts.clock()
        found = health.problems(daemon.passes, now)
        if health.store_problem:
            return found
        waited = await parts.store.query(lambda tx: outbox.oldest_age(tx, now))
        return (*found, STUCK) if waited is not None and waited > OUTBOX_PATIENCE else found

    return View(
        store=parts.store,
        clock=parts.clock,
        rule_book=parts.settings.rule_book,
        calendar=parts.calendar,
        office=parts.office,
        version=version("xuncha"),
        passes=passes,
        problems=problems,
        metrics=scraper(
            parts.store,
            parts.metrics,
            parts.calendar,
            parts.clock,
            lambda: Condition(is_store_writable=health.store_problem is None),
        ),
        sample=sample,
        hosts=_hosts(web.bind[0], web.base_url),
    )


def _hosts(bound: str, base_url: str | None) -> tuple[str, ...]:
    """Return the names under which browsers may ask for pages; any, where all addresses are bound without a name."""
    named = (urlsplit(base_url).hostname or "",) if base_url else ()
    if bound in {"0.0.0.0", "::"} and not named:  # noqa: S104 - a comparison
        return ()
    return (*LOOPBACK, bound, *named)


async def serve(parts: Parts, sock: socket.socket, sample: Sample | None = None) -> None:
    """Run the daemon and its pages until SIGTERM or SIGINT."""
    await parts.store.write(parts.refresh)
    daemon = Daemon(parts.works, parts.health, parts.metrics, parts.faults, parts.heartbeat)
    server = Server(create_app(view_of(parts, daemon, sample)))
    pages = asyncio.create_task(server.serve(sockets=[sock]), name="pages")
    pages.add_done_callback(lambda _: daemon.stop())  # without its pages the service must not seem to live
    try:
        await daemon.run()
    finally:
        server.should_exit = True
        await pages


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
        parts = await open_parts(settings, store, stack)
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
    slowly = {name: one.model_copy(update={"every": ONE_DAY / 2}) for name, one in settings.platforms.items()}
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
    await store.write(
        lambda tx: parts.save_roster(tx, far_side.county.accounts, effective_at=clock.moment, known_at=clock.moment)
    )
    done = iter(range(1, len(moments) + 1))
    await replay.replay(parts.works, far_side.county, clock, moments, lambda: tell(next(done), len(moments)))
