"""By which token a link was pasted, and indexes to count those of a day."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("claims", sa.Column("token", sa.Text(), nullable=True))
    op.create_index("ix_claims_at", "claims", ["at"])
    condition = sa.text("token IS NOT NULL")
    op.create_index("ix_claims_token", "claims", ["token", "at"], sqlite_where=condition, postgresql_where=condition)
