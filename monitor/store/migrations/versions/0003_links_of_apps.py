"""Looks at links of apps, what people decide about them, and the steps that follow."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0003"
down_revision = "0002"

FAULTS = (
    "not_listed",
    "blocked",
    "gone",
    "not_a_package",
    "cut_off",
    "not_installable",
    "unsigned",
    "other_app",
    "no_marker",
    "no_host",
    "cert_expired",
    "cert_not_yet_valid",
    "cert_self_signed",
    "cert_incomplete",
    "cert_other_host",
)
KINDS = (
    "holiday",
    "remind",
    "warn",
    "last_day",
    "overdue",
    "escalate",
    "propose",
    "repeat",
    "suspect",
    "confirm",
    "task",
    "recovered",
)


def upgrade() -> None:
    op.create_table(
        "probes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("link", _closed("link", "store", "package", "service"), nullable=False),
        sa.Column("fault", _closed("fault", *FAULTS), nullable=True),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_probes_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probes")),
    )
    op.create_index("ix_probes_source_at", "probes", ["source", "at"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("episode", sa.Text(), nullable=False),
        sa.Column("ruling", _closed("ruling", "confirmed", "rejected"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_decisions_account_accounts")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_decisions_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_account_at", "decisions", ["account", "at"], unique=False)
    _allow_more_kinds()


def _closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _allow_more_kinds() -> None:
    """Let steps and notices be of the new kinds. Nothing refers to either table, so SQLite may make them anew."""
    kinds = ", ".join(repr(kind) for kind in KINDS)
    for table in ("steps", "notices"):
        name = op.f(f"ck_{table}_kind")
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, sa.text(f"kind IN ({kinds})"))
