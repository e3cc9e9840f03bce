"""The form of a deregistration (注销进度): a day for each step of people, its order, and the records that it means.

Which days are there already says `deregistration`; this says what may be entered instead, and what changes by that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from monitor.core.account import Account, Labelled
from monitor.core.decision import Ruling
from monitor.core.deregistration import ID, LONGEST, Progress, Stage, stage_of
from monitor.core.finding import RuleBook
from monitor.core.phrases import dated
from monitor.core.record import NewRecord, Record, RecordKind, Result
from monitor.core.subject import SubjectKind


class ClosingDay(Labelled):
    """A day of the form, in the order of the steps; the value is the field's name."""

    DECIDED = "decided", "决定"
    FILED = "filed", "备案"
    MOVED = "moved", "内容迁移"
    ANNOUNCED = "announced", "公告"
    APPLIED = "applied", "申请"
    FROZEN_UNTIL = "frozen_until", "冻结至"
    CONFIRMED = "confirmed", "确认"


_STAGES: Mapping[ClosingDay, Stage] = {
    ClosingDay.DECIDED: Stage.DECIDED,
    ClosingDay.FILED: Stage.FILED,
    ClosingDay.MOVED: Stage.MOVED,
    ClosingDay.ANNOUNCED: Stage.ANNOUNCED,
    ClosingDay.APPLIED: Stage.APPLIED,
    ClosingDay.FROZEN_UNTIL: Stage.FROZEN,
    ClosingDay.CONFIRMED: Stage.CONFIRMED,
}
_RESULTS: Mapping[ClosingDay, Result] = {
    ClosingDay.FILED: Result.END_FILED,
    ClosingDay.MOVED: Result.MOVED,
    ClosingDay.ANNOUNCED: Result.ANNOUNCED,
    ClosingDay.APPLIED: Result.APPLIED,
    ClosingDay.FROZEN_UNTIL: Result.FROZEN,
    ClosingDay.CONFIRMED: Result.CONFIRMED,
}
_OF_APPLICATIONS = (ClosingDay.APPLIED, ClosingDay.FROZEN_UNTIL, ClosingDay.CONFIRMED)
Days = Mapping[ClosingDay, date]
"""The day of each field that is filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingForm:
    """The form of one account's deregistration, as it stands."""

    asked: tuple[ClosingDay, ...]
    """The days that there are for such an account."""
    days: Days
    """Those that are marked."""
    marks: Mapping[ClosingDay, Record]
    """The record of each, where one marks it: of a decision none does."""
    progress: Progress

    @property
    def is_decided_elsewhere(self) -> bool:
        """True if the day of the decision is that of a decision and not of a record: it is corrected there."""
        return ClosingDay.DECIDED in self.days and ClosingDay.DECIDED not in self.marks

    @property
    def merges(self) -> bool:
        """True if the account's content goes to another one."""
        return ClosingDay.MOVED in self.asked

    @property
    def seen(self) -> str:
        """A mark that is another one as soon as any day is."""
        return "-".join(str(record.id) for record in self.progress.records) or "0"


def closing_form(account: Account, reached: Progress, book: RuleBook) -> ClosingForm:
    """Return the form as it stands; the days of a void application are left out of it, for one applies anew."""
    freezes = account.platform.label in book.listed(ID, "freezing")
    hidden = set() if reached.ruling is Ruling.CONSOLIDATED else {ClosingDay.MOVED}
    hidden |= set() if freezes else {ClosingDay.FROZEN_UNTIL, ClosingDay.CONFIRMED}
    asked = tuple(day for day in ClosingDay if day not in hidden)
    marks: dict[ClosingDay, Record] = {}
    for record in reached.records:
        day = _day_of(record)
        if day in asked and not (reached.void and day in _OF_APPLICATIONS) and _counts(day, record, reached):
            marks[day] = record
    days = {day: _shown(day, record) for day, record in marks.items()}
    if ClosingDay.DECIDED not in days and Stage.DECIDED in reached.days:
        days[ClosingDay.DECIDED] = reached.days[Stage.DECIDED]
    return ClosingForm(asked=asked, days=days, marks=marks, progress=reached)


def _day_of(record: Record) -> ClosingDay | None:
    stage = Stage.MOVED if record.kind is RecordKind.MIGRATION else stage_of(record)
    return next((day for day, of_it in _STAGES.items() if of_it is stage), None)


def _counts(day: ClosingDay, record: Record, reached: Progress) -> bool:
    """True if a record is of the application that goes on, where it is of one."""
    applied = reached.days.get(Stage.APPLIED)
    return day not in _OF_APPLICATIONS or applied is None or record.on >= applied


def _shown(day: ClosingDay, record: Record) -> date:
    return record.until or record.on if day is ClosingDay.FROZEN_UNTIL else record.on


def faults(form: ClosingForm, given: Days, today: date, into: str = "") -> Iterator[tuple[ClosingDay, str]]:
    """Yield what is wrong with days as they were filled in, each with its field: one sentence without a full stop.

    `into` is where the content goes, as it was filled in here.
    """
    for day, on in given.items():
        if day is not ClosingDay.FROZEN_UNTIL and on > today:
            yield day, f"{day.label}日期不能晚于今天"
    fixed = {ClosingDay.DECIDED: form.days[ClosingDay.DECIDED]} if form.is_decided_elsewhere else {}
    all_days = {**given, **fixed}
    in_turn = [(day, all_days[day]) for day in form.asked if day in all_days]
    wrong: set[ClosingDay] = set()
    for (before, first), (after, second) in combinations(in_turn, 2):
        if second < first and after not in wrong:
            wrong.add(after)
            what = "冻结期满" if before is ClosingDay.FROZEN_UNTIL else before.label
            yield after, f"{after.label}（{dated(second, today)}）不能早于{what}（{dated(first, today)}）"
    applied = given.get(ClosingDay.APPLIED)
    for day in _OF_APPLICATIONS[1:]:
        if day in given and applied is None:
            yield day, f"请先填写申请的日期，再填写{day.label}"
    frozen = given.get(ClosingDay.FROZEN_UNTIL)
    if frozen and applied and frozen - applied > LONGEST:
        yield ClosingDay.FROZEN_UNTIL, "冻结期不会超过一年，请核对"
    void = form.progress.void
    if void and applied and applied < void.on:
        yield ClosingDay.APPLIED, f"原申请已于{dated(void.on, today)}失效，请填写重新申请的日期"
    if ClosingDay.MOVED in given and not (into or form.progress.target):
        yield ClosingDay.MOVED, "没有写明内容迁往哪个账号，请填写“归集到”"
    if into and into != form.progress.target and ClosingDay.MOVED not in given:
        yield ClosingDay.MOVED, "填写“归集到”的，请一并填写内容迁移的日期"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingChange:
    """What changes of one day."""

    day: ClosingDay
    before: Record | None
    after: NewRecord | None

    @property
    def told(self) -> tuple[str, str]:
        """The day as it was, and as it is, each with its name; empty for none."""
        return self._told(self.before), self._told(self.after)

    def _told(self, record: NewRecord | None) -> str:
        if record is None:
            return ""
        return f"{self.day.label}{_on(self.day, record)}{f'（归集到{record.item}）' if record.item else ''}"


def _on(day: ClosingDay, record: NewRecord) -> date | None:
    return record.until if day is ClosingDay.FROZEN_UNTIL else record.on


def changes(account: Account, form: ClosingForm, given: Days, into: str = "") -> tuple[ClosingChange, ...]:
    """Return what these days change: a record that is entered, another one in its place, or one that is taken back.

    `into` is where the content goes, as it was filled in here; empty for where the decision says.
    """
    found = []
    for day in form.asked:
        old, new = form.marks.get(day), _record(account, form, day, given, into or form.progress.target or "")
        if day is ClosingDay.DECIDED and form.is_decided_elsewhere:
            continue
        same = old is not None and new is not None and (old.on, old.until) == (new.on, new.until)
        same = same and not (day is ClosingDay.MOVED and into and into != form.progress.target)
        if not same and (old or new):
            found.append(ClosingChange(day=day, before=old, after=new))
    return tuple(found)


def _record(account: Account, form: ClosingForm, day: ClosingDay, given: Days, target: str) -> NewRecord | None:
    if day not in given:
        return None
    is_moved, is_frozen = day is ClosingDay.MOVED, day is ClosingDay.FROZEN_UNTIL
    merges = form.progress.ruling is Ruling.CONSOLIDATED
    return NewRecord(
        kind=RecordKind.MIGRATION if is_moved else RecordKind.DEREGISTRATION,
        subject=SubjectKind.ACCOUNT,
        name=account.id,
        on=given[ClosingDay.APPLIED] if is_frozen else given[day],
        result=_RESULTS.get(day, Result.DECIDED_TO_MERGE if merges else Result.DECIDED_TO_END),
        item=target if is_moved else "",
        until=given[day] if is_frozen else None,
    )
