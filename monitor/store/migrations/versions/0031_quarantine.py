"""How often the service died while it looked at a source, and until when that one is left alone."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("sources", sa.Column("deaths", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("sources", sa.Column("quarantined_until", UtcDateTime(), nullable=True))
    condition = sa.text("deaths > 0")
    op.create_index("ix_sources_suspects", "sources", ["id"], sqlite_where=condition, postgresql_where=condition)
