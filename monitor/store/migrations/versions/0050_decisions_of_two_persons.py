"""Decisions that one operator has asked for and another is to confirm: nothing holds before."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.create_table(
        "decision_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("ruling", sa.String(32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(32), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ruling IN ('confirmed', 'rejected', 'exempted', 'retained', 'consolidated', 'deregistered', 'revoked')",
            name=op.f("ck_decision_requests_ruling"),
        ),
        sa.CheckConstraint("answer IN ('confirmed', 'refused', 'withdrawn')", name=op.f("ck_decision_requests_answer")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_decision_requests_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_requests")),
    )
    condition = sa.text("answer IS NULL")
    op.create_index(
        "ix_decision_requests_open",
        "decision_requests",
        ["case"],
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )
