"""The command that writes lists and blank forms: export."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.app.clock import now
from monitor.app.rules import rule_titles
from monitor.cli.actor import perform_in
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.documents import Document, write
from monitor.documents.writing import NotWrittenError
from monitor.ledger.roster import roster_document
from monitor.ledger.templates import form_document
from monitor.queries import tables
from monitor.queries.orders import orders_table
from monitor.store import Tx


def export_list(
    where: CommandContext, *, what: str, out: Path, person: str | None, form: str | None, unstated: bool
) -> None:
    """Write a list, or a blank form, to a file."""
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
        write(out, document, where.config)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")


def _document(tx: Tx, what: str, *, person: str | None, form: str, unstated: bool) -> Document:
    match what:
        case "template":
            return roster_document(()) if form == "roster" else form_document(form)
        case "roster":
            return tables.roster_table(tx)
        case "records":
            return tables.records_table(tx, unstated=unstated)
        case "work-orders":
            return orders_table(tx)
        case "findings":
            return tables.findings_table(tx, rule_titles(), now())
        case "cases":
            return tables.cases_table(tx, rule_titles())
        case "messages":
            return tables.messages_table(tx)
        case _:
            document = tables.personal_data_table(tx, person)
            if document is None:
                raise Refusal(f"没有保存关于“{person}”的内容。")
            return document
