"""How each account on the roster stands, in a row that lists filter, sort and count by.

The rows follow from what is stored: an upgrade writes them at its end, and the service when it starts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

LIGHTS = "'red', 'amber', 'grey', 'never', 'green', 'exempt', 'none'"
TASKS = "'unseen', 'hand', 'gone', 'claims', 'muted', 'people'"
TASK = sa.text("task IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "lights",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("light", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("silent_since", sa.Date(), nullable=False),
        sa.Column("task", sa.String(32), nullable=True),
        sa.Column("task_from", sa.Date(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.CheckConstraint("(task IS NULL) = (task_from IS NULL)", name=op.f("ck_lights_task_has_day")),
        sa.CheckConstraint(f"light IN ({LIGHTS})", name=op.f("ck_lights_light")),
        sa.CheckConstraint(f"task IN ({TASKS})", name=op.f("ck_lights_task")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_lights_account_accounts")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_lights")),
    )
    op.create_index("ix_lights_urgency", "lights", ["place", "silent_since", "unit", "account"])
    op.create_index("ix_lights_light", "lights", ["light", "place", "silent_since", "unit", "account"])
    op.create_index("ix_lights_unit_area_account", "lights", ["unit", "area", "account"])
    op.create_index("ix_lights_task", "lights", ["task", "task_from"], sqlite_where=TASK, postgresql_where=TASK)
    op.create_index("ix_sources_last_look_at", "sources", ["last_look_at"])
