"""How a stretch of time is told in a file that a person can read: what happened, who was told what, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.app.parts import Parts
from monitor.core.calendar import beijing
from monitor.core.case import RUNGS, Case
from monitor.core.outage import Outage
from monitor.core.phrases import day_with_week
from monitor.pipeline.digest import TOPIC
from monitor.store import Tx, cases, outages, outbox, roster
from monitor.store.notices import notices_of
from tests.store.history import finding_changes


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, as lines."""

    at: datetime
    lines: tuple[str, ...]


def story(parts: Parts, did: Sequence[Deed] = ()) -> Iterator[str]:
    """Yield everything that happened, every message and every case of a database, as lines."""
    with parts.store.read() as tx:
        kept = sorted(
            outbox.messages(tx, limit=10_000),
            key=lambda entry: (entry.finished_at or entry.created_at, entry.message.subject),
        )
        every = sorted(cases.cases(tx, limit=10_000), key=lambda entry: (*_whom(entry), entry.rule, entry.opened_at))
        yield "一、发生了什么"
        yield from happenings(tx, did)
        yield ""
        yield "二、谁在什么时候被告知什么，依据是什么"
        for kept_message in kept:
            yield ""
            yield from message_story(tx, parts, kept_message)
        yield ""
        yield "三、每个事项的经过和原因"
        names = {
            account.id: f"“{account.name}”（{account.platform.label}）"
            for account in (*roster.former_accounts(tx), *roster.accounts(tx))
        }
        for case in every:
            yield ""
            yield from case_story(tx, parts, case, names)
        yield ""
        yield "四、由通报、指数和处置决定而来的认定，怎样变化"
        for account in sorted(names):
            yield from verdicts(tx, account, names[account])


def happenings(tx: Tx, did: Sequence[Deed]) -> Iterator[str]:
    """Yield what people did and what the monitor could not see, in the order of time."""
    out = (Deed(outage.began_at, (_outage(outage),)) for outage in outages.latest_outages(tx, limit=100))
    for deed in sorted([*did, *out], key=lambda deed: deed.at):
        yield ""
        yield from deed.lines


def _outage(outage: Outage) -> str:
    found = f"{moment(outage.began_at)}  监测系统  发现{outage.name}（{outage.detail or outage.cause.label}）"
    ended = f"{moment(outage.ended_at)}恢复，其间不作新的认定" if outage.ended_at else "至今没有恢复"
    return f"{found}，{ended}"


def message_story(tx: Tx, parts: Parts, kept: outbox.KeptMessage) -> Iterator[str]:
    """Yield who was told what, and by which rules and clauses."""
    who = kept.message.address or kept.message.channel
    yield f"{moment(kept.finished_at or kept.created_at)}  {kept.role.label}（{who}）  {kept.state.label}"
    yield from (f"  依据：{line}" for line in grounds(tx, parts, kept))
    yield f"  {kept.message.subject}"
    yield from (f"    {line}" for line in kept.message.body.splitlines() if line and not line.startswith(("#", ">")))


def grounds(tx: Tx, parts: Parts, kept: outbox.KeptMessage) -> Iterator[str]:
    """Yield why a message was written: what it is, else its rules and clauses, each with those it concerns."""
    if kept.topic.startswith(TOPIC):
        yield "每个工作日的摘要"
    if kept.topic.startswith("outage:"):
        yield "采集暂停，只告知操作员"
    concerned: dict[str, dict[str, None]] = {}
    for notice in notices_of(tx, kept.message.id):
        concerned.setdefault(law(parts, notice.rule, notice.at), {})[notice.account or "单位和地区"] = None
    yield from (f"{ground}：{'、'.join(whom)}" for ground, whom in concerned.items())


def law(parts: Parts, rule: str, at: datetime) -> str:
    """Return a rule as the file names it: its clause, if it is one of the instruments'."""
    clause = parts.rules_in_force.book(at).clauses.get(rule)
    return f"{rule}“{clause}”" if clause else f"{rule}（监测系统自身的职责）"


def case_story(tx: Tx, parts: Parts, case: Case, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what happened in a case, why, and who heard of it."""
    told = defaultdict(list)
    for notice in cases.notices_of_case(tx, case.id):
        told[notice.kind, notice.number].append(notice.role.label)
    whom = f"{case.account} {names[case.account]}" if case.account else _whom(case)[1]
    yield f"{whom}  {law(parts, case.rule, case.opened_at)}  {moment(case.opened_at)}列入"
    for step in case.steps:
        rung = f"（第{step.number}天）" if step.kind in RUNGS else ""
        heard = "、".join(dict.fromkeys(told[step.kind, step.number]))
        yield f"  {moment(step.at)}  {step.kind.label}{rung}：{step.because}{f' → {heard}' if heard else ''}"
    if case.closed_at and case.closing:
        yield f"  {moment(case.closed_at)}  办结：{case.closing.label}"


def verdicts(tx: Tx, account: str, name: str) -> Iterator[str]:
    """Yield how the verdicts on an account changed that papers and decisions lead to; not those that never moved."""
    for rule in ("PLT-01", "UPD-02", "WEAK-01"):
        changes = [change for change in finding_changes(tx, account) if change.finding.rule == rule]
        if len(changes) > 1:
            yield ""
            yield f"{account} {name}  {rule}"
            yield from (
                f"  {moment(change.at)}  {change.finding.label}：{change.finding.because}"
                for change in reversed(changes)
            )


def _whom(case: Case) -> tuple[str, str]:
    """Return where a case stands: accounts by id, then units, then areas."""
    return ("1", case.account) if case.account else ("2" if case.unit else "3", case.unit or case.area or "")


def moment(when: datetime) -> str:
    """Return a moment as the file writes it."""
    local = beijing(when)
    return f"{day_with_week(local.date())}{local:%H:%M}"
