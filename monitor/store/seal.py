"""The triggers by which the database itself refuses to change, replace or delete a row of the audit log.

SQLite lets INSERT OR REPLACE delete a row without asking, so a row whose number is not the next is refused too. On
PostgreSQL the right to change rows is taken from everybody besides, the table's owner included.
"""

from __future__ import annotations

import sqlalchemy as sa

_TOLD = "the audit log is only ever added to"
_SQLITE = {
    "acts_unchanged": f"BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END",
    "acts_undeleted": f"BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END",
    "acts_appended": (
        "BEFORE INSERT ON acts WHEN NEW.id <= (SELECT coalesce(max(id), 0) FROM acts) "  # noqa: S608 - all of it ours
        f"BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
    ),
}
_POSTGRESQL = {
    "acts_unchanged": "BEFORE UPDATE OR DELETE ON acts FOR EACH ROW EXECUTE FUNCTION acts_are_kept()",
    "acts_untruncated": "BEFORE TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION acts_are_kept()",
}
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION acts_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_TOLD}'; END $$"
)

_RIGHTS = "UPDATE, DELETE, TRUNCATE"


def seal(tx: sa.Connection) -> None:
    """Refuse changes from now on."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(_FUNCTION)
        forbid(tx)
    for name, what in _triggers(tx).items():
        tx.exec_driver_sql(f"CREATE TRIGGER {name} {what}")


def forbid(tx: sa.Connection) -> None:
    """Take the right to change rows from every role that has it (PostgreSQL); a superuser needs none."""
    for role in _allowed(tx):
        tx.exec_driver_sql(f"REVOKE {_RIGHTS} ON acts FROM {role} CASCADE")


def _allowed(tx: sa.Connection) -> list[str]:
    """Return the roles that may change rows, as a statement names them."""
    granted = (
        "SELECT DISTINCT CASE WHEN one.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(one.grantee)) END "
        "FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) AS one "
        "WHERE pg_class.oid = 'acts'::regclass AND one.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')"
    )
    return list(tx.scalars(sa.text(granted)))


def unseal(tx: sa.Connection) -> None:
    """Allow changes, until the end of a transaction that seals it again: a whole database is put in another's place."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"GRANT {_RIGHTS} ON acts TO CURRENT_USER")
    for name in _triggers(tx):
        tx.exec_driver_sql(f"DROP TRIGGER {name}" + (" ON acts" if tx.dialect.name == "postgresql" else ""))


def is_sealed(tx: sa.Connection) -> bool:
    """True if all of it is there."""
    source, column = ("pg_trigger", "tgname") if tx.dialect.name == "postgresql" else ("sqlite_master", "name")
    names: sa.Select[tuple[str]] = sa.select(sa.column(column)).select_from(sa.table(source))
    is_forbidden = tx.dialect.name != "postgresql" or not _allowed(tx)
    return is_forbidden and set(_triggers(tx)) <= set(tx.scalars(names))


def _triggers(tx: sa.Connection) -> dict[str, str]:
    return _POSTGRESQL if tx.dialect.name == "postgresql" else _SQLITE
