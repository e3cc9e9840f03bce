"""API tokens may be a user's own."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    with op.batch_alter_table("api_tokens") as batch:
        batch.add_column(sa.Column("owner", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_api_tokens_owner_users"), "users", ["owner"], ["id"])
