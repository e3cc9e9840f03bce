"""What the operator is asked to do today, and which accounts each task is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.finding import State, Support
from monitor.core.light import Light
from monitor.core.message import MessageState
from monitor.pipeline.digest import ASK_HAND_FROM
from monitor.queries.lines import AccountLine, absence, finding_of
from monitor.store.overview import OverviewRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do, and the page that shows more."""

    count: int
    text: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of trouble with accounts that only the operator can end."""

    key: str
    """The query parameter of `/accounts`."""
    heading: str
    """Which accounts they are, on the list of them."""
    wish: str
    text: str
    """What is asked, behind their number."""
    concerns: Callable[[OverviewRow, AccountLine], bool]


def _is_unseen(row: OverviewRow, line: AccountLine) -> bool:
    if line.support in {Support.ASKED, Support.HELD} or row.last_look_at is None:
        return False
    return line.light is Light.GREY or (line.support is Support.BLIND and _matters(line))


def _is_by_hand(row: OverviewRow, line: AccountLine) -> bool:
    return line.support is Support.ASKED and _matters(line)


def _matters(line: AccountLine) -> bool:
    return line.light is not Light.NONE and (line.days is None or line.days >= ASK_HAND_FROM)


def _is_gone(row: OverviewRow, line: AccountLine) -> bool:
    return absence(row) is not None


def _lacks_people(row: OverviewRow, line: AccountLine) -> bool:
    finding = finding_of(row, "PER-01")
    return finding is not None and finding.state in {State.WARNING, State.VIOLATED}


def _is_claimed(row: OverviewRow, line: AccountLine) -> bool:
    return row.waiting_claims > 0


def _is_silenced(row: OverviewRow, line: AccountLine) -> bool:
    return row.mute is not None and line.light is Light.RED


KINDS = (
    Kind(
        key="unseen",
        heading="采集异常的账号",
        wish="请人工核查",
        text="个账号采集异常，请人工核查",
        concerns=_is_unseen,
    ),
    Kind(
        key="hand",
        heading="需人工核查的账号",
        wish="请核查后登记发布记录",
        text="个账号需人工核查，请核查后登记",
        concerns=_is_by_hand,
    ),
    Kind(
        key="gone",
        heading="平台显示状态异常的账号",
        wish="请人工核实",
        text="个账号平台显示状态异常，请人工核实",
        concerns=_is_gone,
    ),
    Kind(
        key="claims",
        heading="链接待核实的账号",
        wish="请核实后登记发布记录",
        text="个账号的链接待核实",
        concerns=_is_claimed,
    ),
    Kind(
        key="muted",
        heading="已超期而暂停提醒的账号",
        wish="单位收不到提醒，请确认",
        text="个账号已超期而暂停提醒，请确认",
        concerns=_is_silenced,
    ),
    Kind(
        key="people",
        heading="联络员或责任领导不全的账号",
        wish="请补填台账",
        text="个账号联络员或责任领导不全，请补填台账",
        concerns=_lacks_people,
    ),
)


def kind_of(key: str) -> Kind | None:
    """Return the kind with that key, or None."""
    return next((kind for kind in KINDS if kind.key == key), None)


_HELD = "条消息待放行，请核对"
_UNSENT = "条消息已生成，尚未设置通知渠道，不会发出"


def tasks_of(
    messages: Mapping[MessageState, int],
    pairs: Sequence[tuple[OverviewRow, AccountLine]],
    outages: int = 0,
    strays: int = 0,
    waiting: int = 0,
    missing: int = 0,
    unstated: int = 0,
    *,
    has_channels: bool = True,
) -> Iterable[Task]:
    """Yield what is to be done, messages first; nothing that is done already."""
    failed, held = messages.get(MessageState.FAILED, 0), messages.get(MessageState.HELD, 0)
    tasks = [
        Task(count=outages, text="项采集暂停或断网，请查看原因", link="/system"),
        Task(count=failed, text="条消息发送失败，请改用电话通知并查看原因", link="/messages?state=failed"),
        Task(count=held, text=_HELD if has_channels else _UNSENT, link="/messages?state=held"),
    ]
    tasks.append(Task(count=waiting, text="项待办公室办理", link="/cases?state=office"))
    tasks.append(Task(count=strays, text="行导入数据未匹配到账号，请补全台账", link="/imports"))
    tasks.append(Task(count=missing, text="期通报缺失，请补录", link="/imports"))
    tasks.append(Task(count=unstated, text="条旧记录未写明结果，请补登", link="/imports"))
    for kind in KINDS:
        count = sum(kind.concerns(row, line) for row, line in pairs)
        tasks.append(Task(count=count, text=kind.text, link=f"/accounts?task={kind.key}"))
    return (task for task in tasks if task.count)
