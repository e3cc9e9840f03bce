"""Records about units say in which area the unit is; those that cannot be told are named to the operator once."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_NOTE = "unsettled:units"
_NAMED = 10


def upgrade() -> None:
    op.add_column("records", sa.Column("area", sa.Text(), nullable=True))
    connection = op.get_bind()
    areas = _areas_of_units(connection)
    everywhere = set().union(*areas.values())
    rows = connection.execute(
        sa.text("SELECT id, name, withdrawn_at FROM records WHERE subject = 'unit' ORDER BY id")
    ).all()
    update = sa.text("UPDATE records SET area = :area WHERE id = :id")
    unsettled: dict[str, int] = {}
    for row in rows:
        found = areas.get(row.name) or everywhere
        if len(found) == 1:
            connection.execute(update, {"area": next(iter(found)), "id": row.id})
        elif len(found) > 1 and row.withdrawn_at is None:
            unsettled[row.name] = unsettled.get(row.name, 0) + 1
    if unsettled:
        names = "、".join(f"“{name}”{count}条" for name, count in list(unsettled.items())[:_NAMED])
        more = f"等{len(unsettled)}家单位" if len(unsettled) > _NAMED else ""
        text = (
            f"关于{names}{more}的记录没有写明地区，而几个地区都有或都没有这个名称的单位：仍按每个地区都适用；"
            "如只属于一个地区，请撤回原来的导入，填写“地区”后重新导入"
        )
        connection.execute(sa.text("INSERT INTO notes (key, text) VALUES (:key, :text)"), {"key": _NOTE, "text": text})


def _areas_of_units(connection: sa.Connection) -> dict[str, set[str]]:
    """Return by the name of a unit the areas in which any account was ever its own."""
    rows = connection.execute(sa.text("SELECT content FROM account_versions WHERE NOT is_removed"))
    areas: dict[str, set[str]] = {}
    for (content,) in rows:
        account = json.loads(content) if isinstance(content, str) else content
        areas.setdefault(account["unit"], set()).add(account["area"])
    return areas
