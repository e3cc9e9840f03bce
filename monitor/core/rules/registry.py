"""The shared parts of rules about an area's register: the form of findings, who is bound, how records are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from monitor.core.account import Account, AccountStatus, Platform, Scope
from monitor.core.calendar import EVER, beijing_date
from monitor.core.finding import Basis, Finding, Proposal, RuleBook, State, put_to_the_office
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


def within_scope(finding: Finding, asked: Iterable[Account]) -> Finding:
    """Return a finding on a unit as it stands where nobody has said of any account asked whether it is in scope."""
    is_bound = any(account.scope is Scope.IN for account in asked)
    return finding if is_bound or not finding.state.is_held_against else put_to_the_office(finding, EVER)


def on_unit(  # noqa: PLR0913 - as above
    rule: str,
    unit: str,
    area: str,
    book: RuleBook,
    state: State,
    because: str,
    *,
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
    """True if a rule for every judged account in scope binds this one, or may while its scope is pending."""
    return account.is_judged


def posts_or_serves(account: Account, book: RuleBook) -> bool:
    """As `in_scope`, websites excepted."""
    return account.is_judged and account.platform is not Platform.WEBSITE


def app_like(account: Account, book: RuleBook) -> bool:
    """True if the account is an app that people download or open inside another, and is judged."""
    return account.is_judged and account.platform in {Platform.MOBILE_APP, Platform.MINI_PROGRAM}


def day(when: date, now: datetime) -> str:
    """Return a date as officials write it: 5月19日, and with its year, 2022年5月19日, where that is not this one."""
    return dated(when, beijing_date(now))


def cited(*records: Record) -> tuple[str, ...]:
    """Return the evidence ids of records."""
    return tuple(f"record:{record.id}" for record in records)


def unstated(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records of which nobody has stated yet what they say: entered before results were closed words."""
    return tuple(record for record in records if record.result is None)


def asks_to_state(records: Sequence[Record], now: datetime) -> str:
    """Return the wish that the results of these records be stated."""
    last = records[-1]
    many = f"等{len(records)}条" if len(records) > 1 else ""
    return f"{day(last.on, now)}{many}的{last.kind.label}登记未写明结果，请补登"
