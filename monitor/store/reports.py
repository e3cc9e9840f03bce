"""Reports as rows: who had which made when, and the reckoning it was made of, whole."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from monitor.core.figures import Figures
from monitor.core.period import Period
from monitor.core.reckoning import Reckoning
from monitor.core.report import BY_RHYTHM, TAKEN, KeptReport, ReportKind
from monitor.store.database import Tx
from monitor.store.tables import acts
from monitor.store.tables import reports as table
from monitor.store.values import decode, encode, json_text

_WITHOUT_CONTENT = [column for column in table.c if column.name != "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A report that is to be kept."""

    kind: ReportKind
    reckoning: Reckoning
    template: str


def digest_of(reckoning: Reckoning) -> str:
    """Return what two reckonings have in common if and only if they say the same of the same period."""
    return sha256(_written(reckoning)).hexdigest()


def _written(reckoning: Reckoning) -> bytes:
    return json_text(encode(reckoning)).encode("utf-8", "surrogatepass")


def keep(tx: Tx, report: NewReport, *, by: str, at: datetime) -> int:
    """Keep a report and return its number."""
    figures = report.reckoning.figures
    row = {
        "kind": report.kind,
        "period": figures.period.key,
        "first": figures.period.first,
        "known_at": figures.known_at,
        "made_at": at,
        "by": by,
        "digest": digest_of(report.reckoning),
        "template": report.template,
        "figures": encode(figures),
        "content": zlib.compress(_written(report.reckoning)),
    }
    number: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    return number


def report(tx: Tx, number: int) -> KeptReport | None:
    """Return the report of that number, or None."""
    row = tx.execute(sa.select(*_WITHOUT_CONTENT).where(table.c.id == number)).one_or_none()
    return None if row is None else _kept(row)


def reckoning(tx: Tx, number: int) -> Reckoning | None:
    """Return what the report of that number was made of, or None."""
    content = tx.scalar(sa.select(table.c.content).where(table.c.id == number))
    if content is None:
        return None
    return decode(Reckoning, json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass")))


def listed(tx: Tx, *, limit: int, behind: int | None = None, skipped: int = 0) -> tuple[KeptReport, ...]:
    """Return the reports, the latest first; `behind` leaves out those of this number and later."""
    chosen = sa.select(*_WITHOUT_CONTENT).order_by(table.c.id.desc()).limit(limit).offset(skipped)
    return tuple(map(_kept, tx.execute(chosen if behind is None else chosen.where(table.c.id < behind))))


def count(tx: Tx) -> int:
    """Return how many reports are kept."""
    return tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def of_period(tx: Tx, kind: ReportKind, period: Period) -> tuple[KeptReport, ...]:
    """Return the reports of a kind about a period, the latest first."""
    chosen = sa.select(*_WITHOUT_CONTENT).where(table.c.kind == kind, table.c.period == period.key)
    return tuple(map(_kept, tx.execute(chosen.order_by(table.c.id.desc()))))


def is_made(tx: Tx, kind: ReportKind, period: Period, since: datetime) -> bool:
    """True if a report of a kind about a period was made since a moment."""
    mine = sa.exists().where(table.c.kind == kind, table.c.period == period.key, table.c.made_at >= since)
    return bool(tx.scalar(sa.select(mine)))


def untaken(tx: Tx, since: datetime) -> tuple[KeptReport, ...]:
    """Return the drafts made since then because they were due of which nobody has taken a file, oldest first."""
    drafts = sa.select(*_WITHOUT_CONTENT).where(table.c.made_at >= since, table.c.by == BY_RHYTHM)
    found = [_kept(row) for row in tx.execute(drafts.order_by(table.c.id))]
    last = {(kept.kind, kept.period): kept.number for kept in found}
    return tuple(kept for kept in found if last[kept.kind, kept.period] == kept.number and not _is_taken(tx, kept))


def _is_taken(tx: Tx, kept: KeptReport) -> bool:
    taken = sa.exists().where(acts.c.action.in_(TAKEN), acts.c.at >= kept.made_at)
    theirs = taken.where(acts.c.detail.startswith(kept.mark, autoescape=True))
    return bool(tx.scalar(sa.select(theirs)))


def latest(tx: Tx, kinds: Collection[ReportKind]) -> tuple[KeptReport, ...]:
    """Return of each of these kinds the report of the latest period, and of that the one made last."""
    found = (tx.execute(_latest(kind)).one_or_none() for kind in kinds)
    return tuple(_kept(row) for row in found if row is not None)


def _latest(kind: ReportKind) -> sa.Select[Any]:
    of_kind = sa.select(*_WITHOUT_CONTENT).where(table.c.kind == kind)
    return of_kind.order_by(table.c.first.desc(), table.c.id.desc()).limit(1)


def _kept(row: sa.Row[Any]) -> KeptReport:
    return KeptReport(
        number=row.id,
        kind=row.kind,
        figures=decode(Figures, row.figures),
        made_at=row.made_at,
        by=row.by,
        digest=row.digest,
        template=row.template,
    )
