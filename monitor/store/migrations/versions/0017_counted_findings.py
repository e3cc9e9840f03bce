"""Count findings and find the troubled accounts without reading what is said."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    told = sa.text("account IS NOT NULL")
    troubles = sa.text(
        "account IS NOT NULL AND state IN ('violated', 'suspected', 'warning', 'unknown', 'needs_review')"
    )
    op.create_index("ix_findings_told", "findings", ["rule", "state"], sqlite_where=told, postgresql_where=told)
    op.create_index(
        "ix_findings_troubles", "findings", ["account", "state"], sqlite_where=troubles, postgresql_where=troubles
    )
