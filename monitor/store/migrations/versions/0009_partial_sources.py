"""Which sources never show for certain what is newest; the next start-up says it of those that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("sources") as batch:
        batch.add_column(sa.Column("is_partial", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("sources") as batch:
        batch.alter_column("is_partial", server_default=None)
