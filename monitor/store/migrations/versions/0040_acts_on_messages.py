"""What people did about messages: let them go, withheld them, sent them again, or told their readers on the phone."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0040"
down_revision = "0039"

KINDS = "'released', 'withheld', 'retried', 'phoned'"


def upgrade() -> None:
    op.create_table(
        "message_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_message_acts_kind")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_message_acts_message_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_acts")),
    )
    op.create_index(op.f("ix_message_acts_message"), "message_acts", ["message"])
    op.add_column("notices", sa.Column("phoned_at", UtcDateTime(), nullable=True))
