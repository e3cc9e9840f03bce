"""The operator's morning message: everything that wants a person today, once a working day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from monitor.core.appearance import AppearanceChange
from monitor.core.briefing import DIGEST_LINES, DigestSection, digest, told
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.case import LADDER, URGINGS, Case, Closing, Ladder
from monitor.core.decision import exemptions
from monitor.core.deregistration import ID as DEREGISTRATION
from monitor.core.expiry import endings, is_to_be_told
from monitor.core.finding import Finding, RuleBook, State, Support
from monitor.core.light import AccountTask
from monitor.core.message import MessageState
from monitor.core.news import Words
from monitor.core.notice import Notice
from monitor.core.outage import Outage
from monitor.core.paper import PaperKind
from monitor.core.phrases import Names, dated, escaped, quoted, until
from monitor.core.rules.sup_02 import due_on
from monitor.core.rules.upd_02 import ID as LISTED
from monitor.core.subject import Subject, SubjectKind
from monitor.pipeline.blindness import newly_blind
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.daily import Daily
from monitor.pipeline.draft import Drafter
from monitor.queries.lines import absence
from monitor.queries.tasks import Task, concerned, read_tasks
from monitor.store import (
    Tx,
    appearances,
    cases,
    decisions,
    grounds,
    outages,
    outbox,
    overview,
    papers,
    records,
    roster,
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
        words = self._words(tx, rows, tasks, topic, now)
        if words is None or self.drafter.tell_operator(tx, words, topic, now, tasks) is None:
            return False
        unsettled.mark_told(tx, topic, outbox.last_left(tx, TOPIC))
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
        tasks = _still_true(tx, rows, outbox.notices_of(tx, kept.message.id), now)
        return self._words(tx, rows, tasks, kept.topic, now)

    def _words(
        self, tx: Tx, rows: Sequence[overview.OverviewRow], tasks: Sequence[Notice], topic: str, now: datetime
    ) -> Words | None:
        """Return what is to be said now; None where there is nothing."""
        last = outbox.last_left(tx, TOPIC)
        begun = self._daily.begun_at(tx, last) if last else None
        since = begun or now - LOOK_BACK
        today, title = beijing_date(now), self.drafter.rules_in_force.book(now).title
        taken = cases.open_cases(tx, {row.account.id for row, _ in _over(rows)[:DIGEST_LINES]}, {LADDER})
        names = self.drafter.composer.office.names
        moment = DigestContext(
            today=today,
            names=names,
            ladder=self.drafter.composer.setting(now).ladder,
            calendar=self._daily.calendar,
            taken=taken,
            told=told_on(tx, [case.id for case in taken.values()]),
            concerned={task: frozenset(concerned(tx, task, now)) for task in AccountTask},
        )
        to_do = {task.key: task for task in read_tasks(tx, now, has_channels=True)}
        asked = [
            *message_lines(to_do, outbox.next_release(tx), today),
            *standing_lines(to_do),
            *task_lines(rows, tasks, today, lambda area: self.drafter.rules_in_force.book(now, area), names),
            *_lines_beyond_accounts(tx, tasks, names),
        ]
        turned = appearances.events_since(tx, since)
        sections = (
            DigestSection(
                heading="采集暂停，恢复前不作新的判定",
                lines=tuple(_outage_line(outage, today) for outage in outages.open_outages(tx)),
            ),
            DigestSection(heading="请今天办", lines=tuple(asked)),
            *sections_of(rows, tasks, moment),
            DigestSection(heading="改名、认证主体或账号状态变化，请核实", lines=tuple(_changed(rows, turned, names))),
            DigestSection(
                heading="决定依据有变化，请复核（原决定仍有效）",
                lines=tuple(_lines_of_changed_basis(rows, tx, since, today, title, names)),
            ),
            DigestSection(heading="豁免即将到期", lines=tuple(self._lines_of_exemptions(tx, rows, now, names))),
            DigestSection(
                heading="授权、认证到期", lines=tuple(_lines_of_endings(rows, beijing_date(since), today, names))
            ),
            DigestSection(heading="系统升级后待确认", lines=tuple(unsettled.to_tell(tx, topic, last))),
            DigestSection(heading="通报、指数、清单待补", lines=tuple(_lines_of_papers(tx, rows, since, names))),
            DigestSection(heading="采集方式长期无结果，请改用其他方式", lines=tuple(newly_blind(tx, since, now))),
            DigestSection(heading="工作日历待补", lines=tuple(_lines_of_calendar(self._daily.calendar, today))),
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

    def _lines_of_exemptions(
        self, tx: Tx, rows: Sequence[overview.OverviewRow], now: datetime, names: Names
    ) -> Iterator[str]:
        """Yield the exemptions that end within the next working days: what they spare comes back then."""
        called, today = _called(rows, names), beijing_date(now)
        for decision in exemptions(decisions.all_decisions(tx)):
            whom, last = called.get(decision.subject), decision.valid_until
            if whom is None or last is None or last < today:
                continue
            book = self.drafter.rules_in_force.book(now, whom.area)
            if book.calendar.workdays_between(today, last) <= ENDS_WITHIN:
                ends = f"{dated(last, today)}到期（含当日）"
                what = f"“{book.title(decision.rule)}”的豁免（{decision.by}）{ends}，此后恢复判定和提醒"
                yield f"{whom.name}：{escaped(what, 200)}；需延续的，请重新登记。"


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


def sections_of(
    rows: Sequence[overview.OverviewRow], tasks: Sequence[Notice], moment: DigestContext
) -> tuple[DigestSection, ...]:
    """Return what is to be known of accounts, the gravest first; a section may be empty."""
    gone = {row.account.id: standing for row in rows if (standing := absence(row))}
    asked = {(notice.account, notice.rule) for notice in tasks}
    ending: dict[State, list[Pair]] = {State.NEEDS_REVIEW: [], State.WARNING: []}
    for row in rows:
        for finding in row.findings:
            if (
                finding.rule == DEREGISTRATION
                and finding.state in ending
                and (row.account.id, finding.rule) not in asked
            ):
                ending[finding.state].append((row, finding))
    return (
        DigestSection(
            heading="超期",
            lines=tuple(_over_line(row, finding, moment) for row, finding in _over(rows)),
            is_to_do=False,
            is_over=True,
        ),
        DigestSection(
            heading="采集异常，请人工核查（不作超期判定）",
            lines=_lines(_about(rows, AccountTask.UNSEEN, moment), moment.names),
        ),
        DigestSection(
            heading="不能自动采集，请人工核查并登记", lines=_lines(_about(rows, AccountTask.HAND, moment), moment.names)
        ),
        DigestSection(
            heading="平台显示状态异常，请人工核查",
            lines=tuple(
                f"{moment.names.account(row.account)}：平台显示{gone[row.account.id].label}"
                for row in rows
                if row.account.id in gone and row.account.id in moment.concerned.get(AccountTask.GONE, ())
            ),
        ),
        DigestSection(
            heading="注销办理，即将到期或已逾期",
            lines=_lines(sorted(ending[State.NEEDS_REVIEW], key=_due), moment.names),
        ),
        DigestSection(
            heading="注销办理，申请前的手续不全", lines=_lines(sorted(ending[State.WARNING], key=_due), moment.names)
        ),
    )


def _over(rows: Sequence[overview.OverviewRow]) -> list[Pair]:
    """Return the accounts that are overdue, the longest first; not those that the platform no longer shows."""
    found = (
        (row, finding)
        for row in rows
        for finding in row.findings
        if finding.rule == LADDER and finding.state is State.VIOLATED
    )
    return sorted((pair for pair in found if absence(pair[0]) is None), key=lambda pair: -(pair[1].days or 0))


def task_lines(
    rows: Sequence[overview.OverviewRow],
    tasks: Sequence[Notice],
    today: date,
    book_of: Callable[[str], RuleBook],
    call: Names,
) -> Iterator[str]:
    """Yield the operator's new tasks about accounts, each with its last day; a unit's under one rule share a line."""
    named_on = {(notice.account, notice.rule): beijing_date(notice.at) for notice in tasks}
    alike: defaultdict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for row in rows:
        for one in row.findings:
            if (row.account.id, one.rule) in named_on:
                alike[row.account.area, row.account.unit, one.rule].append((row, one))
    for (area, unit, rule), of_unit in alike.items():
        book = book_of(area)
        due = min(finding.due or due_on(rule, named_on[row.account.id, rule], book) for row, finding in of_unit)
        if len(of_unit) == 1:
            ((row, one),) = of_unit
            names, said = call.account(row.account), _told(row, one).removesuffix("。")
        else:
            names = f"{escaped(call.unit(area, unit))}“{book.title(rule)}”{len(of_unit)}个账号"
            said = _said_of_several(of_unit)
        names_its_day = "请于" in said or all(finding.due for _, finding in of_unit)
        wish = "" if names_its_day else f"。请于{until(due, today, book.calendar.of(area))}办理"
        yield f"{names}：{said}{wish}"


def _said_of_several(pairs: Sequence[Pair]) -> str:
    """Return what is said of several accounts, those together of which the same is said."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for row, finding in pairs:
        alike[_told(row, finding).removesuffix("。")].append(quoted(row.account))
    parts = []
    for said, names in alike.items():
        more = f"等{len(names)}个账号" if len(names) > NAMED else ""
        parts.append(f"{'、'.join(names[:NAMED])}{more}，{said}")
    return "；".join(parts)


def message_lines(to_do: Mapping[str, Task], next_release: datetime | None, today: date) -> Iterator[str]:
    """Yield what is to be done about messages: let them go, or call."""
    if held := to_do.get("held"):
        when = _on(beijing_date(next_release), today) if next_release else ""
        yield f"放行：{held.count}条消息待放行{f'（最早{when}自动放行）' if when else ''}"
    if failed := to_do.get("failed"):
        yield f"打电话：{failed.count}条消息发送失败，请查看发送记录，未送达的改用电话通知"


def standing_lines(to_do: Mapping[str, Task]) -> Iterator[str]:
    """Yield what stands on the operator's list about accounts of which no section of the digest tells."""
    yield from (f"{to_do[key.value].count}{to_do[key.value].text}" for key in _COUNTED if key.value in to_do)


_COUNTED = (AccountTask.CLAIMS, AccountTask.MUTED)


def _changed(rows: Sequence[overview.OverviewRow], turned: Iterable[AppearanceChange], names: Names) -> Iterator[str]:
    accounts = {row.account.id: row.account for row in rows}
    for change in turned:
        if change.account in accounts:
            yield f"{names.account(accounts[change.account])}：{escaped(change.said, 200)}"


def _lines_beyond_accounts(tx: Tx, tasks: Sequence[Notice], names: Names) -> Iterator[str]:
    """Yield the new tasks that are about units or areas; units with the same one share a line."""
    asked = {notice.case for notice in tasks if not notice.account}
    said = {
        (finding.subject, finding.rule): finding
        for finding in cases.current_findings(tx)
        if asked and not finding.account
    }
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for case in cases.cases(tx, which=cases.Which.OPEN) if asked else ():
        finding = said.get((case.subject, case.rule))
        if case.id in asked and finding is not None:
            unit = names.unit(finding.area or "", finding.unit) if finding.unit else finding.area
            alike[finding.because].append(escaped(unit or ""))
    for because, units in sorted(alike.items(), key=lambda pair: sorted(pair[1])):
        more = f"等{len(units)}家单位" if len(units) > NAMED else ""
        yield f"{'、'.join(sorted(units)[:NAMED])}{more}：{escaped(because, 200)}"


def _lines_of_changed_basis(
    rows: Sequence[overview.OverviewRow],
    tx: Tx,
    since: datetime,
    today: date,
    title: Callable[[str], str],
    names: Names,
) -> Iterator[str]:
    """Yield the decisions of which was found out since the last digest that they rest on another finding."""
    called = _called(rows, names)
    for decision in grounds.basis_changed_since(tx, since):
        if decision.subject in called and decision.basis_changed:
            ruled = f"{decision.ruling.label}（{title(decision.rule)}）"
            made = f"{dated(beijing_date(decision.at), today)}{decision.by}决定{ruled}"
            yield f"{called[decision.subject].name}：{escaped(f'{made}。{decision.basis_changed}', 300)}"


class _Called(NamedTuple):
    """What to call somebody, and in which area they are."""

    name: str
    area: str


def _called(rows: Iterable[overview.OverviewRow], names: Names) -> dict[Subject, _Called]:
    """Return every account, unit and area of the roster, as what something may be about."""
    accounts = [row.account for row in rows]
    found: dict[Subject, _Called] = {}
    for account in accounts:
        found[Subject.of_account(account.id)] = _Called(names.account(account), account.area)
        found[Subject.of_unit(account.area, account.unit)] = _Called(escaped(names.of(account)), account.area)
        found[Subject.of_area(account.area)] = _Called(escaped(account.area), account.area)
    return found


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


def _lines_of_calendar(calendar: WorkCalendar, today: date) -> Iterator[str]:
    for year in calendar.unknown_years(today):
        missing = f"{year}年放假和调休安排尚未录入，目前只按法定节日和周一至周五计算"
        yield f"{missing}；请按国务院办公厅通知写入calendar.yaml，并在years中加上{year}"


def _lines_of_papers(tx: Tx, rows: Sequence[overview.OverviewRow], since: datetime, names: Names) -> Iterator[str]:
    """Yield what the papers still lack: told once, and every day while a verdict waits for it."""
    waiting = sum(finding.rule == LISTED and finding.state is State.UNKNOWN for row in rows for finding in row.findings)
    for hole in papers.missing_rounds(tx) if waiting else ():
        none = "确无此期的，请导入一行：只填系列、期次、印发日期，“覆盖全部”填“否”，账号留空"
        yield f"缺{escaped(str(hole), 100)}，请补录后导入；{none}"
    unmatched = Counter(
        row.paper
        for row in papers.strays(tx)
        if row.known_at > since or (waiting and row.paper.kind is PaperKind.ROUND)
    )
    for paper, count in unmatched.items():
        called = paper.with_area if names.with_area else str(paper)
        yield f"{escaped(called, 100)}：{count}行未匹配到账号，请补全台账，或在原表写明账号ID后再导入"
    if waiting:
        yield f"因以上期次或行，{waiting}个账号是否连续被通报2周未更新，暂不能判定"


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


def _lines(pairs: Iterable[Pair], names: Names) -> tuple[str, ...]:
    return tuple(f"{names.account(row.account)}：{_told(row, finding)}" for row, finding in pairs)


def _told(row: overview.OverviewRow, finding: Finding) -> str:
    """Return what is said of a finding; where an account cannot be seen, with what its owner has to do."""
    said = told(finding)
    if finding.support is not Support.BLIND:
        return said
    advices = dict.fromkeys(escaped(source.advice, 200) for source in row.sources if source.advice)
    return "；".join((said.removesuffix("。"), *advices)) if advices else said


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


def _due(pair: Pair) -> date:
    return pair[1].due or date.min


def _about(rows: Iterable[overview.OverviewRow], task: AccountTask, moment: DigestContext) -> Iterator[Pair]:
    """Yield the accounts that a task of the operator is about, with what the two-week rule says of them."""
    asked = moment.concerned.get(task, ())
    for row in rows:
        if row.account.id in asked:
            yield from ((row, finding) for finding in row.findings if finding.rule == LADDER)
