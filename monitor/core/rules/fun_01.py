"""FUN-01: 未提供有效互动功能.

Instrument: 国办秘函〔2019〕19号, veto item 3. A person tries it (互动核查) and nobody else: testing by posting
would be an act in public. A check stands for a quarter, then it is to be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.core.account import Platform
from monitor.core.calendar import beijing_date
from monitor.core.finding import INTERACTION, AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.forms import told
from monitor.core.needs import Needs
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, on_account, posts_or_serves
from monitor.core.subject import SubjectKind

ID = INTERACTION


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that were found without interaction, not checked, or not for long."""
    today = beijing_date(now)
    for account in register.judged:
        if account.platform is Platform.WEBSITE:
            continue
        checks = register.records_of(RecordKind.INTERACTION, account.id)
        if not checks:
            yield on_account(ID, account, book, State.UNKNOWN, "尚未人工核查互动功能。", basis=Basis.HAND)
            continue
        last = checks[-1]
        if last.result is Result.FAULTY:
            state, because = State.VIOLATED, f"{day(last.on, now)}核查：{told(last)}。"
        elif last.result is not Result.SOUND:
            state, because = State.NEEDS_REVIEW, f"{asks_to_state([last], now)}。"
        elif (today - last.on).days > book.number(ID, "recheck_days"):
            state, because = State.NEEDS_REVIEW, f"互动功能上次核查为{day(last.on, now)}，请复核。"
        else:
            continue
        proposals = (Proposal.RECTIFY,) if state is State.VIOLATED else (Proposal.REVIEW,)
        since = last.on if state is State.VIOLATED else None
        yield on_account(
            ID,
            account,
            book,
            state,
            because,
            since=since,
            proposals=proposals,
            basis=Basis.HAND,
            evidence=cited(last),
            episode=f"{ID}/{last.on}",
        )


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the days on which a check has grown old."""
    late = timedelta(days=book.number(ID, "recheck_days") + 1)
    yield from (record.on + late for record in register.kept(RecordKind.INTERACTION))


RULE = AreaRule(
    id=ID,
    title="未提供有效互动功能",
    needs=Needs(numbers=("recheck_days",)),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.INTERACTION}),
    turns=_turns,
    binds=posts_or_serves,
    says={
        State.OK: "一个季度内核查有效",
        State.VIOLATED: "核查为未提供有效互动功能",
        State.NEEDS_REVIEW: "超过一个季度未复核，或核查记录未写明结果",
        State.UNKNOWN: "尚未核查",
        State.NOT_APPLICABLE: "网站",
    },
)
