"""The commands that write a document about one case or one account: case notice, handover."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.app.clock import now
from monitor.app.office import office_of
from monitor.app.rules import rules_in_force
from monitor.cli.actor import perform_in
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.core.calendar import beijing_date
from monitor.core.case import Ladder
from monitor.documents import Document, write
from monitor.documents.writing import NotWrittenError
from monitor.queries.letters import LetterContext, NoLetterError, read_handover, read_notice
from monitor.queries.lines import OverviewContext


def write_notice(where: CommandContext, *, number: int, out: Path) -> None:
    """Write the notice to the unit of a case."""
    context = _context(where)
    with where.store(reads=True) as store:
        try:
            with store.read() as tx:
                document = read_notice(tx, number, context)
        except NoLetterError as error:
            raise Refusal(str(error)) from error
        if document is None:
            raise Refusal(f"没有编号为{number}的事项，请核对编号。")
        perform_in(store, hand_out, HandOutCommand(what=Handout.NOTICE, file=out.name, detail=f"事项{number}"))
    _write(where, out, document)


def write_handover(where: CommandContext, *, account: str, out: Path) -> None:
    """Write what somebody needs who takes an account over."""
    context = _context(where)
    with where.store(reads=True) as store:
        with store.read() as tx:
            document = read_handover(tx, account, context)
        if document is None:
            raise Refusal(f"台账里没有账号“{account}”，请核对账号ID。")
        perform_in(store, hand_out, HandOutCommand(what=Handout.HANDOVER, file=out.name, detail=account))
    _write(where, out, document)


def _context(where: CommandContext) -> LetterContext:
    settings, moment = where.settings(), now()
    calendar = settings.work_calendar()
    book = rules_in_force(settings, calendar).book_of(beijing_date(moment))
    seen = OverviewContext(now=moment, ladder=Ladder.of(book), calendar=calendar, title=book.title, terms=book.terms)
    return LetterContext(moment=seen, book=book, office=office_of(settings))


def _write(where: CommandContext, out: Path, document: Document) -> None:
    try:
        write(out, document, where.config)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")
