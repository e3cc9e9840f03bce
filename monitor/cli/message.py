"""Commands about messages: list, show, retry, release, test."""

from __future__ import annotations

import asyncio

import click

from monitor.actions.messages import (
    ReleaseCommand,
    RetryCommand,
    ShowRecipientCommand,
    TryChannelCommand,
    messages_by_number,
    names_in,
    recipient_of,
    release,
    retry,
    show_recipient,
    try_channel,
)
from monitor.app.channels import as_text
from monitor.app.clock import now
from monitor.app.process import mark
from monitor.cli.actor import command_line_actor, perform, refusals
from monitor.cli.network import channels
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.core.calendar import beijing
from monitor.core.message import MessageState, spoken
from monitor.core.token import concealed
from monitor.queries import lists
from monitor.queries.messages import read_tries
from monitor.store.outbox import KeptMessage


def list_messages(where: CommandContext, *, state: str | None) -> None:
    """Print the last messages."""
    wanted = _labelled(state) if state else None
    with where.store(reads=True) as store, store.read() as tx:
        kept = lists.read_messages(tx, wanted)
    for kept_message in kept:
        click.echo(
            f"{kept_message.message.id}  {beijing(kept_message.created_at):%m-%d %H:%M}  "
            f"{_state(kept_message)}  {kept_message.role.label}  "
            f"{kept_message.message.channel or _NOWHERE}  {kept_message.message.subject}"
        )
    if not kept:
        click.echo("没有消息。")


_NOWHERE = "尚未设置渠道"
_UNSETTLED = (MessageState.HELD, MessageState.QUEUED)


def _state(kept: KeptMessage) -> str:
    """Return where a message stands, and when it goes if nobody lets it go before."""
    by_itself = f"（{beijing(kept.release_at):%m-%d}自动放行）" if kept.release_at else ""
    return f"{kept.state.label}{by_itself}"


def _labelled(state: str) -> MessageState:
    found = MessageState.labelled(state)
    if found is None:
        raise click.UsageError(f"没有状态“{state}”，可填：{'、'.join(choice.label for choice in MessageState)}")
    return found


def show_message(where: CommandContext, *, number: str) -> None:
    """Print a message and what became of every try; links that are for its reader alone are left out."""
    with where.store(reads=True) as store, store.read() as tx, refusals():
        (kept,) = messages_by_number(tx, [number])
        tries = read_tries(tx, kept.message.id)
    recipient = recipient_of(kept)
    if names_in(kept):
        recipient = perform(where, show_recipient, ShowRecipientCommand(message=kept.message.id))
    body = as_text(concealed(kept.message.body))
    click.echo(f"{body}\n" if body.startswith(kept.message.subject) else f"{kept.message.subject}\n\n{body}\n")
    if kept.is_about_notices and kept.frozen_at is None and kept.state in _UNSETTLED:
        click.echo(f"以上写于{beijing(kept.created_at):%m-%d %H:%M}，发出时天数、期限按当时情况重写。")
    click.echo(f"状态：{_state(kept)}，渠道：{kept.message.channel or _NOWHERE}，对象：{recipient}")
    for tried in tries:
        click.echo(f"{beijing(tried.at):%m-%d %H:%M:%S}  {spoken(tried.attempt)}")


def retry_messages(where: CommandContext, *, numbers: tuple[str, ...]) -> None:
    """Have messages that failed sent once more."""
    if not numbers:
        raise click.UsageError("请写出消息编号")
    again = perform(where, retry, RetryCommand(numbers=numbers))
    click.echo(f"将重发{len(again)}条。")


def release_messages(where: CommandContext, *, numbers: tuple[str, ...], everything: bool) -> None:
    """Let messages go that wait for it."""
    if everything == bool(numbers):
        raise click.UsageError("请写出消息编号，或用 --all 全部放行")
    count = perform(where, release, ReleaseCommand(numbers=None if everything else numbers))
    click.echo(f"已放行{count}条。")


def send_trial(where: CommandContext, *, channel: str, address: str | None) -> None:
    """Send a message of trial over a channel."""
    settings = where.settings(secrets=True)
    if channel not in settings.channels:
        known = "、".join(settings.channels) or "无"
        raise Refusal(f"设置中没有渠道“{channel}”，现有：{known}。请在 xuncha.yaml 的 channels 中设置。")
    far_side = channels(settings)[channel]
    command = TryChannelCommand(channel=channel, address=address, signature=settings.office.signature)
    with where.store() as store, refusals():
        asyncio.run(try_channel(store, far_side, command, actor=command_line_actor(), holder=mark(), clock=now))
    click.echo("对方已接收。")
