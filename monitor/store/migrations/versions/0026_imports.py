"""Imports have a number by which they are withdrawn, and what a roster merely confirmed is kept with its day."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0026"
down_revision = "0025"

HELD = sa.text("import_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_known_at"), "imports", ["known_at"])
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_confirmations_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )
    op.create_index(op.f("ix_confirmations_account_at"), "confirmations", ["account", "at"])
    op.create_index(op.f("ix_confirmations_import_id"), "confirmations", ["import_id"])
    op.add_column("account_versions", sa.Column("import_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_account_versions_import_id"), "account_versions", ["import_id"])
    for table in ("observations", "decisions", "papers", "records"):
        op.add_column(table, sa.Column("import_id", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_observations_import_id", "observations", ["import_id"], sqlite_where=HELD, postgresql_where=HELD
    )
