"""Decisions of more kinds, that need no case: what an office decided and entered from a file."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0004"
down_revision = "0003"

RULINGS = ("confirmed", "rejected", "exempted", "retained", "consolidated", "deregistered")


def upgrade() -> None:
    rulings = ", ".join(repr(ruling) for ruling in RULINGS)
    name = op.f("ck_decisions_ruling")
    with op.batch_alter_table("decisions") as batch:
        batch.alter_column("case", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("known_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        batch.add_column(sa.Column("document", sa.Text(), nullable=True))
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"ruling IN ({rulings})"))
    op.execute(sa.text("UPDATE decisions SET known_at = at"))
    with op.batch_alter_table("decisions") as batch:
        batch.alter_column("known_at", existing_type=UtcDateTime(), nullable=False)
