"""When a page was last read, and not only said to be the same; and which pages are to be read before a case goes on."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("sources", sa.Column("read_at", UtcDateTime(), nullable=True))
    op.add_column("sources", sa.Column("asked_at", UtcDateTime(), nullable=True))
    op.add_column("observations", sa.Column("read_at", UtcDateTime(), nullable=True))
