"""A mute (暂停提醒): a dated fact by which units hear nothing for a while. Looking, judging and closing go on.

It is kept as a record: the object is an account, a unit or an area, the day its first, the result 暂停, and it names
its last day, who asked for it and why. The result 恢复 lifts it from that day on. Of one object the row with the
latest day counts, of one day the one entered last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY
from monitor.core.names import normal
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.subject import Subject, SubjectKind

LONGEST = timedelta(days=92)
"""A quarter: who still needs one then says so again. A mute that nobody remembers is the end of watching."""

_LIFTED, _UNTIL = "恢复", "至"
_PARTS = re.compile("[；;]")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_HOW = (
    "请填写结果（暂停或恢复）、截止日期（恢复的不填）和登记人，内容写原因；"
    "结果空着的，内容应写成“至2026-06-30；登记人；原因”，提前结束写“恢复；登记人；原因”"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A mute: the subject it covers, its start and end, and the person who ordered it."""

    subject: SubjectKind
    name: str
    """The account's id, the unit's name, or the area's."""
    area: str | None = None
    """Of a unit: its area; None of an old one, for each unit of that name but those in `not_in`."""
    not_in: frozenset[str] = frozenset()
    """The areas of whose unit of that name a later row speaks."""
    first: date
    last: date
    """Its last day; the day before `first` where it lifts an earlier one."""
    by: str
    why: str

    def holds_on(self, day: date) -> bool:
        """True if units that it covers hear nothing on a day."""
        return self.first <= day <= self.last

    def covers(self, account: Account) -> bool:
        """True if an account, its unit or its area is muted."""
        match self.subject:
            case SubjectKind.ACCOUNT:
                return self.name == account.id
            case SubjectKind.UNIT:
                is_there = self.area in {None, account.area} and account.area not in self.not_in
                return normal(self.name) == normal(account.unit) and is_there
            case SubjectKind.AREA:
                return self.name == account.area


class BadMuteError(ValueError):
    """A record that is no mute; the argument is one Chinese sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteText:
    """A mute that was written into one line, 至2026-06-30；张三；账号交接, in its parts."""

    result: Result
    until: date | None
    by: str


def written(text: str) -> MuteText:
    """Return the parts of a mute in one line; raises BadMuteError for what is none."""
    parts = _parts(text)
    if parts is None:
        raise BadMuteError(_HOW)
    until, by, _ = parts
    if not until:
        return MuteText(result=Result.RESUMED, until=None, by=by)
    return MuteText(result=Result.MUTED, until=_day(until), by=by)


def _parts(text: str) -> tuple[str, str, str] | None:
    """Return until when a mute holds ("" for the end of one), who entered it, and why; None for no such line."""
    parts = [part.strip() for part in _PARTS.split(text, maxsplit=2)]
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - day, name and reason
        return None
    said, by, why = parts
    until = said[1:].strip() if said.startswith(_UNTIL) else ""
    return (until, by, why) if until or said == _LIFTED else None


def mute_of(record: NewRecord) -> Mute:
    """Return what a record of this kind means; raises BadMuteError for one without an end, a name or a reason."""
    lifted = record.result is Result.RESUMED
    if not (record.item and record.text) or not (lifted or (record.result is Result.MUTED and record.until)):
        raise BadMuteError(_HOW)
    last = record.until if record.until and not lifted else record.on - ONE_DAY
    if not lifted and last < record.on:
        raise BadMuteError(f"结束日期 {last} 早于开始日期 {record.on}")
    if last - record.on > LONGEST:
        raise BadMuteError(f"一次最长暂停{LONGEST.days}天，到期仍需暂停的再登记一行")
    inline = _parts(record.text)  # as it was written, its reason is the last of its parts
    why = inline[2] if inline else record.text
    return Mute(
        subject=record.subject,
        name=record.name,
        area=record.area,
        first=record.on,
        last=last,
        by=record.item,
        why=why,
    )


def holding(records: Iterable[NewRecord], day: date) -> tuple[Mute, ...]:
    """Return the mutes that hold on a day, the first to end first; records in the order of their days and entry."""
    latest: dict[Subject, Mute] = {}
    for record in records:
        if record.kind is RecordKind.MUTE and record.result is not None and record.on <= day:
            latest[record.about] = mute_of(record)
            everywhere = Subject(record.subject, record.name)
            of_all = latest.get(everywhere)
            if of_all and record.area:
                latest[everywhere] = replace(of_all, not_in=of_all.not_in | {record.area})
    return tuple(
        sorted((mute for mute in latest.values() if mute.holds_on(day)), key=lambda entry: (entry.last, entry.name))
    )


def over(account: Account, mutes: Iterable[Mute]) -> Mute | None:
    """Return the mute that covers an account longest, or None."""
    return max((mute for mute in mutes if mute.covers(account)), key=lambda entry: entry.last, default=None)


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if found is None:
        raise BadMuteError(_HOW)
    year, *rest = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, *rest)
    except ValueError:
        raise BadMuteError(f"没有“{text}”这一天") from None
