"""The head of a message: the step, what is to be done and after how many days; then the account, whose name is long."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from monitor.core.account import Role
from monitor.core.case import REMINDERS, URGINGS, StepKind
from monitor.core.finding import ORDERS
from monitor.core.news import APP_STEPS, EarlierWord, NewsItem, Reader, Setting, is_over, misses_update, pause_of
from monitor.core.phrases import dated, span

DOUBTS = re.compile(r"疑似(?:下架|无法使用|无法下载或使用)")
"""The words for an app that seems to be gone."""


def headline(items: Sequence[NewsItem], reader: Reader, setting: Setting, name: Callable[[str], str]) -> str:
    """Return the head of a message about these, the gravest first; `name` makes an account's name fit for it.

    Of several it says what the gravest is, and of how many: the others are counted apart, by what they are.
    """
    first = items[0]
    account = f"“{name(first.account.name)}”{first.account.platform.label}"
    if len(items) == 1:
        return f"【{_step(first, setting)}】{_what_first(first, setting)}：{account}"
    step = _step_of_several(first, setting)
    alike = [item for item in items if _is_alike(item, first, setting)]
    others = [item for item in items if not _is_alike(item, first, setting)]
    return f"【{step}】{_of_alike(alike, account, reader, setting)}{_of_others(others, alike, setting)}"


def _step_of_several(item: NewsItem, setting: Setting) -> str:
    return StepKind.ESCALATE.label if item.kind in URGINGS else _step(item, setting)  # each has a count of its own


def _is_alike(item: NewsItem, first: NewsItem, setting: Setting) -> bool:
    """True if a message's head may say of an item what it says of its gravest."""
    return (
        _step_of_several(item, setting) == _step_of_several(first, setting)
        and item.is_proposed == first.is_proposed
        and item.is_about_updates == first.is_about_updates
        and item.is_asked == first.is_asked
    )


def _of_alike(alike: Sequence[NewsItem], account: str, reader: Reader, setting: Setting) -> str:
    """Return what is to be done about those that are as grave as the gravest."""
    first, count = alike[0], _accounts(alike)
    several = f"{account}等{count}个账号" if count > 1 else account
    whose = f"{reader.whose}{count}个账号" if count > 1 else account
    if first.kind is StepKind.RECOVERED:
        return f"{whose}已恢复{'更新' if first.is_about_updates else '正常'}"
    if not misses_update(first):
        return f"{several}须处理"
    if is_over(first, setting):
        return f"{several}{'拟列名单' if first.is_proposed else '须更新'}"
    if first.is_asked:
        return f"请确认是否已发布：{whose}"
    return f"{whose}须更新，{'最早' if count > 1 else ''}{_earliest(alike, setting)}"


def _earliest(alike: Sequence[NewsItem], setting: Setting) -> str:
    """Return by when the first of these must be updated, which is before days off that its deadline falls in."""
    first = min(alike, key=lambda item: (_last_day(item, setting), setting.deadline(item)))
    day = _last_day(first, setting)
    is_before = day != setting.deadline(first)
    if day == setting.today:
        return "须于今日更新" if is_before else "今日到期"
    return f"须于{dated(day, setting.today)}前更新" if is_before else f"{dated(day, setting.today)}到期"


def _last_day(item: NewsItem, setting: Setting) -> date:
    """Return the last day for which an update is asked: the deadline, or the day before days off that it falls in."""
    pause = pause_of(item, setting)
    return pause.before if pause else setting.deadline(item)


def _of_others(others: Sequence[NewsItem], alike: Sequence[NewsItem], setting: Setting) -> str:
    """Return of how much a message tells besides, and what is said of all of it.

    It counts accounts, each once; where one has been named for something graver, it counts things.
    """
    settled = [item for item in others if item.kind is StepKind.RECOVERED]
    rest = [item for item in others if item.kind is not StepKind.RECOVERED]
    groups = [{item.account for item in group} for group in (alike, rest, settled)]
    is_by_account = len(set().union(*groups)) == sum(map(len, groups))

    def count(items: Sequence[NewsItem]) -> str:
        return f"{_accounts(items)}个" if is_by_account else f"{len(items)}项"

    said = f"，另有{count(rest)}{_asked_of(rest, setting)}" if rest else ""
    return f"{said}，{'' if rest else '另有'}{count(settled)}已恢复" if settled else said


def _asked_of(rest: Sequence[NewsItem], setting: Setting) -> str:
    """Return what holds of all of these: no more than that."""
    if not all(misses_update(item) for item in rest):
        return "须处理"
    if any(item.is_asked for item in rest):
        return "须确认" if all(item.is_asked for item in rest) else "须处理"
    over = [is_over(item, setting) for item in rest]
    return "超期" if all(over) else "须更新" if any(over) else "须按期更新"


def _accounts(items: Sequence[NewsItem]) -> int:
    return len({item.account for item in items})


def _step(item: NewsItem, setting: Setting) -> str:
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
            if item.finding.rule == ORDERS:
                return "工单提醒"
            return "注销提醒" if item.finding.due else item.kind.label
        case kind if kind in REMINDERS and is_over(item, setting):
            return StepKind.OVERDUE.label  # a message that was written in time and goes out late
        case StepKind.LAST_DAY if is_over(item, setting):
            return StepKind.OVERDUE.label
        case kind:
            return kind.label


def _times_urged(item: NewsItem) -> int:
    """Return which urging this one is: those that were told before, and itself."""
    gravest: dict[tuple[date, Role], EarlierWord] = {}
    for word in item.told:
        before = gravest.get((word.on, word.role))
        if word.kind in URGINGS and (before is None or word.kind.weight > before.kind.weight):
            gravest[word.on, word.role] = word  # one message may have carried two: that was one urging
    urged = {(word.kind, word.number) for word in gravest.values()}
    return len(urged - {(item.kind, item.number)}) + 1  # this one may have been told to somebody else before


def _what_first(item: NewsItem, setting: Setting) -> str:
    if item.kind is StepKind.RECOVERED:
        return f"已恢复{'更新' if item.is_about_updates else '正常'}"
    if item.kind in APP_STEPS:
        return {StepKind.SUSPECT: "请今日核实", StepKind.TO_OFFICE: "请联系该单位"}.get(item.kind, "请尽快恢复")
    if item.kind is StepKind.TASK:
        return _task_first(item, setting)
    if item.days > setting.ladder.limit:
        proposed = "拟列名单，" if item.is_proposed else ""
        return f"{proposed}已{item.days_held}天未更新"
    if item.is_asked:
        today = "今日" if _last_day(item, setting) == setting.today else ""
        return f"请{today}确认近{item.days}天是否已发布"
    last = _last_day(item, setting)
    if item.kind is StepKind.HOLIDAY:
        return f"请于{dated(last, setting.today)}前更新" if last != setting.today else "请于今日更新"
    when = "今日须更新" if last == setting.today else f"请于{dated(last, setting.today)}前更新"
    return f"{when}（已{item.days}天）"


def _task_first(item: NewsItem, setting: Setting) -> str:
    due, opens = item.finding.due, item.finding.opens
    if due is None:
        return "请办理"
    if item.finding.rule == ORDERS:
        return _order_first(due, setting.today)
    window = span(opens, due, setting.today) if opens else f"{dated(due, setting.today)}前"
    return f"请于{window}确认注销"


def _order_first(due: date, today: date) -> str:
    if due < today:
        return f"省平台工单已逾期{(today - due).days}天"
    return "请于今日办理省平台工单" if due == today else f"请于{dated(due, today)}前办理省平台工单"
