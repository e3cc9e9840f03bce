"""Messages: see who one is for, release or withhold held ones, see to failed ones, and try a channel."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.core.account import Role
from monitor.core.calendar import beijing
from monitor.core.channel import Channel
from monitor.core.message import Attempt, MessageAct, MessageState, Outcome, spoken
from monitor.pipeline.test_message import trial
from monitor.store import Store, Tx, message_acts, outbox, retrying
from monitor.store.outbox import Draft, KeptMessage
from monitor.store.reach import areas_of_messages

_ALL = 1_000_000
_NUMBERS = Field("numbers", "消息")
_WHY = Field("why", "原因")
_TO = Field("to", "告知了谁")
_AT = Field("at", "告知时间")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRecipientCommand:
    """The command to find out to whom a message belongs."""

    message: str
    """The message's whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryCommand:
    """The failed messages that somebody wants to have sent again."""

    numbers: tuple[str, ...]
    """Each may be the last characters of a number, as its reader sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCommand:
    """The held messages that somebody lets go."""

    numbers: tuple[str, ...] | None
    """As in `RetryCommand`; None for all of them."""
    read: tuple[str, ...] | None = None
    """The marks of the words that were read of each (`mark_of`), so that nothing goes that nobody has read; None
    where that is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithholdCommand:
    """The held messages that are not to be sent."""

    numbers: tuple[str, ...]
    """As in `RetryCommand`."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCommand:
    """That what a failed message was to tell was told on the phone."""

    number: str
    """As in `RetryCommand`."""
    to: str
    """Who was told."""
    at: datetime | None = None
    """When; None for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryChannelCommand:
    """A channel by which somebody wants to have a message sent to see whether it arrives."""

    channel: str
    address: str | None = None
    """Of the reader; in a group, the phone of whom is called by name."""
    signature: str = ""
    """Under what name the office speaks."""


def show_recipient(tx: Tx, command: ShowRecipientCommand, *, actor: Actor, now: datetime) -> str:
    """Return who gets a message: the role, and the address or those called by name in the group."""
    actor.require(Right.READ_MESSAGE)
    (kept,) = messages_by_number(tx, [command.message])
    write_audit(tx, actor, now, "message show", kept.message.id)
    return recipient_of(kept)


def recipient_of(kept: KeptMessage) -> str:
    """Return who gets a message, in words."""
    to = "、".join(names_in(kept))
    return f"{kept.role.label}（{to}）" if to else kept.role.label


def names_in(kept: KeptMessage) -> tuple[str, ...]:
    """Return what names a message's readers: its address, or those called by name in the group."""
    return (kept.message.address,) if kept.message.address else tuple(kept.message.mentions)


def retry(tx: Tx, command: RetryCommand, *, actor: Actor, now: datetime) -> frozenset[str]:
    """Have failed messages sent again and return which; raises RefusedError unless that can be done with every one."""
    actor.require(Right.RETRY)
    if not command.numbers:
        raise RefusedError("请写出消息编号。")
    numbers = _in_state(tx, command.numbers, MessageState.FAILED, "重发")
    _require_area(tx, actor, numbers)
    again = retrying.retry(tx, numbers, at=now)
    if over := [number for number in dict.fromkeys(numbers) if number not in again]:
        said = (f"消息 {number} 所说的事项已经了结，或已另行告知收件人，没有可重发的。" for number in over)
        raise RefusedError("\n".join(said))
    message_acts.note(tx, numbers, MessageAct.RETRIED, by=actor.name, at=now)
    write_audit(
        tx,
        actor,
        now,
        "message retry",
        "、".join(numbers),
        f"{len(again)}条",
        before=MessageState.FAILED.label,
        after=MessageState.QUEUED.label,
    )
    return again


def release(tx: Tx, command: ReleaseCommand, *, actor: Actor, now: datetime) -> int:
    """Let held messages go and return how many; raises RefusedError unless every one that is named can."""
    actor.require(Right.RELEASE)
    if command.numbers is not None and not command.numbers:
        raise RefusedError("请先勾选要放行的消息。", _NUMBERS)
    numbers = _in_state(tx, command.numbers or (), MessageState.HELD, "放行")
    _require_area(tx, actor, numbers)
    _require_channel(tx, numbers)
    _require_read(tx, numbers, command.read)
    gone = outbox.release(tx, None if command.numbers is None else numbers, at=now, by=actor.name)
    _require_all(numbers, gone)
    write_audit(
        tx,
        actor,
        now,
        "message release",
        "全部" if command.numbers is None else "、".join(numbers),
        f"{len(gone)}条",
        before=MessageState.HELD.label,
        after=MessageState.QUEUED.label,
    )
    return len(gone)


def withhold(tx: Tx, command: WithholdCommand, *, actor: Actor, now: datetime) -> int:
    """Have held messages not be sent and return how many; raises RefusedError unless that can be done with every one.

    What they were to tell is told no more; their cases go on, and what comes next in them is told in its turn.
    """
    actor.require(Right.WITHHOLD)
    why = command.why.strip()
    if not command.numbers:
        raise RefusedError("请先勾选要压下的消息。", _NUMBERS)
    if not why:
        raise RefusedError(f"请写明{FIELDS}。", _WHY)
    numbers = _in_state(tx, command.numbers, MessageState.HELD, "压下")
    _require_area(tx, actor, numbers)
    if any(
        kept.role is Role.OPERATOR and not kept.is_about_notices
        for kept in outbox.messages(tx, ids=numbers, limit=_ALL)
    ):
        raise RefusedError("发给办公室自己的消息不用压下：不再适用的，系统自动取消。", _NUMBERS)
    gone = message_acts.withhold(tx, numbers, at=now)
    _require_all(numbers, gone)
    message_acts.note(tx, numbers, MessageAct.WITHHELD, by=actor.name, at=now, text=why)
    write_audit(
        tx,
        actor,
        now,
        "message withhold",
        "、".join(numbers),
        why,
        before=MessageState.HELD.label,
        after=MessageState.CANCELLED.label,
    )
    return len(gone)


def phone(tx: Tx, command: PhoneCommand, *, actor: Actor, now: datetime) -> str:
    """Keep who was told on the phone what a failed message was to tell, and when; return the message's number.

    It is told by no other way then, and the failure troubles nobody any more.
    """
    actor.require(Right.PHONE)
    to, at = command.to.strip(), command.at or now
    if not to:
        raise RefusedError(f"请写明{FIELDS}。", _TO)
    (kept,) = messages_by_number(tx, [command.number])
    _require_area(tx, actor, [kept.message.id])
    if kept.state is not MessageState.FAILED:
        raise RefusedError(f"消息{kept.message.id}{kept.state.label}，不用登记电话告知。")
    if not kept.created_at <= at <= now:
        raise RefusedError(f"{FIELDS}应在消息生成以后、现在以前。", _AT)
    message_acts.phoned(tx, kept.message.id, at=at)
    message_acts.note(tx, [kept.message.id], MessageAct.PHONED, by=actor.name, at=at, text=to)
    write_audit(
        tx,
        actor,
        now,
        "message phone",
        kept.message.id,
        f"{beijing(at):%m月%d日%H:%M}告知{to}",
        before=MessageState.FAILED.label,
        after="已电话告知",
    )
    return kept.message.id


def mark_of(kept: KeptMessage) -> str:
    """Return the mark of a message's words: another where a reader would read anything else."""
    words = (kept.message.id, kept.message.subject, kept.message.body)
    return blake2b("\0".join(words).encode(), digest_size=8).hexdigest()


def _require_read(tx: Tx, numbers: Collection[str], read: Collection[str] | None) -> None:
    """Refuse to release what was written anew since it was read."""
    if read is None:
        return
    changed = [kept for kept in outbox.messages(tx, ids=numbers, limit=_ALL) if mark_of(kept) not in read]
    if changed:
        raise RefusedError(f"{len(changed)}条消息的内容刚刚有变化，没有放行。请核对后再放行。", _NUMBERS)


def _require_area(tx: Tx, actor: Actor, numbers: Collection[str]) -> None:
    """Refuse what tells of another area, or of none, to an actor for one area."""
    if actor.area is not None:
        actor.require_area(areas_of_messages(tx, numbers))


def _require_all(numbers: Collection[str], gone: Collection[str]) -> None:
    """Refuse where somebody else was faster with some of the messages: everything, or nothing."""
    if slower := [number for number in numbers if number not in gone]:
        raise RefusedError(f"{len(slower)}条消息已由他人处理，请刷新后重新勾选。", _NUMBERS)


def _require_channel(tx: Tx, numbers: Collection[str]) -> None:
    """Refuse to release what was written while there was no channel; without numbers, where there is nothing else."""
    held = outbox.messages(tx, ids=numbers or None, states=(MessageState.HELD,), limit=_ALL)
    nowhere = [kept for kept in held if not kept.message.channel]
    if nowhere and (numbers or len(nowhere) == len(held)):
        raise RefusedError(
            "尚未设置通知渠道，消息不能放行。请在 xuncha.yaml 的 channels 中设置渠道并重启服务，消息将重新生成。"
        )


def messages_by_number(tx: Tx, numbers: Collection[str]) -> tuple[KeptMessage, ...]:
    """Return the messages of these numbers, each once; a number may be its last characters, as its reader sees it.

    Raises RefusedError where a number is none's, or an ending is that of several.
    """
    kept = outbox.messages(tx, ids=numbers, limit=_ALL) if numbers else ()
    meant = {number: [kept_message for kept_message in kept if kept_message.message.id == number] for number in numbers}
    meant |= {
        number: [kept_message for kept_message in kept if kept_message.message.id.endswith(number)]
        for number in numbers
        if not meant[number]
    }
    faults = [f"没有编号为{number}的消息，请核对编号。" for number, found in meant.items() if not found]
    faults += [
        f"编号以{number}结尾的消息有{len(found)}条（{'、'.join(hit.message.id for hit in found)}），请写出完整编号。"
        for number, found in meant.items()
        if len(found) > 1
    ]
    if faults:
        raise RefusedError("\n".join(faults))
    return tuple({found[0].message.id: found[0] for found in meant.values()}.values())


def _in_state(tx: Tx, numbers: Collection[str], state: MessageState, verb: str) -> tuple[str, ...]:
    """Return the whole numbers of these messages; raises RefusedError unless every one is in the state."""
    found = messages_by_number(tx, numbers)
    faults = [f"消息 {kept.message.id} {kept.state.label}，不能{verb}。" for kept in found if kept.state is not state]
    if faults:
        raise RefusedError("\n".join(faults))
    return tuple(kept.message.id for kept in found)


async def try_channel(
    store: Store,
    channel: Channel,
    command: TryChannelCommand,
    *,
    actor: Actor,
    holder: str,
    clock: Callable[[], datetime],
) -> None:
    """Send one message by a channel now, kept like any other; raises RefusedError unless the far side took it.

    The network is asked between two transactions. The audit row is written in the first, with the message, which tells
    itself what came of it; where the channel takes nothing now there is neither.
    """
    actor.require(Right.TEST_CHANNEL)

    def begun(tx: Tx, number: str) -> None:
        write_audit(tx, actor, clock(), "message test", command.channel, f"消息{number}")

    came = await trial(store, channel, _draft(channel, command, clock()), holder=holder, clock=clock, begun=begun)
    if not isinstance(came, Attempt):
        raise RefusedError(f"没有发送：渠道“{command.channel}”暂时不能再发，请在 {beijing(came):%H:%M:%S} 以后再试。")
    if came.outcome is not Outcome.SENT:
        fate = "不知是否送达" if came.outcome is Outcome.UNANSWERED else "没有送达"
        raise RefusedError(f"{fate}：{spoken(came)}。")


def _draft(channel: Channel, command: TryChannelCommand, now: datetime) -> Draft:
    name, address = command.channel, command.address
    text = f"### 【试发】政务新媒体监测\n\n这是一条测试消息，收到即表示“{name}”渠道可用，无需处理。"
    return Draft(
        channel=name,
        address=None if channel.is_group else address,
        mentions=(address,) if channel.is_group and address else (),
        role=Role.OPERATOR,
        person="",
        subject="【试发】政务新媒体监测",
        body=f"{text}\n\n> {command.signature} · {beijing(now):%m月%d日%H时%M分}",
    )
