"""Commands about messages: list, show, retry, release, test."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import command_line_actor, perform, refusals
from monitor.cli.chinese import Command, Group
from monitor.cli.place import CommandContext, channels, place
from monitor.cli.refusal import Refusal
from monitor.core.calendar import beijing
from monitor.core.message import MessageState, spoken
from monitor.core.token import concealed

if TYPE_CHECKING:
    from monitor.store.outbox import KeptMessage

numbers_argument = click.argument("numbers", nargs=-1, metavar="[编号]...")


@click.group(cls=Group)
def message() -> None:
    """消息：查看、重发、放行、试发。"""


@message.command("list", cls=Command)
@click.option("--state", metavar="状态", help="只列出一种状态：待放行、待发送、发送中、已送达、发送失败、已取消。")
@place
def message_list(where: CommandContext, *, state: str | None) -> None:
    """列出最近的消息。"""
    from monitor.queries import lists

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


def _state(kept: KeptMessage) -> str:
    """Return where a message stands, and when it goes if nobody lets it go before."""
    by_itself = f"（{beijing(kept.release_at):%m-%d}自动放行）" if kept.release_at else ""
    return f"{kept.state.label}{by_itself}"


def _labelled(state: str) -> MessageState:

    found = MessageState.labelled(state)
    if found is None:
        raise click.UsageError(f"没有状态“{state}”，可填：{'、'.join(one.label for one in MessageState)}")
    return found


@message.command("show", cls=Command)
@click.argument("number", metavar="编号")
@place
def message_show(where: CommandContext, *, number: str) -> None:
    """显示一条消息的内容和每次发送的结果；仅收件人可用的链接不显示。"""
    from monitor.actions.messages import (
        ShowRecipientCommand,
        messages_by_number,
        names_in,
        recipient_of,
        show_recipient,
    )
    from monitor.app.channels import as_text
    from monitor.queries.messages import read_tries

    with where.store(reads=True) as store, store.read() as tx, refusals():
        (kept,) = messages_by_number(tx, [number])
        tries = read_tries(tx, kept.message.id)
    recipient = recipient_of(kept)
    if names_in(kept):
        recipient = perform(where, show_recipient, ShowRecipientCommand(message=kept.message.id))
    body = as_text(concealed(kept.message.body))
    click.echo(f"{body}\n" if body.startswith(kept.message.subject) else f"{kept.message.subject}\n\n{body}\n")
    click.echo(f"状态：{_state(kept)}，渠道：{kept.message.channel or _NOWHERE}，对象：{recipient}")
    for tried in tries:
        click.echo(f"{beijing(tried.at):%m-%d %H:%M:%S}  {spoken(tried.attempt)}")


@message.command("retry", cls=Command)
@numbers_argument
@place
def message_retry(where: CommandContext, *, numbers: tuple[str, ...]) -> None:
    """把发送失败的消息再发一次；发出前会再核对一次，全部仍成立的编号和内容不变，否则只把仍成立的另写一条。"""
    from monitor.actions.messages import RetryCommand, retry

    if not numbers:
        raise click.UsageError("请写出消息编号")
    again = perform(where, retry, RetryCommand(numbers=numbers))
    click.echo(f"将重发{len(again)}条。")


@message.command("release", cls=Command)
@numbers_argument
@click.option("--all", "everything", is_flag=True, help="全部放行。")
@place
def message_release(where: CommandContext, *, numbers: tuple[str, ...], everything: bool) -> None:
    """放行待放行的消息；发出前会再核对一次，已更新的不再发。"""
    from monitor.actions.messages import ReleaseCommand, release

    if everything == bool(numbers):
        raise click.UsageError("请写出消息编号，或用 --all 全部放行")
    count = perform(where, release, ReleaseCommand(numbers=None if everything else numbers))
    click.echo(f"已放行{count}条。")


@message.command("test", cls=Command)
@click.argument("channel", metavar="渠道")
@click.option("--to", "address", metavar="地址", help="收件人的邮箱或钉钉ID；群机器人则点名这个手机号。")
@place
def message_test(where: CommandContext, *, channel: str, address: str | None) -> None:
    """经一个渠道试发一条消息，看对方是否接收；不论时间，计入渠道的发送速度，并留下记录。"""
    from monitor.actions.messages import TryChannelCommand, try_channel
    from monitor.app.clock import now
    from monitor.app.process import mark

    settings = where.settings(secrets=True)
    if channel not in settings.channels:
        known = "、".join(settings.channels) or "无"
        raise Refusal(f"设置中没有渠道“{channel}”，现有：{known}。请在 xuncha.yaml 的 channels 中设置。")
    far_side = channels(settings)[channel]
    command = TryChannelCommand(channel=channel, address=address, signature=settings.office.signature)
    with where.store() as store, refusals():
        asyncio.run(try_channel(store, far_side, command, actor=command_line_actor(), holder=mark(), clock=now))
    click.echo("对方已接收。")
