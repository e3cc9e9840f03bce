"""Decisions about units and areas beside those about accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

WHOM = "(account IS NULL) = (area IS NOT NULL) AND (unit IS NULL OR area IS NOT NULL)"


def upgrade() -> None:
    with op.batch_alter_table("decisions") as batch:
        batch.alter_column("account", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("subject", sa.Text(), nullable=True))
        batch.add_column(sa.Column("unit", sa.Text(), nullable=True))
        batch.add_column(sa.Column("area", sa.Text(), nullable=True))
        batch.drop_index(op.f("ix_decisions_account_at"))
    op.execute(sa.text("UPDATE decisions SET subject = 'account/' || account"))
    with op.batch_alter_table("decisions") as batch:
        batch.alter_column("subject", existing_type=sa.Text(), nullable=False)
        batch.create_check_constraint(op.f("ck_decisions_whom"), sa.text(WHOM))
        batch.create_index(op.f("ix_decisions_subject_at"), ["subject", "at"])
