"""Commands about the settings: config check, config documents."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import click

from monitor.app.clock import now
from monitor.app.collectors import Chains, all_collectors
from monitor.app.dispatching import dispatch_problem
from monitor.app.hints import hints, unwatched
from monitor.cli.network import channels
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import warn
from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.documents import DocumentLayout
from monitor.documents.word.fill import keep_templates, problems_of_templates
from monitor.documents.word.template import FOLDER
from monitor.store import StoreError, roster
from monitor.store.backup import holds_roster
from monitor.store.database import parse_url


def check_settings(where: CommandContext) -> None:
    """Print whether the settings can be used, and what in them should be thought over."""
    settings = where.settings(secrets=True)
    if faults := tuple(problems_of_templates(where.config)):
        raise Refusal("\n".join(faults))
    with suppress(StoreError):  # what is wrong with the database's address, other commands say
        if problem := dispatch_problem(settings, parse_url(where.db).get_backend_name()):
            raise Refusal(problem)
    ways = channels(settings)
    book = settings.rule_book(beijing_date(now()))
    click.echo(f"设置正确：{len(book.clauses)}条规则在用，{len(ways)}个通知渠道。")
    chains = Chains(all_collectors(settings.platforms))
    said = (hint.with_place for hint in hints(settings))
    warn([*said, *unwatched(chains.listings(_enrolled(where)), settings, chains.collectors)])


def write_templates(where: CommandContext) -> None:
    """Put the Word templates that come along into the settings folder, where the office edits them."""
    where.settings()
    try:
        written = keep_templates(where.config)
    except OSError as error:
        raise Refusal(f"{where.config / FOLDER}：无法写入，请检查目录和权限。") from error
    kept = "其余的已有，没有改动。" if len(written) < len(DocumentLayout) else ""
    click.echo(f"已写入 {where.config / FOLDER}：{'、'.join(written) or '无'}。{kept}")


def _enrolled(where: CommandContext) -> Sequence[Account]:
    """Return the roster, where there is one; what is wrong with the database, other commands say."""
    with suppress(StoreError, Refusal):
        if holds_roster(where.db):
            with where.store() as store, store.read() as tx:
                return roster.accounts(tx)
    return ()
