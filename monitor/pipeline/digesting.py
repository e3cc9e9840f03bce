"""The operator's morning message: everything that wants a person today, once a working day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from monitor.core.account import Role
from monitor.core.calendar import at_beijing, beijing_date
from monitor.core.case import Ladder
from monitor.core.finding import Finding, State, Support
from monitor.core.message import MessageState
from monitor.core.notice import Notice
from monitor.core.observation import Standing
from monitor.core.wording import Section, Setting, digest, escaped
from monitor.pipeline.delivering import UNNUMBERED, Courier, is_for_digest
from monitor.store import Tx, cases, memory, outbox, sights

ASK_HAND_FROM = 8
"""From this many days on, accounts read by hand are worth the operator's time (design.md §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Writes the digest when its hour has come; the courier sends it like any message."""

    courier: Courier
    hour: time

    async def write_if_due(self, now: datetime) -> bool:
        """Write today's digest if it is due and not yet written; return whether it was."""
        return await self.courier.store.write(lambda tx: self._write(tx, now), durable=True)

    def _write(self, tx: Tx, now: datetime) -> bool:
        today = beijing_date(now)
        topic = f"digest:{today.isoformat()}"
        bench = self.courier.bench
        if now < at_beijing(today, self.hour) or not bench.calendar.is_workday(today) or memory.get_note(tx, topic):
            return False
        memory.put_note(tx, topic, now.isoformat())
        routes = self.courier.directory.to_operator()
        tasks = [notice for notice in outbox.waiting_notices(tx) if is_for_digest(notice)]
        sections = sections_of(sights.overview(tx, now), tasks, outbox.counts(tx), cases.current_findings(tx))
        if not routes or not any(section.lines for section in sections):
            return False
        setting = Setting(
            now=now, calendar=bench.calendar, ladder=Ladder.of(bench.book(now)), office=self.courier.office
        )
        words = digest(sections, UNNUMBERED, setting)
        draft = outbox.Draft(
            channel=routes[0].channel,
            role=Role.OPERATOR,
            person="",
            subject=words.subject,
            body=words.body,
            notices=tuple(notice.id for notice in tasks if notice.id is not None),
            topic=topic,
        )
        opens = self.courier.hours.opens_at(now, bench.calendar)
        outbox.save_draft(tx, draft, at=now, not_before=opens, held=self.courier.is_holding)
        return True


def sections_of(
    rows: Sequence[sights.Row],
    tasks: Sequence[Notice],
    messages: dict[MessageState, int],
    findings: Sequence[Finding],
) -> tuple[Section, ...]:
    """Return what wants a person, the gravest first; a section may be empty."""
    names = {row.account.id: f"“{escaped(row.account.name)}”（{row.account.platform.label}）" for row in rows}
    updates = [one for one in findings if one.rule == "UPD-01" and one.account in names]
    by_account = {(one.account, one.rule): one for one in findings}
    waiting = [by_account.get((notice.account, notice.rule)) for notice in tasks]
    return (
        Section(heading="已超期", lines=_lines(names, updates, State.VIOLATED)),
        Section(heading="未能核查（采集受阻，不作超期认定）", lines=_blind(names, updates, Support.BLIND)),
        Section(heading="靠人工核查，请登录平台查看后登记", lines=_blind(names, updates, Support.ASKED)),
        Section(heading="平台显示状态异常，待核实", lines=tuple(_gone(rows, names))),
        Section(
            heading="新增待办",
            lines=tuple(
                f"{names[one.account]}：{escaped(one.because, 200)}" for one in waiting if one and one.account in names
            ),
        ),
        Section(heading="消息", lines=tuple(_message_lines(messages))),
    )


def _lines(names: dict[str, str], findings: Sequence[Finding], state: State) -> tuple[str, ...]:
    chosen = sorted((one for one in findings if one.state is state), key=lambda one: -(one.days or 0))
    return tuple(f"{names[one.account]}：{escaped(one.because, 200)}" for one in chosen if one.account)


def _blind(names: dict[str, str], findings: Sequence[Finding], support: Support) -> tuple[str, ...]:
    """Return accounts that nothing sure can be said of, once that begins to matter."""
    chosen = [
        one
        for one in findings
        if one.support is support
        and (one.days is None or one.days >= ASK_HAND_FROM)
        and one.state is not State.NOT_APPLICABLE
    ]
    return tuple(f"{names[one.account]}：{escaped(one.because, 200)}" for one in chosen if one.account)


def _gone(rows: Sequence[sights.Row], names: dict[str, str]) -> list[str]:
    present = {"", Standing.ACTIVE.value, Standing.EMPTY.value}
    return [
        f"{names[row.account.id]}：平台显示{Standing.of(source.standing).label}"
        for row in rows
        for source in row.sources
        if source.standing not in present
    ]


def _message_lines(messages: dict[MessageState, int]) -> list[str]:
    held, failed = messages.get(MessageState.HELD, 0), messages.get(MessageState.FAILED, 0)
    lines = [f"{held}条消息待放行（xuncha message release）"] if held else []
    return lines + ([f"{failed}条消息发送失败，请查看发送记录"] if failed else [])
