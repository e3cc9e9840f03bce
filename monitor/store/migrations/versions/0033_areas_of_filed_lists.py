"""Filed lists say whose they are; one that several areas' accounts are on is nobody's whole list, and is told once.

An old list gets the area that the accounts on it were in on its day, as known when it came in, where they agree.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.store.columns import UtcDateTime

revision = "0033"
down_revision = "0032"

_NOTE = "unsettled:filed-lists"
_NAMED = 10

_papers = sa.table(
    "papers",
    sa.column("id", sa.Integer()),
    sa.column("kind", sa.Text()),
    sa.column("key", sa.Text()),
    sa.column("on", sa.Date()),
    sa.column("area", sa.Text()),
    sa.column("file", sa.Text()),
    sa.column("known_at", UtcDateTime()),
    sa.column("withdrawn_at", UtcDateTime()),
)
_entries = sa.table("entries", sa.column("paper", sa.Integer()), sa.column("account", sa.Text()))
_versions = sa.table(
    "account_versions",
    sa.column("id", sa.Integer()),
    sa.column("account", sa.Text()),
    sa.column("effective_from", UtcDateTime()),
    sa.column("known_at", UtcDateTime()),
    sa.column("is_removed", sa.Boolean()),
    sa.column("content", sa.JSON()),
)
_notes = sa.table("notes", sa.column("key", sa.Text()), sa.column("text", sa.Text()))


def upgrade() -> None:
    op.add_column("papers", sa.Column("area", sa.Text(), nullable=True))
    connection = op.get_bind()
    lists = connection.execute(sa.select(_papers).where(_papers.c.kind == "filed_list").order_by(_papers.c.id)).all()
    histories = _histories(connection) if lists else {}
    everywhere = {version.content["area"] for of in histories.values() for version in of if not version.is_removed}
    mixed: dict[date, tuple[sa.Row[Any], set[str]]] = {}
    for row in lists:
        named = connection.scalars(
            sa.select(_entries.c.account).where(_entries.c.paper == row.id, _entries.c.account.is_not(None)).distinct()
        )
        found = {area for id_ in named if (area := _area(histories.get(id_, []), row))} or everywhere
        mixed.pop(row.on, None)  # a later version of that day replaces it
        if len(found) == 1:
            area = next(iter(found))
            this = sa.update(_papers).where(_papers.c.id == row.id)
            connection.execute(this.values(area=area, key=f"{row.on}/{area}"))
        elif row.withdrawn_at is None:
            mixed[row.on] = (row, found)
    if mixed:
        connection.execute(sa.insert(_notes).values(key=_NOTE, text=_told([mixed[on] for on in sorted(mixed)])))


def _told(mixed: list[tuple[sa.Row[Any], set[str]]]) -> str:
    names = "、".join(f"{row.on}（{row.file}，{'、'.join(sorted(areas))}）" for row, areas in mixed[-_NAMED:])
    more = f"等{len(mixed)}份" if len(mixed) > _NAMED else ""
    return (
        f"已备案清单{names}{more}没有写明是哪个地区的，其中的账号不属于同一个地区：在清单中的仍按已备案，不在清单中的不作判定；"
        "请按地区分开，重新导入"
    )


def _histories(connection: sa.Connection) -> dict[str, list[sa.Row[Any]]]:
    """Return the versions of each account in the order in which they hold."""
    version = _versions.c
    chosen = sa.select(_versions).order_by(version.account, version.effective_from, version.known_at, version.id)
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(chosen):
        found.setdefault(row.account, []).append(row)
    return found


def _area(versions: Sequence[sa.Row[Any]], paper: sa.Row[Any]) -> str | None:
    """Return the area that an account was in on a list's day, as known when the list came in."""
    end = start_of_day(paper.on + ONE_DAY)
    present = [row for row in versions if not row.is_removed]
    known = [row for row in present if row.known_at <= paper.known_at + timedelta(seconds=1)] or present
    then = [row for row in known if row.effective_from < end] or known[:1]
    area: str | None = then[-1].content["area"] if then else None
    return area
