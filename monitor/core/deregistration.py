"""A deregistration (注销) or 清理整合: the dated steps from the decision to the proof that the account is gone.

People do the steps and mark their days (decisions, and records 注销进度 and 内容迁移); this says where it stands, what
is due next and by when. Nobody is deregistered here: the last step, too, is proposed to the operator.

The order is that of the office's checklist: decision, filing, (moving the content,) public notice, application,
freeze, confirmation, proof. What the platforms do in it (微信公众平台: the freeze grows with the followers, the
administrator confirms within seven days after it, else the application is void) are numbers of rules.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.core.account import Account, AccountStatus, Labelled
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.decision import Decision, Ruling, in_force
from monitor.core.finding import Known, RuleBook
from monitor.core.observation import Observation, Standing, Timeline
from monitor.core.record import Record, RecordKind

ID = "DRG-01"
"""The rule whose numbers the terms are."""
APART = timedelta(hours=24)
"""An account is gone when two looks at least so far apart show no account."""
_THOUSAND = 1000
_STOPPED = "终止"
"""The record that ends a deregistration which is not to be: what was marked before it counts no more."""
_GONE = frozenset({Standing.CANCELLED, Standing.NOT_FOUND})
_ENDING = frozenset({Ruling.DEREGISTERED, Ruling.CONSOLIDATED})
_LEAVING = frozenset({Ruling.EXEMPTED, Ruling.RETAINED})
_MERGING = re.compile("整合|归集|迁移")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", re.ASCII)


class Stage(Labelled):
    """A step of the way, in its order; the word is that of the record that marks it."""

    DECIDED = "decided", "决定"
    FILED = "filed", "备案"
    MOVED = "moved", "内容迁移"
    ANNOUNCED = "announced", "公告"
    APPLIED = "applied", "申请"
    FROZEN = "frozen", "冻结"
    CONFIRMED = "confirmed", "确认"
    GONE = "gone", "已不存在"
    CLOSED = "closed", "归档"


_MARKS = {one.label: one for one in Stage if one not in {Stage.MOVED, Stage.GONE, Stage.CLOSED}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where one account's deregistration stands at a moment."""

    ruling: Ruling
    """注销, or 清理整合 into the account that `target` names."""
    days: Mapping[Stage, date]
    """The day of each step that is done, in the order of the steps; those of a void application are left out."""
    frozen_until: date | None = None
    """The last day of the freeze, once there is an application; None where no freeze is known."""
    target: str | None = None
    """Where the content moves, as the office wrote it."""
    next: Stage | None = None
    """What is to be done next; None when all is done."""
    opens: date | None = None
    """The first day on which it can be done, where that is not at once."""
    due: date | None = None
    """The last day for it; None where nothing says."""
    asked_from: date = date.max
    """From this day on it is the operator's task."""
    lapsed_on: date | None = None
    """The last day on which the void application could have been confirmed; None unless one is void."""

    @property
    def stage(self) -> Stage | None:
        """The last step that is done; None where the roster says 注销中 and nothing is marked."""
        return max(self.days, key=_ORDER.__getitem__, default=None)

    @property
    def since(self) -> date | None:
        """The day of that step."""
        return self.days[self.stage] if self.stage else None

    @property
    def left_out(self) -> tuple[Stage, ...]:
        """The office's own steps that later ones have passed over: nobody has marked them."""
        last = _ORDER[self.stage] if self.stage else 0
        own = (Stage.DECIDED, Stage.FILED, *_moving(self.ruling), Stage.ANNOUNCED, Stage.APPLIED)
        return tuple(one for one in own if _ORDER[one] < last and one not in self.days)


_ORDER = {stage: place for place, stage in enumerate(Stage)}


def _moving(ruling: Ruling) -> tuple[Stage, ...]:
    return (Stage.MOVED,) if ruling is Ruling.CONSOLIDATED else ()


def progress(known: Known, book: RuleBook, now: datetime) -> Progress | None:
    """Return how far an account's deregistration is; None where nobody decided on one and nothing is marked."""
    account = known.account
    stopped, records = _since_stopped(known.records_of(RecordKind.DEREGISTRATION))
    decisions = _standing(known.decisions, stopped)
    is_closing = account.status is AccountStatus.DEREGISTERING
    if not (records or decisions or is_closing):
        return None
    days = _marked(records, decisions)
    ruling = _ruling(records, decisions)
    moved = [one for one in known.records_of(RecordKind.MIGRATION) if one.text and one.on > stopped]
    days |= {Stage.MOVED: moved[-1].on} if moved else {}
    until = _frozen_until(account, days, records, book)
    days |= {} if Stage.FROZEN in days or until is None else {Stage.FROZEN: days[Stage.APPLIED]}
    lapsed_on = _lapsed_on(days, until, book, beijing_date(now)) if _freezes(account, book) else None
    if lapsed_on is not None:
        days, until = {one: on for one, on in days.items() if _ORDER[one] < _ORDER[Stage.APPLIED]}, None
    gone_on = _gone_on(known, days, book)
    days |= {Stage.GONE: gone_on} if gone_on else {}
    days |= {Stage.CLOSED: account.closed_on or beijing_date(now)} if account.status is AccountStatus.CLOSED else {}
    reached = Progress(
        ruling=ruling,
        days={one: days[one] for one in Stage if one in days},
        frozen_until=until,
        target=moved[-1].text if moved else None,
        lapsed_on=lapsed_on,
    )
    return _with_next(reached, account, book)


def _since_stopped(records: Iterable[Record]) -> tuple[date, list[Record]]:
    """Return the day on which the last deregistration was called off, and what was marked after that."""
    stopped, after = date.min, list[Record]()
    for one in records:
        after.append(one)
        if one.word == _STOPPED:
            stopped, after = one.on, []
    return stopped, after


def _standing(decisions: Iterable[Decision], stopped: date) -> list[Decision]:
    """Return the decisions to end the account that no later one on the same rule takes back."""
    latest: dict[str, Decision] = {}
    for one in in_force(decisions):
        if one.ruling in _ENDING and beijing_date(one.at) > stopped:
            first = latest.get(one.rule)
            latest[one.rule] = first if first and first.ruling is one.ruling else one
        elif one.ruling in _LEAVING:
            latest.pop(one.rule, None)
    return list(latest.values())


def _ruling(records: Iterable[Record], decisions: Iterable[Decision]) -> Ruling:
    """Return whether the account ends or moves: 注销 wins where both were decided."""
    said = {one.ruling for one in decisions}
    said |= {
        Ruling.CONSOLIDATED if _MERGING.search(one.text) else Ruling.DEREGISTERED
        for one in records
        if one.word == Stage.DECIDED.label
    }
    return Ruling.CONSOLIDATED if said == {Ruling.CONSOLIDATED} else Ruling.DEREGISTERED


def _marked(records: Iterable[Record], decisions: Iterable[Decision]) -> dict[Stage, date]:
    """Return the first day of the decision and the last of every other step; those of the latest application."""
    days: dict[Stage, date] = {_MARKS[one.word]: one.on for one in records if one.word in _MARKS}
    decided = [beijing_date(one.at) for one in decisions]
    decided += [one.on for one in records if one.word == Stage.DECIDED.label]
    days |= {Stage.DECIDED: min(decided)} if decided else {}
    applied = days.get(Stage.APPLIED)
    if applied is not None:
        stale = [one for one in (Stage.FROZEN, Stage.CONFIRMED) if one in days and days[one] < applied]
        days = {one: on for one, on in days.items() if one not in stale}
    return days


def _freezes(account: Account, book: RuleBook) -> bool:
    """Whether the platform freezes an account before it goes, and wants that confirmed."""
    return account.platform.label in book.listed(ID, "freezing")


def _frozen_until(
    account: Account, days: Mapping[Stage, date], records: Iterable[Record], book: RuleBook
) -> date | None:
    """Return the last day of the freeze: as the record 冻结 names it, else by the number of followers."""
    begun = days.get(Stage.FROZEN, days.get(Stage.APPLIED))
    if begun is None or not _freezes(account, book):
        return None
    named = [one.text for one in records if _MARKS.get(one.word or "") is Stage.FROZEN and one.on == begun]
    for year, month, day in (_DATE.findall(named[-1]) if named else [])[-1:]:
        try:
            return max(begun, date(int(year), int(month), int(day)))
        except ValueError:
            break
    frozen = freeze_days(account.followers, book)
    return begun + timedelta(days=frozen) if frozen is not None else None


def freeze_days(followers: int | None, book: RuleBook) -> int | None:
    """Return for how many days an account with so many followers is frozen; None where nobody knows how many.

    A tier includes its upper bound (微信公众平台: 不超过).
    """
    if followers is None:
        return None
    for tier in ("small", "medium", "large"):
        if followers <= book.number(ID, f"{tier}_thousands") * _THOUSAND:
            return book.number(ID, f"{tier}_days")
    return book.number(ID, "huge_days")


def _lapsed_on(days: Mapping[Stage, date], until: date | None, book: RuleBook, today: date) -> date | None:
    """Return the last day on which the application could have been confirmed, once that was missed."""
    if until is None or Stage.CONFIRMED in days:
        return None
    closes = until + timedelta(days=book.number(ID, "confirm_days"))
    return closes if today > closes else None


def _gone_on(known: Known, days: Mapping[Stage, date], book: RuleBook) -> date | None:
    """Return the day on which a second look, far enough from the first, showed that the account is gone.

    Looks count from the last step of people on: a frozen account may be out of sight and is not gone.
    """
    since = days.get(Stage.CONFIRMED if _freezes(known.account, book) else Stage.APPLIED)
    absent = known.reading_gone()
    if since is None or absent is None or not isinstance(absent.seen, Timeline) or absent.seen.standing not in _GONE:
        return None
    if any(_shows_it(one) and one.last_confirmed >= absent.first_seen for one in known.observations):
        return None
    first = max(absent.first_seen, start_of_day(since))
    return beijing_date(first + APART) if absent.shown_at - first >= APART else None


def _shows_it(one: Observation) -> bool:
    return isinstance(one.seen, Timeline) and one.seen.standing.is_present


def _with_next(reached: Progress, account: Account, book: RuleBook) -> Progress:
    """Return it with what is to be done next, and by when."""
    stage, since = reached.stage, reached.since
    following, opens, due = Stage.DECIDED, None, None

    def term(name: str, after: date | None = since) -> date | None:
        return book.calendar.workday_after(after, book.number(ID, name)) if after else None

    match stage:
        case Stage.CLOSED:
            return reached
        case _ if reached.lapsed_on:
            following, due = Stage.APPLIED, term("apply_workdays", reached.lapsed_on)
        case Stage.DECIDED:
            following, due = Stage.FILED, term("file_workdays")
        case Stage.FILED if reached.ruling is Ruling.CONSOLIDATED:
            following, due = Stage.MOVED, term("move_workdays")
        case Stage.FILED | Stage.MOVED:
            following, due = Stage.ANNOUNCED, term("announce_workdays")
        case Stage.ANNOUNCED:
            opens = term("notice_workdays")
            following, due = Stage.APPLIED, term("apply_workdays", opens)
        case Stage.APPLIED | Stage.FROZEN if _freezes(account, book):
            following, opens = Stage.CONFIRMED, reached.frozen_until
            due = opens + timedelta(days=book.number(ID, "confirm_days")) if opens else None
        case Stage.APPLIED | Stage.FROZEN | Stage.CONFIRMED:
            following, due = Stage.GONE, term("verify_workdays")
        case Stage.GONE:
            following, due = Stage.CLOSED, term("close_workdays")
        case None:
            pass
    asked_from = _asked_from(reached, following, opens, due, book)
    return replace(reached, next=following, opens=opens, due=due, asked_from=asked_from)


def _asked_from(reached: Progress, following: Stage, opens: date | None, due: date | None, book: RuleBook) -> date:
    """Return the day from which the next step is the operator's task.

    The window of a confirmation may lie in a holiday: it is asked for from the last working day before it opens.
    """
    if due is None or following is Stage.CLOSED or reached.lapsed_on:
        return date.min
    if following is Stage.CONFIRMED and opens is not None:
        return book.calendar.workday_on_or_before(opens)
    asked = due
    for _ in range(book.number(ID, "remind_workdays")):
        asked = book.calendar.previous_workday(asked)
    return asked
