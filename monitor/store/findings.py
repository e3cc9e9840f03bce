"""Findings as rows: one as each stands, and one more whenever it begins to say something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple, get_type_hints

import sqlalchemy as sa

from monitor.core.ageing import with_days, without_days
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER, Case
from monitor.core.finding import Finding, State
from monitor.core.subject import Subject
from monitor.store import tables
from monitor.store.columns import portions, run
from monitor.store.database import Tx
from monitor.store.driver import execute_many, fetch, marks, to_driver
from monitor.store.keyset import Place, Sorted, sorted_behind
from monitor.store.lights import restate
from monitor.store.packing import pack
from monitor.store.values import decode, encode, json_text

CHUNK = 500
"""How many findings are asked for or compared with what stands in one statement."""


class _Row(NamedTuple):
    """A row of findings, as the driver takes it."""

    subject: str
    rule: str
    account: str | None
    area: str | None
    state: str
    episode: str
    digest: str
    changed_at: object
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What of findings was written down."""

    turned: tuple[Finding, ...]
    """Those of another state or episode."""
    changed: tuple[Finding, ...]
    """Those that say anything else than before, but for the days that have passed."""


def save_findings(tx: Tx, stated: Sequence[Finding], *, at: datetime) -> Saved:
    """Save findings as they stand; those of another state or episode are appended to their history as well."""
    before, today = _standing(tx, {finding.subject.key for finding in stated}), beijing_date(at)
    turned, changed, saved, reworded, changes = [], [], [], [], []
    updates: set[str] = set()
    for finding in stated:
        subject, digest = finding.subject.key, digest_of(finding, today)
        old = before.get((subject, finding.rule))
        if old is not None and old.digest == digest:
            continue
        row = _row(tx, finding, subject, at)
        changed.append(finding)
        if finding.rule == LADDER and finding.account is not None:
            updates.add(finding.account)
        if old is None or (old.state, old.episode) != (row.state, row.episode):
            turned.append(finding)
            changes.append(_change(row, finding, None if old is None else old.state))
        if old is None or (old.state, old.area) != (row.state, row.area):
            saved.append(row)
        else:
            reworded.append((row.episode, row.digest, row.changed_at, row.content, subject, row.rule))
    execute_many(tx, _SAVE, saved)
    execute_many(tx, _REWORD, reworded)
    execute_many(tx, _KEEP, changes)
    restate(tx, updates)
    return Saved(turned=tuple(turned), changed=tuple(changed))


_SAVE = (
    f"INSERT INTO findings ({', '.join(_Row._fields)}) VALUES ({marks(len(_Row._fields))}) "  # noqa: S608 - names and marks only
    f"ON CONFLICT (subject, rule) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _Row._fields[2:])}"
)
_REWORD = "UPDATE findings SET episode = ?, digest = ?, changed_at = ?, content = ? WHERE subject = ? AND rule = ?"
"""The update that most accounts need after a post: no index is touched."""
_KEEP = 'INSERT INTO finding_changes (subject, rule, at, "before", content) VALUES (?, ?, ?, ?, ?)'


class _Standing(NamedTuple):
    """The columns that are read of a row before it is written over."""

    subject: str
    rule: str
    state: str
    episode: str
    area: str | None
    digest: str


def _standing(tx: Tx, subjects: Collection[str]) -> dict[tuple[str, str], _Standing]:
    """Return what stands on these, by subject and rule."""
    asked = f"SELECT {', '.join(_Standing._fields)} FROM findings WHERE subject IN ({marks(len(subjects))})"  # noqa: S608 - as above
    stands = map(_Standing._make, fetch(tx, asked, subjects) if subjects else ())
    return {(standing.subject, standing.rule): standing for standing in stands}


def current_findings(
    tx: Tx,
    *,
    now: datetime,
    account_ids: Collection[str] | None = None,
    without: Collection[State] = (),
    always: str = "",
    limit: int | None = None,
    place: Place | None = None,
    area: str | None = None,
) -> tuple[Finding, ...]:
    """Return the findings as they stand now, of all, of these accounts or of an area, by subject and rule.

    Those in the states `without` are left out, but for those of the rule `always`; `place`, a subject's key and a rule,
    leaves out those up to it.
    """
    table = tables.findings
    order = (Sorted(table.c.subject), Sorted(table.c.rule))
    chosen = sorted_behind(_said(), order, place).limit(limit)
    if without:
        chosen = chosen.where(sa.or_(table.c.state.not_in(without), table.c.rule == always))
    if area is not None:
        chosen = chosen.where(table.c.area == area)
    if account_ids is not None:
        chosen = chosen.where(tables.findings.c.subject.in_([Subject.of_account(id_).key for id_ in account_ids]))
    return tuple(_as_read(row, now) for row in tx.execute(chosen))


def _said(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the statement that reads what findings say, and until when that holds."""
    table, account = tables.findings, tables.accounts
    return sa.select(*columns, table.c.content, account.c.evaluate_at).outerjoin_from(
        table, account, account.c.id == table.c.account
    )


def _as_read(row: sa.Row[Any], now: datetime) -> Finding:
    """Return what a finding says now; where its account waits to be judged, what it said up to then."""
    finding, counted_from = decode(Finding, row.content), row.content.get(_COUNTED_FROM)
    if counted_from is None:
        return finding
    is_due = row.evaluate_at is not None and row.evaluate_at <= now
    until = row.evaluate_at - _MOMENT if is_due else now
    return with_days(finding, date.fromisoformat(counted_from), beijing_date(until))


_COUNTED_FROM = "counted_from"
"""What a row says besides its finding: from which day its days are counted."""
_MOMENT = timedelta(microseconds=1)


def finding_on(tx: Tx, case: Case, now: datetime) -> Finding | None:
    """Return what a case's rule says now of whom the case is about; None where it is silent."""
    return findings_on(tx, (case,), now).get((case.subject.key, case.rule))


def findings_on(tx: Tx, cases: Collection[Case], now: datetime) -> dict[tuple[str, str], Finding]:
    """Return what the rules of these cases say now of whom they are about, by subject and rule."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for case in cases:
        asked[case.rule].add(case.subject.key)
    return {
        (subject, rule): finding
        for rule, subjects in asked.items()
        for subject, finding in stated(tx, rule, sorted(subjects), now).items()
    }


def drop_findings(tx: Tx, account_ids: Collection[str]) -> None:
    """Forget how the findings on these accounts stand; their history stays."""
    subjects = [Subject.of_account(id_).key for id_ in account_ids]
    tx.execute(sa.delete(tables.findings).where(tables.findings.c.subject.in_(subjects)))
    restate(tx, account_ids)


def drop_rules(tx: Tx, kept: Collection[str]) -> None:
    """Forget how the findings of every rule but these stand; their history stays."""
    tx.execute(sa.delete(tables.findings).where(tables.findings.c.rule.not_in(kept)))
    if LADDER not in kept:
        restate(tx)


def standing_in(tx: Tx, area: str, rule: str, account_ids: Collection[str] | None = None) -> dict[str, str]:
    """Return the digests of a rule's findings in an area, by subject; with `account_ids`, of those on these."""
    table = tables.findings
    chosen = sa.select(table.c.subject, table.c.digest).where(table.c.area == area, table.c.rule == rule)
    if account_ids is not None:
        chosen = chosen.where(table.c.subject.in_([Subject.of_account(id_).key for id_ in account_ids]))
    return {subject: digest for subject, digest in tx.execute(chosen)}  # noqa: C416 - a dict of all rows keeps them


def standing_on(tx: Tx, rule: str, account_ids: Collection[str]) -> dict[str, str]:
    """Return the digests of a rule's findings on these accounts, whichever area they were in; by subject."""
    table, found = tables.findings, dict[str, str]()
    for some in portions([Subject.of_account(id_).key for id_ in account_ids], CHUNK):
        chosen = sa.select(table.c.subject, table.c.digest).where(table.c.rule == rule, table.c.subject.in_(some))
        found |= {row.subject: row.digest for row in tx.execute(chosen)}
    return found


def stated(tx: Tx, rule: str, subjects: Sequence[str], now: datetime) -> dict[str, Finding]:
    """Return what a rule says of these subjects now, by subject."""
    table = tables.findings
    found: dict[str, Finding] = {}
    for some in portions(subjects, CHUNK):
        chosen = _said(table.c.subject).where(table.c.rule == rule, table.c.subject.in_(some))
        found |= {row.subject: _as_read(row, now) for row in tx.execute(chosen).all()}
    return found


def unsay(tx: Tx, silences: Sequence[Finding], *, at: datetime) -> None:
    """Forget findings that gave way to silence, whose word is appended to their history."""
    table = tables.findings
    forget = sa.delete(table).where(
        table.c.subject == sa.bindparam("b_subject"), table.c.rule == sa.bindparam("b_rule")
    )
    run(tx, forget, [{"b_subject": finding.subject.key, "b_rule": finding.rule} for finding in silences])
    rows = ((_row(tx, finding, finding.subject.key, at), finding) for finding in silences)
    execute_many(tx, _KEEP, [_change(row, finding, None) for row, finding in rows])


def digest_of(finding: Finding, today: date) -> str:
    """Return what two findings have in common if and only if they say the same, but for the days that have passed.

    Most say what they said before.
    """
    return _digest(*without_days(finding, today))


def _digest(finding: Finding, counted_from: date | None) -> str:
    parts: tuple[object, ...] = _parts(finding)
    if finding.decided is not None:
        parts = (parts, finding.decided.value)
    if counted_from is not None:
        parts = (parts, counted_from)
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _plain(name: str, kind: object) -> str:
    """Return where the plain value of a field stands: an enum's own `repr` is ten times as dear as its value's."""
    return f"{name}._value_" if isinstance(kind, type) and issubclass(kind, Enum) else name


_parts = attrgetter(*(_plain(name, kind) for name, kind in get_type_hints(Finding).items() if name != "decided"))
"""`decided` most have none of, and then nothing stands in its place: findings of before it was known stay the same."""


def _row(tx: Tx, finding: Finding, subject: str, at: datetime) -> _Row:
    kept, counted_from = without_days(finding, beijing_date(at))
    since = {} if counted_from is None else {_COUNTED_FROM: counted_from.isoformat()}
    return _Row(
        subject=subject,
        rule=finding.rule,
        account=finding.account,
        area=finding.area,
        state=finding.state.value,
        episode=finding.episode,
        digest=_digest(kept, counted_from),
        changed_at=to_driver(tx)(at),
        content=json_text(encode(kept) | since),
    )


def _change(row: _Row, finding: Finding, before: str | None) -> tuple[object, ...]:
    """Return what stands in the history of a finding of which this row says how it stands: its words of that day."""
    return (row.subject, row.rule, row.changed_at, before, pack(json_text(encode(finding))))
