"""Decisions that end earlier ones: 撤销."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

RULINGS = ("confirmed", "rejected", "exempted", "retained", "consolidated", "deregistered", "revoked")


def upgrade() -> None:
    rulings = ", ".join(repr(ruling) for ruling in RULINGS)
    name = op.f("ck_decisions_ruling")
    with op.batch_alter_table("decisions") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"ruling IN ({rulings})"))
