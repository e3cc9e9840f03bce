"""OUT-01: 受委托方应为主办单位下属企事业单位、主流新闻媒体或有资质的主流新闻网站；不得外包给无资质的单位，不得再次转包.

Instrument: 缙政办发〔2022〕13号 二(四). Missing agreements and licences about to end are warned of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.core.account import Account, OperationMode
from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.names import normal
from monitor.core.needs import Needs
from monitor.core.phrases import dated
from monitor.core.register import Register
from monitor.core.rules.registry import on_account, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "OUT-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose content is run by somebody who may not, or without what must be agreed."""
    today = beijing_date(now)
    for account in register.media:
        if account.outsourcing.mode is not OperationMode.OUTSOURCED:
            continue
        breaches, gaps = tuple(_breaches(account, book, today)), tuple(_gaps(account, book, today))
        if breaches:
            because = f"{'；'.join((*breaches, *gaps))}。"
            yield on_account(ID, account, book, State.VIOLATED, because, proposals=(Proposal.RECTIFY,))
        elif not account.outsourcing.operator_type:
            because = f"{'；'.join(('未填写受委托方类型，不能判定是否符合要求', *gaps))}。"
            yield on_account(ID, account, book, State.NEEDS_REVIEW, because, proposals=(Proposal.REVIEW,))
        elif gaps:
            because = f"{'；'.join(gaps)}。"
            yield on_account(ID, account, book, State.WARNING, because, proposals=(Proposal.RECTIFY,))


def _breaches(account: Account, book: RuleBook, today: date) -> Iterator[str]:
    out = account.outsourcing
    kind = normal(out.operator_type or "")
    if kind and kind not in book.listed(ID, "allowed"):
        yield f"受委托方为{out.operator_type}，不在允许的范围内"
    if kind in book.listed(ID, "licensed"):
        if out.news_licence_until is None:
            yield "受委托的新闻网站未登记新闻资质"
        elif out.news_licence_until < today:
            yield f"受委托方的新闻资质已于{dated(out.news_licence_until, today)}到期"
    if out.is_subcontracted:
        yield "内容运营业务被再次转包"


def _gaps(account: Account, book: RuleBook, today: date) -> Iterator[str]:
    out = account.outsourcing
    if out.agreement_on is None:
        yield "未登记委托协议"
    if out.confidentiality_on is None:
        yield "未登记保密协议"
    until = out.news_licence_until
    if until is not None and today <= until and (until - today).days <= book.number(ID, "remind_days"):
        yield f"受委托方的新闻资质将于{dated(until, today)}到期"


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the days on which a licence comes near its end, and is over."""
    for account in register.accounts:
        until = account.outsourcing.news_licence_until
        if until is not None:
            yield from (until - timedelta(days=book.number(ID, "remind_days")), until + ONE_DAY)


RULE = AreaRule(
    id=ID,
    title="委托运营不合要求",
    needs=Needs(numbers=("remind_days",), words=("allowed", "licensed")),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    turns=_turns,
    binds=posts_or_serves,
    says={
        State.OK: "自主运营，或委托运营符合要求",
        State.WARNING: "未登记委托协议或保密协议；或新闻资质60天内到期",
        State.VIOLATED: "受委托方不在允许的范围内；应有的新闻资质未登记或已到期；或再次转包",
        State.NEEDS_REVIEW: "未填写受委托方类型",
        State.NOT_APPLICABLE: "网站",
    },
)
