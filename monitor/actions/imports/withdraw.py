"""Withdraw an import: everything that came with it, as a correction; what was known until then stays known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.imports.kept import KINDS
from monitor.actions.refused import RefusedError
from monitor.core.calendar import beijing
from monitor.store import Tx, imports, roster


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCommand:
    """The number of the import that somebody wants to take back."""

    number: int
    sources: roster.Sources


def import_to_withdraw(tx: Tx, number: int) -> imports.Import:
    """Return the import with a number; raises RefusedError where there is none, or it was withdrawn."""
    found = imports.find(tx, number)
    if found is None:
        raise RefusedError(f"没有编号为{number}的导入，请先列出导入记录，查看编号。")
    if found.withdrawn_at is not None:
        at = f"{beijing(found.withdrawn_at):%Y-%m-%d %H:%M}"
        raise RefusedError(f"编号{number}的导入已于{at}撤回，没有改变任何内容。")
    return found


def withdraw_import(tx: Tx, command: WithdrawCommand, *, actor: Actor, now: datetime) -> int:
    """Take an import back as a whole and return how many rows that concerned; raises RefusedError."""
    actor.require(Right.WITHDRAW)
    found = import_to_withdraw(tx, command.number)
    done = imports.withdraw(tx, found, at=now, by=actor.name, sources=command.sources)
    if isinstance(done, imports.Blocked):
        later = "、".join(map(str, done.later)) or "较早版本"
        raise RefusedError(
            f"同一周的指数是逐次合并的，编号{later}的导入已在它之上增改，请先撤回{later}，没有改变任何内容。"
        )
    detail = f"编号{found.id}：{KINDS.get(found.kind, found.kind)}，{done}项"
    write_audit(tx, actor, now, "import withdraw", found.file, detail)
    return done
