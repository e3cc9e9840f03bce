"""The content of a failed message, so that a person may have it tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("untold", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("messages") as batch:
        batch.alter_column("untold", server_default=None)
