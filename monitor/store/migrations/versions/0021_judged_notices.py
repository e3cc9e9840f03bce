"""The last judgement of a waiting notice has its moment kept: the next process need not judge them all anew."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0021"
down_revision = "0020"

WAITING = sa.text("state IN ('open', 'merged')")


def upgrade() -> None:
    op.add_column("notices", sa.Column("judged_at", UtcDateTime(), nullable=True))
    for column in ("account", "judged_at"):
        op.create_index(
            f"ix_notices_waiting_{column}", "notices", [column], sqlite_where=WAITING, postgresql_where=WAITING
        )
