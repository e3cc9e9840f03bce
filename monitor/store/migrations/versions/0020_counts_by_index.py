"""Count every finding, and open cases by their last step, from indexes alone."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.drop_index("ix_findings_told", "findings")
    op.create_index(op.f("ix_findings_rule_state"), "findings", ["rule", "state"])
    op.create_index(op.f("ix_steps_case_at_id_kind"), "steps", ["case", "at", "id", "kind"])
