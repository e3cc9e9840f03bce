"""A source knows under which claim it was handed out, and how many workers were lost over it."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    with op.batch_alter_table("sources") as batch:
        batch.add_column(sa.Column("claim", sa.Text(), nullable=True))
        batch.add_column(sa.Column("losses", sa.Integer(), nullable=False, server_default=sa.text("0")))
