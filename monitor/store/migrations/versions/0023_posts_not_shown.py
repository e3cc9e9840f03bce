"""Pasted links of posts that the platform says are gone, or not for everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

VERDICTS = (
    "proved",
    "someone_elses",
    "repeated",
    "back_dated",
    "future",
    "misplaced",
    "not_shown",
    "unproved",
    "not_reachable",
)


def upgrade() -> None:
    verdicts = ", ".join(repr(verdict) for verdict in VERDICTS)
    with op.batch_alter_table("claims") as batch:
        batch.drop_constraint(op.f("ck_claims_verdict"), type_="check")
        batch.create_check_constraint(op.f("ck_claims_verdict"), sa.text(f"verdict IN ({verdicts})"))
