"""Which host looks at a source wait for, so that one slow host keeps nobody else waiting."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

_HOST = re.compile(r"https?://(?:[^/?#@\s|]*@)?(\[[^\]/?#\s|]*\]|[^/?#:\s|]+)", re.IGNORECASE)


def upgrade() -> None:
    with op.batch_alter_table("sources") as batch:
        batch.add_column(sa.Column("host", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("sources") as batch:
        batch.alter_column("host", server_default=None)
    sources = sa.table("sources", *(sa.column(name) for name in ("id", "collector", "key", "host")))
    connection = op.get_bind()
    rows = [
        {"b_id": row.id, "b_host": named[1].lower() if (named := _HOST.search(row.key)) else row.collector}
        for row in connection.execute(sa.select(sources.c.id, sources.c.collector, sources.c.key))
    ]
    if rows:
        filled = sa.update(sources).where(sources.c.id == sa.bindparam("b_id")).values(host=sa.bindparam("b_host"))
        connection.execute(filled, rows)
