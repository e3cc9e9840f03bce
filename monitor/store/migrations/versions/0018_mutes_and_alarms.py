"""Mutes; notices that cannot wait for the morning; what messages show as a table where there is room for one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

KINDS = (
    "institution",
    "training",
    "meeting",
    "inspection",
    "interaction",
    "message_reply",
    "service_entry",
    "knowledge_base",
    "ipv6",
    "app_filing",
    "content_safety",
    "impostor",
    "joint_review",
    "close_request",
    "phase",
    "unit_return",
    "filing_change",
    "deregistration",
    "population",
    "unit_order",
    "deduction",
    "migration",
    "alias",
    "domain",
    "mute",
)


def upgrade() -> None:
    kinds = ", ".join(repr(kind) for kind in KINDS)
    with op.batch_alter_table("records") as batch:
        batch.drop_constraint(op.f("ck_records_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_records_kind"), sa.text(f"kind IN ({kinds})"))
    with op.batch_alter_table("notices") as batch:
        batch.add_column(sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notices") as batch:
        batch.alter_column("is_urgent", server_default=None)
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("grid", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("messages") as batch:
        batch.alter_column("grid", server_default=None)
