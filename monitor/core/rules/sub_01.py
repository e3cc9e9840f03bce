"""SUB-01: 各单位在“掌上缙云”移动客户端开设账号自主发稿，并积极向官方媒体平台投稿.

Instrument: 缙政办发〔2022〕13号 三(三)3. Where an account's content went (内容迁移) is kept; nobody is ranked by
what they submit (整治形式主义为基层减负若干规定, 2024).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Basis, Finding, RuleBook, State
from monitor.core.forms import target_of
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "SUB-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield where the content of accounts went."""
    moved = {record.name for record in register.kept(RecordKind.MIGRATION)}
    for account in register.judged if moved else ():
        if account.id in moved:
            last = register.records_of(RecordKind.MIGRATION, account.id)[-1]
            match last.result:
                case Result.MOVED:
                    because = f"内容自{day(last.on, now)}起迁移：{target_of(last) or '未写明去向'}。"
                case Result.NOT_MOVED:
                    because = f"{day(last.on, now)}登记：内容未迁移。"
                case _:
                    because = f"{asks_to_state([last], now)}。"
            yield on_account(ID, account, book, State.OK, because, basis=Basis.HAND, evidence=cited(last))


RULE = AreaRule(
    id=ID,
    title="内容迁移和投稿",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "只作记录；投稿不作判定，不排名",
    },
)
