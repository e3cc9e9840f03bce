"""Cases, findings and notices about units and areas, and when an area is judged next."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0014"
down_revision = "0013"

CLOSINGS = ("updated", "completed", "lapsed", "corrected", "not_applicable", "left", "retired", "decided")


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("evaluate_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_areas")),
    )
    closings = ", ".join(repr(closing) for closing in CLOSINGS)
    with op.batch_alter_table("findings") as batch:
        batch.add_column(sa.Column("area", sa.Text(), nullable=True))
        batch.create_index("ix_findings_area_rule", ["area", "rule"])
    op.drop_index("uq_cases_open", "cases")
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("subject", sa.Text(), nullable=True))
        batch.add_column(sa.Column("unit", sa.Text(), nullable=True))
        batch.add_column(sa.Column("area", sa.Text(), nullable=True))
    op.execute(sa.text("UPDATE cases SET subject = 'account/' || account"))
    with op.batch_alter_table("cases") as batch:
        batch.alter_column("subject", existing_type=sa.Text(), nullable=False)
        batch.alter_column("account", existing_type=sa.Text(), nullable=True)
        batch.drop_constraint(op.f("ck_cases_closing"), type_="check")
        batch.create_check_constraint(op.f("ck_cases_closing"), sa.text(f"closing IN ({closings})"))
    condition = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_cases_open", "cases", ["subject", "rule"], unique=True, sqlite_where=condition, postgresql_where=condition
    )
    with op.batch_alter_table("notices") as batch:
        batch.alter_column("account", existing_type=sa.Text(), nullable=True)
