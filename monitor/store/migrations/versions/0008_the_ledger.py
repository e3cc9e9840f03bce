"""The office's papers with their rows, and its records, beside the accounts."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0008"
down_revision = "0007"

KINDS = (
    "institution",
    "training",
    "meeting",
    "inspection",
    "interaction",
    "message_reply",
    "service_entry",
    "knowledge_base",
    "ipv6",
    "app_filing",
    "content_safety",
    "impostor",
    "joint_review",
    "close_request",
    "phase",
    "unit_return",
    "filing_change",
    "deregistration",
    "population",
    "unit_order",
    "deduction",
    "migration",
    "alias",
    "domain",
)


def closed(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", closed("kind", "round", "week", "filed_list"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("covers_all", sa.Boolean(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
    )
    op.create_index("ix_papers_kind_key", "papers", ["kind", "key"], unique=False)
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column(
            "problem",
            closed("problem", "stale", "unusable", "no_interaction", "content", "other", "none"),
            nullable=True,
        ),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_entries_account_accounts")),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name=op.f("fk_entries_paper_papers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
    )
    op.create_index("ix_entries_paper", "entries", ["paper"], unique=False)
    op.create_table(
        "records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", closed("kind", *KINDS), nullable=False),
        sa.Column("subject", closed("subject", "account", "unit", "area"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachment", sa.Text(), nullable=True),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
    )
    op.create_index("ix_records_name", "records", ["name"], unique=False)
