"""The tables. Times are UtcDateTime; what is closed is checked by the database; what is a value is JSON.

A change here needs a migration: tests/store compares the two.
"""

from __future__ import annotations

from enum import Enum

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from monitor.core.account import Role
from monitor.core.appearance import Aspect
from monitor.core.bulletin import Problem
from monitor.core.case import Closing, StepKind
from monitor.core.claim import Verdict
from monitor.core.decision import RequestAnswer, Ruling
from monitor.core.download import AppFault, Link
from monitor.core.finding import State
from monitor.core.light import AccountTask, Light
from monitor.core.message import MessageAct, MessageState, Outcome
from monitor.core.observation import Covers, Precision, Reason, Standing
from monitor.core.outage import Cause
from monitor.core.paper import PaperKind
from monitor.core.record import RecordKind, Result
from monitor.core.report import ReportKind
from monitor.core.subject import SubjectKind
from monitor.core.unit_proposal import ProposalAnswer, ProposalKind
from monitor.core.user import UserRole
from monitor.core.web_hook import DeliveryState, HookEvent
from monitor.store.columns import UtcDateTime, closed
from monitor.store.packing import Packed


class NoticeState(Enum):
    """Where a notice stands (see outbox.py)."""

    OPEN = "open"
    MERGED = "merged"
    TOLD = "told"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _where(name: str, *columns: str, condition: str, unique: bool = False) -> Index:
    """Return an index on the rows for which the condition holds."""
    return Index(name, *columns, unique=unique, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("is_removed", Boolean, nullable=False),
    Column("evaluate_at", UtcDateTime, index=True),
    Column("newest_post_at", UtcDateTime),
    Column("posts", Integer, nullable=False),
)
"""The account's state now, and when it is judged next. `posts` counts every post ever seen."""

areas = Table(
    "areas",
    metadata,
    Column("name", Text, primary_key=True),
    Column("evaluate_at", UtcDateTime),
)
"""When what a whole area is asked is judged next."""

account_versions = Table(
    "account_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("effective_from", UtcDateTime, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    Column("is_removed", Boolean, nullable=False),
    Column("content", sa.JSON, nullable=False),
    Column("import_id", Integer, index=True),
    Index(None, "account", "effective_from", "known_at"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("known_at", UtcDateTime, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("withdrawn_by", Text),
)
"""Files that came in, under the number by which people withdraw one; rows of theirs name it as `import_id`.

Nothing that came with a withdrawn one is deleted: it is still what was known until then.
"""

confirmations = Table(
    "confirmations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("import_id", Integer, index=True),
    Index(None, "account", "at"),
)
"""When a later roster said of an account what was known already: a fact of that day, which no older one overrides."""

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("collector", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("dropped_at", UtcDateTime),
    Column("next_look_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("claim", Text),
    Column("losses", Integer, nullable=False, server_default=sa.text("0")),
    Column("failures", Integer, nullable=False),
    Column("last_look_at", UtcDateTime),
    Column("last_outcome", Text, nullable=False),
    Column("last_detail", Text, nullable=False),
    Column("has_validators", Boolean, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("fingerprint", Text),
    Column("reader", Text, nullable=False),
    Column("timeline", Integer),
    Column("digest", Text),
    Column("standing", closed(Standing, "standing")),
    Column("seen_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Column("asked_at", UtcDateTime),
    Column("deaths", Integer, nullable=False, server_default=sa.text("0")),
    Column("quarantined_until", UtcDateTime),
    Column("blind", Integer),
    Column("blind_reason", closed(Reason, "blind_reason")),
    Column("portrait", sa.JSON(none_as_null=True)),
    Index(None, "last_look_at"),
    _where("ix_sources_due", "next_look_at", condition="next_look_at IS NOT NULL"),
    _where("ix_sources_suspects", "id", condition="deaths > 0"),
)
"""How looking goes. `timeline` and `blind` are the observations that the next look may prolong.

Looks at one `host` wait for each other. Under which `claim` a source was handed out last is known until its look is
kept; `losses` is how many workers in a row were lost during a look at it.

`standing` is what is certain of it. `read_at` is when its page was last read, and not only said to be the same;
`asked_at` is since when it is to be read before a case goes on. `deaths` is during how many looks in a row the service
died, and until `quarantined_until` it is left alone for that."""

observations = Table(
    "observations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("source", ForeignKey("sources.id"), nullable=False),
    Column("collector", Text, nullable=False),
    Column("reason", closed(Reason, "reason")),
    Column("covers", closed(Covers, "covers")),
    Column("standing", closed(Standing, "standing")),
    Column("digest", Text),
    Column("content", Packed),
    Column("detail", Text, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_confirmed", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("known_at", UtcDateTime, nullable=False),
    Column("import_id", Integer),
    Column("withdrawn_at", UtcDateTime),
    CheckConstraint("(reason IS NULL) = (content IS NOT NULL)", name="seen"),
    _where("ix_observations_import_id", "import_id", condition="import_id IS NOT NULL"),
    Index(None, "account", "first_seen"),
    _where("ix_observations_timelines", "source", "first_seen", condition="reason IS NULL"),
    _where("ix_observations_reasons", "source", "first_seen", condition="reason IS NOT NULL"),
)

probes = Table(
    "probes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", ForeignKey("sources.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("link", closed(Link, "link"), nullable=False),
    Column("fault", closed(AppFault, "fault")),
    Column("observation", Integer, nullable=False),
    Index(None, "source", "at"),
)
"""Every look at a link of an app that saw something: an interval does not tell how many failures lie in it."""

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("observation", ForeignKey("observations.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""The bytes of a look, compressed, where they may have to be shown to somebody."""

posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("precision", closed(Precision, "precision"), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("is_pinned", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("observation", ForeignKey("observations.id"), nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("linked_at", UtcDateTime),
    Column("missing_since", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    Column("is_year_guessed", Boolean, nullable=False, server_default=sa.false()),
    Column("counts_from", UtcDateTime),
    Index("uq_posts_account_key", "account", "key", unique=True),
    Index(None, "account", "published_at"),
    Index(None, "observation"),
    _where("ix_posts_missing", "account", condition="missing_since IS NOT NULL AND withdrawn_at IS NULL"),
)

former_posts = Table(
    "former_posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("post", ForeignKey("posts.id"), nullable=False, index=True),
    Column("until", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("precision", closed(Precision, "precision"), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("is_pinned", Boolean, nullable=False),
    Column("linked_at", UtcDateTime),
    Column("missing_since", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    Column("is_year_guessed", Boolean, nullable=False, server_default=sa.false()),
    Column("counts_from", UtcDateTime),
    Index(None, "account", "until"),
)
"""The earlier content of a post's row: that it was gone, or when it appeared."""

lights = Table(
    "lights",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("area", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("light", closed(Light, "light"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("silent_since", Date, nullable=False),
    Column("task", closed(AccountTask, "task")),
    Column("task_from", Date),
    Column("search", Text, nullable=False),
    CheckConstraint("(task IS NULL) = (task_from IS NULL)", name="task_has_day"),
    Index("ix_lights_urgency", "place", "silent_since", "unit", "account"),
    Index("ix_lights_light", "light", "place", "silent_since", "unit", "account"),
    Index(None, "unit", "area", "account"),
    _where("ix_lights_task", "task", "task_from", condition="task IS NOT NULL"),
)
"""How each account on the roster stands: what lists of accounts filter, sort and count by. See lights.py.

`place` puts the most urgent light first, and of one light main accounts. `silent_since` is the day in Beijing on which
the time without updates began, and the last day there is where nothing says that. `task` is what the operator has to do
so that the account can be told of, from `task_from` on. `search` is what people look for it by, without capitals.
"""

TROUBLE = "state IN ('violated', 'suspected', 'warning', 'unknown', 'needs_review')"
"""Which findings mean trouble: an index of a few rows finds them."""

findings = Table(
    "findings",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("account", ForeignKey("accounts.id")),
    Column("state", closed(State, "state"), nullable=False),
    Column("episode", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("content", sa.JSON, nullable=False),
    Column("area", Text),
    Index(None, "area", "rule"),
    Index(None, "rule", "state"),
    _where("ix_findings_troubles", "account", "state", condition=f"account IS NOT NULL AND {TROUBLE}"),
)
"""Every finding as it stands; rules on areas say nothing of those who are fine. For the subject see findings.py."""

finding_changes = Table(
    "finding_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("before", closed(State, "before")),
    Column("content", Packed, nullable=False),
    Index(None, "subject", "at"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), index=True),
    Column("rule", Text, nullable=False),
    Column("episode", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closing", closed(Closing, "closing")),
    Column("subject", Text, nullable=False),
    Column("unit", Text),
    Column("area", Text),
    Column("waits_since", UtcDateTime),
    Column("naming", Integer),
    CheckConstraint("(closed_at IS NULL) = (closing IS NULL)", name="closing_has_moment"),
    _where("uq_cases_open", "subject", "rule", condition="closed_at IS NULL", unique=True),
    _where(
        "ix_cases_waiting",
        *("rule", "area", "waits_since", "unit", "account"),
        condition="closed_at IS NULL AND waits_since IS NOT NULL",
    ),
)
"""The cases. `waits_since` is the moment of the last step where that makes the case the office's, and empty where it
does not; `naming` is that step's number."""

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("kind", closed(StepKind, "kind"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("days", Integer),
    Column("because", Text, nullable=False),
    Index("uq_steps_case_kind_number", "case", "kind", "number", unique=True),
    Index(None, "case", "at", "id", "kind"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("person", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""The people who said to have a case; rows are only ever added. `person` is empty for the operator."""

spent_tokens = Table(
    "spent_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)
"""Tokens that were used and have not expired yet; never the token itself."""

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("link", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("verdict", closed(Verdict, "verdict"), nullable=False),
    Column("post", sa.JSON),
    Column("token", Text),
    Index(None, "account", "at"),
    Index(None, "at"),
    _where("ix_claims_token", "token", "at", condition="token IS NOT NULL"),
)
"""Links of new posts that people pasted, and what became of them; rows are only ever added."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id")),
    Column("subject", Text, nullable=False),
    Column("account", ForeignKey("accounts.id")),
    Column("unit", Text),
    Column("area", Text),
    Column("rule", Text, nullable=False),
    Column("episode", Text, nullable=False),
    Column("ruling", closed(Ruling, "ruling"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    Column("valid_until", Date),
    Column("document", Text),
    Column("into", Text),
    Column("into_account", Text),
    Column("basis_changed_at", UtcDateTime),
    Column("basis_changed", Text),
    Column("import_id", Integer),
    Column("withdrawn_at", UtcDateTime),
    CheckConstraint("(account IS NULL) = (area IS NOT NULL) AND (unit IS NULL OR area IS NOT NULL)", name="whom"),
    Index(None, "subject", "at"),
)
"""The decisions of people; rows are only ever added, and the latest one counts. `case` is empty for one from a file.

`into` names where the content of an account goes that is merged into another, `into_account` its id on the roster.
Each is about an account, about a unit of an area, or about an area; `subject` is the key of a `core.subject`. The
two before `import_id` say since when it is known that the finding a decision was made on was another, and how (see
`core.grounds`). They can be worked out again at any time.
"""

decision_requests = Table(
    "decision_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("ruling", closed(Ruling, "ruling"), nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("document", Text),
    Column("until", Date),
    Column("on", Date),
    Column("seen", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("answer", closed(RequestAnswer, "answer")),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("why", Text, nullable=False),
    _where("ix_decision_requests_open", "case", condition="answer IS NULL", unique=True),
)
"""The decisions that one operator made and another is to confirm; of a case one waits at a time."""

papers = Table(
    "papers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", closed(PaperKind, "kind"), nullable=False),
    Column("key", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("title", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("covers_all", Boolean, nullable=False),
    Column("area", Text),
    Column("means", sa.JSON, nullable=False),
    Column("file", Text, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    Column("import_id", Integer),
    Column("withdrawn_at", UtcDateTime),
    Index(None, "kind", "key"),
)
"""Rounds, weeks and filed lists as they were entered: rows are only ever added, the latest of a key counts."""

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paper", ForeignKey("papers.id"), nullable=False),
    Column("account", ForeignKey("accounts.id")),
    Column("written", sa.JSON, nullable=False),
    Column("problem", closed(Problem, "problem")),
    Column("day", Date),
    Column("value", Text),
    Index(None, "paper", "account"),
)
"""The rows of papers. `written` is how the row named the account; `account` is empty while nobody answers."""

records = Table(
    "records",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", closed(RecordKind, "kind"), nullable=False),
    Column("subject", closed(SubjectKind, "subject"), nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("area", Text),
    Column("on", Date, nullable=False),
    Column("result", closed(Result, "result")),
    Column("item", Text, nullable=False, server_default=sa.text("''")),
    Column("until", Date),
    Column("text", Text, nullable=False),
    Column("attachment", Text),
    Column("known_at", UtcDateTime, nullable=False),
    Column("import_id", Integer),
    Column("withdrawn_at", UtcDateTime),
    _where("ix_records_unstated", "kind", condition="result IS NULL"),
)

rereadings = Table(
    "rereadings",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("area", Text),
    Column("was", closed(State, "was"), nullable=False),
    Column("became", closed(State, "became")),
)
"""The rules' findings before records were read by their results, and their findings now where they differ."""

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("mentions", sa.JSON, nullable=False),
    Column("role", closed(Role, "role"), nullable=False),
    Column("person", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("grid", sa.JSON, nullable=False),
    Column("state", closed(MessageState, "state"), nullable=False),
    Column("is_released", Boolean, nullable=False),
    Column("release_at", UtcDateTime),
    Column("is_first", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("frozen_at", UtcDateTime),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("finished_at", UtcDateTime, index=True),
    Column("taken_by", Text),
    Column("taken_until", UtcDateTime),
    Column("untold", sa.JSON, nullable=False),
    Index(None, "state", "next_try_at"),
    _where(
        "uq_messages_draft",
        "person",
        "channel",
        "address",
        "topic",
        condition="frozen_at IS NULL AND finished_at IS NULL",
        unique=True,
    ),
)
"""`address` is empty where the channel names its readers; `due_at` is when the message might first have left.

`taken_by` and `taken_until` say who is sending it, and until when nobody else may (`Lease`); they are there while it is
SENDING and at no other time. `untold` are the notices that a FAILED one was to tell.
"""

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), index=True),
    Column("account", ForeignKey("accounts.id")),
    Column("rule", Text, nullable=False),
    Column("kind", closed(StepKind, "kind"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("role", closed(Role, "role"), nullable=False),
    Column("person", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("route", Integer, nullable=False),
    Column("state", closed(NoticeState, "state"), nullable=False),
    Column("message", ForeignKey("messages.id"), index=True),
    Column("is_urgent", Boolean, nullable=False),
    Column("judged_at", UtcDateTime),
    Column("phoned_at", UtcDateTime),
    _where("ix_notices_waiting", "person", condition="state IN ('open', 'merged')"),
    _where("ix_notices_waiting_account", "account", condition="state IN ('open', 'merged')"),
    _where("ix_notices_waiting_judged_at", "judged_at", condition="state IN ('open', 'merged')"),
)
"""`judged_at` is when what waits was last judged; NULL: not since it came, or since its account was judged.

`phoned_at` is when its person was told on the phone, because no message reached them.
"""

message_acts = Table(
    "message_acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message", ForeignKey("messages.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", closed(MessageAct, "kind"), nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
)
"""What people did about messages; rows are only ever added. `text` is why one was withheld, or who was phoned.

`by` is empty where the gate's time was over and nobody said anything.
"""

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message", ForeignKey("messages.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", closed(Outcome, "outcome"), nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("retry_after", Float),
    Column("is_about_address", Boolean, nullable=False),
)
"""`retry_after` is in seconds."""

buckets = Table(
    "buckets",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("taken", sa.JSON, nullable=False),
    Column("blocked_until", UtcDateTime),
)
"""The moments at which a far side's tokens were taken in the last minute, oldest first.

`channel` is a mark of the far side (`Channel.bucket`), the same for two names of one robot.
"""

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("collector", Text, primary_key=True),
    Column("grant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
"""The tokens got with owners' grants: sealed, so that the database alone opens nothing."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("aspect", closed(Aspect, "aspect"), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index(None, "account", "at"),
)
"""The changes of an account's appearance, once they were certain: renames, other verified entities, standings."""

outages = Table(
    "outages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text),
    Column("cause", closed(Cause, "cause"), nullable=False),
    Column("trusted_until", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "began_at"),
)
"""When the monitor could not trust its own eyes; without a platform, it was offline."""

acts = Table(
    "acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("login", Text, nullable=False, server_default=sa.text("''")),
    Column("address", Text, nullable=False, server_default=sa.text("''")),
    Column("before", Text, nullable=False, server_default=sa.text("''")),
    Column("after", Text, nullable=False, server_default=sa.text("''")),
    Column("digest", Text, nullable=False, server_default=sa.text("''")),
    Index(None, "action", "at"),
)
"""The acts of people. Rows are only added, chained by `digest` (see audit.py); triggers refuse the rest (seal.py)."""

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("unit", Text),
    Column("area", Text),
    Column("password", Text),
    Column("second_factor", LargeBinary),
    Column("second_used", Integer),
    Column("must_have_second_factor", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("last_login_at", UtcDateTime),
    CheckConstraint("(unit IS NULL) = (area IS NULL)", name="unit_has_area"),
    Index("uq_users_key", "key", unique=True),
)
"""The people who may log in. `key` is the name as it is compared; `password` is its argon2id hash with salt and cost.

`second_factor` is the secret of the second factor, `second_used` the number of the last half minute it was used in.
"""

user_roles = Table(
    "user_roles",
    metadata,
    Column("user", ForeignKey("users.id"), primary_key=True),
    Column("role", closed(UserRole, "role"), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("active_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("address", Text, nullable=False),
    Column("is_half", Boolean, nullable=False),
    Column("by_provider", Boolean, nullable=False, server_default=sa.false()),
    Column("is_strong", Boolean, nullable=False, server_default=sa.false()),
)
"""The logins that go on. `digest` is the SHA-256 of the id that the browser has; of one that is half, the second factor
is still missing. One `by_provider` began at the identity provider, which for one that is strong asked for more than a
password."""

login_identities = Table(
    "login_identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False, unique=True),
    Column("shown", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""Whom the identity provider knows as which user. `key` is the SHA-256 of issuer, claim and value."""

login_requests = Table(
    "login_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("shown", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("declined_at", UtcDateTime),
)
"""People whom the identity provider knows and we do not: they wait for an administrator, or were declined."""

login_links = Table(
    "login_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", ForeignKey("users.id"), index=True),
    Column("until", UtcDateTime, nullable=False),
)
"""The one-time links by which somebody sets a password; one without a user makes the first administrator."""

login_failures = Table(
    "login_failures",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("wait_until", UtcDateTime),
)
"""How often logging in has failed lately, by name, by address, and altogether; names as SHA-256, for people type other
things there by mistake."""
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", sa.JSON, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("area", Text),
    Column("owner", ForeignKey("users.id")),
)
"""The API tokens of callers; of the secret only its digest. One with an area is for what is that area's; one with an
owner is a user's, and may no more than they."""

unit_link_stops = Table(
    "unit_link_stops",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("area", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "area", "unit", "at"),
)
"""When the signed links of a unit were ended: those given out before open nothing."""

unit_calendars = Table(
    "unit_calendars",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("area", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Index(None, "area", "unit"),
)
"""Subscriptions to the deadlines of a unit; the token names the row and is kept nowhere."""

unit_proposals = Table(
    "unit_proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", closed(ProposalKind, "kind"), nullable=False),
    Column("area", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("accounts", sa.JSON, nullable=False),
    Column("role", closed(Role, "role")),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("answer", closed(ProposalAnswer, "answer")),
    Column("answered_at", UtcDateTime),
    Column("answered_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "area", "unit"),
    _where("ix_unit_proposals_open", "at", condition="answer IS NULL"),
)
"""The changes of the roster that units ask for; the office accepts or declines them."""

web_hooks = Table(
    "web_hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("area", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("disabled_why", Text, nullable=False, server_default=sa.text("''")),
    Column("failures", Integer, nullable=False, server_default=sa.text("0")),
    Column("failing_since", UtcDateTime),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("last_sent_at", UtcDateTime),
    Column("last_code", Text, nullable=False, server_default=sa.text("''")),
    Column("last_detail", Text, nullable=False, server_default=sa.text("''")),
    Column("dropped", Integer, nullable=False, server_default=sa.text("0")),
    Column("trouble_since", UtcDateTime),
)
"""The far sides that are told of cases; `sealed` holds the address and the secret."""

hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hook", ForeignKey("web_hooks.id"), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("event", closed(HookEvent, "event"), nullable=False),
    Column("case", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", closed(DeliveryState, "state"), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=sa.text("0")),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("code", Text, nullable=False, server_default=sa.text("''")),
    Index(None, "hook", "state", "case"),
    Index(None, "finished_at"),
)
"""What each far side is told of cases. `key` is what it knows a delivery by, at every try the same."""

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", closed(ReportKind, "kind"), nullable=False),
    Column("period", Text, nullable=False),
    Column("first", Date, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("figures", sa.JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "kind", "first"),
    Index(None, "made_at"),
)
"""Reports that were made; `content` is the reckoning, compressed, and `figures` the part of it that lists show."""

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("beats", Integer, nullable=False),
)
"""One row that is written to find out whether writing works."""
