"""First alerts before reminders, and robots that said themselves how long they take nothing."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("buckets", sa.Column("blocked_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("is_first", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE messages SET is_first = false"))
    with op.batch_alter_table("messages") as batch:
        batch.alter_column("is_first", existing_type=sa.Boolean(), nullable=False)
