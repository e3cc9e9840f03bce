"""The metrics of Prometheus: events counted as they happen, and the state as the store has it at the scrape.

Counters and histograms live on a registry of their own. State is never counted along: it is written
from a `Snapshot`, so that it cannot drift from the store. That text is made by hand, because the
client library takes ten times as long for it (docs/decisions, and a benchmark of 4 series per account:
42 ms against 4.4 ms for 1,000 accounts). Labels come from closed sets and ids; names of accounts
appear in `xuncha_account_info` only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from operator import itemgetter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)

from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import beijing_date
from monitor.core.case import CHIEF, StepKind
from monitor.core.download import Download
from monitor.core.figures import plain_number
from monitor.core.finding import State
from monitor.core.message import MessageState, Outcome
from monitor.core.observation import Blind, Sight, Timeline, Unchanged
from monitor.core.report import KeptReport
from monitor.core.web_hook import DeliveryState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The format that `Metrics.render` writes."""
SERIES_CAP = 2000
"""The number of accounts up to which each has its own series; beyond, only those in trouble have one, up to this
number."""
LOOK_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
PASS_BUCKETS = (0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)

TROUBLE = (State.VIOLATED, State.SUSPECTED, State.WARNING, State.UNKNOWN, State.NEEDS_REVIEW)
"""The states that give an account its own series where not all have them, gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReading:
    """The metrics of one account."""

    account: str
    name: str
    unit: str
    platform: Platform
    days: int | None = None
    """Whole calendar days since the newest visible post, or since the opening if there is none."""
    last_published: datetime | None = None
    last_look: datetime | None = None
    findings: tuple[tuple[str, State], ...] = ()
    """Rule and state; each rule once."""
    is_downloadable: bool | None = None
    """For an app: whether its links work; None where that is not known."""

    @property
    def gravity(self) -> tuple[int, bool] | None:
        """How far down in the list of troubles its gravest finding stands, and whether no chief rule's stands there.

        None without trouble.
        """
        troubles = ((TROUBLE.index(state), rule not in CHIEF) for rule, state in self.findings if state in TROUBLE)
        return min(troubles, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Which program runs on what."""

    version: str
    python: str
    database: str
    """`sqlite` or `postgresql`."""
    pages: str = ""
    """Where people open its pages, without a slash at the end; empty where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReading:
    """How it stands with the looks of one exit address."""

    address: str
    is_served: bool
    jobs: int
    oldest: float
    """Seconds that the oldest batch has waited; 0 where none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of everything at one moment, read in one transaction."""

    at: datetime
    is_read: bool = True
    """True if the database gave it; else only what is known without the database is there to be told."""
    readings: Sequence[AccountReading] = ()
    left_out: int = 0
    """Accounts in trouble that the reader did not read because there are too many."""
    accounts: Mapping[tuple[Platform, AccountStatus], int] = field(default_factory=dict)
    findings: Mapping[tuple[str, State], int] = field(default_factory=dict)
    messages: Mapping[MessageState, int] = field(default_factory=dict)
    oldest_waiting: datetime | None = None
    """Since when the message waits that has waited longest, held ones not counted."""
    hook_events: Mapping[DeliveryState, int] = field(default_factory=dict)
    """What waits for far sides, and what did not arrive and is not settled."""
    open_cases: Mapping[StepKind, int] = field(default_factory=dict)
    """By the last step taken."""
    cases_without_next_step: int | None = None
    """None where nobody has counted."""
    last_seen: Mapping[Platform, datetime] = field(default_factory=dict)
    """For each platform that is looked at, when a look last saw anything."""
    suspended: Mapping[Platform, bool] = field(default_factory=dict)
    """For each platform that is looked at, whether it is suspended."""
    calendar_years: frozenset[int] = frozenset()
    is_online: bool | None = None
    """None where nobody has tried."""
    is_store_writable: bool | None = None
    """None where nobody has tried."""
    is_leader: bool | None = None
    """True if this service does the work, and does not wait for another's end; None where nobody knows."""
    loop_lag: float | None = None
    """By how many seconds the event loop was late at most in the last minute; None where nobody has measured."""
    looks_due: int = 0
    """How many sources wait for their look."""
    oldest_look_due: datetime | None = None
    """Since when the source waits that has waited longest."""
    database_size: int | None = None
    """The size of the database, in bytes."""
    wal_size: int | None = None
    """The size of its write-ahead log, where that is a file beside it."""
    disk_free: int | None = None
    """The free space of its disk, where that is this machine's."""
    queues: Sequence[QueueReading] = ()
    """Of each exit address, where workers make the looks."""
    reports: Sequence[KeptReport] = ()
    """Of each kind that comes round, the last report of its latest period."""


class Metrics:
    """The counters of one process; built once and passed around."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        stopwatch: Callable[[], float] = time.perf_counter,
        build: Build | None = None,
    ) -> None:
        """Make the counters; `stopwatch` gives seconds since any fixed moment."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it declares no return type
        self._clock = clock
        self._stopwatch = stopwatch
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._looks = self._counter("looks", "Finished looks, by what came of them.", "platform", "outcome")
        self._look_seconds = self._histogram("look", "How long looks took.", LOOK_BUCKETS, "platform")
        self._deliveries = self._counter("deliveries", "Tries to deliver a message.", "channel", "outcome")
        self._hook_deliveries = self._counter("hook_deliveries", "Tries to tell a far side of a case.", "outcome")
        self._pass_seconds = self._histogram(
            "pass", "How long passes took, failed ones included.", PASS_BUCKETS, "pass"
        )
        self._pass_success = Gauge(
            "xuncha_pass_last_success_timestamp_seconds",
            "When a pass last ended without a bug.",
            ("pass",),
            registry=self.registry,
        )
        self._bugs = self._counter("bugs", "Passes that ended in an unexpected exception.", "pass")
        self._clock_steps = self._counter(
            "clock_steps", "How often the machine's clock stepped, by a minute or more.", "direction"
        )
        for direction in ("forward", "back"):
            self._clock_steps.labels(direction)
        info = Gauge(
            "xuncha_build_info",
            "Always 1; says which version runs on which Python and which database.",
            ("version", "python", "database"),
            registry=self.registry,
        )
        pages = Gauge(
            "xuncha_pages_info",
            "Always 1; says where people open the pages.",
            ("address",),
            registry=self.registry,
        )
        if build:
            info.labels(build.version, build.python, build.database).set(1)
        if build and build.pages:
            pages.labels(build.pages).set(1)

    def look_done(self, platform: Platform, sight: Sight, seconds: float) -> None:
        """Count one finished look."""
        self._looks.labels(platform.value, outcome_of(sight)).inc()
        self._look_seconds.labels(platform.value).observe(seconds)

    def delivered(self, channel: str, outcome: Outcome) -> None:
        """Count one try to deliver; the channel is named as in the settings."""
        self._deliveries.labels(channel, outcome.value).inc()

    def pushed(self, outcome: Outcome) -> None:
        """Count one try to tell a far side of a case."""
        self._hook_deliveries.labels(outcome.value).inc()

    def clock_stepped(self, by: timedelta) -> None:
        """Count one step of the clock."""
        self._clock_steps.labels("forward" if by > timedelta() else "back").inc()

    @contextmanager
    def pass_timer(self, name: str) -> Iterator[None]:
        """Time a pass; leaving without an exception is its success."""
        started = self._stopwatch()
        try:
            yield
            self._pass_success.labels(name).set(self._clock().timestamp())
        finally:
            self._pass_seconds.labels(name).observe(self._stopwatch() - started)

    def bug(self, name: str) -> None:
        """Count a pass that ended in an unexpected exception."""
        self._bugs.labels(name).inc()

    def render(self, snapshot: Snapshot) -> bytes:
        """Return events and state as Prometheus text; takes a while, so call it in a thread."""
        return generate_latest(self.registry) + state_text(snapshot).encode()

    def _counter(self, noun: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"xuncha_{noun}_total", meaning, labels, registry=self.registry)

    def _histogram(self, noun: str, meaning: str, buckets: tuple[float, ...], label: str) -> Histogram:
        name = f"xuncha_{noun}_duration_seconds"
        return Histogram(name, meaning, (label,), buckets=buckets, registry=self.registry)


@contextmanager
def answered(registry: CollectorRegistry, host: str, port: int) -> Iterator[None]:
    """Answer Prometheus at an address of its own with what a process counts. Raises OSError where it cannot be had."""
    server, thread = start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def outcome_of(sight: Sight) -> str:
    """Return how a look ended as a label: seen, unchanged, or the reason why nothing was seen."""
    match sight:
        case Timeline() | Download():
            return "seen"
        case Unchanged():
            return "unchanged"
        case Blind():
            reason: str = sight.reason.value
            return reason


def state_text(snapshot: Snapshot) -> str:
    """Return the state as Prometheus text; a family without samples still says that it exists."""
    shown, truncated = _shown(snapshot)
    families = [*_of_the_monitor(snapshot)]
    if snapshot.is_read:
        families = [*_of_accounts(shown), _truncated(truncated), *_of_all(snapshot), *families]
    return "".join(line for family in families for line in family)


def accounts_text(readings: Sequence[AccountReading]) -> str:
    """Return the series of all these accounts, however many, as Prometheus text."""
    return "".join(line for family in _of_accounts(readings) for line in family)


def _shown(snapshot: Snapshot) -> tuple[Sequence[AccountReading], int]:
    """Return the accounts with their own series, and how many in trouble are left out."""
    total = sum(snapshot.accounts.values())
    if max(total, len(snapshot.readings)) <= SERIES_CAP:
        return snapshot.readings, snapshot.left_out
    grave = sorted(
        ((reading.gravity, reading.account, reading) for reading in snapshot.readings if reading.gravity is not None),
        key=lambda entry: entry[:2],
    )
    shown = [reading for _, _, reading in grave[:SERIES_CAP]]
    return shown, snapshot.left_out + len(grave) - len(shown)


_OF_ACCOUNT = (
    ("account_info", "Always 1; says which account an id is."),
    (
        "days_since_update",
        "Whole calendar days (Beijing) since the newest visible post, or since the opening without one.",
    ),
    ("last_published_timestamp_seconds", "When the newest visible post was published."),
    ("last_look_timestamp_seconds", "When the account was last looked at, whatever came of it."),
    (
        "finding_state",
        "1 for the state in which an account stands to a rule; rules that do not apply are left out.",
    ),
    ("app_download_available", "Whether an app can be downloaded; absent where that is not known."),
)
"""The families of which each account has series of its own."""


def _of_accounts(shown: Sequence[AccountReading]) -> Iterator[Iterable[str]]:
    series = [_series(reading) for reading in shown]
    for place, (noun, meaning) in enumerate(_OF_ACCOUNT):
        yield chain(_family(noun, meaning, ()), map(itemgetter(place), series))


@lru_cache(maxsize=SERIES_CAP)  # from one scrape to the next few accounts change
def _series(reading: AccountReading) -> tuple[str, ...]:
    """Return an account's lines of each family of `_OF_ACCOUNT`."""
    account = f'account="{_escape(reading.account)}"'
    samples = (
        (f"{{{account},{_who(reading)}}} 1",),
        () if reading.days is None else (f"{{{account}}} {reading.days}",),
        () if reading.last_published is None else (f"{{{account}}} {reading.last_published.timestamp()}",),
        () if reading.last_look is None else (f"{{{account}}} {reading.last_look.timestamp()}",),
        tuple(f"{{{account},{said}}} 1" for said in _said(reading.findings)),
        () if reading.is_downloadable is None else (f"{{{account}}} {reading.is_downloadable:d}",),
    )
    return tuple("".join(_lines(noun, some)) for (noun, _), some in zip(_OF_ACCOUNT, samples, strict=True))


@lru_cache(maxsize=1000)  # most accounts stand like many others
def _said(findings: tuple[tuple[str, State], ...]) -> tuple[str, ...]:
    """Return the labels of each rule that applies and its state."""
    return tuple(
        f'rule="{_escape(rule)}",state="{state.value}"' for rule, state in findings if state is not State.NOT_APPLICABLE
    )


def _truncated(count: int) -> Iterable[str]:
    return _family(
        "series_truncated",
        f"Accounts in trouble without series of their own, because only {SERIES_CAP} have them.",
        (f" {count}",),
    )


def _who(reading: AccountReading) -> str:
    name, unit = _escape(reading.name), _escape(reading.unit)
    return f'name="{name}",unit="{unit}",platform="{reading.platform.value}"'


def _of_all(snapshot: Snapshot) -> Iterator[Iterable[str]]:
    yield _family(
        "accounts",
        "Accounts in the roster.",
        (
            f'{{platform="{platform.value}",status="{status.value}"}} {count}'
            for (platform, status), count in snapshot.accounts.items()
        ),
    )
    yield _family(
        "findings",
        "Findings by rule and state.",
        (
            f'{{rule="{_escape(rule)}",state="{state.value}"}} {count}'
            for (rule, state), count in snapshot.findings.items()
        ),
    )
    yield _family(
        "platform_last_seen_timestamp_seconds",
        "When a look at any account of the platform last saw anything.",
        (f'{{platform="{platform.value}"}} {at.timestamp()}' for platform, at in snapshot.last_seen.items()),
    )
    yield _family(
        "platform_suspended",
        "Whether a platform is suspended: its looks fail, so nothing is concluded from them.",
        (f'{{platform="{platform.value}"}} {is_so:d}' for platform, is_so in snapshot.suspended.items()),
    )
    yield _family(
        "outbox_messages",
        "Messages by state.",
        (f'{{state="{state.value}"}} {snapshot.messages.get(state, 0)}' for state in MessageState),
    )
    waited = (snapshot.at - snapshot.oldest_waiting).total_seconds() if snapshot.oldest_waiting else 0.0
    yield _family(
        "outbox_oldest_age_seconds",
        "How long the message waits that has waited longest; 0 if none does.",
        (f" {max(0.0, waited)}",),
    )
    yield _family(
        "hook_events",
        "What far sides are still to be told of cases, and what did not arrive.",
        (
            f'{{state="{state.value}"}} {snapshot.hook_events.get(state, 0)}'
            for state in (DeliveryState.WAITING, DeliveryState.GIVEN_UP)
        ),
    )
    yield _family(
        "open_cases",
        "Open cases by the last step taken.",
        (f'{{step="{step.value}"}} {snapshot.open_cases.get(step, 0)}' for step in StepKind),
    )
    this_year = beijing_date(snapshot.at).year
    yield _family(
        "calendar_year_loaded",
        "Whether the official schedule of days off is known, for this year and the next.",
        (f'{{year="{year}"}} {year in snapshot.calendar_years:d}' for year in (this_year, this_year + 1)),
    )
    yield _family(
        "monitor_online",
        "Whether the monitor itself reaches the network.",
        _if_known(snapshot.is_online),
    )
    yield _family("state_timestamp_seconds", "When this state was read.", (f" {snapshot.at.timestamp()}",))
    yield from _of_work(snapshot)
    yield from _of_queues(snapshot.queues)
    yield from _of_reports(snapshot)


def _of_the_monitor(snapshot: Snapshot) -> Iterator[Iterable[str]]:
    """Yield what is known whether or not the database answers."""
    yield _family(
        "cases_without_next_step",
        "Open cases that neither have a next step nor wait on anybody: must be 0.",
        _if_known(snapshot.cases_without_next_step),
    )
    yield _family(
        "store_writable",
        "Whether the database took the last row that was tried on it.",
        _if_known(snapshot.is_store_writable),
    )
    yield _family(
        "leader",
        "Whether this service does the work; 0 while it stands by.",
        _if_known(snapshot.is_leader),
    )
    yield _family(
        "loop_lag_seconds",
        "By how much the event loop was late at most in the last minute.",
        (f" {snapshot.loop_lag}",) if snapshot.loop_lag is not None else (),
    )


def _of_work(snapshot: Snapshot) -> Iterator[Iterable[str]]:
    """Yield what says whether the service keeps up with its work, and has the room for it."""
    yield _family(
        "roster_accounts",
        "Accounts in the roster, of all platforms and statuses.",
        (f" {sum(snapshot.accounts.values())}",),
    )
    yield _family("looks_due", "Sources that wait for their look.", (f" {snapshot.looks_due}",))
    waited = (snapshot.at - snapshot.oldest_look_due).total_seconds() if snapshot.oldest_look_due else 0.0
    yield _family(
        "looks_due_oldest_age_seconds",
        "How long the source waits for its look that has waited longest; 0 if none does.",
        (f" {max(0.0, waited)}",),
    )
    yield _family("database_size_bytes", "What the database takes.", _if_known(snapshot.database_size))
    yield _family(
        "database_wal_size_bytes",
        "What SQLite's write-ahead log takes beside the database.",
        _if_known(snapshot.wal_size),
    )
    yield _family(
        "database_disk_free_bytes",
        "What is left of the disk on which SQLite's database lies.",
        _if_known(snapshot.disk_free),
    )


def _of_queues(queues: Sequence[QueueReading]) -> Iterator[Iterable[str]]:
    """Yield how it stands with the workers."""
    for noun, meaning, attribute in (
        ("queue_served", "Whether a worker serves the exit address.", "is_served"),
        ("queue_jobs", "Batches of looks that wait for the exit address.", "jobs"),
        ("queue_oldest_job_age_seconds", "How long the oldest of them waits; 0 if none does.", "oldest"),
    ):
        samples = (f'{{queue="{_escape(queue.address)}"}} {getattr(queue, attribute) + 0}' for queue in queues)
        yield _family(noun, meaning, samples)


def _of_reports(snapshot: Snapshot) -> Iterator[Iterable[str]]:
    """Yield the figures of the latest reports: those that their pages and files print."""
    yield _family(
        "report_figure",
        "A figure of the latest report of a kind; the pass rate in percent.",
        (
            f'{{kind="{kept.kind.value}",figure="{figure.name.value}"}} {plain_number(figure.value)}'
            for kept in snapshot.reports
            for figure in kept.figures.figures
            if figure.value is not None
        ),
    )
    yield _family(
        "report_known_timestamp_seconds",
        "Up to when was learnt what the latest report of a kind rests on.",
        (f'{{kind="{kept.kind.value}"}} {kept.figures.known_at.timestamp()}' for kept in snapshot.reports),
    )


def _if_known(value: int | None) -> Iterator[str]:
    """Yield the one sample of a family without labels; a truth is written as 0 or 1."""
    if value is not None:
        yield f" {value:d}"


def _family(noun: str, meaning: str, samples: Iterable[str]) -> Iterator[str]:
    """Yield a gauge's lines; a sample is its labels in braces, or nothing, and ` value`."""
    name = f"xuncha_{noun}"
    yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n"
    yield from _lines(noun, samples)


def _lines(noun: str, samples: Iterable[str]) -> Iterator[str]:
    yield from (f"xuncha_{noun}{sample}\n" for sample in samples)


def _escape(value: str) -> str:
    """Return a label's value as the text format wants it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
