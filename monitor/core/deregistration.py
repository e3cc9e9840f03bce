"""A deregistration (注销) or 清理整合: the dated steps from the decision to the proof that the account is gone.

People do the steps and mark their days (decisions, and records 注销进度 and 内容迁移); this says where it stands, what
is due next and by when. Nobody is deregistered here: the last step, too, is proposed to the operator.

The order is that of the office's checklist: decision, filing, (moving the content,) public notice, application,
freeze, confirmation, proof. The platforms' own parts in it (微信公众平台: the freeze grows with the followers, the
administrator confirms within seven days after it, else the application is void) are numbers of rules.yaml.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.core.account import Account, AccountStatus, Labelled
from monitor.core.calendar import EVER, ONE_DAY, beijing_date, start_of_day
from monitor.core.decision import ENDING, Decision, Ruling, in_force, of_this_life, parties
from monitor.core.finding import DEREGISTRATION, Known, RuleBook
from monitor.core.forms import target_of
from monitor.core.observation import Observation, Standing, Timeline
from monitor.core.record import Record, RecordKind, Result
from monitor.core.register import Version, in_turn, opened_again

ID = DEREGISTRATION
"""The rule whose numbers the terms are."""
APART = timedelta(hours=24)
"""An account is gone when two looks at least so far apart show no account."""
LONGEST = timedelta(days=366)
"""No freeze is longer, whatever a record says of it."""
_THOUSAND = 1000
_STOPPED = Result.CALLED_OFF
"""The record that ends a deregistration which is not to be: what was marked before it counts no more."""
_GONE = frozenset({Standing.CANCELLED, Standing.NOT_FOUND})
_LEAVING = frozenset({Ruling.EXEMPTED, Ruling.RETAINED})
_DECIDING = {Result.DECIDED_TO_END: Ruling.DEREGISTERED, Result.DECIDED_TO_MERGE: Ruling.CONSOLIDATED}


class Stage(Labelled):
    """A step of the way, in its order."""

    DECIDED = "decided", "决定"
    FILED = "filed", "备案"
    MOVED = "moved", "内容迁移"
    ANNOUNCED = "announced", "公告"
    APPLIED = "applied", "申请"
    FROZEN = "frozen", "冻结"
    CONFIRMED = "confirmed", "确认"
    GONE = "gone", "已不存在"
    CLOSED = "closed", "归档"


_MARKS: Mapping[Result | None, Stage] = {
    Result.DECIDED_TO_END: Stage.DECIDED,
    Result.DECIDED_TO_MERGE: Stage.DECIDED,
    Result.END_FILED: Stage.FILED,
    Result.ANNOUNCED: Stage.ANNOUNCED,
    Result.APPLIED: Stage.APPLIED,
    Result.FROZEN: Stage.FROZEN,
    Result.CONFIRMED: Stage.CONFIRMED,
}
"""Which step the result of a record marks; 存档 is waited for by none."""


def stage_of(record: Record) -> Stage | None:
    """Return which step a record of 注销进度 marks; None for one that is no step (存档、终止)."""
    return _MARKS.get(record.result)


_OF_APPLICATIONS = frozenset({Stage.APPLIED, Stage.FROZEN, Stage.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Window:
    """When an application can be confirmed: the platform's own days, which no day off moves."""

    until: date | None
    """The last day of the freeze; None where nobody knows how long it is."""
    first: date
    """The first day on which it may be possible: the last of the freeze, of the shortest one where it is not known."""
    last: date
    """The last day on which it may be possible."""

    def __contains__(self, on: date) -> bool:
        """True if the day lies in it."""
        return self.first <= on <= self.last


@dataclass(frozen=True, slots=True)
class Void:
    """How an application came to nothing: one has to apply anew."""

    on: date
    """The last day on which it could have been confirmed, or that of a confirmation while the freeze ran."""
    window: Window
    confirmed_on: date | None
    """The day of the confirmation that does not count, where one is marked."""


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
    """The next step; None when all is done."""
    opens: date | None = None
    """The first day on which it can be done, where that is not at once."""
    due: date | None = None
    """The last day for it; None where nothing says."""
    asked_from: date = date.max
    """From this day on it is the operator's task."""
    void: Void | None = None
    """Why the latest application is void; None where it is not."""
    vanished_on: date | None = None
    """The day on which looks showed for certain that the account is gone, although its application is void."""
    notice_until: date | None = None
    """Until when the notice runs, where the application did not wait for that."""
    records: tuple[Record, ...] = ()
    """The marks that count."""
    is_closed: bool = False
    """True if the roster says 已注销; the day of it is among `days` only where the roster names one."""

    @property
    def stage(self) -> Stage | None:
        """The last step that is done; None where the roster says 注销中 and nothing is marked."""
        return Stage.CLOSED if self.is_closed else max(self.days, key=_ORDER.__getitem__, default=None)

    @property
    def since(self) -> date | None:
        """The day of that step."""
        return self.days.get(self.stage) if self.stage else None

    @property
    def is_hasty(self) -> bool:
        """True if an application that goes on was made without a filing or a notice, or before the notice had ended."""
        is_applied = not self.days.keys().isdisjoint(_OF_APPLICATIONS) and not self.is_closed
        return is_applied and not (self.notice_until is None and {Stage.FILED, Stage.ANNOUNCED} <= self.days.keys())

    @property
    def left_out(self) -> tuple[Stage, ...]:
        """The office's own steps that later ones have passed over: nobody has marked them."""
        last = _ORDER[self.stage] if self.stage else 0
        own = (Stage.DECIDED, Stage.FILED, *_moving(self.ruling), Stage.ANNOUNCED, Stage.APPLIED)
        return tuple(stage for stage in own if _ORDER[stage] < last and stage not in self.days)


_ORDER = {stage: place for place, stage in enumerate(Stage)}


def _moving(ruling: Ruling) -> tuple[Stage, ...]:
    return (Stage.MOVED,) if ruling is Ruling.CONSOLIDATED else ()


def progress(known: Known, book: RuleBook, now: datetime) -> Progress | None:
    """Return how far an account's deregistration is; None where nobody decided on one and nothing is marked."""
    account = known.account
    marked = known.records_of(RecordKind.DEREGISTRATION)
    marks = _marks(account, known.versions, in_force(known.decisions), marked)
    if not marks.tell_of_one(account):
        return None
    days, ruling = _days(marks), _ruling(marks)
    moves = known.records_of(RecordKind.MIGRATION)
    moved = [
        record for record in moves if record.result is Result.MOVED and target_of(record) and record.on >= marks.first
    ]
    days |= {Stage.MOVED: moved[-1].on} if moved else {}
    applied = _Application.latest(marks.records)
    window = _window(known, applied, book)
    is_closed = account.status is AccountStatus.CLOSED
    void = None if is_closed else _void(applied, window, beijing_date(now))
    if void is None:
        days |= applied.days(window)
    ended = days.get(Stage.CONFIRMED if _freezes(account, book) else Stage.APPLIED)
    gone_on = _gone_on(known, void.window.first if void else ended)
    days |= {Stage.GONE: gone_on} if gone_on and void is None else {}
    days |= {Stage.CLOSED: account.closed_on} if is_closed and account.closed_on else {}
    reached = Progress(
        ruling=ruling,
        days={stage: days[stage] for stage in Stage if stage in days},
        frozen_until=window.until if window and void is None else None,
        target=target_of(moved[-1]) if moved else _into(marks.decisions),
        void=void,
        vanished_on=gone_on if void else None,
        notice_until=_notice_until(days, book),
        records=(*marks.records, *moved),
        is_closed=is_closed,
    )
    return _with_next(reached, account, book)


def is_under_way(
    account: Account, versions: Iterable[Version], decisions: Iterable[Decision], records: Iterable[Record]
) -> bool:
    """True if the end of an account that is not closed was decided, and not called off, or is marked (注销进度).

    The decisions are those that nobody has revoked, the records those of 注销进度.
    """
    is_open = account.status is not AccountStatus.CLOSED
    return is_open and _marks(account, versions, decisions, records).tell_of_one(account)


@dataclass(frozen=True, slots=True)
class End:
    """What was decided that an account comes to."""

    ruling: Ruling
    on: date
    by: str
    """Who decided by which document; empty where only the progress (注销进度) says that it was decided."""


def end_of(
    account: Account, versions: Iterable[Version], decisions: Iterable[Decision], records: Iterable[Record]
) -> End | None:
    """Return the end that was decided for an account and not called off; 注销 wins where both were, then the first.

    Takes what `is_under_way` does.
    """
    marks = _marks(account, versions, decisions, records)
    said = [End(decision.ruling, beijing_date(decision.at), parties(decision)) for decision in marks.decisions]
    said += [End(_DECIDING[record.result], record.on, "") for record in marks.records if record.result in _DECIDING]
    return min(said, key=lambda end: (end.ruling is not Ruling.DEREGISTERED, end.on, not end.by), default=None)


@dataclass(frozen=True, slots=True)
class _Marks:
    """The decisions and marks that count: none from before the account was opened again, or called off."""

    records: Sequence[Record]
    decisions: Sequence[Decision]
    first: date
    """The first day from which anything counts."""

    def tell_of_one(self, account: Account) -> bool:
        """True if the account is being ended, or was."""
        return bool(self.records or self.decisions) or account.status is AccountStatus.DEREGISTERING


def _marks(
    account: Account, versions: Iterable[Version], decisions: Iterable[Decision], records: Iterable[Record]
) -> _Marks:
    turned, decided = tuple(versions), tuple(decisions)
    again = opened_again(turned)
    first = beijing_date(again) if again else date.min
    entered = [record for record in records if record.on >= first]
    since = [version for version in turned if again is None or version.since >= again]
    if account.status is AccountStatus.DEREGISTERING and (anew := _decided_anew(since, decided, entered)):
        again, first = start_of_day(anew), anew
        entered = [record for record in entered if record.on >= first]
    stopped, entered = _since_stopped(entered)
    standing = _standing(of_this_life(decided, again), stopped)
    return _Marks(entered, standing, max(first, stopped + ONE_DAY) if stopped else first)


def _decided_anew(versions: Iterable[Version], decisions: Iterable[Decision], records: Iterable[Record]) -> date | None:
    """Return the day after a closing that was taken back (注销中), where the account's end was decided anew since."""
    closings = [
        version.since
        for version in in_turn(versions)
        if version.account and version.account.status is AccountStatus.CLOSED
    ]
    if not closings:
        return None
    last = beijing_date(closings[-1])
    decided = [beijing_date(decision.at) for decision in decisions if decision.ruling in ENDING]
    decided += [record.on for record in records if stage_of(record) is Stage.DECIDED]
    return last + ONE_DAY if any(on > last for on in decided) else None


def _since_stopped(records: Iterable[Record]) -> tuple[date | None, list[Record]]:
    """Return the day on which the last deregistration was called off, and what was marked after that."""
    stopped, after = None, list[Record]()
    for record in records:
        after.append(record)
        if record.result is _STOPPED:
            stopped, after = record.on, []
    return stopped, after


def _standing(decisions: Iterable[Decision], stopped: date | None) -> list[Decision]:
    """Return the decisions to end the account that no later one on the same rule takes back."""
    latest: dict[str, Decision] = {}
    for decision in decisions:
        if decision.ruling in ENDING and (stopped is None or beijing_date(decision.at) > stopped):
            first = latest.get(decision.rule)
            latest[decision.rule] = first if first and first.ruling is decision.ruling else decision
        elif decision.ruling in _LEAVING:
            latest.pop(decision.rule, None)
    return list(latest.values())


def _ruling(marks: _Marks) -> Ruling:
    """Return whether the account ends or moves: 注销 wins where both were decided."""
    said = {decision.ruling for decision in marks.decisions}
    said |= {_DECIDING[record.result] for record in marks.records if record.result in _DECIDING}
    return Ruling.CONSOLIDATED if said == {Ruling.CONSOLIDATED} else Ruling.DEREGISTERED


def _into(decisions: Iterable[Decision]) -> str | None:
    """Return where the latest decision that names it sends the content."""
    named = [decision for decision in decisions if decision.ruling is Ruling.CONSOLIDATED and decision.into]
    return max(named, key=lambda decision: decision.at).into if named else None


def _days(marks: _Marks) -> dict[Stage, date]:
    """Return the first day of the decision and the last of every other step of the office's own."""
    days = {
        stage: record.on
        for record in marks.records
        if (stage := stage_of(record)) and _ORDER[stage] < _ORDER[Stage.APPLIED]
    }
    decided = [beijing_date(decision.at) for decision in marks.decisions]
    decided += [record.on for record in marks.records if stage_of(record) is Stage.DECIDED]
    return days | ({Stage.DECIDED: min(decided)} if decided else {})


@dataclass(frozen=True, slots=True)
class _Application:
    """The latest application to the platform, with what is marked of it."""

    on: date | None
    """None where nobody marked it, but perhaps what follows."""
    frozen: Record | None
    confirmed: Sequence[date]

    @classmethod
    def latest(cls, records: Iterable[Record]) -> _Application:
        """Return it, with what is marked of it and of none before.

        A confirmation on the day on which one applied anew is that of the application before.
        """
        marked: defaultdict[Stage | None, list[Record]] = defaultdict(list)
        for record in records:
            marked[stage_of(record)].append(record)
        applied = sorted({record.on for record in marked[Stage.APPLIED]})
        on = applied[-1] if applied else None
        own = on - ONE_DAY if on and len(applied) == 1 else on
        frozen = [record for record in marked[Stage.FROZEN] if on is None or record.on >= on]
        confirmed = [record.on for record in marked[Stage.CONFIRMED] if own is None or record.on > own]
        return cls(on, frozen[-1] if frozen else None, confirmed)

    @property
    def begun(self) -> date | None:
        """The first day of the freeze."""
        return self.frozen.on if self.frozen else self.on

    def days(self, window: Window | None) -> Mapping[Stage, date]:
        """Return the day of each of its steps; one that is not void."""
        days = {} if self.on is None else {Stage.APPLIED: self.on}
        if self.begun is not None and (self.frozen or (window and window.until)):
            days[Stage.FROZEN] = self.begun
        confirmed = [on for on in self.confirmed if window is None or on in window]
        return days | ({Stage.CONFIRMED: confirmed[-1]} if confirmed else {})


def _freezes(account: Account, book: RuleBook) -> bool:
    """True if the platform freezes an account before it goes, and wants that confirmed."""
    return account.platform.label in book.listed(ID, "freezing")


def _window(known: Known, applied: _Application, book: RuleBook) -> Window | None:
    """Return when an application can be confirmed; None where there is none, or nothing to be confirmed.

    The freeze ends as its record names the day, else by the followers that were known when it was applied for.
    """
    if applied.begun is None or not _freezes(known.account, book):
        return None
    until = _named_until(applied.frozen)
    if until is None:
        frozen = freeze_days(_followers_on(known, applied.on or applied.begun), book)
        until = applied.begun + timedelta(days=frozen) if frozen is not None else None
    shortest, longest = (book.number(ID, f"{tier}_days") for tier in ("small", "huge"))
    first, last = (until or applied.begun + timedelta(days=days) for days in (shortest, longest))
    return Window(until, first, last + timedelta(days=book.number(ID, "confirm_days")))


def _named_until(frozen: Record | None) -> date | None:
    """Return the last day of the freeze as the record 冻结 names it; None for one that no platform would give."""
    if frozen is None or frozen.until is None:
        return None
    return max(frozen.on, frozen.until) if frozen.until - frozen.on <= LONGEST else None


def _followers_on(known: Known, day: date) -> int | None:
    """Return the number of followers by the roster of a day, else the first that it named after that.

    A later count moves no freeze that runs.
    """
    versions = known.versions or (Version(since=EVER, account=known.account),)
    counts = [
        (beijing_date(version.since), version.account.followers) for version in in_turn(versions) if version.account
    ]
    then = [count for since, count in counts if since <= day][-1:]
    later = [count for since, count in counts if since > day]
    return next((count for count in (*then, *later) if count is not None), None)


def freeze_days(followers: int | None, book: RuleBook) -> int | None:
    """Return the days that an account with this number of followers is frozen; None where the number is not known.

    A tier includes its upper bound (微信公众平台: 不超过).
    """
    if followers is None:
        return None
    for tier in ("small", "medium", "large"):
        if followers <= book.number(ID, f"{tier}_thousands") * _THOUSAND:
            return book.number(ID, f"{tier}_days")
    return book.number(ID, "huge_days")


def _void(applied: _Application, window: Window | None, today: date) -> Void | None:
    """Return why the application is void: confirmed while the freeze ran, or not in time; None where it is not.

    A confirmation in the window counts, whatever else is marked.
    """
    if window is None or any(on in window for on in applied.confirmed):
        return None
    confirmed = applied.confirmed[0] if applied.confirmed else None
    if confirmed is not None and confirmed < window.first:
        return Void(confirmed, window, confirmed)
    return Void(window.last, window, confirmed) if today > window.last or confirmed is not None else None


def _notice_until(days: Mapping[Stage, date], book: RuleBook) -> date | None:
    """Return until when the notice runs, where the application did not wait for that; else None."""
    if Stage.APPLIED not in days or Stage.ANNOUNCED not in days:
        return None
    ends = book.calendar.workday_after(days[Stage.ANNOUNCED], book.number(ID, "notice_workdays"))
    return ends if days[Stage.APPLIED] < ends else None


def _gone_on(known: Known, since: date | None) -> date | None:
    """Return the day on which a second look, far enough from the first, showed that the account is gone.

    Looks count from the last step of people on: a frozen account may be out of sight and is not gone.
    """
    absent = known.reading_gone()
    if since is None or absent is None or not isinstance(absent.seen, Timeline) or absent.seen.standing not in _GONE:
        return None
    if any(
        _shows_it(observation) and observation.last_confirmed >= absent.first_seen for observation in known.observations
    ):
        return None
    first = max(absent.first_seen, start_of_day(since))
    return beijing_date(first + APART) if absent.shown_at - first >= APART else None


def _shows_it(observation: Observation) -> bool:
    return isinstance(observation.seen, Timeline) and observation.seen.standing.is_present


def _with_next(reached: Progress, account: Account, book: RuleBook) -> Progress:
    """Return it with what is to be done next, and by when."""
    stage, since = reached.stage, reached.since
    following, opens, due = Stage.DECIDED, None, None

    def term(name: str, after: date | None = since) -> date | None:
        return book.calendar.workday_after(after, book.number(ID, name)) if after else None

    match stage:
        case Stage.CLOSED:
            return reached
        case _ if reached.void:
            following, due = Stage.APPLIED, term("apply_workdays", reached.void.on)
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
    if due is None or following is Stage.CLOSED or reached.void:
        return date.min
    if following is Stage.CONFIRMED and opens is not None:
        return book.calendar.workday_on_or_before(opens)
    asked = due
    for _ in range(book.number(ID, "remind_workdays")):
        asked = book.calendar.previous_workday(asked)
    return asked
