"""Whether what is late is named in a bulletin is a record."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0063"

RECORDS = (
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
    "work_order",
    "listing",
)
RESULTS = (
    "sound",
    "faulty",
    "clean",
    "dead",
    "suspected",
    "settled",
    "untrue",
    "established",
    "not_established",
    "abolished",
    "held",
    "not_held",
    "met",
    "not_met",
    "inspected",
    "not_inspected",
    "received",
    "answered",
    "adopted",
    "not_adopted",
    "supported",
    "not_supported",
    "filed",
    "not_filed",
    "found",
    "not_found",
    "handed_on",
    "shut",
    "retain",
    "consolidate",
    "deregister",
    "shut_down",
    "cancel",
    "rectify",
    "undecided",
    "asked_for",
    "taken_back",
    "carried_out",
    "reported",
    "not_reported",
    "opening_approved",
    "opening_refused",
    "changed",
    "change_refused",
    "decided_to_end",
    "decided_to_merge",
    "end_filed",
    "archived",
    "announced",
    "applied",
    "frozen",
    "confirmed",
    "called_off",
    "deduct",
    "not_deduct",
    "moved",
    "not_moved",
    "muted",
    "resumed",
    "rectified",
    "listed",
    "not_listed",
)
UNSTATED = sa.text("result IS NULL")


def upgrade() -> None:
    op.drop_index("ix_records_unstated", "records")
    with op.batch_alter_table("records") as batch:
        for name, words in (("kind", RECORDS), ("result", RESULTS)):
            batch.drop_constraint(op.f(f"ck_records_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_records_{name}"), _among(name, words))
    op.create_index("ix_records_unstated", "records", ["kind"], sqlite_where=UNSTATED, postgresql_where=UNSTATED)


def _among(column: str, words: tuple[str, ...]) -> sa.TextClause:
    return sa.text(f"{column} IN ({', '.join(map(repr, words))})")
