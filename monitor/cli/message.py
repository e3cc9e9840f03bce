"""Commands about messages: list, show, retry, release, test."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from monitor.cli import actor
from monitor.cli.chinese import Command, Group
from monitor.cli.place import CommandContext, channels, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.core.message import MessageState
    from monitor.settings import Settings
    from monitor.store import Tx
    from monitor.store.outbox import Draft, KeptMessage

numbers_argument = click.argument("numbers", nargs=-1, metavar="[编号]...")


@click.group(cls=Group)
def message() -> None:
    """消息：查看、重发、放行、试发。"""


@message.command("list", cls=Command)
@click.option("--state", metavar="状态", help="只列出一种状态：待放行、待发送、发送中、已送达、发送失败、已取消。")
@place
def message_list(where: CommandContext, *, state: str | None) -> None:
    """列出最近的消息。"""
    from monitor.core.calendar import beijing
    from monitor.store import outbox

    states = [_labelled(state)] if state else None
    with where.store(reads=True) as store, store.read() as tx:
        kept = outbox.messages(tx, states=states)
    for one in kept:
        click.echo(
            f"{one.message.id}  {beijing(one.created_at):%m-%d %H:%M}  {_state(one)}  {one.role.label}  "
            f"{one.message.channel or _NOWHERE}  {one.message.subject}"
        )
    if not kept:
        click.echo("没有消息。")


_NOWHERE = "尚未设置渠道"


def _state(kept: KeptMessage) -> str:
    """Return where a message stands, and when it goes if nobody lets it go before."""
    from monitor.core.calendar import beijing

    by_itself = f"（{beijing(kept.release_at):%m-%d}自动放行）" if kept.release_at else ""
    return f"{kept.state.label}{by_itself}"


def _labelled(state: str) -> MessageState:
    from monitor.core.message import MessageState

    found = MessageState.labelled(state)
    if found is None:
        raise click.UsageError(f"没有状态“{state}”，可填：{'、'.join(one.label for one in MessageState)}")
    return found


@message.command("show", cls=Command)
@click.argument("number", metavar="编号")
@place
def message_show(where: CommandContext, *, number: str) -> None:
    """显示一条消息的内容和每次发送的结果；仅收件人可用的链接不显示。"""
    from monitor.app.choices import as_text
    from monitor.core.calendar import beijing
    from monitor.core.message import spoken
    from monitor.core.token import concealed
    from monitor.store import outbox

    with where.store(reads=True) as store, store.read() as tx:
        (kept,) = _found(tx, [number])
        tries = outbox.attempts_of(tx, kept.message.id)
    if kept.message.address or kept.message.mentions:
        actor.note_alone(where, "message show", kept.message.id)
    body = as_text(concealed(kept.message.body))
    click.echo(f"{body}\n" if body.startswith(kept.message.subject) else f"{kept.message.subject}\n\n{body}\n")
    click.echo(f"状态：{_state(kept)}，渠道：{kept.message.channel or _NOWHERE}，对象：{_reader(kept)}")
    for tried in tries:
        click.echo(f"{beijing(tried.at):%m-%d %H:%M:%S}  {spoken(tried.attempt)}")


def _reader(kept: KeptMessage) -> str:
    """Return who gets a message: the role, and the address or those called by name in the group."""
    to = "、".join((kept.message.address,) if kept.message.address else kept.message.mentions)
    return f"{kept.role.label}（{to}）" if to else kept.role.label


@message.command("retry", cls=Command)
@numbers_argument
@place
def message_retry(where: CommandContext, *, numbers: tuple[str, ...]) -> None:
    """把发送失败的消息再发一次；发出前会再核对一次，全部仍成立的编号和内容不变，否则只把仍成立的另写一条。"""
    from monitor.app.clock import now
    from monitor.core.message import MessageState
    from monitor.store import retrying

    if not numbers:
        raise click.UsageError("请写出消息编号")
    with where.store() as store, store.begin(durable=True) as tx:
        numbers = _require(tx, numbers, MessageState.FAILED, "重发")
        at = now()
        again = retrying.retry(tx, numbers, at=at)
        if over := [number for number in dict.fromkeys(numbers) if number not in again]:
            raise Refusal(
                "\n".join(f"消息 {one} 所说的事项已经了结，或已另行告知收件人，没有可重发的。" for one in over)
            )
        actor.note(
            tx,
            at,
            "message retry",
            "、".join(numbers),
            f"{len(again)}条",
            before=MessageState.FAILED.label,
            after=MessageState.QUEUED.label,
        )
    click.echo(f"将重发{len(again)}条。")


@message.command("release", cls=Command)
@numbers_argument
@click.option("--all", "everything", is_flag=True, help="全部放行。")
@place
def message_release(where: CommandContext, *, numbers: tuple[str, ...], everything: bool) -> None:
    """放行待放行的消息；发出前会再核对一次，已更新的不再发。"""
    from monitor.app.clock import now
    from monitor.core.message import MessageState
    from monitor.store import outbox

    if everything == bool(numbers):
        raise click.UsageError("请写出消息编号，或用 --all 全部放行")
    with where.store() as store, store.begin(durable=True) as tx:
        numbers = _require(tx, numbers, MessageState.HELD, "放行")
        _require_a_way(tx, numbers)
        at = now()
        count = outbox.release(tx, None if everything else numbers, at=at)
        actor.note(
            tx,
            at,
            "message release",
            "全部" if everything else "、".join(numbers),
            f"{count}条",
            before=MessageState.HELD.label,
            after=MessageState.QUEUED.label,
        )
    click.echo(f"已放行{count}条。")


def _require_a_way(tx: Tx, numbers: Collection[str]) -> None:
    """Refuse to release what was written while there was no channel; without numbers, where there is nothing else."""
    from monitor.core.message import MessageState
    from monitor.store import outbox

    held = outbox.messages(tx, ids=numbers or None, states=(MessageState.HELD,), limit=_ALL)
    nowhere = [one for one in held if not one.message.channel]
    if nowhere and (numbers or len(nowhere) == len(held)):
        raise Refusal(
            "尚未设置通知渠道，消息不能放行。请在 xuncha.yaml 的 channels 中设置渠道并重启服务，消息将重新生成。"
        )


_ALL = 1_000_000


def _found(tx: Tx, numbers: Collection[str]) -> tuple[KeptMessage, ...]:
    """Return the messages of these numbers, each once; a number may be its last characters, as its reader sees it.

    Refuses the whole command where a number is none's, or an ending is that of several.
    """
    from monitor.store import outbox

    kept = outbox.messages(tx, ids=numbers, limit=_ALL) if numbers else ()
    meant = {number: [one for one in kept if one.message.id == number] for number in numbers}
    meant |= {
        number: [one for one in kept if one.message.id.endswith(number)] for number in numbers if not meant[number]
    }
    faults = [f"没有编号为{number}的消息，请核对编号。" for number, found in meant.items() if not found]
    faults += [
        f"编号以{number}结尾的消息有{len(found)}条（{'、'.join(one.message.id for one in found)}），请写出完整编号。"
        for number, found in meant.items()
        if len(found) > 1
    ]
    if faults:
        raise Refusal("\n".join(faults))
    return tuple({found[0].message.id: found[0] for found in meant.values()}.values())


def _require(tx: Tx, numbers: Collection[str], state: MessageState, verb: str) -> tuple[str, ...]:
    """Return the whole numbers of these messages; refuse the whole command unless every one is in the state."""
    found = _found(tx, numbers)
    faults = [f"消息 {one.message.id} {one.state.label}，不能{verb}。" for one in found if one.state is not state]
    if faults:
        raise Refusal("\n".join(faults))
    return tuple(one.message.id for one in found)


@message.command("test", cls=Command)
@click.argument("channel", metavar="渠道")
@click.option("--to", "address", metavar="地址", help="收件人的邮箱或钉钉ID；群机器人则点名这个手机号。")
@place
def message_test(where: CommandContext, *, channel: str, address: str | None) -> None:
    """经一个渠道试发一条消息，看对方是否接收；不论时间，计入渠道的发送速度，并留下记录。"""
    from monitor.app.clock import now
    from monitor.app.process import mark
    from monitor.core.calendar import beijing
    from monitor.core.message import Attempt, Outcome, spoken
    from monitor.pipeline.test_message import trial

    settings = where.settings(secrets=True)
    if channel not in settings.channels:
        known = "、".join(settings.channels) or "无"
        raise Refusal(f"设置中没有渠道“{channel}”，现有：{known}。请在 xuncha.yaml 的 channels 中设置。")
    way = channels(settings)[channel]
    draft = _trial(settings, channel, address, is_group=way.is_group)
    with where.store() as store:
        came = asyncio.run(trial(store, way, draft, holder=mark(), clock=now))
    if not isinstance(came, Attempt):
        raise Refusal(f"没有发送：渠道“{channel}”暂时不能再发，请在 {beijing(came):%H:%M:%S} 以后再试。")
    if came.outcome is not Outcome.SENT:
        fate = "不知是否送达" if came.outcome is Outcome.UNANSWERED else "没有送达"
        raise Refusal(f"{fate}：{spoken(came)}。")
    click.echo("对方已接收。")


def _trial(settings: Settings, channel: str, address: str | None, *, is_group: bool) -> Draft:
    from monitor.app.clock import now
    from monitor.core.account import Role
    from monitor.core.calendar import beijing
    from monitor.store.outbox import Draft

    text = f"### 【试发】政务新媒体监测\n\n这是一条测试消息，收到即表示“{channel}”渠道可用，无需处理。"
    return Draft(
        channel=channel,
        address=None if is_group else address,
        mentions=(address,) if is_group and address else (),
        role=Role.OPERATOR,
        person="",
        subject="【试发】政务新媒体监测",
        body=f"{text}\n\n> {settings.office.signature} · {beijing(now()):%m月%d日%H时%M分}",
    )


COMMANDS = (message,)
