"""TWN-01: 各乡镇（街道）开设的政务新媒体账号原则上予以注销.

Instrument: 缙政办发〔2022〕13号 三(二)3. The unit's level decides, never a name: a police station named after a
town is no township. Followers against residents are shown as a hint for the exemption, as other counties do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import Account, UnitLevel
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind
from monitor.core.register import Register
from monitor.core.rules.registry import on_account, posts_or_serves, scope_pending
from monitor.core.subject import SubjectKind

ID = "TWN-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts of townships and subdistricts."""
    for account in register.media:
        if account.id in register.pending:
            yield scope_pending(ID, account, book)
        elif account.level is UnitLevel.TOWNSHIP:
            because = f"主办单位为乡镇（街道），原则上予以注销{_share(account, register)}。"
            yield on_account(ID, account, book, State.VIOLATED, because, proposals=(Proposal.DEREGISTER,))


def _share(account: Account, register: Register) -> str:
    """Return followers against residents, where both are known."""
    counted = register.records_of(RecordKind.POPULATION, account.unit)
    written = counted[-1].item if counted else ""
    if not written.isdecimal() or not account.followers:
        return ""
    residents = int(written)
    return f"；粉丝数相当于辖区常住人口的{account.followers / residents:.1%}" if residents else ""


RULE = AreaRule(
    id=ID,
    title="乡镇（街道）账号",
    asks_whether_it_stays=True,
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.POPULATION}),
    binds=posts_or_serves,
    says={
        State.OK: "主办单位不是乡镇（街道）",
        State.VIOLATED: "主办单位为乡镇（街道）；按单位层级，不按名称",
        State.NEEDS_REVIEW: "单位层级未填写",
        State.NOT_APPLICABLE: "网站",
    },
)
