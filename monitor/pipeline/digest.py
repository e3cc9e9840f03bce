"""The operator's morning message: everything that wants a person today, once a working day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from monitor.core.appearance import AppearanceChange
from monitor.core.briefing import DIGEST_LINES, DigestSection, digest
from monitor.core.calendar import ONE_DAY, WorkCalendar, beijing_date
from monitor.core.case import LADDER, TASK_AGAIN, URGINGS, Case, Closing, Ladder
from monitor.core.expiry import endings, is_to_be_told
from monitor.core.finding import Finding, State
from monitor.core.light import AccountTask
from monitor.core.message import MessageState
from monitor.core.news import Words
from monitor.core.notice import Notice
from monitor.core.outage import Outage
from monitor.core.phrases import Names, dated, escaped
from monitor.core.subject import SubjectKind
from monitor.core.todo import TodoAct, TodoLine, due_text
from monitor.pipeline.blindness import newly_blind
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.daily import Daily
from monitor.pipeline.draft import Drafter
from monitor.queries.lines import absence
from monitor.queries.tasks import TodoContext, read_todo, things_to_do
from monitor.store import (
    Tx,
    appearances,
    cases,
    outages,
    outbox,
    overview,
    records,
    roster,
    told,
    unsettled,
)
from monitor.store.notices import Said, told_on

TOPIC = "digest:"
"""The prefix of the topics of digests; a date follows."""
ENDS_WITHIN = 5
"""The number of working days by which the end of an exemption is told ahead."""
NAMED = 3
"""Units with the same task that are named in its line; the others are counted."""
LOOK_BACK = timedelta(days=7)
"""How far the first digest that leaves looks back: those before it were held, or there were none."""


_LONGEST = 400
"""Characters of a part of a line."""
Pair = tuple[overview.OverviewRow, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Writes the digest when its hour has come; it is sent like any message."""

    drafter: Drafter
    hour: time

    async def write_if_due(self, now: datetime) -> bool:
        """Write today's digest if it is due and not yet written; return whether it was."""
        written = await self.drafter.store.write_if(
            lambda tx: self._daily.is_due(tx, now), lambda tx: self._write(tx, now), durable=True
        )
        return bool(written)

    @property
    def _daily(self) -> Daily:
        return Daily(prefix=TOPIC, hour=self.hour, calendar=self.drafter.rules_in_force.calendar)

    def _write(self, tx: Tx, now: datetime) -> bool:
        topic = self._daily.begin(tx, now)
        if topic is None:
            return False
        rows = overview.account_rows(tx, now)
        tasks = _still_true(tx, rows, outbox.waiting_for_digest(tx), now)
        words = self._words(tx, rows, topic, now, is_renewed=False)
        if words is None or self.drafter.tell_operator(tx, words, topic, now, tasks) is None:
            return False
        last = outbox.last_left(tx, TOPIC)
        told.mark_told(tx, things_to_do(tx, self._todo(now)), topic, last, again_before=self._again_before(now))
        unsettled.mark_told(tx, topic, last)
        _withdraw_older(tx, topic, now)
        return True

    def renewed(self, tx: Tx, kept: outbox.KeptMessage, now: datetime) -> Words | None:
        """Return what a message of its own topic says now that has waited; None where that is nothing any more.

        A digest is put together again from what it carries: a task that has come since waits for the next one. The
        words of other topics name their moment and stay.
        """
        if not kept.topic.startswith(TOPIC):
            return Words(subject=kept.message.subject, body=kept.message.body)
        rows = overview.account_rows(tx, now)
        _still_true(tx, rows, outbox.notices_of(tx, kept.message.id), now)
        return self._words(tx, rows, kept.topic, now, is_renewed=True)

    def _todo(self, now: datetime) -> TodoContext:
        return TodoContext(
            now=now,
            book=self.drafter.rules_in_force.book(now),
            calendar=self._daily.calendar,
            names=self.drafter.composer.office.names,
        )

    def _again_before(self, now: datetime) -> str:
        """Return the topic of the day before which what was told is told again: cases are named as often."""
        day, today = beijing_date(now), beijing_date(now)
        while self._daily.calendar.workdays_between(day, today) < TASK_AGAIN:
            day -= ONE_DAY
        return f"{TOPIC}{(day + ONE_DAY).isoformat()}"

    def _told_today(self, tx: Tx, context: TodoContext, topic: str, *, is_renewed: bool) -> frozenset[str]:
        """Return the lines that the digest tells of: those with something new; of one put together again, its own."""
        things = things_to_do(tx, context)
        if is_renewed:
            return told.carried_lines(tx, things, topic)
        last, again = outbox.last_left(tx, TOPIC), self._again_before(context.now)
        return told.new_lines(tx, things, topic, last, again_before=again)

    def _words(
        self, tx: Tx, rows: Sequence[overview.OverviewRow], topic: str, now: datetime, *, is_renewed: bool
    ) -> Words | None:
        """Return what is to be said now; None where there is nothing."""
        last = outbox.last_left(tx, TOPIC)
        begun = self._daily.begun_at(tx, last) if last else None
        since = begun or now - LOOK_BACK
        today, title = beijing_date(now), self.drafter.rules_in_force.book(now).title
        taken = cases.open_cases(tx, {row.account.id for row, _ in _over(rows)[:DIGEST_LINES]}, {LADDER})
        names, calendar = self.drafter.composer.office.names, self._daily.calendar
        moment = DigestContext(
            today=today,
            names=names,
            ladder=self.drafter.composer.setting(now).ladder,
            calendar=calendar,
            taken=taken,
            told=told_on(tx, [case.id for case in taken.values()]),
        )
        context = self._todo(now)
        to_do = read_todo(tx, context)
        telling = self._told_today(tx, context, topic, is_renewed=is_renewed)
        shown, rest = parted(to_do, telling, today)
        sections = (
            DigestSection(
                heading="采集暂停，恢复前不作新的判定",
                lines=tuple(_outage_line(outage, today) for outage in outages.open_outages(tx)),
            ),
            DigestSection(
                heading="今天要办",
                lines=tuple(todo_text(line, today, calendar) for line in shown),
                besides=len(rest),
                rest=rest_text(rest, today),
            ),
            DigestSection(
                heading="超期",
                lines=tuple(_over_line(row, finding, moment) for row, finding in _over(rows)),
                is_to_do=False,
                is_over=True,
            ),
            DigestSection(
                heading="改名、认证主体或账号状态变化，请核实",
                lines=tuple(_changed(rows, appearances.events_since(tx, since), names)),
            ),
            DigestSection(
                heading="授权、认证到期", lines=tuple(_lines_of_endings(rows, beijing_date(since), today, names))
            ),
            DigestSection(heading="系统升级后待确认", lines=tuple(unsettled.to_tell(tx, topic, last))),
            DigestSection(heading="采集方式长期无结果，请改用其他方式", lines=tuple(newly_blind(tx, since, now))),
            DigestSection(
                heading="暂停提醒，采集和判定照常", lines=tuple(_lines_of_muted(tx, rows, today, names)), is_to_do=False
            ),
            DigestSection(
                heading="自动办结的事项", lines=tuple(_lines_of_ended(tx, rows, since, title, names)), is_to_do=False
            ),
        )
        if not any(section.lines for section in sections):
            return None
        return digest(sections, UNNUMBERED, self.drafter.composer.setting(now), self.drafter.room)


def _withdraw_older(tx: Tx, topic: str, now: datetime) -> None:
    """Cancel the digests of other days that still wait: what they named stands in today's."""
    for kept in outbox.messages(tx, states=[MessageState.HELD, MessageState.QUEUED]):
        if kept.topic.startswith(TOPIC) and kept.topic != topic and kept.frozen_at is None:
            outbox.settle(tx, kept.message.id, MessageState.CANCELLED, at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestContext:
    """The values that the lines about accounts without updates are made from."""

    today: date
    ladder: Ladder
    calendar: WorkCalendar
    taken: Mapping[tuple[str, str], Case] = field(default_factory=dict)
    """The open cases, by account and rule."""
    names: Names = field(default_factory=Names)
    told: Mapping[Said, datetime | None] = field(default_factory=dict)
    """When the unit was told of a step, by case, kind and number; None where it has not heard of it."""
    concerned: Mapping[AccountTask, Collection[str]] = field(default_factory=dict)
    """The accounts that each of the operator's tasks is about."""


def parted(
    to_do: Iterable[TodoLine], telling: Collection[str], today: date
) -> tuple[tuple[TodoLine, ...], tuple[TodoLine, ...]]:
    """Return the lines of which the digest tells, and the others: they were told before, and stand on the page.

    Of what is suspended another section tells.
    """
    listed = [line for line in to_do if line.act is not TodoAct.OUTAGE]
    shown = tuple(line for line in listed if line.key in telling or line.due == today or line.is_waited_for)
    return shown, tuple(line for line in listed if line not in shown)


def todo_text(line: TodoLine, today: date, calendar: WorkCalendar) -> str:
    """Return a line of the to-do list for Markdown, in the words of the page."""
    what, why = escaped(line.what, _LONGEST), escaped(line.why, _LONGEST)
    return f"{due_text(line, today, calendar)}：{what}{f'。{why}' if why else ''}"


def rest_text(rest: Sequence[TodoLine], today: date) -> str:
    """Return the last line about what stands on the list, and was told of before; empty where there is nothing."""
    if not rest:
        return ""
    days = [day for line in rest if (day := line.day(today))]
    late, ahead = sum(day < today for day in days), min((day for day in days if day > today), default=None)
    said = [f"其余{len(rest)}项此前已告知"]
    said += [f"已过期限{late}项"] if late else []
    said += [f"最近的期限{dated(ahead, today)}"] if ahead else []
    return "，".join(said)


def _over(rows: Sequence[overview.OverviewRow]) -> list[Pair]:
    """Return the accounts that are overdue, the longest first; not those that the platform no longer shows."""
    found = (
        (row, finding)
        for row in rows
        for finding in row.findings
        if finding.rule == LADDER and finding.state is State.VIOLATED
    )
    return sorted((pair for pair in found if absence(pair[0]) is None), key=lambda pair: -(pair[1].days or 0))


def _changed(rows: Sequence[overview.OverviewRow], turned: Iterable[AppearanceChange], names: Names) -> Iterator[str]:
    accounts = {row.account.id: row.account for row in rows}
    for change in turned:
        if change.account in accounts:
            yield f"{names.account(accounts[change.account])}：{escaped(change.said, 200)}"


def _lines_of_ended(
    tx: Tx, rows: Sequence[overview.OverviewRow], since: datetime, title: Callable[[str], str], names: Names
) -> Iterator[str]:
    """Yield the cases that ended since the last digest although nobody did anything about them."""
    accounts = {row.account.id: row.account for row in rows}
    for case in cases.ended_since(tx, since, (Closing.LEFT, Closing.RETIRED)):
        if case.closing is not None:
            id_ = case.account or ""
            account = accounts.get(id_) or roster.account_once(tx, id_)
            unit = names.unit(case.area or "", case.unit) if case.unit else case.area
            whom = names.account(account) if account else escaped(unit or id_)
            yield f"{whom}{title(case.rule)}：{case.closing.label}，自动办结"


def _lines_of_muted(tx: Tx, rows: Sequence[overview.OverviewRow], today: date, names: Names) -> Iterator[str]:
    """Yield who hears nothing now, until when and by whose word."""
    accounts = {row.account.id: row.account for row in rows}
    for mute in records.mutes_on(tx, today):
        account = accounts.get(mute.name) if mute.subject is SubjectKind.ACCOUNT else None
        unit = names.unit(mute.area, mute.name) if mute.area else mute.name
        whom = names.account(account) if account else escaped(unit)
        yield f"{whom}：至{dated(mute.last, today)}，{escaped(mute.by)}登记，{escaped(mute.why, 100)}"


def _lines_of_endings(
    rows: Iterable[overview.OverviewRow], last_told: date, today: date, names: Names
) -> Iterator[str]:
    """Yield what looks at accounts rest on and is about to end, or has ended; the first to end first."""
    found = [
        (expiry.on, expiry.what, row.account)
        for row in rows
        if row.account.is_judged
        for expiry in endings(row.account)
        if is_to_be_told(expiry, last_told, today)
    ]
    for on, what, account in sorted(found, key=lambda entry: (entry[0], entry[2].id, entry[1])):
        left, whom = (on - today).days, names.account(account)
        if left < 0:
            yield f"{whom}：{what}已于{dated(on, today)}到期，此后不作超期判定，请续期后更新台账"
        else:
            yield f"{whom}：{what}将于{dated(on, today)}到期（还有{left}天），请在此前续期并更新台账"


def _outage_line(outage: Outage, today: date) -> str:
    return escaped(f"{outage.said(today)}，{outage.detail or outage.cause.label}", 200)


def _still_true(tx: Tx, rows: Sequence[overview.OverviewRow], notices: Iterable[Notice], now: datetime) -> list[Notice]:
    """Return those of the operator's tasks that are still to be done; the others end here."""
    troubles = {
        (row.account.id, finding.rule) for row in rows for finding in row.findings if finding.state is not State.OK
    }
    waiting = tuple(notices)
    beyond = {case.id for case in cases.cases(tx, which=cases.Which.OPEN) if not case.account}
    over = [
        notice.id for notice in waiting if (notice.account, notice.rule) not in troubles and notice.case not in beyond
    ]
    outbox.end_notices(tx, over, outbox.NoticeState.SUPERSEDED, at=now)
    return [notice for notice in waiting if notice.id not in over]


def _over_line(row: overview.OverviewRow, finding: Finding, moment: DigestContext) -> str:
    """Return since when an account has been silent, what was done last, and what comes next."""
    days, today = finding.days or 0, moment.today
    since = f"{dated(beijing_date(finding.last_post), today)}后未更新" if finding.last_post else "自开设以来未发布"
    case = moment.taken.get((row.account.id, LADDER))
    parts = [since, f"{finding.days_held}天"]
    if case and case.steps:
        parts.append(_done(case, moment))
    on, rung = moment.ladder.coming(
        today - timedelta(days=days),
        case.height if case else 0,
        today,
        moment.calendar.of(row.account.area),
        case.climbed_on if case else None,
    )
    following = moment.ladder.kind_of(rung, case.height if case else 0).label
    parts.append(f"下一步{_on(on, today)}{following}")
    return f"{moment.names.account(row.account)}：{'，'.join(parts)}"


def _done(case: Case, moment: DigestContext) -> str:
    """Return the last step of a case and whether the unit has heard of it: 5月7日已督办, or 5月7日督办尚未送达.

    Of a step that everybody who has the case was spared, nobody was to hear: 5月7日督办.
    """
    last = case.steps[-1]
    said = (case.id, last.kind, last.number)
    at = moment.told.get(said)
    if at is None:
        return f"{_on(beijing_date(last.at), moment.today)}{last.kind.label}{'尚未送达' if said in moment.told else ''}"
    is_sent = last.kind not in URGINGS  # the label of these is what was done; that of others what was sent
    return f"{_on(beijing_date(at), moment.today)}已{'发' if is_sent else ''}{last.kind.label}"


def _on(when: date, today: date) -> str:
    return "今日" if when == today else dated(when, today)
