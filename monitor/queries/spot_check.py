"""What a random sample is drawn from: a roster, and the order of its units."""

from __future__ import annotations

from datetime import datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.record import Record, RecordKind
from monitor.store import Tx, roster
from monitor.store.records import records


def read_drawable(tx: Tx, *, at: datetime, known_at: datetime) -> tuple[tuple[Account, ...], tuple[Record, ...]]:
    """Return the accounts on the roster at a moment, without their people, and the records of the order of units.

    Of what else is known of the accounts nothing is read: of a province that is most of the database.
    """
    accounts = roster.accounts(tx, at=at, known_at=known_at, with_people=False)
    return accounts, records(tx, by=beijing_date(at), known_at=known_at, kind=RecordKind.UNIT_ORDER)
