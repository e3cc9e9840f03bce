"""The ends of units' signed links, their subscriptions to deadlines, and the changes that they ask for."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "unit_link_stops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_link_stops")),
    )
    op.create_index("ix_unit_link_stops_area_unit_at", "unit_link_stops", ["area", "unit", "at"])
    op.create_table(
        "unit_calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_calendars")),
    )
    op.create_index("ix_unit_calendars_area_unit", "unit_calendars", ["area", "unit"])
    op.create_table(
        "unit_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("role", sa.String(32), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(32), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('contact', 'paused', 'deregistering')", name=op.f("ck_unit_proposals_kind")),
        sa.CheckConstraint("role IN ('liaison', 'leader', 'operator')", name=op.f("ck_unit_proposals_role")),
        sa.CheckConstraint("answer IN ('accepted', 'declined')", name=op.f("ck_unit_proposals_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_proposals")),
    )
    op.create_index("ix_unit_proposals_area_unit", "unit_proposals", ["area", "unit"])
    condition = sa.text("answer IS NULL")
    op.create_index(
        "ix_unit_proposals_open", "unit_proposals", ["at"], sqlite_where=condition, postgresql_where=condition
    )
