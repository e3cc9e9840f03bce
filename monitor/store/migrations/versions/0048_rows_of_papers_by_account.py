"""The rows of papers about an account are found without reading the whole paper."""

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.create_index("ix_entries_paper_account", "entries", ["paper", "account"])
    op.drop_index("ix_entries_paper", table_name="entries")
