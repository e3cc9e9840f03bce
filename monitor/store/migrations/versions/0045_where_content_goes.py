"""Where the content of an account goes that is merged into another (归集到) stands in columns of its own.

Until now it stood before the note of the decision, as the pages wrote it: 归集到“示例发布”。
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

BEGIN, END = "归集到“", "”。"
DECISIONS = sa.table(
    "decisions",
    sa.column("id", sa.Integer),
    sa.column("ruling", sa.String),
    sa.column("note", sa.Text),
    sa.column("import_id", sa.Integer),
    sa.column("into", sa.Text),
)


def upgrade() -> None:
    op.add_column("decisions", sa.Column("into", sa.Text(), nullable=True))
    op.add_column("decisions", sa.Column("into_account", sa.Text(), nullable=True))
    table = DECISIONS
    written = sa.select(table.c.id, table.c.note).where(
        table.c.ruling == "consolidated", table.c.import_id.is_(None), table.c.note.startswith(BEGIN, autoescape=True)
    )
    for row in op.get_bind().execute(written).all():
        into, end, note = row.note.removeprefix(BEGIN).partition(END)
        if end and into:
            op.execute(sa.update(table).where(table.c.id == row.id).values(into=into, note=note))
