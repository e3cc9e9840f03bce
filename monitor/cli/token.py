"""Commands about API tokens: add, list, revoke."""

from __future__ import annotations

from datetime import timedelta

import click

from monitor.actions.api_tokens import IssueTokenCommand, RevokeTokenCommand, issue_token, revoke_token
from monitor.app.clock import now
from monitor.cli.actor import perform_in
from monitor.cli.place import CommandContext
from monitor.core.token_scope import TokenScope
from monitor.queries.tokens import TokenLine, read_tokens

_FAR = 10_000
"""Days that are too many in any case."""


def issue(where: CommandContext, *, name: str, scopes: tuple[str, ...], days: int, area: str | None) -> None:
    """Give out a token and print its secret, once."""
    chosen = frozenset(scope for scope in TokenScope if scope.value in scopes)
    lasts = timedelta(days=max(0, min(days, _FAR)))
    command = IssueTokenCommand(name=name, scopes=chosen, lasts=lasts, area=area)
    with where.store() as store:
        number = perform_in(store, issue_token, command)
    click.echo(f"令牌{number}已发放，有效期{days}天。")
    click.echo(command.secret)


def show_tokens(where: CommandContext) -> None:
    """Print every token without its secret, newest first."""
    with where.store(reads=True) as store, store.read() as tx:
        lines = read_tokens(tx, now())
    for line in lines:
        click.echo(
            "  ".join((str(line.number), line.prefix + "…", line.name, line.scopes, *_of(line), line.ends, line.used))
        )
    if not lines:
        click.echo("没有令牌。")


def _of(line: TokenLine) -> tuple[str, ...]:
    return tuple(filter(None, (line.area, line.owner and f"{line.owner}的")))


def revoke(where: CommandContext, *, number: int) -> None:
    """End a token at once."""
    with where.store() as store:
        found = perform_in(store, revoke_token, RevokeTokenCommand(number=number))
    click.echo(f"令牌{found.id}（{found.name}）已停用。")
