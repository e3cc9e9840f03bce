"""Since when a state has lasted: the day on which it began, and not that of the paper that last showed it.

What a rule says of an area follows from the roster, the records and the lists of a day, and these are known of every
day. So the rule is asked about earlier moments too, back from each at which something changed to the one before, until
its word is another. Not knowing is no other word: an episode is not over because nobody could tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from monitor.core.account import Account
from monitor.core.calendar import EVER, beijing_date, start_of_day
from monitor.core.filing import FiledList
from monitor.core.finding import AreaRule, Finding, RuleBook, State
from monitor.core.record import Subject
from monitor.core.register import Register

TROUBLES = frozenset({State.WARNING, State.VIOLATED, State.SUSPECTED, State.NEEDS_REVIEW})
"""What somebody can decide about."""
Said = Callable[[Register, datetime], Iterable[Finding]]
"""What a rule says of a register at a moment, before anybody decided on it."""


def with_beginning(
    rule: AreaRule, finding: Finding, register: Register, book: RuleBook, now: datetime, said: Said
) -> Finding:
    """Return a finding with the day on which its state began, and the moment from which its trouble has lasted.

    A trouble with a name of its own (a record that was entered) is as old as that; any other as its state.
    """
    if finding.state not in TROUBLES or rule.reach is None:
        return finding
    concerned = _concerned(rule.reach, finding, register)
    begun = _begun(finding, rule, concerned, register, book, now, said)
    own = start_of_day(finding.since) if finding.since and finding.episode != rule.id else begun
    return replace(finding, since=_day(begun, finding, register, book), begun_at=own)


def lasts_since(moments: Iterable[datetime], holds: Callable[[datetime], bool]) -> datetime:
    """Return the earliest of these moments (latest first) since which something has held; it holds now."""
    moments = tuple(moments)
    begun = moments[0]
    for moment in moments:
        if not holds(moment):
            break
        begun = moment
    return begun


def shown(begun: datetime, rule: str, book: RuleBook) -> date | None:
    """Return the day to show for what has lasted since a moment: nothing is broken before its rule is in force."""
    days = [beijing_date(begun)] if begun > EVER else []
    return max([*days, *([book.begun[rule]] if rule in book.begun else [])], default=None)


def _concerned(reach: Subject, finding: Finding, register: Register) -> frozenset[str] | None:
    """Return the accounts that the finding follows from; None for all."""
    match reach:
        case Subject.AREA:
            return None
        case Subject.UNIT:
            units = {one.unit for one in _ever(register, finding.account)} | {finding.unit}
            return frozenset(id_ for unit in units if unit for id_ in register.ever_of_unit.get(unit, ()))
        case Subject.ACCOUNT:
            return frozenset({finding.account} if finding.account else ())


def _ever(register: Register, id_: str | None) -> Iterator[Account]:
    if id_ is not None:
        yield from (version.account for version in register.versions_of(id_) if version.account)


def _begun(
    finding: Finding,
    rule: AreaRule,
    concerned: frozenset[str] | None,
    register: Register,
    book: RuleBook,
    now: datetime,
    said: Said,
) -> datetime:
    """Return the earliest moment since which the rule has said nothing else."""
    begun = now
    whom = (finding.account, finding.unit if finding.account is None else None)
    for moment in sorted(_turns(rule, concerned, register, book, now), reverse=True):
        then = _as_of(register, concerned, moment)
        words = (one for one in said(then, moment) if (one.account, one.unit if one.account is None else None) == whom)
        state = next((one.state for one in words), None)
        if state is finding.state:
            begun = moment
        elif state is not State.UNKNOWN:
            break
    return begun


def _turns(
    rule: AreaRule, concerned: frozenset[str] | None, register: Register, book: RuleBook, now: datetime
) -> Iterator[datetime]:
    """Yield, with repeats, every moment up to now at which the rule's word on these accounts may have turned."""
    yield from (moment for moment in register.moments if concerned is None or moment == EVER)
    names = {register.area}
    for id_ in concerned or ():
        for version in register.versions_of(id_):
            names |= {id_, version.account.unit} if version.account else {id_}
            if version.since <= now:
                yield version.since
    records = [one for one in register.records if one.name in names] if concerned is not None else register.records
    small = replace(register, accounts=tuple(_accounts(register, concerned, now)), records=tuple(records))
    days = {one.on for one in records} | {one.as_of for one in register.lists} | set(rule.turns(small, book))
    yield from (moment for moment in map(start_of_day, days) if moment <= now)


def _accounts(register: Register, concerned: frozenset[str] | None, moment: datetime) -> Iterator[Account]:
    if concerned is None:
        yield from (one for one in register.accounts if one.id not in register.earlier)
        yield from register.changing(moment)
        return
    for id_ in sorted(concerned):
        versions = [one for one in register.versions_of(id_) if one.since <= moment]
        account = versions[-1].account if versions else None
        if account is not None and account.area == register.area:
            yield account


def _as_of(register: Register, concerned: frozenset[str] | None, moment: datetime) -> Register:
    """Return the part of a register that concerns these accounts, as it was at a moment."""
    on = beijing_date(moment)
    accounts = tuple(_accounts(register, concerned, moment))
    names = {register.area, *(concerned or ()), *(one.unit for one in accounts)}
    return Register(
        area=register.area,
        accounts=accounts,
        filed=_filed(register, on),
        records=tuple(one for one in register.records if one.on <= on and (concerned is None or one.name in names)),
    )


def _filed(register: Register, on: date) -> FiledList | None:
    return next((one for one in reversed(register.lists) if one.as_of <= on), None)


def _day(begun: datetime, finding: Finding, register: Register, book: RuleBook) -> date | None:
    """Return the day to show: no rule is broken before it is in force, nor by an account before it is opened."""
    day = shown(begun, finding.rule, book)
    first = next(_ever(register, finding.account), None)
    opened = first.opened_on if begun == EVER and first else None
    return max((one for one in (day, opened) if one), default=None)
