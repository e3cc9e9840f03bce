"""Which messages wait for a person before they leave, and for how long: sentences true of the settings in force."""

from __future__ import annotations

from monitor.core.case import StepKind
from monitor.core.gate import Gate
from monitor.web.page_context import PageContext


def office_text(context: PageContext) -> str:
    """Return what becomes of a message that is written now, for the people of the office."""
    if context.sample is not None:
        return f"演示中，消息只发到演示邮箱和演示群，不发给真实的人。{gate_text(context.gate)}"
    if not context.has_channels:
        return "没有通知渠道，消息写成草稿列在这里，不发出。"
    if context.is_holding:
        return "现在是试发模式：写好的消息都先列在这里，放行后才发出；没有人放行的，一直不发。"
    return gate_text(context.gate)


def gate_text(gate: Gate) -> str:
    """Return which messages wait where not all of them do (`hold: false`)."""
    if not gate.steps:
        return "发给单位的消息不等核对，写好后在发送时段自动发出。"
    days = gate.workdays
    ending = "没有人放行的，一直不发" if days is None else f"满{days}个工作日没有人放行的，自动发出"
    return f"{_named(gate)}的消息先等放行，{ending}；其他消息写好后在发送时段自动发出。"


def unit_text(context: PageContext) -> str:
    """Return what the people of a unit see in their list of messages."""
    sender = context.office.sender
    if context.sample is not None or not (context.has_channels and (context.is_holding or context.gate.steps)):
        return f"这里是{sender}写给贵单位的消息。"
    return f"这里是{sender}写给贵单位的消息；待放行的由{sender}核对后发出，贵单位无须办理。"


def _named(gate: Gate) -> str:
    """Return the steps that wait, in their order; steps of one name once."""
    return "、".join(dict.fromkeys(_CALLED.get(kind, kind.label) for kind in StepKind if kind in gate.steps))


_CALLED = {StepKind.ESCALATE: "首次督办"}
"""Steps of whose name there is another that does not wait."""
