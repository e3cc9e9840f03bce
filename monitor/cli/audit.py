"""Commands about the audit log: verify, export."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.cli.actor import perform_in
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.documents import write
from monitor.documents.writing import NotWrittenError
from monitor.queries.tables import audit_table
from monitor.store import audit, seal


def verify(where: CommandContext, *, digest: str | None) -> None:
    """Walk the audit log: refuse it where it was changed, and print its last digest."""
    with where.store(reads=True) as store, store.read() as tx:
        found = audit.walk_all(tx)
        is_there = digest is None or audit.is_in_chain(tx, digest)
        is_sealed = seal.is_sealed(tx)
    if found.broken_at is not None:
        where_from = f"操作记录自编号{found.broken_at}起已被改动或删去"
        raise Refusal(f"{where_from}，此前的{found.rows}条没有改动，请查明原因。")
    if not is_there:
        raise Refusal(f"操作记录中没有校验值为{digest}的一条，当时的记录已被替换。")
    if not is_sealed:
        raise Refusal("操作记录没有改动，但数据库中防止改动的触发器或权限限制已被撤去，请查明原因。")
    click.echo(f"操作记录共{found.rows}条，前后相连，没有改动。末条校验值：{found.digest or '无'}")


def export_log(where: CommandContext, *, out: Path) -> None:
    """Write the whole audit log to a file, with the digest of every row."""
    try:
        with where.store(reads=True) as store:
            with store.read() as tx:  # row by row: it may be longer than memory
                write(out, audit_table(tx), where.config)
            perform_in(store, hand_out, HandOutCommand(what=Handout.AUDIT, file=out.name))
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")
