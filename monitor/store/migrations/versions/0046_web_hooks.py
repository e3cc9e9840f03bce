"""The far sides that are told of cases, what each is still to be told, and the areas of API tokens."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("area", sa.Text(), nullable=True))
    op.create_table(
        "web_hooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("last_sent_at", UtcDateTime(), nullable=True),
        sa.Column("last_code", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("last_detail", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("dropped", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("trouble_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_hooks")),
        sa.UniqueConstraint("name", name=op.f("uq_web_hooks_name")),
    )
    op.create_table(
        "hook_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hook", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.CheckConstraint(
            "event IN ('case.opened', 'case.stepped', 'case.ended')", name=op.f("ck_hook_deliveries_event")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'given_up', 'cancelled')", name=op.f("ck_hook_deliveries_state")
        ),
        sa.ForeignKeyConstraint(["hook"], ["web_hooks.id"], name=op.f("fk_hook_deliveries_hook_web_hooks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_hook_deliveries_key")),
    )
    op.create_index("ix_hook_deliveries_hook_state_case", "hook_deliveries", ["hook", "state", "case"])
    op.create_index("ix_hook_deliveries_finished_at", "hook_deliveries", ["finished_at"])
