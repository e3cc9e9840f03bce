"""What the rules about an area's register share: the form of their findings, who is bound, how records are read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from monitor.core.account import Account, AccountStatus, Platform
from monitor.core.calendar import beijing_date
from monitor.core.finding import Basis, Finding, Proposal, RuleBook, State
from monitor.core.phrases import dated
from monitor.core.record import Record

RUNNING = frozenset({AccountStatus.FILING, AccountStatus.ACTIVE, AccountStatus.PAUSED})
"""Statuses of accounts that go on; the others are being closed or are."""


def on_account(  # noqa: PLR0913 - a finding has that many parts
    rule: str,
    account: Account,
    book: RuleBook,
    state: State,
    because: str,
    *,
    since: date | None = None,
    proposals: tuple[Proposal, ...] = (),
    basis: Basis = Basis.REGISTRY,
    evidence: Iterable[str] = (),
    episode: str = "",
    begun_at: datetime | None = None,
) -> Finding:
    """Return a rule's finding on an account; without an episode of its own, its trouble is one as long as it lasts."""
    return Finding(
        rule=rule,
        account=account.id,
        unit=account.unit,
        area=account.area,
        state=state,
        since=since,
        strength=book.strengths[rule],
        proposals=proposals,
        basis=basis,
        clause=book.clauses[rule],
        because=because,
        evidence=tuple(evidence),
        episode=episode or rule,
        begun_at=begun_at,
    )


def scope_pending(rule: str, account: Account, book: RuleBook) -> Finding:
    """Return the finding that the rule waits for the account's scope."""
    return on_account(
        rule,
        account,
        book,
        State.NEEDS_REVIEW,
        "单位层级未填写，是否属于监管范围待确定。",
        proposals=(Proposal.REVIEW,),
    )


def on_unit(  # noqa: PLR0913 - as above
    rule: str,
    unit: str,
    area: str,
    book: RuleBook,
    state: State,
    because: str,
    *,
    since: date | None = None,
    proposals: tuple[Proposal, ...] = (),
    evidence: Iterable[str] = (),
    episode: str = "",
) -> Finding:
    """Return a rule's finding on a unit."""
    return on_area(
        rule,
        area,
        book,
        state,
        because,
        unit=unit,
        since=since,
        proposals=proposals,
        evidence=evidence,
        episode=episode,
    )


def on_area(  # noqa: PLR0913 - as above
    rule: str,
    area: str,
    book: RuleBook,
    state: State,
    because: str,
    *,
    unit: str | None = None,
    since: date | None = None,
    proposals: tuple[Proposal, ...] = (),
    evidence: Iterable[str] = (),
    episode: str = "",
) -> Finding:
    """Return a rule's finding on an area, or on a unit in it."""
    return Finding(
        rule=rule,
        unit=unit,
        area=area,
        state=state,
        since=since,
        strength=book.strengths[rule],
        proposals=proposals,
        basis=Basis.REGISTRY,
        clause=book.clauses[rule],
        because=because,
        evidence=tuple(evidence),
        episode=episode or rule,
    )


def in_scope(account: Account, book: RuleBook) -> bool:
    """Whether a rule for every judged account in scope binds this one, or may while its scope is pending."""
    return account.is_judged


def posts_or_serves(account: Account, book: RuleBook) -> bool:
    """As `in_scope`, websites excepted."""
    return account.is_judged and account.platform is not Platform.WEBSITE


def app_like(account: Account, book: RuleBook) -> bool:
    """Whether the account is an app that people download or open inside another, and is judged."""
    return account.is_judged and account.platform in {Platform.MOBILE_APP, Platform.MINI_PROGRAM}


def day(when: date, now: datetime) -> str:
    """Return a date as officials write it: 5月19日, and with its year, 2022年5月19日, where that is not this one."""
    return dated(when, beijing_date(now))


def normal(name: str) -> str:
    """Return a name as it is compared: NFKC, without spaces; 官方 and 发布 are parts of it."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def cited(*records: Record) -> tuple[str, ...]:
    """Return the evidence ids of records."""
    return tuple(f"record:{record.id}" for record in records if record.id is not None)


_HARMLESS = re.compile(
    "(?:无|没有|没|未|不)(?:再|见|发现|出现|存在|有)*(?:任何|明显|其他)?(?:问题|异常|故障|失效|错误|缺陷)"
    "|无(?:需|须|误|碍|障碍)|不(?:需|必|用|缺|错|影响)|未发现(?=$|[，。；,;])"
)
_NO = re.compile("无|没有|未|不|否|缺|失效|差|打不开")
_YES = re.compile("是|有|正常|合格|通过|支持|完成|可用|良好|已|依托|接入|引入")


def harmless(text: str) -> str:
    """Return a record's text with `正常` for what says no to a fault: 未见异常, 无需整改."""
    return _HARMLESS.sub("正常", text)


def affirms(text: str) -> bool | None:
    """Return whether a record's text says yes; None where it says neither yes nor no."""
    rest = harmless(text)
    if _NO.search(rest):
        return False
    return True if _YES.search(rest) else None
