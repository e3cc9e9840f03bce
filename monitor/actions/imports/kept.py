"""The common part of all imports: the number and the row of the audit log."""

from __future__ import annotations

from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.store import Tx, imports

KINDS = {
    "roster": "台账",
    "posts": "发布记录",
    "filed-list": "已备案清单",
    "bulletins": "通报",
    "work-orders": "省平台工单",
    "index": "指数",
    "decisions": "处置决定",
    "records": "记录",
    imports.LOOK: "人工核查",
}
"""The names of the kinds of imports."""


def begin(tx: Tx, kind: str, file: str, as_of: datetime, *, actor: Actor, now: datetime) -> int:
    """Check that the actor may import, and return the number of the import that begins."""
    actor.require(Right.IMPORT)
    return imports.begin(tx, kind, file, as_of=as_of, known_at=now, by=actor.name)


def finish(
    tx: Tx, kind: str, file: str, number: int, detail: str, *, actor: Actor, now: datetime, more: str = ""
) -> None:
    """Keep in one line what an import changed, and write its audit row, which may say more."""
    imports.describe(tx, number, detail)
    write_audit(tx, actor, now, f"import {kind}", file, f"编号{number}：{detail}{more}")
