"""The appearance of accounts on their platforms, and its changes."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0012"
down_revision = "0011"

ASPECTS = sa.Enum("name", "entity", "standing", name="aspect", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("sources", sa.Column("portrait", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("aspect", ASPECTS, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_events_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_index("ix_events_account_at", "events", ["account", "at"], unique=False)
