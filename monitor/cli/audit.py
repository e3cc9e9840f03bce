"""Commands about the audit log: audit."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.actor import perform_in
from monitor.cli.chinese import Command, Group, to_table
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal


@click.group(cls=Group)
def audit() -> None:
    """操作记录。"""


@audit.command("verify", cls=Command)
@click.option("--digest", metavar="校验值", help="以前记下的末条校验值：核对当时的记录仍在其中。")
@place
def audit_verify(where: CommandContext, *, digest: str | None) -> None:
    """核对操作记录有没有被改动或删去，并给出末条校验值，请另行保存。"""
    from monitor.store import audit, seal

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


@audit.command("export", cls=Command)
@to_table
@place
def audit_export(where: CommandContext, *, out: Path) -> None:
    """导出全部操作记录，连同各条的校验值。"""
    from monitor.actions.documents import Handout, HandOutCommand, hand_out
    from monitor.documents import write
    from monitor.documents.writing import NotWrittenError
    from monitor.queries.tables import audit_table

    try:
        with where.store(reads=True) as store:
            with store.read() as tx:  # row by row: it may be longer than memory
                write(out, audit_table(tx))
            perform_in(store, hand_out, HandOutCommand(what=Handout.AUDIT, file=out.name))
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")
