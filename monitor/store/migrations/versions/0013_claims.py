"""Links of new posts that people paste."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0013"
down_revision = "0012"

VERDICTS = (
    "proved",
    "someone_elses",
    "repeated",
    "back_dated",
    "future",
    "misplaced",
    "unproved",
    "not_reachable",
)


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(*VERDICTS, name="verdict", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("post", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_claims_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_account_at", "claims", ["account", "at"], unique=False)
