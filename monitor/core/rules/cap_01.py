"""CAP-01: 清理整合后的政务新媒体总数控制在10个以内.

Instrument: 缙政办发〔2022〕13号 二(一). Accounts are counted, not brands; those being closed count until they are
and are shown apart; websites do not count. It never says which account should go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from monitor.core.account import Account, AccountStatus, Platform, Scope
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.lasting import lasts_since, shown
from monitor.core.names import normal
from monitor.core.needs import Needs
from monitor.core.register import Register
from monitor.core.rules.registry import on_area, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "CAP-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield how many accounts the area has."""
    counted = [account for account in register.judged if is_counted(account)]
    pending = sum(account.platform is not Platform.WEBSITE for account in register.judged) - len(counted)
    if not counted and not pending:
        return
    closing = sum(account.status is AccountStatus.DEREGISTERING for account in counted)
    brands = len({normal(account.name) for account in counted})
    at_most = book.number(ID, "at_most")
    facts = f"现有账号{len(counted)}个（同名合并计{brands}个）"
    parts = [f"其中注销中{closing}个，注销后{len(counted) - closing}个"] if closing else []
    parts += [f"{'另有' if not closing else ''}单位层级未填写{pending}个"] if pending else []
    rest = f"{'；'.join(parts)}。" if parts else ""
    proposals: tuple[Proposal, ...] = (Proposal.REVIEW,)
    if len(counted) > at_most:
        is_judged = beijing_date(now) >= book.date(ID, "judged_from")
        state = State.VIOLATED if is_judged else State.WARNING
        said = f"{facts}，超过{at_most}个的上限。{rest}"
    elif len(counted) + pending > at_most:
        state, said = State.NEEDS_REVIEW, f"{facts}，是否超过{at_most}个的上限待确定。{rest}"
    else:
        state, said, proposals = State.OK, f"{facts}，未超过{at_most}个的上限。{rest}", ()
    finding = on_area(ID, register.area, book, state, said, proposals=proposals)
    if state is State.OK:
        yield finding
        return
    begun = _begun(register, book, state)
    yield replace(finding, since=shown(begun, ID, book), begun_at=begun)


def is_counted(account: Account) -> bool:
    """True if an account is one of those that are to be few: judged, certainly in scope, and no website."""
    return account.is_judged and account.scope is Scope.IN and account.platform is not Platform.WEBSITE


def _begun(register: Register, book: RuleBook, state: State) -> datetime:
    """Return the moment since which the number of accounts has said the same."""
    judged_from, at_most = start_of_day(book.date(ID, "judged_from")), book.number(ID, "at_most")
    steady = (account for account in register.accounts if account.id not in register.earlier)
    always = Counter(account.scope for account in steady if posts_or_serves(account, book))

    def holds(moment: datetime) -> bool:
        scopes = always + Counter(
            account.scope for account in register.changing(moment) if posts_or_serves(account, book)
        )
        many = scopes[Scope.IN] > at_most
        match state:
            case State.VIOLATED:
                return many and moment >= judged_from
            case State.WARNING:
                return many
            case _:
                return not many and scopes[Scope.IN] + scopes[Scope.PENDING] > at_most

    turns = {judged_from} if state is State.VIOLATED else set[datetime]()
    return lasts_since(sorted({*register.moments, *turns}, reverse=True), holds)


RULE = AreaRule(
    id=ID,
    title="账号总数超限",
    asks_whether_it_stays=True,
    needs=Needs(numbers=("at_most",), dates=("judged_from",)),
    on=SubjectKind.AREA,
    judge=judge,
    reach=None,
    binds=posts_or_serves,
    says={
        State.OK: "不超过10个",
        State.WARNING: "超过10个，尚未到开始判定的日期",
        State.VIOLATED: "超过10个；注销中的计入并单列，网站不计",
        State.NEEDS_REVIEW: "加上单位层级未填写的账号才超过",
    },
)
