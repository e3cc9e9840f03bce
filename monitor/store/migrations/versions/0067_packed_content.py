"""What looks saw, and what findings said, is kept packed."""

import sqlalchemy as sa
from alembic import op

from monitor.store.packing import pack

revision = "0067"
down_revision = "0066"

TABLES = ("observations", "finding_changes")
CHUNK = 500
"""Rows that are read and written at once."""


def upgrade() -> None:
    is_file = op.get_bind().dialect.name == "sqlite"
    for name in TABLES:
        if is_file:  # a column of its takes anything: what is rewritten below is already small
            _pack(name)
        with op.batch_alter_table(name) as batch:
            batch.alter_column(
                "content",
                existing_type=sa.JSON(),
                type_=sa.LargeBinary(),
                existing_nullable=name == "observations",
                postgresql_using="convert_to(content::text, 'UTF8')",
            )
        if not is_file:
            _pack(name)


def _pack(name: str) -> None:
    connection = op.get_bind()
    read = sa.text(f"SELECT id, content FROM {name} WHERE id > :after ORDER BY id LIMIT {CHUNK}")  # noqa: S608 - names of ours
    write = sa.text(f"UPDATE {name} SET content = :packed WHERE id = :id")  # noqa: S608 - as above
    after = 0
    while rows := connection.execute(read, {"after": after}).all():
        packed = [{"id": row.id, "packed": pack(_text(row.content))} for row in rows if row.content is not None]
        if packed:
            connection.execute(write, packed)
        after = rows[-1].id


def _text(content: str | bytes) -> str:
    return content if isinstance(content, str) else bytes(content).decode()
