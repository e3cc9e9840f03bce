"""Since when an open case waits on the office stands on the case itself, so that thousands are counted by an index.

Of lists of accounts the most urgent light comes first, and of one light the main accounts.
"""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0043"
down_revision = "0042"

OFFICES = "'task', 'suspect', 'to_office'"
WAITING = sa.text("closed_at IS NULL AND waits_since IS NOT NULL")


def upgrade() -> None:
    op.add_column("cases", sa.Column("waits_since", UtcDateTime(), nullable=True))
    op.add_column("cases", sa.Column("naming", sa.Integer(), nullable=True))
    last = 'SELECT {} FROM steps WHERE steps."case" = cases.id ORDER BY steps.at DESC, steps.id DESC LIMIT 1'
    op.execute(
        f"UPDATE cases SET waits_since = ({last.format('at')}), naming = ({last.format('number')}) "  # noqa: S608 - names of ours
        f"WHERE ({last.format('kind')}) IN ({OFFICES})"
    )
    op.create_index(
        "ix_cases_waiting",
        "cases",
        ["rule", "area", "waits_since", "unit", "account"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.execute("UPDATE lights SET place = 2 * (place % 7) + CASE WHEN place < 7 THEN 0 ELSE 1 END")
