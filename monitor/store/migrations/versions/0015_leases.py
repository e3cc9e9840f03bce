"""The sender of a message, and the time until which nobody else may send it."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("messages", sa.Column("taken_by", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("taken_until", UtcDateTime(), nullable=True))
    op.execute("UPDATE messages SET taken_by = '', taken_until = frozen_at WHERE state = 'sending'")
