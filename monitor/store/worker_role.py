"""What the database lets the role of workers do: make looks and keep what they saw.

A worker stands in another network than the service. Whoever comes by its password reads the roster and what was seen,
and can change what looks change: no users or sessions, no messages, decisions or records, and not the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from monitor.store.tx import Tx

_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "account_versions": ("SELECT",),
    "accounts": ("SELECT", "UPDATE"),
    "alembic_version": ("SELECT",),
    "confirmations": ("SELECT",),
    "events": ("SELECT", "INSERT"),
    "evidence": ("SELECT", "INSERT"),
    "findings": ("SELECT",),
    "former_posts": ("SELECT", "INSERT"),
    "lights": _ALL,
    "notes": ("SELECT",),
    "observations": ("SELECT", "INSERT", "UPDATE"),
    "outages": ("SELECT",),
    "posts": ("SELECT", "INSERT", "UPDATE"),
    "probes": ("SELECT", "INSERT"),
    "sources": ("SELECT", "UPDATE"),
    "tokens": _ALL,
}
"""By table, what looks take; of the queues' own tables they take everything."""


def exists(tx: Tx, role: str) -> bool:
    """True if the server has a role of that name."""
    return bool(tx.scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}))


def has_rights(tx: Tx, role: str, queues: str) -> bool:
    """True if a role may do all that `restrict` lets it do."""
    may = sa.text(
        "SELECT bool_and(has_table_privilege(:role, name, privilege)) FROM (SELECT * FROM"
        " unnest(CAST(:names AS text[]), CAST(:rights AS text[])) AS needed (name, privilege) UNION ALL SELECT"
        " schemaname || '.' || tablename, 'DELETE' FROM pg_tables WHERE schemaname = :queues) AS needed"
    )
    pairs = [(f"public.{table}", right) for table, rights in RIGHTS.items() for right in rights]
    names, rights = map(list, zip(*pairs, strict=True))
    return bool(tx.scalar(may, {"role": role, "names": names, "rights": rights, "queues": queues}))


def restrict(tx: Tx, role: str, queues: str) -> None:
    """Let a role do what workers do, and take from it whatever else it was let do; `queues` is their schema."""
    named = tx.dialect.identifier_preparer.quote_identifier(role)
    for schema in ("public", queues):
        tx.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {named}")
        tx.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {named}")
        tx.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {named}")  # they only number rows
    for table, rights in RIGHTS.items():
        tx.exec_driver_sql(f"GRANT {', '.join(rights)} ON public.{table} TO {named}")
    tx.exec_driver_sql(f"GRANT {', '.join(_ALL)} ON ALL TABLES IN SCHEMA {queues} TO {named}")
