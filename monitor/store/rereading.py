"""The changes from reading records by closed results: told to the operator once, beside what is to be stated.

The migration that gave records their results kept what the rules that read records said before. Once an area has been
judged again, what they say now is set beside it, and only what differs is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.core import deregistration
from monitor.core.finding import State
from monitor.core.forms import FORMS
from monitor.core.record import Record
from monitor.core.rules import (
    app_02,
    app_03,
    chg_01,
    cln_01,
    cln_02,
    fake_01,
    fun_01,
    fun_02,
    fun_03,
    fun_04,
    name_01,
    pha_01,
    reg_01,
    reg_02,
    reo_01,
    sec_01,
    sub_01,
    sup_01,
    sys_01,
    trn_01,
    twn_01,
)
from monitor.core.subject import Subject
from monitor.store import tables
from monitor.store.columns import key_of, run, stands
from monitor.store.database import Tx
from monitor.store.notes import get_note
from monitor.store.records import record_of

RULES = (
    app_02.ID,
    app_03.ID,
    cln_01.ID,
    cln_02.ID,
    fake_01.ID,
    fun_01.ID,
    fun_02.ID,
    fun_03.ID,
    fun_04.ID,
    name_01.ID,
    pha_01.ID,
    reg_01.ID,
    reg_02.ID,
    sec_01.ID,
    sub_01.ID,
    sup_01.ID,
    sys_01.ID,
    trn_01.ID,
    twn_01.ID,
)
"""The rules on areas that read records."""
OF_ACCOUNTS = (chg_01.ID, deregistration.ID, reo_01.ID)
"""The rules on single accounts that do."""
_PENDING = "reread/"
_STATED = tuple(kind for kind, form in FORMS.items() if form.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """A verdict that is another one since records are read by their results."""

    subject: Subject
    rule: str
    was: State
    became: State


def settle(tx: Tx, area: str, at: datetime) -> bool:
    """Set what rules say now of an area beside what they said before; return whether that had still to be done."""
    if get_note(tx, f"{_PENDING}{area}") is None or _waits(tx, at):
        return False
    before, now = tables.rereadings, tables.findings
    kept = tx.execute(sa.select(before.c.subject, before.c.rule, before.c.was).where(before.c.area == area)).all()
    said = {(row.subject, row.rule): row.was for row in kept}
    chosen = sa.select(now.c.subject, now.c.rule, now.c.state).where(now.c.area == area)
    asked = {subject for subject, rule in said if rule in OF_ACCOUNTS}
    says = {
        (row.subject, row.rule): row.state
        for row in tx.execute(chosen.where(now.c.rule.in_((*RULES, *OF_ACCOUNTS)))).all()
        if row.rule in RULES or row.subject in asked
    }
    tx.execute(sa.delete(before).where(before.c.area == area))
    changed = [
        {"subject": subject, "rule": rule, "area": area, "was": was, "became": became}
        for subject, rule in sorted(said.keys() | says.keys())
        for was in [said.get((subject, rule), State.OK)]
        for became in [says.get((subject, rule), State.OK)]
        if was is not became
    ]
    run(tx, sa.insert(before), changed)
    tx.execute(sa.delete(tables.notes).where(tables.notes.c.key == f"{_PENDING}{area}"))
    return True


def _waits(tx: Tx, at: datetime) -> bool:
    """True if an account whose own rules are compared has still to be judged again."""
    before, accounts = tables.rereadings, tables.accounts
    due = sa.and_(before.c.subject == key_of(accounts.c.id), before.c.rule.in_(OF_ACCOUNTS))
    waiting = sa.select(accounts.c.id).join(before, due).where(accounts.c.evaluate_at <= at)
    return tx.scalar(waiting.where(accounts.c.is_removed.is_(False)).limit(1)) is not None


def changed(tx: Tx, area: str | None = None) -> tuple[Rereading, ...]:
    """Return the verdicts that are others since, of all areas or of one, by whom they are about."""
    table = tables.rereadings
    chosen = sa.select(table).where(table.c.became.is_not(None)).order_by(table.c.subject, table.c.rule)
    if area is not None:
        chosen = chosen.where(table.c.area == area)
    return tuple(
        Rereading(subject=Subject.read(row.subject), rule=row.rule, was=row.was, became=row.became)
        for row in tx.execute(chosen)
    )


def unstated(tx: Tx) -> tuple[Record, ...]:
    """Return the records of which nobody has stated yet what they say, oldest first."""
    table, other = tables.records, tables.records.alias()
    same = [
        getattr(other.c, name).is_not_distinct_from(getattr(table.c, name))
        for name in ("kind", "subject", "name", "area", "on", "text")
    ]
    is_stated = sa.exists().where(*same, other.c.result.is_not(None), stands(other))
    chosen = sa.select(table).where(table.c.result.is_(None), table.c.kind.in_(_STATED), stands(table), ~is_stated)
    rows = tx.execute(chosen.order_by(table.c.on, table.c.id)).all()
    found = {(record.kind, record.about, record.on, record.text): record for record in map(record_of, rows)}
    return tuple(found.values())


def whom(tx: Tx, several: Sequence[Rereading]) -> dict[Subject, str]:
    """Return what people call the accounts among these, by subject."""
    from monitor.store.roster import account_once  # noqa: PLC0415 - roster reads records

    subjects = [rereading.subject for rereading in several if rereading.subject.account]
    named = ((subject, account_once(tx, subject.name)) for subject in subjects)
    return {subject: f"“{account.name}”（{account.platform.label}）" for subject, account in named if account}
