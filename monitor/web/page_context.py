"""The context of the pages: everything they need of the program around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from monitor.actions.actor import Actor
from monitor.actions.logging_in import Logins
from monitor.actions.messages import TryChannelCommand
from monitor.actions.perform import Action, C, D, perform_async
from monitor.actions.unit_proposals import AcceptProposalCommand
from monitor.actions.web_hooks import HookOffice
from monitor.core.account import Platform
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.case import Ladder
from monitor.core.finding import RuleBook
from monitor.core.gate import Gate
from monitor.core.news import Office
from monitor.core.outage import Canary
from monitor.core.rules.sup_02 import OfficeTerms
from monitor.pipeline.evaluate import RulesInForce
from monitor.queries.lines import OverviewContext
from monitor.queries.messages import Anew, as_written
from monitor.queries.tasks import TodoContext
from monitor.settings.in_force import SettingInForce
from monitor.store import Store, StoreError
from monitor.web.imports import Imports
from monitor.web.permits import Permits
from monitor.web.provider.client import Provider
from monitor.web.report_works import ReportWorks

LOOPBACK = ("localhost",)
"""The names of the machine itself; its addresses need none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The sample county is shown: what its banner says."""

    sent_url: str | None = None
    """Where the messages that were “sent” can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassStatus:
    """How one of the daemon's passes goes."""

    name: str
    """In Chinese, for people."""
    last_success: datetime | None
    is_late: bool = False
    """True if it should have succeeded again by now."""
    is_look: bool = False
    """True if it looks through one collector: of those that are well, nobody wants to read a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsReport:
    """The settings in force, and what is wrong with the files as they stand now."""

    lines: tuple[SettingInForce, ...] = ()
    problems: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    is_checked: bool = False
    """True if the files were read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCard:
    """What pages say of a channel."""

    kind: str
    """What people call its far side: 钉钉, 邮件."""
    is_group: bool
    """True if it reaches a group; else one person by an address."""


def summed(passes: Sequence[PassStatus]) -> tuple[PassStatus, ...]:
    """Return the passes with those looks that are well as one, which is as old as the oldest of them."""
    well = [status for status in passes if status.is_look and not status.is_late and status.last_success]
    rest = tuple(status for status in passes if status not in well)
    if not well:
        return rest
    oldest = min(status.last_success for status in well if status.last_success)
    return (PassStatus(name=f"采集（{len(well)}种方式）", last_success=oldest, is_look=True), *rest)


async def nobody_judges() -> None:
    """Judge nothing: pages that stand without a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """Everything that the pages need; built in `monitor.app`."""

    store: Store
    clock: Callable[[], datetime]
    rule_book: Callable[[date], RuleBook]
    rules: RulesInForce
    calendar: WorkCalendar
    office: Office
    version: str
    passes: Callable[[], Sequence[PassStatus]]
    problems: Callable[[], Awaitable[Sequence[str]]]
    """The troubles that keep the program from doing its work, each one Chinese sentence fit to be shown; empty when
    ready."""
    metrics: Callable[[], Awaitable[bytes]]
    """The text for Prometheus; see `scraper`."""
    account_metrics: Callable[[], Awaitable[bytes]]
    """The series of every account; see `account_scraper`."""
    html: Callable[[str], str]
    """Draws the small Markdown of messages; escapes all that is not its own."""
    anew: Anew = as_written
    """Gives drafts the words that they would leave with now: those that were written may tell of fewer days."""
    judge: Callable[[], Awaitable[None]] = nobody_judges
    """Judges what an act has touched, so that the next page asks for nothing that it settled."""
    has_channels: bool = True
    """True if messages can leave at all; else they can be read."""
    channels: Mapping[str, ChannelCard] = field(default_factory=dict)
    """The channels by which messages leave, by the names that the settings give them."""
    is_holding: bool = False
    """True if nothing leaves before a person has read it (试发模式)."""
    gate: Gate = field(default_factory=Gate)
    """The steps that wait for a person even where not everything does."""
    opens_at: Callable[[datetime], datetime] = lambda now: now
    """Return the first moment from one on at which messages leave."""
    try_channel: Callable[[TryChannelCommand, Actor], Awaitable[None]] | None = None
    """Sends a message to try a channel; raises RefusedError unless the far side took it. None: nothing can be sent."""
    settings: Callable[[], SettingsReport] = SettingsReport
    """Return the settings in force; reads files."""
    is_starting: Callable[[], bool] = lambda: False
    """True if the service has just begun, and not all of its work was done once."""
    is_standing_by: Callable[[], bool] = lambda: False
    """True if another service does the work, and this one waits for its end."""
    canaries: Callable[[], Mapping[Platform, Canary]] = dict
    """How the canaries of platforms look."""
    unwatched: Callable[[Collection[tuple[Platform, str]]], Iterable[str]] = lambda _: ()
    """The sentences about the canaries that platforms, seen through collectors, do not have."""
    notices: Callable[[], Sequence[str]] = tuple
    """The troubles that the health page lists though work goes on."""
    hints: Sequence[str] = ()
    """The advice to the people who wrote the settings, each one Chinese sentence."""
    sample: Sample | None = None
    logins: Logins | None = None
    """Lets people log in; None where whoever opens the pages is their operator."""
    provider: Provider | None = None
    """The identity provider by which people may log in as well; None where there is none."""
    permits: Permits | None = None
    """The rights of people without a login; None where the pages only read."""
    imports: Imports | None = None
    """What lets people import files; None where nobody may."""
    hooks: HookOffice | None = None
    """What is needed to name far sides that are told of cases; None where nobody may."""
    accepting: Callable[[int], AcceptProposalCommand] | None = None
    """Returns the command to accept a change that a unit asked for, by its number."""
    base: str = ""
    """Where others find the pages (`web.base_url`), without a slash at its end; empty where they do not."""
    folder: Path | None = None
    """The folder of the settings, in which the office's own templates lie; None where there is none."""
    report_works: ReportWorks = field(default_factory=ReportWorks)
    """Makes reports while people do other things."""
    hosts: tuple[str, ...] = LOOPBACK
    """The names under which pages, metrics and health may be asked for, beside addresses: see `Guard`."""
    metrics_token: str | None = field(default=None, repr=False)
    """The token that a request for metrics shows; without it nothing need be shown."""

    @property
    def settings_file(self) -> str:
        """Where the settings in force are written, for the people who change them."""
        return str(self.folder / "xuncha.yaml") if self.folder else "xuncha.yaml"

    def moment(self) -> OverviewContext:
        """Return what a page that is opened now is seen against."""
        now = self.clock()
        book = self.rule_book(beijing_date(now))
        return OverviewContext(
            now=now,
            ladder=Ladder.of(book),
            calendar=self.calendar,
            title=book.title,
            terms=book.terms,
            office=OfficeTerms.of(book, self.calendar),
        )

    async def perform(self, action: Action[C, D], command: C, *, actor: Actor, now: datetime) -> D:
        """Return what an action returned, and judge what it touched before that is told; raises RefusedError.

        Where it cannot be judged now, the service does it a moment later.
        """
        done = await perform_async(self.store, action, command, actor=actor, now=now)
        with suppress(StoreError):  # what was done stands, and nobody is to do it again
            await self.judge()
        return done

    def todo(self, now: datetime) -> TodoContext:
        """Return what the to-do list is read against at a moment."""
        return TodoContext(
            now=now,
            book=self.rule_book(beijing_date(now)),
            calendar=self.calendar,
            names=self.office.names,
            has_channels=self.has_channels,
        )
