"""A case that a decision has ended says which: it was neither mended nor did its trouble go away."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

CLOSINGS = (
    "updated",
    "completed",
    "exempted",
    "retained",
    "rejected",
    "lapsed",
    "corrected",
    "not_applicable",
    "left",
    "retired",
    "decided",
)


def upgrade() -> None:
    closings = ", ".join(repr(closing) for closing in CLOSINGS)
    indexes = {
        "uq_cases_open": (["subject", "rule"], sa.text("closed_at IS NULL")),
        "ix_cases_waiting": (
            ["rule", "area", "waits_since", "unit", "account"],
            sa.text("closed_at IS NULL AND waits_since IS NOT NULL"),
        ),
    }
    for name in indexes:
        op.drop_index(name, "cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint(op.f("ck_cases_closing"), type_="check")
        batch.create_check_constraint(op.f("ck_cases_closing"), sa.text(f"closing IN ({closings})"))
    for name, (columns, condition) in indexes.items():
        op.create_index(
            name,
            "cases",
            columns,
            unique=name.startswith("uq_"),
            sqlite_where=condition,
            postgresql_where=condition,
        )
