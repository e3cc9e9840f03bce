"""The holders of cases, the links that were used, and the steps by which a suspicion goes up."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0005"
down_revision = "0004"

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
    "to_leader",
    "to_office",
    "task",
    "recovered",
)


def upgrade() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_acknowledgements_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
    )
    op.create_index("ix_acknowledgements_case", "acknowledgements", ["case"], unique=False)
    op.create_table(
        "spent_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_tokens")),
    )
    kinds = ", ".join(repr(kind) for kind in KINDS)
    for table in ("steps", "notices"):
        name = op.f(f"ck_{table}_kind")
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, sa.text(f"kind IN ({kinds})"))
