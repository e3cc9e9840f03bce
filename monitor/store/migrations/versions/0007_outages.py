"""When the monitor could not trust its own eyes."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0007"
down_revision = "0006"

CAUSES = sa.Enum("canary", "failures", "offline", name="cause", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("cause", CAUSES, nullable=False),
        sa.Column("trusted_until", UtcDateTime(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.create_index("ix_outages_began_at", "outages", ["began_at"], unique=False)
