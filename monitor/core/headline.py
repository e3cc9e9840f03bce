"""The head of a message: the step, what is to be done and after how many days; then the account, whose name is long."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from monitor.core.account import Role
from monitor.core.case import REMINDERS, URGINGS, StepKind
from monitor.core.news import APP_STEPS, Item, Reader, Setting, Told, is_over, misses_update, pause_of
from monitor.core.phrases import dated, span

DOUBTS = re.compile(r"疑似(?:下架|无法使用|无法下载或使用)")
"""What an app looks like that seems to be gone."""


def headline(items: Sequence[Item], reader: Reader, setting: Setting, name: Callable[[str], str]) -> str:
    """Return the head of a message about these, the gravest first; `name` makes an account's name fit for it."""
    first = items[0]
    account = f"“{name(first.account.name)}”{first.account.platform.label}"
    if len(items) == 1:
        return f"【{_step(first, setting)}】{_what_first(first, setting)}：{account}"
    over = [item for item in items if is_over(item, setting)]
    if first.kind is StepKind.RECOVERED:
        is_updated = all(item.is_about_updates for item in items)
        wish = f"{reader.whose}{len(items)}个账号已恢复{'更新' if is_updated else '正常'}"
    elif over or not misses_update(first):
        wish = f"{account}等{len(items)}个账号{'须更新' if misses_update(first) else '须处理'}"
    elif all(item.is_asked for item in items):
        wish = f"请确认是否已发布：{reader.whose}{len(items)}个账号"
    else:
        earliest = min(setting.deadline(item) for item in items if misses_update(item))
        when = "今日" if earliest == setting.today else dated(earliest, setting.today)
        wish = f"{reader.whose}{len(items)}个账号须更新，最早{when}到期"
    step = StepKind.ESCALATE.label if first.kind in URGINGS else _step(first, setting)  # each has a count of its own
    return f"【{step}】{wish}"


def _step(item: Item, setting: Setting) -> str:
    """Return what a step is called at the head of its message."""
    match item.kind:
        case StepKind.PROPOSE:
            return StepKind.ESCALATE.label
        case StepKind.REPEAT:
            return f"{StepKind.ESCALATE.label}（第{_times_urged(item)}次）"
        case StepKind.SUSPECT:
            doubt = DOUBTS.search(item.finding.because)
            return doubt[0] if doubt else item.kind.label
        case StepKind.TASK:
            return "注销提醒" if item.finding.due else item.kind.label
        case kind if kind in REMINDERS and is_over(item, setting):
            return StepKind.OVERDUE.label  # what was written in time and goes out late
        case StepKind.LAST_DAY if is_over(item, setting):
            return StepKind.OVERDUE.label
        case kind:
            return kind.label


def _times_urged(item: Item) -> int:
    """Return which urging this one is: those that were told before, and itself."""
    gravest: dict[tuple[date, Role], Told] = {}
    for one in item.told:
        before = gravest.get((one.on, one.role))
        if one.kind in URGINGS and (before is None or one.kind.weight > before.kind.weight):
            gravest[one.on, one.role] = one  # one message may have carried two: that was one urging
    urged = {(one.kind, one.number) for one in gravest.values()}
    return len(urged - {(item.kind, item.number)}) + 1  # this one may have been told to somebody else before


def _what_first(item: Item, setting: Setting) -> str:
    if item.kind is StepKind.RECOVERED:
        return f"已恢复{'更新' if item.is_about_updates else '正常'}"
    if item.kind in APP_STEPS:
        return {StepKind.SUSPECT: "请今日核实", StepKind.TO_OFFICE: "请联系该单位"}.get(item.kind, "请尽快恢复")
    if item.kind is StepKind.TASK:
        return _task_first(item, setting)
    if item.days > setting.ladder.limit:
        proposed = "拟列名单，" if item.kind is StepKind.PROPOSE else ""
        return f"{proposed}已{item.days_held}天未更新"
    if item.is_asked:
        today = "今日" if setting.deadline(item) == setting.today else ""
        return f"请{today}确认近{item.days}天是否已发布"
    pause = pause_of(item, setting)
    last = pause.before if pause else setting.deadline(item)
    if item.kind is StepKind.HOLIDAY:
        return f"请于{dated(last, setting.today)}前更新" if last != setting.today else "请于今日更新"
    when = "今日须更新" if last == setting.today else f"请于{dated(last, setting.today)}前更新"
    return f"{when}（已{item.days}天）"


def _task_first(item: Item, setting: Setting) -> str:
    due, opens = item.finding.due, item.finding.opens
    if due is None:
        return "请办理"
    window = span(opens, due, setting.today) if opens else f"{dated(due, setting.today)}前"
    return f"请于{window}确认注销"
