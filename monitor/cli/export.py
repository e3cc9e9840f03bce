"""The command that writes lists and blank forms: export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import perform_in
from monitor.cli.chinese import Command, to_table
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.documents import Document
    from monitor.store import Tx

_WHAT = ("roster", "template", "records", "findings", "cases", "messages", "personal-data")
_FORMS = ("roster", "posts", "filed-list", "bulletins", "index", "decisions", "records")


@click.command(cls=Command, short_help="导出台账、空白表、记录、判定、事项、消息、个人信息。")
@click.argument("what", type=click.Choice(_WHAT), metavar="内容")
@to_table
@click.option("--person", metavar="姓名|手机|邮箱|钉钉", help="与 personal-data 同用：只导出关于这个人的内容。")
@click.option(
    "--for", "form", type=click.Choice(_FORMS), metavar="内容", help=f"与 template 同用：{'、'.join(_FORMS)} 的空白表。"
)
@click.option("--unstated", is_flag=True, help="与 records 同用：只导出未写明结果的，填写后再导入。")
@place
def export(
    where: CommandContext, *, what: str, out: Path, person: str | None, form: str | None, unstated: bool
) -> None:
    """导出 roster 台账、template 空表、records 记录、findings 判定、cases 事项、messages 消息、personal-data 个人信息。"""  # noqa: E501
    from monitor.actions.documents import Handout, HandOutCommand, hand_out
    from monitor.documents import write
    from monitor.documents.writing import NotWrittenError

    if person and what != "personal-data":
        raise click.UsageError("--person 只用于 personal-data")
    if form and what != "template":
        raise click.UsageError("--for 只用于 template")
    if unstated and what != "records":
        raise click.UsageError("--unstated 只用于 records")
    detail = f"关于“{person}”" if person else ""
    with where.store(reads=True) as store:
        with store.read() as tx:
            document = _document(tx, what, person=person, form=form or "roster", unstated=unstated)
        perform_in(store, hand_out, HandOutCommand(what=Handout(f"export {what}"), file=out.name, detail=detail))
    try:
        write(out, document)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")


def _document(tx: Tx, what: str, *, person: str | None, form: str, unstated: bool) -> Document:
    from monitor.app.rules import rule_titles
    from monitor.ledger.roster import roster_document
    from monitor.ledger.templates import form_document
    from monitor.queries import tables

    match what:
        case "template":
            return roster_document(()) if form == "roster" else form_document(form)
        case "roster":
            return tables.roster_table(tx)
        case "records":
            return tables.records_table(tx, unstated=unstated)
        case "findings":
            return tables.findings_table(tx, rule_titles())
        case "cases":
            return tables.cases_table(tx, rule_titles())
        case "messages":
            return tables.messages_table(tx)
        case _:
            document = tables.personal_data_table(tx, person)
            if document is None:
                raise Refusal(f"没有保存关于“{person}”的内容。")
            return document
