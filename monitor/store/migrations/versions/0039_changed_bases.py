"""The knowledge of a decision's basis is called like what it is: changed."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.execute("ALTER TABLE decisions RENAME COLUMN shaken_at TO basis_changed_at")
    op.execute("ALTER TABLE decisions RENAME COLUMN shaken TO basis_changed")
