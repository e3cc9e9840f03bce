"""Nobody has the right to change the audit log on PostgreSQL, its owner neither."""

from alembic import op

from monitor.store.seal import forbid

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    tx = op.get_bind()
    if tx.dialect.name == "postgresql":
        forbid(tx)
