"""True if a refused try was refused because of the address itself.

Of tries before this it is told by what was kept of them: the enhanced codes of mail servers, and the list in which
DingTalk names ids that do not exist. A failure that cannot be told is not held against the address; the next refusal
tells.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ENHANCED = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1")


def upgrade() -> None:
    with op.batch_alter_table("attempts") as batch:
        batch.add_column(sa.Column("is_about_address", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("attempts") as batch:
        batch.alter_column("is_about_address", server_default=None)
    attempts = sa.table(
        "attempts",
        sa.column("outcome", sa.Text),
        sa.column("code", sa.Text),
        sa.column("detail", sa.Text),
        sa.column("is_about_address", sa.Boolean),
    )
    said = [attempts.c.detail.like(f"{code} %") for code in ENHANCED]
    is_mail = sa.and_(attempts.c.code.like("55_"), sa.or_(*said))
    is_work = attempts.c.code.in_(("invalid_user_id_list", "33012", "60121"))
    refused = sa.and_(attempts.c.outcome == "permanent", sa.or_(is_mail, is_work))
    op.execute(sa.update(attempts).where(refused).values(is_about_address=True))
