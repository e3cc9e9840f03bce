"""REG-01: 未纳入平台监管范围的，一律予以注销，并在政府执行力考核中予以扣分.

Instrument: 缙政办发〔2022〕13号 三(一). Up to the deadline's last moment a missing account is to be reported, from
the day after on it is a violation. A list is its area's. It grows old, and says nothing of an account that was opened
after it and is not on it, nor of one that came from another area after it; one whose opening was approved lately has
time to be filed. Websites are no such accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.filing import FiledList
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.phrases import dated
from monitor.core.record import Record, RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import cited, on_account, posts_or_serves, scope_pending
from monitor.core.subject import SubjectKind

ID = "REG-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that are not on the latest filed list, and those of which that is not known."""
    today = beijing_date(now)
    doubt = _why_unknown(register.filed, book, today)
    for account in register.media:
        if account.id in register.pending:
            yield scope_pending(ID, account, book)
        elif doubt is not None or register.filed is None:
            yield on_account(ID, account, book, State.UNKNOWN, doubt or "", basis=Basis.IMPORT)
        elif account.id not in register.filed.filings:
            yield _missing(account, register, register.filed, book, today)


def _why_unknown(filed: FiledList | None, book: RuleBook, today: date) -> str | None:
    if filed is None:
        return "尚未导入已备案清单，不能判定是否备案。"
    age = (today - filed.as_of).days
    if age > book.number(ID, "list_days"):
        return f"已备案清单截至{dated(filed.as_of, today)}，已过{age}天，不能判定是否备案。"
    return None


def _missing(account: Account, register: Register, filed: FiledList, book: RuleBook, today: date) -> Finding:
    listed = f"已备案清单（截至{dated(filed.as_of, today)}）"
    if not filed.is_whole:
        because = f"{listed}未写明是哪个地区的，不能判定是否备案，请按地区重新导入。"
        return on_account(ID, account, book, State.UNKNOWN, because, basis=Basis.IMPORT)
    came = register.came_on(account.id)
    if came is not None and came > filed.as_of:
        because = f"该账号于{dated(came, today)}划入{register.area}，晚于{listed}，不能判定是否备案。"
        return on_account(ID, account, book, State.UNKNOWN, because, basis=Basis.IMPORT)
    if account.opened_on is not None and account.opened_on > filed.as_of:
        because = f"该账号于{dated(account.opened_on, today)}开设，晚于{listed}，不能判定是否备案。"
        return on_account(ID, account, book, State.UNKNOWN, because, basis=Basis.IMPORT)
    deadline = book.date(ID, "deadline")
    evidence = (f"filed-list:{filed.as_of}",)
    facts = f"不在截至{dated(filed.as_of, today)}的已备案清单中"
    if filed.unmatched:
        facts += f"（清单另有{len(filed.unmatched)}行待匹配，请先核对）"
    approval = _approval(account, register, book, today)
    if approval is not None and approval.result is None:
        return on_account(
            ID,
            account,
            book,
            State.NEEDS_REVIEW,
            f"{facts}；{dated(approval.on, today)}的备案变更登记未写明结果，请补登。",
            since=approval.on,
            proposals=(Proposal.REVIEW,),
            basis=Basis.IMPORT,
            evidence=(*evidence, *cited(approval)),
        )
    if approval is not None:
        return on_account(
            ID,
            account,
            book,
            State.WARNING,
            f"{facts}；开设已于{dated(approval.on, today)}批准，请及时备案。",
            since=approval.on,
            proposals=(Proposal.FILE,),
            basis=Basis.IMPORT,
            evidence=(*evidence, *cited(approval)),
        )
    if today <= deadline:
        because = f"{facts}，请于{dated(deadline, today)}前（含当日）报送。"
        return on_account(
            ID,
            account,
            book,
            State.WARNING,
            because,
            since=filed.as_of,
            proposals=(Proposal.FILE,),
            basis=Basis.IMPORT,
            evidence=evidence,
        )
    return on_account(
        ID,
        account,
        book,
        State.VIOLATED,
        f"{facts}，未纳入备案监管。",
        since=max(filed.as_of, deadline + timedelta(days=1)),
        proposals=(Proposal.DEREGISTER, Proposal.DEDUCT),
        basis=Basis.IMPORT,
        evidence=evidence,
    )


def _approval(account: Account, register: Register, book: RuleBook, today: date) -> Record | None:
    """Return the approval of the account's opening, as long as it gives time for the filing, or what may be one."""
    for record in reversed(register.records_of(RecordKind.FILING_CHANGE, account.id)):
        last = book.calendar.workday_after(record.on, book.number(ID, "approval_workdays"))
        if record.result is Result.OPENING_REFUSED or book.calendar.days_late(last, today):
            return None
        if record.result in {Result.OPENING_APPROVED, None}:
            return record
    return None


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the days of the lists, the one after the deadline, and those on which an approval gives no more time."""
    yield from (filed.as_of for filed in register.lists)
    yield book.date(ID, "deadline") + ONE_DAY
    period = book.number(ID, "approval_workdays")
    for record in register.kept(RecordKind.FILING_CHANGE):
        yield book.calendar.workday_after(record.on, period + 1)


RULE = AreaRule(
    id=ID,
    title="未纳入备案监管",
    needs=Needs(numbers=("list_days", "approval_workdays"), dates=("deadline",)),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.FILING_CHANGE}),
    turns=_turns,
    binds=posts_or_serves,
    says={
        State.OK: "在最近的已备案清单中（先核对清单：在清单中的，无论何时开设）",
        State.WARNING: "不在清单中，但截止日期未过，或开设批准（备案变更记录）未满10个工作日",
        State.VIOLATED: "不在清单中，且截止日期已过",
        State.UNKNOWN: "尚未导入清单；清单超过35天；或不在清单中而账号开设晚于清单、从其他地区划入晚于清单",
        State.NEEDS_REVIEW: "单位层级未填写；或10个工作日内的备案变更登记未写明结果",
        State.NOT_APPLICABLE: "网站",
    },
)
