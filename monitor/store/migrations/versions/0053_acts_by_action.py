"""An index on the acts of a kind: whether somebody has taken a report is asked whenever the page of today is shown."""

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.create_index("ix_acts_action_at", "acts", ["action", "at"])
