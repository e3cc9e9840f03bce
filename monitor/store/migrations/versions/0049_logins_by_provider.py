"""Logins by the office's identity provider: who is known there as which user, and who waits to be let in."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("by_provider", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("is_strong", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "login_identities",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_login_identities_user_users")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_identities")),
        sa.UniqueConstraint("user", name=op.f("uq_login_identities_user")),
    )
    op.create_table(
        "login_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("declined_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_requests")),
        sa.UniqueConstraint("key", name=op.f("uq_login_requests_key")),
    )
