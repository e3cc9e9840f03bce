"""An index by which an observation that nothing refers to is deleted without reading all posts."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_posts_observation", "posts", ["observation"], unique=False)
    op.create_index("ix_former_posts_post", "former_posts", ["post"], unique=False)
    op.create_index("ix_messages_finished_at", "messages", ["finished_at"], unique=False)
