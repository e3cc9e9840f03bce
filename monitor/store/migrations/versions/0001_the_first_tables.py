"""The first tables."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("evaluate_at", UtcDateTime(), nullable=True),
        sa.Column("newest_post_at", UtcDateTime(), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_evaluate_at", "accounts", ["evaluate_at"], unique=False)

    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    op.create_index("ix_acts_at", "acts", ["at"], unique=False)

    op.create_table(
        "buckets",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_buckets")),
    )
    op.create_table(
        "finding_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "ok",
                "warning",
                "violated",
                "suspected",
                "needs_review",
                "unknown",
                "not_applicable",
                "exempted",
                name="before",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_changes")),
    )
    op.create_index("ix_finding_changes_subject_at", "finding_changes", ["subject", "at"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("liaison", "leader", "operator", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "queued",
                "sending",
                "sent",
                "failed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_released", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=True),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_created_at", "messages", ["created_at"], unique=False)
    op.create_index("ix_messages_state_next_try_at", "messages", ["state", "next_try_at"], unique=False)
    op.create_index(
        "uq_messages_draft",
        "messages",
        ["person", "channel", "address", "topic"],
        unique=True,
        sqlite_where=sa.text("frozen_at IS NULL AND finished_at IS NULL"),
        postgresql_where=sa.text("frozen_at IS NULL AND finished_at IS NULL"),
    )

    op.create_table(
        "notes",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notes")),
    )
    op.create_table(
        "account_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("effective_from", UtcDateTime(), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_account_versions_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_versions")),
    )
    op.create_index(
        "ix_account_versions_account_effective_from_known_at",
        "account_versions",
        ["account", "effective_from", "known_at"],
        unique=False,
    )

    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "sent",
                "temporary",
                "permanent",
                "unanswered",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("retry_after", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_attempts_message_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_message", "attempts", ["message"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("episode", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column(
            "closing",
            sa.Enum(
                "updated",
                "completed",
                "lapsed",
                "corrected",
                "not_applicable",
                name="closing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (closing IS NULL)", name=op.f("ck_cases_closing_has_moment")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_cases_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_account", "cases", ["account"], unique=False)
    op.create_index(
        "uq_cases_open",
        "cases",
        ["account", "rule"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "findings",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "ok",
                "warning",
                "violated",
                "suspected",
                "needs_review",
                "unknown",
                "not_applicable",
                "exempted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("episode", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_findings_account_accounts")),
        sa.PrimaryKeyConstraint("subject", "rule", name=op.f("pk_findings")),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.Column("next_look_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_look_at", UtcDateTime(), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=False),
        sa.Column("last_detail", sa.Text(), nullable=False),
        sa.Column("has_validators", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("timeline", sa.Integer(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column(
            "standing",
            sa.Enum(
                "active",
                "empty",
                "cancelled",
                "banned",
                "frozen",
                "migrated",
                "not_found",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("blind", sa.Integer(), nullable=True),
        sa.Column(
            "blind_reason",
            sa.Enum(
                "dns",
                "connect",
                "tls",
                "timeout",
                "http_error",
                "refused",
                "rate_limited",
                "login_wall",
                "captcha",
                "grant",
                "guard_blocked",
                "too_large",
                "truncated",
                "unreadable",
                name="blind_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sources_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index("ix_sources_account", "sources", ["account"], unique=False)
    op.create_index(
        "ix_sources_due",
        "sources",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("next_look_at IS NOT NULL"),
        postgresql_where=sa.text("next_look_at IS NOT NULL"),
    )

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "holiday",
                "remind",
                "warn",
                "last_day",
                "overdue",
                "escalate",
                "propose",
                "repeat",
                "task",
                "recovered",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("liaison", "leader", "operator", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("route", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "merged",
                "told",
                "superseded",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_notices_account_accounts")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_notices_case_cases")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_notices_message_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_case", "notices", ["case"], unique=False)
    op.create_index("ix_notices_message", "notices", ["message"], unique=False)
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["person"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'merged')"),
        postgresql_where=sa.text("state IN ('open', 'merged')"),
    )

    op.create_table(
        "observations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "dns",
                "connect",
                "tls",
                "timeout",
                "http_error",
                "refused",
                "rate_limited",
                "login_wall",
                "captcha",
                "grant",
                "guard_blocked",
                "too_large",
                "truncated",
                "unreadable",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "covers",
            sa.Enum("all", "some", name="covers", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "standing",
            sa.Enum(
                "active",
                "empty",
                "cancelled",
                "banned",
                "frozen",
                "migrated",
                "not_found",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_confirmed", UtcDateTime(), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(reason IS NULL) = (content IS NOT NULL)", name=op.f("ck_observations_seen")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_observations_account_accounts")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_observations_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index("ix_observations_account_first_seen", "observations", ["account", "first_seen"], unique=False)
    op.create_index(
        "ix_observations_reasons",
        "observations",
        ["source", "first_seen"],
        unique=False,
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
    )
    op.create_index(
        "ix_observations_timelines",
        "observations",
        ["source", "first_seen"],
        unique=False,
        sqlite_where=sa.text("reason IS NULL"),
        postgresql_where=sa.text("reason IS NULL"),
    )

    op.create_table(
        "steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "holiday",
                "remind",
                "warn",
                "last_day",
                "overdue",
                "escalate",
                "propose",
                "repeat",
                "task",
                "recovered",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_steps_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
    )
    op.create_index("uq_steps_case_kind_number", "steps", ["case", "kind", "number"], unique=True)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation"], ["observations.id"], name=op.f("fk_evidence_observation_observations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_observation", "evidence", ["observation"], unique=False)

    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column(
            "precision",
            sa.Enum(
                "second",
                "minute",
                "day",
                "at_least",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=True),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_posts_account_accounts")),
        sa.ForeignKeyConstraint(["observation"], ["observations.id"], name=op.f("fk_posts_observation_observations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index("ix_posts_account_published_at", "posts", ["account", "published_at"], unique=False)
    op.create_index(
        "ix_posts_missing",
        "posts",
        ["account"],
        unique=False,
        sqlite_where=sa.text("missing_since IS NOT NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("missing_since IS NOT NULL AND withdrawn_at IS NULL"),
    )
    op.create_index("uq_posts_account_key", "posts", ["account", "key"], unique=True)

    op.create_table(
        "former_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("post", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column(
            "precision",
            sa.Enum(
                "second",
                "minute",
                "day",
                "at_least",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=True),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_former_posts_account_accounts")),
        sa.ForeignKeyConstraint(["post"], ["posts.id"], name=op.f("fk_former_posts_post_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_posts")),
    )
    op.create_index("ix_former_posts_account_until", "former_posts", ["account", "until"], unique=False)
