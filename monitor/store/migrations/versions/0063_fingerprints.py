"""A source keeps the fingerprint of what was last read of it."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0055"


def upgrade() -> None:
    op.add_column("sources", sa.Column("fingerprint", sa.Text(), nullable=True))
