"""Builders of an area's register, so that a test shows only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from monitor.core.account import Account, Contact, Platform
from monitor.core.bulletin import Listing, Problem, Round, Stray
from monitor.core.decision import Decision, Ruling
from monitor.core.filing import FiledList, Filing
from monitor.core.finding import AreaRule, Finding, RuleBook, State
from monitor.core.forms import FORMS, folded, frozen_until, institution_meant, presumed, understood
from monitor.core.index import IndexWeek
from monitor.core.judgement import area_findings, silent
from monitor.core.record import Record, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.register import Register
from monitor.core.subject import Subject, SubjectKind
from monitor.settings import load
from tests.core.build import account, beijing_time

_SETTINGS = load(Path(__file__).parents[2] / "config", None)
_CALENDAR = _SETTINGS.work_calendar()
AREA = "示例县"
LISTED, CLEAN = Problem.STALE, Problem.NONE


def book(on: str = "2022-05-25") -> RuleBook:
    """Return the shipped rules of a day, with the real calendar."""
    return replace(_SETTINGS.rule_book(date.fromisoformat(on)), calendar=_CALENDAR)


def issue(
    number: int,
    on: str,
    *listings: tuple[str, Problem],
    covers_all: bool = True,
    series: str = "省平台通报",
    unmatched: tuple[Stray, ...] = (),
) -> Round:
    """Return one round of a series."""
    rows = tuple(
        Listing(id=number * 10 + place, account=name, problem=problem) for place, (name, problem) in enumerate(listings)
    )
    return Round(
        series=series,
        number=number,
        issued_on=date.fromisoformat(on),
        covers_all=covers_all,
        listings=rows,
        unmatched=unmatched,
    )


def problems_of(round_: Round, account_id: str) -> frozenset[Problem]:
    """Return what the round says of an account; empty where no row names it."""
    return frozenset(listing.problem for listing in round_.listings if listing.account == account_id)


def stray(name: str | None = "示例号", problem: Problem = LISTED, **changes: object) -> Stray:
    """Return a row of a round that nobody answers to, of the platform that the builder's accounts are on."""
    written: dict[str, object] = {"platform": Platform.WEIBO, "name": name}
    return Stray(written=Reference(**(written | changes)), problem=problem)  # type: ignore[arg-type]  # as below


def ruled(ruling: Ruling, on: str, rule: str, *, until: str | None = None, name: str = "A01") -> Decision:
    """Return a decision from a file, which names no episode."""
    return Decision(
        subject=Subject.of_account(name),
        rule=rule,
        episode="",
        ruling=ruling,
        by="县府办",
        at=beijing_time(f"{on} 00:00"),
        valid_until=date.fromisoformat(until) if until else None,
    )


def weeks(*values: dict[str, str], means: Iterable[str | None] = ()) -> tuple[IndexWeek, ...]:
    """Return published weeks from 2022-05-02 on, one after the other."""
    printed = [*means, *[None] * len(values)]
    return tuple(
        IndexWeek(
            begins_on=date(2022, 5, 2) + timedelta(weeks=place),
            label=f"2022-W{18 + place}",
            values={name: Decimal(value) for name, value in of_week.items()},
            mean=Decimal(mean) if (mean := printed[place]) is not None else None,
        )
        for place, of_week in enumerate(values)
    )


def filed(on: str, *names: str, unmatched: tuple[str, ...] = ()) -> FiledList:
    """Return a filed list."""
    return FiledList(as_of=date.fromisoformat(on), filings=dict.fromkeys(names, Filing()), unmatched=unmatched)


def record(
    kind: RecordKind,
    name: str,
    on: str,
    text: str = "",
    subject: SubjectKind = SubjectKind.ACCOUNT,
    *,
    item: str = "",
    until: str | None = None,
) -> Record:
    """Return a record as an import takes it from a text alone; one that is not understood is unstated."""
    form, result = FORMS[kind], understood(kind, text)
    if kind is RecordKind.INSTITUTION and not item:
        item = institution_meant(text) or ""
    if result is None:
        last = frozen_until(text) if kind is RecordKind.DEREGISTRATION else None
        until = last.isoformat() if last else until
        result = (
            Result.FROZEN
            if last
            else presumed(kind, "" if item and folded(text) == item else text, has_item=bool(item))
        )
    return Record(
        id=1,
        kind=kind,
        subject=subject,
        name=name,
        on=date.fromisoformat(on),
        result=result,
        item=item or ("" if form.results else text),
        until=date.fromisoformat(until) if until else None,
        text=text,
    )


def register(*accounts: Account, **changes: object) -> Register:
    """Return an area with these accounts, or one of them."""
    values: dict[str, object] = {"area": AREA, "accounts": accounts or (account(),)}
    return Register(**(values | changes))  # type: ignore[arg-type]  # checked by the tests that use it


class _Nobody(tuple[Contact, ...]):
    """The people of an account in a register, which has none: whoever asks for them is at fault."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Contact]:
        """Refuse."""
        raise AssertionError("a rule on areas asks for the people of an account")

    def __len__(self) -> int:
        """Refuse as well."""
        return len(tuple(self))


def judged(rule: AreaRule, of: Register, at: str = "2022-05-25 09:00") -> tuple[Finding, ...]:
    """Return every finding of a rule on an area, silence included."""
    of = replace(of, accounts=tuple(replace(account, contacts=_Nobody()) for account in of.accounts))
    now, rules = beijing_time(at), book(at[:10])
    said = tuple(area_findings(rule, of, rules, now))
    return (*said, *silent(rule, of, rules, said))


def verdict(rule: AreaRule, of: Register, at: str = "2022-05-25 09:00", name: str = "A01") -> Finding:
    """Return the one finding of a rule on an account."""
    (only,) = [finding for finding in judged(rule, of, at) if finding.account == name]
    return only


def state(rule: AreaRule, of: Register, at: str = "2022-05-25 09:00", name: str = "A01") -> State:
    """Return the state of the one finding of a rule on an account."""
    return verdict(rule, of, at, name).state
