"""Decisions as rows, and the looks at links of apps that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.case import Case
from monitor.core.decision import FOUND_OUT, Decision, Ruling, exemptions, in_force
from monitor.core.download import Probe
from monitor.core.subject import Subject
from monitor.store import areas, roster, tables
from monitor.store.cases import judge_soon
from monitor.store.columns import IDS, bound, run, stands
from monitor.store.database import Tx
from monitor.store.in_force import LATEST

_EVER = datetime.min.replace(year=1970, tzinfo=UTC)
WINDOW = timedelta(days=8)
"""How far back every look at a link is given; of a row of failures that began earlier, its first too."""


def decide(  # noqa: PLR0913 - a decision has that many parts
    tx: Tx,
    case: Case,
    episode: str,
    ruling: Ruling,
    *,
    by: str,
    at: datetime,
    note: str,
    valid_until: date | None = None,
    document: str | None = None,
    known_at: datetime | None = None,
    into: str | None = None,
    into_account: str | None = None,
) -> None:
    """Record what a person decided about a case's trouble, and have whom it is about judged at once.

    `known_at` is when it is entered, where it was made before.
    """
    entered = known_at or at
    decision = Decision(
        subject=case.subject,
        rule=case.rule,
        episode=episode,
        ruling=ruling,
        by=by,
        at=at,
        note=note,
        valid_until=valid_until,
        document=document,
        into=into,
        into_account=into_account,
    )
    tx.execute(sa.insert(tables.decisions), _row(decision, entered) | {"case": case.id})
    table = tables.accounts
    tx.execute(sa.update(table).where(table.c.id == case.account).values(evaluate_at=entered))
    areas.judge_soon(tx, entered, None if case.area is None else {case.area})


def new_decisions(tx: Tx, given: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return those that are not known yet; writes nothing."""
    known = _by_subject(tx, {decision.subject for decision in given}, LATEST)
    return tuple(decision for decision in given if decision not in known[decision.subject])


def save_decisions(
    tx: Tx, given: Sequence[Decision], *, known_at: datetime, import_id: int | None = None
) -> tuple[Decision, ...]:
    """Save decisions from a file that are not known yet, return them, and have whom they are about judged at once."""
    found = new_decisions(tx, given)
    run(tx, sa.insert(tables.decisions), [_row(decision, known_at) | {"import_id": import_id} for decision in found])
    judge_soon(tx, known_at, {decision.subject.account for decision in found if decision.subject.account})
    return found


def _row(decision: Decision, known_at: datetime) -> dict[str, object]:
    about = decision.subject
    row = {part.name: getattr(decision, part.name) for part in fields(Decision)}
    return row | {
        "subject": about.key,
        "account": about.account,
        "unit": about.unit,
        "area": about.area,
        "known_at": known_at,
    }


def decisions_of(
    tx: Tx, ids: Collection[str], until: datetime, known_at: datetime | None = None
) -> defaultdict[str, list[Decision]]:
    """Return the decisions made until then that were known by then (or by `known_at`), oldest first, by account."""
    found = _by_subject(tx, {Subject.of_account(id_) for id_ in ids}, until, known_at)
    return defaultdict(list, {subject.name: of_one for subject, of_one in found.items()})


def decisions_in(tx: Tx, area: str, until: datetime, known_at: datetime | None = None) -> tuple[Decision, ...]:
    """Return the same about an area and its units."""
    rows = tx.execute(_MADE.where(tables.decisions.c.area == area), _moments(until, known_at)).all()
    return tuple(decision_of(row, known_at or until) for row in _in_turn(rows))


def marks(tx: Tx, about: Collection[Case]) -> dict[int, str]:
    """Return how each of these cases stands, as a word that changes with every decision about it and with its end."""
    table = tables.decisions
    subjects = {case.subject.key for case in about}
    rows = tx.execute(
        sa.select(table.c.subject, table.c.rule, sa.func.count(), sa.func.max(table.c.id))
        .where(table.c.subject.in_(subjects), stands(table))
        .group_by(table.c.subject, table.c.rule)
    ).all()
    made = {(row[0], row[1]): f"{row[2]}-{row[3]}" for row in rows}
    return {
        case.id: f"{made.get((case.subject.key, case.rule), '0')}{'-ended' if case.closed_at else ''}" for case in about
    }


def last_reviewed(tx: Tx) -> datetime | None:
    """Return when anything was last decided that departments decide together: whether an account stays."""
    table = tables.decisions
    together = (Ruling.RETAINED, Ruling.CONSOLIDATED, Ruling.DEREGISTERED)
    found: datetime | None = tx.scalar(
        sa.select(table.c.at).where(table.c.ruling.in_(together), stands(table)).order_by(table.c.at.desc()).limit(1)
    )
    return found


def decisions_about(tx: Tx, case: Case, *, until: datetime) -> tuple[Decision, ...]:
    """Return what was decided until then about whom a case is about, under whatever rule, oldest first."""
    return tuple(_by_subject(tx, {case.subject}, until)[case.subject])


def _by_subject(
    tx: Tx, subjects: Collection[Subject], until: datetime, known_at: datetime | None = None
) -> defaultdict[Subject, list[Decision]]:
    moments, keys = _moments(until, known_at), {subject.key: subject for subject in subjects}
    is_short = len(keys) <= roster.IDS_AT_ONCE
    rows = tx.execute(_MADE_OF, moments | {"ids": list(keys)}) if is_short else tx.execute(_MADE, moments)
    found: defaultdict[Subject, list[Decision]] = defaultdict(list)
    for row in _in_turn(rows.all()):
        if row.subject in keys:
            found[keys[row.subject]].append(decision_of(row, known_at or until))
    return found


def _moments(until: datetime, known_at: datetime | None) -> dict[str, object]:
    return {"until": until, "known_at": known_at or until}


_MADE = (
    sa.select(tables.decisions)
    .where(
        tables.decisions.c.at <= bound(tables.decisions.c.at, "until"),
        tables.decisions.c.known_at <= bound(tables.decisions.c.known_at, "known_at"),
        stands(tables.decisions, bound(tables.decisions.c.known_at, "known_at")),
    )
    .order_by(tables.decisions.c.at, tables.decisions.c.id)
)
_MADE_OF = _MADE.where(tables.decisions.c.subject.in_(IDS))


def all_decisions(tx: Tx) -> tuple[Decision, ...]:
    """Return every decision there is, oldest first."""
    rows = tx.execute(_MADE, _moments(LATEST, None)).all()
    return tuple(decision_of(row, LATEST) for row in _in_turn(rows))


def standing_decisions(tx: Tx, today: date) -> tuple[Decision, ...]:
    """Return the decisions that stand on a day, oldest first: of each subject and rule the last that says what follows.

    What was found out about a suspicion (确认、误报) stands with it.
    """
    latest: dict[tuple[Subject, str, bool], Decision] = {}
    for made in in_force(all_decisions(tx)):
        latest[made.subject, made.rule, made.ruling in FOUND_OUT] = made
    return tuple(made for made in latest.values() if made.valid_until is None or made.valid_until >= today)


def cases_about(tx: Tx, subjects: Collection[str]) -> Mapping[tuple[str, str], int]:
    """Return the latest case on each of these subjects, by subject and rule."""
    table = tables.cases
    chosen = sa.select(table.c.subject, table.c.rule, sa.func.max(table.c.id)).where(table.c.subject.in_(subjects))
    return {(row[0], row[1]): row[2] for row in tx.execute(chosen.group_by(table.c.subject, table.c.rule))}


def ending_exemptions(tx: Tx, first: date, last: date) -> tuple[Decision, ...]:
    """Return the exemptions that hold and end on one of these days, the first to end first."""
    made = tables.decisions
    candidates = sa.and_(made.c.ruling == Ruling.EXEMPTED, made.c.valid_until.between(first, last))
    standing = exemptions(_about_those(tx, candidates))
    ending = (entry for entry in standing if entry.valid_until and first <= entry.valid_until <= last)
    return tuple(sorted(ending, key=lambda entry: entry.valid_until or last))


def changed_bases(tx: Tx) -> tuple[Decision, ...]:
    """Return the decisions that stand though their grounds have changed, as was found out; oldest first."""
    latest: dict[tuple[Subject, str], Decision] = {}
    for decision in in_force(_about_those(tx, tables.decisions.c.basis_changed_at.is_not(None))):
        latest[decision.subject, decision.rule] = decision
    return tuple(decision for decision in latest.values() if decision.basis_changed)


def _about_those(tx: Tx, which: sa.ColumnElement[bool]) -> tuple[Decision, ...]:
    """Return every decision, oldest first, about whom one of these was made."""
    about = sa.select(tables.decisions.c.subject).where(which)
    rows = tx.execute(_MADE.where(tables.decisions.c.subject.in_(about)), _moments(LATEST, None)).all()
    return tuple(decision_of(row, LATEST) for row in _in_turn(rows))


def _in_turn(rows: Iterable[sa.Row[Any]]) -> list[sa.Row[Any]]:
    """Return decisions in the order in which they were made.

    Of one from a file the day is known and no hour of it: it comes after what was entered before it that day.
    """
    return sorted(rows, key=lambda row: (_turn(row), row.id))


def _turn(row: sa.Row[Any]) -> datetime:
    moment: datetime = row.at
    day = beijing_date(moment)
    if row.episode or moment != start_of_day(day):
        return moment
    entered: datetime = row.known_at
    return min(max(moment, entered), start_of_day(day + ONE_DAY))


def decision_of(row: sa.Row[Any], known_at: datetime) -> Decision:
    """Return a row as a decision, with what was known of its grounds by then."""
    has_changed_basis = row.basis_changed_at is not None and row.basis_changed_at <= known_at
    return Decision(
        subject=Subject.named(row.account, row.unit, row.area),
        rule=row.rule,
        episode=row.episode,
        ruling=row.ruling,
        by=row.by,
        at=row.at,
        note=row.note,
        valid_until=row.valid_until,
        document=row.document,
        into=row.into,
        into_account=row.into_account,
        basis_changed_at=row.basis_changed_at if has_changed_basis else None,
        basis_changed=row.basis_changed if has_changed_basis else None,
    )


def decisions_on(tx: Tx, case: Case) -> tuple[Decision, ...]:
    """Return what people decided about a case while it was open, oldest first, and what followed that later.

    A decision belongs to it until the next case of the same subject under the same rule opens.
    """
    table, cases = tables.decisions, tables.cases
    mine = (table.c.subject == case.subject.key, table.c.rule == case.rule, stands(table))
    chosen = sa.select(table).where(*mine, table.c.known_at >= case.opened_at).order_by(table.c.at, table.c.id)
    later = sa.select(sa.func.min(cases.c.opened_at)).where(
        cases.c.subject == case.subject.key, cases.c.rule == case.rule, cases.c.opened_at > case.opened_at
    )
    following: datetime = tx.scalar(later) or LATEST
    rows = [row for row in _in_turn(tx.execute(chosen)) if row.known_at < following]
    ended = case.closed_at or LATEST
    if not any(row.known_at <= ended for row in rows):
        return ()
    return tuple(decision_of(row, LATEST) for row in rows)


def probes_of(tx: Tx, ids: Collection[str], until: datetime) -> defaultdict[str, list[Probe]]:
    """Return the looks at links that rules count, oldest first, by account."""
    found: defaultdict[str, list[Probe]] = defaultdict(list)
    given = {"ids": list(ids), "until": until, "since": until - WINDOW}
    for row in tx.execute(_COUNTED, given) if ids else ():
        found[row.account].append(
            Probe(source=row.source, link=row.link, at=row.at, fault=row.fault, observation=row.observation)
        )
    return found


def _counted() -> sa.Select[Any]:
    table, source = tables.probes, tables.sources
    until, since = bound(table.c.at, "until"), bound(table.c.at, "since")
    good, bad = table.alias("good"), table.alias("bad")
    worked = sa.select(sa.func.max(good.c.at)).where(
        good.c.source == source.c.id, good.c.fault.is_(None), good.c.at <= until
    )
    first = (
        sa.select(sa.func.min(bad.c.at))
        .where(
            bad.c.source == source.c.id,
            bad.c.at <= until,
            bad.c.fault.is_not(None),
            bad.c.at > sa.func.coalesce(worked.correlate(source).scalar_subquery(), sa.literal(_EVER, bad.c.at.type)),
        )
        .correlate(source)
        .scalar_subquery()
    )
    return (
        sa.select(table, source.c.account)
        .join_from(source, table, table.c.source == source.c.id)
        .where(
            source.c.account.in_(IDS),
            table.c.at <= until,
            sa.or_(table.c.at > since, table.c.at == first),
        )
        .order_by(table.c.at, table.c.id)
    )


_COUNTED = _counted()
