"""The parts of a running Xuncha, each built once and passed on."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from tempfile import gettempdir

from collectors.http import Door
from collectors.seal import Seal
from monitor.actions.logging_in import Logins
from monitor.actions.passwords import Passwords
from monitor.actions.second_factor import Vault
from monitor.actions.web_hooks import HookOffice
from monitor.app.channels import carries_files, open_channels
from monitor.app.clock import now, ticks
from monitor.app.collectors import Chains, all_collectors, canary_sources, policy, provers, sessions, sources_of
from monitor.app.dispatching import dispatch_of
from monitor.app.hooks import hook_office
from monitor.app.office import office_of
from monitor.app.process import mark
from monitor.app.rules import rules_in_force
from monitor.core.account import Platform, Role
from monitor.core.calendar import OfficeHours, WorkCalendar
from monitor.core.case import StepKind
from monitor.core.channel import Channel
from monitor.core.collector import Collector, Request
from monitor.core.gate import Gate
from monitor.core.news import Office
from monitor.core.notice import ChannelDirectory
from monitor.core.observation import MANUAL, LookFailedError, Sight
from monitor.core.rules import see_01
from monitor.core.token import TokenKey
from monitor.daemon import Health
from monitor.dispatch.port import Dispatch
from monitor.ledger.uploads import Uploads
from monitor.metrics import Build, Metrics
from monitor.pipeline import look
from monitor.pipeline.absence import Absence
from monitor.pipeline.addresses import Addresses
from monitor.pipeline.auditing import Auditor
from monitor.pipeline.chain import Chain
from monitor.pipeline.claim_verifier import ClaimVerifier
from monitor.pipeline.compose import Composer
from monitor.pipeline.digest import Digest
from monitor.pipeline.draft import Drafter
from monitor.pipeline.evaluate import AccountEvaluator, RulesInForce
from monitor.pipeline.evaluate_areas import AreaEvaluator
from monitor.pipeline.faults import Faults
from monitor.pipeline.heartbeat import Heartbeat
from monitor.pipeline.hooks import HookSender
from monitor.pipeline.look import Looker
from monitor.pipeline.passes import Passes
from monitor.pipeline.prune import Pruner
from monitor.pipeline.reporting import Reporter
from monitor.pipeline.send import Sender
from monitor.pipeline.suspects import tell_of_suspects
from monitor.pipeline.timing import Timekeeper
from monitor.pipeline.watch import Watch
from monitor.settings import Settings
from monitor.store import Store, Tx, prune
from monitor.store.quarantine import Quarantined
from monitor.store.roster import Sources

_log = logging.getLogger(__name__)


_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - nothing is bound to them here


def pages_address(base_url: str | None, bind: tuple[str, int]) -> str:
    """Return where people open the pages: as the settings name it, or where they are served; empty for everywhere."""
    host, port = bind
    if base_url:
        return base_url.rstrip("/")
    if host in _EVERYWHERE:
        return ""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def pruner(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Pruner:
    """Return what lets go of what is no longer kept."""
    kept = settings.retention
    keeping = prune.Keeping(
        evidence=kept.evidence, observations=kept.observations, messages=kept.messages, reports=kept.reports
    )
    return Pruner(store=store, keeping=keeping, clock=clock)


@dataclass(frozen=True)
class Parts:
    """The parts of a running Xuncha. Tests and the sample county replace the edge: clock, door, channels."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    door: look.Network
    channels: Mapping[str, Channel]
    folder: Path | None = None
    """The folder of the settings; None where they are not files'."""

    @cached_property
    def metrics(self) -> Metrics:
        """The process's counters."""
        build = Build(
            version=version("xuncha"),
            python=platform.python_version(),
            database=self.store.url.get_backend_name(),
            pages=pages_address(self.settings.web.base_url, self.settings.web.bind),
        )
        return Metrics(self.clock, build=build)

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
        polling = all_collectors(self.settings.platforms)
        polling.pop(MANUAL, None)
        return polling

    @cached_property
    def rules_in_force(self) -> RulesInForce:
        """The rules and what they go by."""
        return replace(rules_in_force(self.settings, self.calendar), duties=(see_01.rule(self.calendar),))

    @cached_property
    def chains(self) -> Chains:
        """The sources of accounts."""
        return Chains(self.collectors)

    @cached_property
    def sources(self) -> Sources:
        """Which sources accounts have, and how often each is looked at."""
        return sources_of(self.settings, self.chains)

    @cached_property
    def directory(self) -> ChannelDirectory:
        """The channels, and the people each of them reaches."""
        roles = self.settings.roles
        return ChannelDirectory(
            channels=self.channels,
            ways={Role.LIAISON: roles.liaison, Role.LEADER: roles.leader, Role.OPERATOR: roles.operator},
        )

    @cached_property
    def uploads(self) -> Uploads:
        """The files that people have sent: beside the database's own file, else among this user's temporary ones."""
        url = self.store.url
        if url.get_backend_name() == "sqlite" and url.database:
            return Uploads(Path(f"{url.database}.uploads").resolve())
        return Uploads(Path(gettempdir()) / f"xuncha-{os.getuid()}.uploads")

    @cached_property
    def office(self) -> Office:
        """The office that sends."""
        return office_of(self.settings)

    @cached_property
    def passes(self) -> Passes:
        """The parts that the daemon's passes set in motion."""
        return Passes(
            store=self.store,
            looker=self.looker,
            dispatch=self.dispatch,
            absence=Absence(store=self.store, dispatch=self.dispatch, drafter=self.drafter),
            judge=AccountEvaluator(rules_in_force=self.rules_in_force, faults=self.faults),
            area_evaluator=AreaEvaluator(store=self.store, rules_in_force=self.rules_in_force, faults=self.faults),
            drafter=self.drafter,
            sender=self.sender,
            hooks=self.hook_sender,
            digest=self.digest,
            reporter=self.reporter,
            pruner=pruner(self.settings, self.store, self.clock),
            uploads=self.uploads,
            watch=self.watch,
            chain=Chain(self.store),
            auditor=Auditor(
                store=self.store, rules_in_force=self.rules_in_force, directory=self.directory, clock=self.clock
            ),
            heartbeat=self.heartbeat,
            clock=self.clock,
            timekeeper=self.timekeeper,
        )

    @cached_property
    def timekeeper(self) -> Timekeeper:
        """Watches the clock; where that is the machine's own, also how much it goes faster or slower than time."""
        is_ours = self.clock is now
        return Timekeeper(
            store=self.store, clock=self.clock, ticks=ticks if is_ours else None, stepped=self.metrics.clock_stepped
        )

    @cached_property
    def watch(self) -> Watch:
        """Watches over the monitor's own eyes."""
        return Watch(
            store=self.store,
            looker=self.looker,
            door=self.door,
            drafter=self.drafter,
            canary_sources=canary_sources(self.settings, self.collectors),
            anchors=self.settings.network.anchors,
            clock=self.clock,
        )

    @cached_property
    def looker(self) -> Looker:
        """Looks at sources."""
        return Looker(
            store=self.store,
            collectors=self.collectors,
            door=self.door,
            sessions=sessions(self.settings, self.clock),
            every=self.sources.every,
            clock=self.clock,
            done=self._looked,
            faults=self.faults,
        )

    @cached_property
    def dispatch(self) -> Dispatch:
        """Has due sources looked at."""
        return dispatch_of(self.settings, self.store, self.looker, self.clock, self._suspected)

    def _suspected(self, tx: Tx, found: Sequence[Quarantined]) -> None:
        tell_of_suspects(tx, found, self.drafter, self.clock())

    @cached_property
    def claim_verifier(self) -> ClaimVerifier:
        """Proves the links of new posts that people paste."""
        return ClaimVerifier(
            store=self.store,
            provers=provers(self.collectors),
            door=self.door,
            sessions=self.looker.sessions,
            clock=self.clock,
            faults=self.faults,
        )

    @cached_property
    def gate(self) -> Gate:
        """The rules by which messages wait for a person before a unit hears of them."""
        review = self.settings.review
        return Gate(steps=frozenset(StepKind.of(step) for step in review.steps), workdays=review.workdays)

    @cached_property
    def drafter(self) -> Drafter:
        """Writes messages."""
        composer = Composer(rules_in_force=self.rules_in_force, office=self.office, addresses=self.addresses)
        return Drafter(
            store=self.store,
            composer=composer,
            directory=self.directory,
            hours=self.hours,
            is_holding=self.settings.hold,
            gate=self.gate,
        )

    @cached_property
    def sender(self) -> Sender:
        """Sends messages."""
        return Sender(
            store=self.store,
            drafter=self.drafter,
            clock=self.clock,
            delivered=self.metrics.delivered,
            faults=self.faults,
            holder=mark(),
            renewed=self.digest.renewed,
            per_person=self.settings.hours.per_person,
            files=self.reporter.files,
            is_stopping=lambda: self.health.is_stopping,
        )

    @cached_property
    def hook_office(self) -> HookOffice:
        """What is needed to name far sides, and to tell them of cases."""
        return hook_office(self.settings, self.clock)

    @cached_property
    def hook_sender(self) -> HookSender:
        """Tells far sides what happened to cases."""
        return HookSender(
            store=self.store,
            vault=self.hook_office.vault,
            post=self.hook_office.post,
            clock=self.clock,
            delivered=self.metrics.pushed,
            faults=self.faults,
            is_stopping=lambda: self.health.is_stopping,
        )

    @cached_property
    def digest(self) -> Digest:
        """Writes the operator's message of the day."""
        return Digest(drafter=self.drafter, hour=self.settings.hours.digest)

    @cached_property
    def reporter(self) -> Reporter:
        """Makes the reports that are due."""
        return Reporter(
            drafter=self.drafter,
            hour=self.settings.hours.digest,
            mail=frozenset(name for name, channel in self.channels.items() if carries_files(channel)),
            config=self.folder,
        )

    @cached_property
    def health(self) -> Health:
        """The daemon's state of itself."""
        return Health(
            began_at=self.clock(),
            clock_problem=lambda: self.timekeeper.problem,
            clock_notice=lambda: self.timekeeper.notice,
        )

    @cached_property
    def heartbeat(self) -> Heartbeat:
        """The signs of life that go out while all is well."""
        return Heartbeat(
            drafter=self.drafter,
            ping=self._ping(),
            peer=self.settings.heartbeat.peer,
            hour=self.settings.hours.digest,
        )

    def _ping(self) -> Callable[[], Awaitable[object]] | None:
        """Return what tells somebody outside that the service lives; None if nobody is to be told."""
        if self.settings.heartbeat.url is None:
            return None
        url = self.settings.heartbeat.url.reveal()

        async def beat() -> None:
            try:
                await self.door.bind("heartbeat", reader="heartbeat")(Request(url=url))
            except LookFailedError as failed:
                _log.warning("heartbeat not heard", extra={"reason": failed.reason.value})

        return beat

    def _looked(self, platform: Platform, sight: Sight, seconds: float) -> None:
        self.metrics.look_done(platform, sight, seconds)
        self.health.looked(sight, self.clock())

    @cached_property
    def logins(self) -> Logins:
        """Lets people log in."""
        key = self.settings.key
        return Logins(
            store=self.store,
            clock=self.clock,
            passwords=Passwords(),
            vault=Vault(Seal(key.reveal()) if key else None),
            idle=self.settings.web.idle,
        )

    @cached_property
    def addresses(self) -> Addresses:
        """The addresses of the pages; what signs links where the office has a key and pages have an address."""
        web = self.settings.web
        key = TokenKey(web.key.reveal().encode()) if web.key and web.base_url else None
        return Addresses(base=web.base_url, key=key)


async def open_parts(
    settings: Settings,
    store: Store,
    stack: AsyncExitStack,
    *,
    clock: Callable[[], datetime] = now,
    folder: Path | None = None,
) -> Parts:
    """Return everything, with the real network; the stack closes it."""
    door = await stack.enter_async_context(Door(policy(settings), clock))
    channels = open_channels(settings, clock)
    return Parts(settings=settings, store=store, clock=clock, door=door, channels=channels, folder=folder)
