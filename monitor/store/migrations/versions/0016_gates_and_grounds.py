"""When a message that waits for a person goes by itself, and whether the ground of a decision still stands."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("release_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("decisions") as batch:
        batch.add_column(sa.Column("shaken_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("shaken", sa.Text(), nullable=True))
