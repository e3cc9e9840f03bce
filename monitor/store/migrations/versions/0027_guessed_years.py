"""True if a post's year was guessed, and from which time on it counts all the same."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    for table in ("posts", "former_posts"):
        op.add_column(table, sa.Column("is_year_guessed", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.add_column(table, sa.Column("counts_from", UtcDateTime(), nullable=True))
