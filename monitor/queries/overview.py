"""The page of today: what the operator has to do, how the county stands, the next deadlines, the matrix."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Platform, UnitKey
from monitor.core.light import Light
from monitor.core.names import normal
from monitor.core.outage import Outage
from monitor.core.pass_rate import PassRate
from monitor.core.todo import LISTED, TodoLine, in_order
from monitor.queries.accounts import lines_for
from monitor.queries.audit import settled_on
from monitor.queries.concerns import Concern, condition
from monitor.queries.deadline_calendar import DeadlineCalendar, read_calendar
from monitor.queries.lines import AccountLine, OverviewContext
from monitor.queries.tasks import TodoContext, read_todo
from monitor.queries.todo_rest import login_requests
from monitor.store import Tx, figures, lights
from monitor.store.audit import tally_audit
from monitor.store.figures import UnitCell
from monitor.store.lights import AccountFilter, LightCounts
from monitor.store.outages import open_outages
from monitor.store.papers import latest_filed_lists

DEADLINES = 10
"""How many deadlines are shown."""
UNITS = 60
"""With more units than this the matrix counts, and names none."""
UNSEEN_SHARE = 5
"""A county is new while one in so many of its accounts was never looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit's row of the matrix."""

    unit: UnitKey
    cells: Mapping[Platform, UnitCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The county's accounts (1+N): by unit and platform, or counted where there are many."""

    platforms: tuple[Platform, ...] = ()
    units: tuple[UnitRow, ...] = ()
    """In their standing order; empty where there are too many."""
    counts: Mapping[str, Counter[Light]] | None = None
    """How many of each light, by area or, in a single area, by platform; None where units are shown."""
    is_by_area: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWeek:
    """How far a new county has got, and what is missing."""

    looked_at: int
    of: int
    links: int
    """Accounts without a link on the roster."""
    contacts: int
    """Accounts without all their people."""
    has_filed_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage:
    """Everything on the page of today."""

    lines: tuple[TodoLine, ...]
    """Empty for somebody who has nothing to do here."""
    done: Mapping[str, int]
    """What was settled or decided since the morning: how many times each kind of act."""
    on_units: int
    """Cases that wait on units."""
    counts: LightCounts
    rate: PassRate
    first_week: FirstWeek | None
    """None once nearly all accounts were looked at."""
    deadlines: tuple[AccountLine, ...]
    calendar: DeadlineCalendar
    matrix: Matrix
    outages: tuple[Outage, ...]
    last_look: datetime | None
    since: tuple[int, int]
    """What was the latest then: see `read_changes`."""

    @property
    def shown(self) -> tuple[TodoLine, ...]:
        """The lines that are shown at once."""
        return self.lines[:LISTED]

    @property
    def folded(self) -> tuple[TodoLine, ...]:
        """The others."""
        return self.lines[LISTED:]


def read_today(
    tx: Tx, moment: OverviewContext, todo: TodoContext | None, *, is_administrator: bool = False
) -> TodayPage | None:
    """Return the page; None without a roster. `todo` is None for those who only read: nothing is theirs to do."""
    counts = lights.counts(tx)
    if not counts.total:
        return None
    lines = read_todo(tx, todo) if todo else ()
    if is_administrator and (asked := login_requests(tx, moment.now)).count:
        lines = in_order((*lines, asked), moment.today)
    soonest = moment.today - timedelta(days=moment.ladder.limit)
    return TodayPage(
        lines=lines,
        done=tally_audit(tx, settled_on(moment.today)),
        on_units=figures.open_on_units(tx),
        counts=counts,
        rate=figures.pass_rate_now(tx),
        first_week=_first_week(tx, counts, moment.now),
        deadlines=lines_for(tx, figures.next_deadlines(tx, soonest, DEADLINES), moment),
        calendar=read_calendar(tx, moment, lines),
        matrix=_matrix(tx),
        outages=open_outages(tx),
        last_look=lights.last_look(tx),
        since=figures.marks(tx),
    )


def read_changes(tx: Tx, since: Sequence[int]) -> int:
    """Return how much has changed since a page was read: findings that turned, and acts of people."""
    return sum(max(0, now - then) for now, then in zip(figures.marks(tx), since, strict=True))


def _first_week(tx: Tx, counts: LightCounts, now: datetime) -> FirstWeek | None:
    asked, never = counts.total - counts.of[Light.NONE], counts.of[Light.NEVER]
    if never * UNSEEN_SHARE <= asked:
        return None
    return FirstWeek(
        looked_at=asked - never,
        of=asked,
        links=figures.without_homepage(tx),
        contacts=lights.count(tx, AccountFilter(tasks=condition(tx, Concern.PEOPLE, now))),
        has_filed_list=bool(latest_filed_lists(tx)),
    )


def _matrix(tx: Tx) -> Matrix:
    areas = figures.light_counts_by(tx, "area")
    if len(areas) > 1:
        return Matrix(counts=areas, is_by_area=True)
    if figures.unit_count(tx) > UNITS:
        by_platform = figures.light_counts_by(tx, "platform")
        return Matrix(
            counts={
                platform.label: by_platform[platform.value] for platform in Platform if platform.value in by_platform
            }
        )
    cells = figures.unit_cells(tx)
    rows: defaultdict[UnitKey, dict[Platform, UnitCell]] = defaultdict(dict)
    for cell in cells:
        rows[cell.unit][cell.platform] = cell
    return Matrix(
        platforms=tuple(platform for platform in Platform if any(cell.platform is platform for cell in cells)),
        units=tuple(UnitRow(unit=unit, cells=rows[unit]) for unit in _in_order(tx, rows)),
    )


def _in_order(tx: Tx, units: Iterable[UnitKey]) -> list[UnitKey]:
    """Return units in their standing order; those without a place come last."""
    places = figures.unit_places(tx)
    last = max(places.values(), default=0) + 1

    def place(unit: UnitKey) -> int:
        name = normal(unit.name)
        return places.get((unit.area, name), places.get((None, name), last))  # an old one does not say its area

    return sorted(units, key=place)
