"""The findings of rules before records were read by their results, until every area has been judged again."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime

revision = "0036"
down_revision = "0035"

STATES = ("ok", "warning", "violated", "suspected", "needs_review", "unknown", "not_applicable", "exempted")
RULES = (
    "APP-02",
    "APP-03",
    "CLN-01",
    "CLN-02",
    "FAKE-01",
    "FUN-01",
    "FUN-02",
    "FUN-03",
    "FUN-04",
    "NAME-01",
    "PHA-01",
    "REG-01",
    "REG-02",
    "SEC-01",
    "SUB-01",
    "SUP-01",
    "SYS-01",
    "TRN-01",
    "TWN-01",
)
OF_ACCOUNTS = ("CHG-01", "DRG-01", "REO-01")
LIVES = ("filing_change", "deregistration", "migration")
UNSTATED = sa.text("result IS NULL")


def upgrade() -> None:
    states = ", ".join(repr(state) for state in STATES)
    op.create_table(
        "rereadings",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("was", sa.String(32), nullable=False),
        sa.Column("became", sa.String(32), nullable=True),
        sa.CheckConstraint(f"was IN ({states})", name=op.f("ck_rereadings_was")),
        sa.CheckConstraint(f"became IN ({states})", name=op.f("ck_rereadings_became")),
        sa.PrimaryKeyConstraint("subject", "rule", name=op.f("pk_rereadings")),
    )
    op.create_index("ix_records_unstated", "records", ["kind"], sqlite_where=UNSTATED, postgresql_where=UNSTATED)
    _remember()


def _remember() -> None:
    """Keep what the rules that read records say, and have everybody judged again."""
    tx = op.get_bind()
    columns = (sa.column("kind", sa.Text()), sa.column("name", sa.Text()), sa.column("known_at", UtcDateTime()))
    records = sa.table("records", *columns)
    entered_at = tx.execute(sa.select(sa.func.max(records.c.known_at, type_=UtcDateTime()))).scalar()
    if entered_at is None:
        return
    names = ("subject", "rule", "area", "state")
    findings = sa.table("findings", *(sa.column(name, sa.Text()) for name in names))
    told = sa.select("account/" + records.c.name).where(records.c.kind.in_(LIVES))
    of_lives = sa.and_(findings.c.rule.in_(OF_ACCOUNTS), findings.c.subject.in_(told))
    said = sa.select(*(findings.c[name] for name in names)).where(sa.or_(findings.c.rule.in_(RULES), of_lives))
    rereadings = sa.table("rereadings", *(sa.column(name) for name in ("subject", "rule", "area", "was")))
    tx.execute(sa.insert(rereadings).from_select(["subject", "rule", "area", "was"], said))
    areas = sa.table("areas", sa.column("name", sa.Text()), sa.column("evaluate_at", UtcDateTime()))
    accounts = sa.table("accounts", sa.column("id", sa.Text()), sa.column("evaluate_at", UtcDateTime()))
    notes = sa.table("notes", sa.column("key", sa.Text()), sa.column("text", sa.Text()))
    tx.execute(sa.insert(notes).from_select(["key", "text"], sa.select("reread/" + areas.c.name, sa.literal(""))))
    for table in (areas, accounts):  # a moment that is over is one at which they are due
        tx.execute(sa.update(table).where(table.c.evaluate_at > entered_at).values(evaluate_at=entered_at))
