"""The texts for units, in the office's own register: what to do and by when first, then the account.

Facts before wishes; 提醒, 预警, 督办, 拟列名单 in that order and never back; 疑似 until a person confirmed. Where the
reader must answer it says how, and where a trouble ends by itself it says so; never both of one account. No exclamation
marks, no rankings, no demand for screenshots. A group reads nobody's name, and no word to the leader, who hears in
person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.core.account import Role
from monitor.core.calendar import beijing
from monitor.core.case import DOWNLOADS, URGINGS, StepKind
from monitor.core.finding import ORDERS
from monitor.core.headline import DOUBTS, headline
from monitor.core.message import Grid, spoken
from monitor.core.news import (
    APP_STEPS,
    UNIT_PAGE,
    NewsItem,
    Pause,
    Reader,
    Setting,
    Words,
    is_over,
    misses_update,
    pause_of,
    signature,
    weight,
)
from monitor.core.phrases import (
    dated,
    day_with_week,
    days_off_text,
    days_text,
    escaped,
    hour,
    page_link,
    plain,
    quoted,
    span,
    weekday,
)
from monitor.core.rules.upd_03 import ID as LONG_GAPS

UNDELIVERED = "以下提醒未能送达该单位联系人，请协助转告："
ONE_UNDELIVERED = "本项未能送达该单位联系人，请协助转告。"
NAMED_REASONS = 3
"""The number of reasons for not delivering that are named."""
NAMED_DAYS = 4
"""The number of days with a reminder that are named one by one; more are counted."""


def to_person(
    items: Sequence[NewsItem],
    roles: Iterable[Role],
    message_id: str,
    setting: Setting,
    page: str | None = None,
    *,
    is_group: bool = False,
) -> Words:
    """Return the message that tells one person, or a group, of one or several accounts; the gravest first.

    `page` is where the reader may answer: the unit's own page, by a signed link.
    """
    ordered = sorted(items, key=lambda item: (-weight(item.kind), item.account.id))
    names = setting.office.names
    units = {item.account.unit_key: names.of(item.account) for item in ordered}
    reader = Reader(roles=frozenset(roles), units=tuple(units.values()), is_group=is_group, names=names)
    lines = [
        f"### {headline(ordered, reader, setting, escaped)}",
        *_preface(ordered, reader),
        *_paragraphs(ordered, reader, setting, page),
        *_ending(ordered, reader, setting, page),
        *_pages(ordered),
        *_answers(ordered, page),
        signature(message_id, setting),
    ]
    subject = headline(ordered, reader, setting, plain)
    return Words(subject=subject, body="\n\n".join(lines), grid=_grid(ordered, setting))


GRID_HEADS = ("账号", "平台", "最近更新", "天数", "更新期限")


def _grid(items: Sequence[NewsItem], setting: Setting) -> Grid:
    """Return a row for each account that an update is missed of; no table where there is none."""
    rows = tuple(_row(item, setting) for item in items if misses_update(item))
    return (GRID_HEADS, *rows) if rows else ()


def _row(item: NewsItem, setting: Setting) -> tuple[str, ...]:
    last, calendar = item.finding.last_post, setting.calendar.of(item.account.area)
    deadline = day_with_week(setting.deadline(item), setting.today, calendar)
    return (
        escaped(item.account.name),
        item.account.platform.label,
        dated(beijing(last).date(), setting.today) if last else "未见发布",
        str(item.days_held if is_over(item, setting) else item.days),
        f"{deadline}{'，已过' if item.days > setting.ladder.limit else ''}",
    )


def _pages(items: Sequence[NewsItem]) -> list[str]:
    """Return a link to the page of each account of which there is more to see."""
    shown = [item for item in items if item.link and item.kind is not StepKind.RECOVERED]
    return list(dict.fromkeys(page_link(item.account, item.link or "") for item in shown))


def _answers(items: Sequence[NewsItem], page: str | None) -> list[str]:
    """Return the link by which the reader may answer, and what for: to paste only where an update is missed."""
    if page is None:
        return []
    what = "提交链接、登记知悉" if any(item.is_about_updates for item in items) else "登记知悉"
    return [f"[{UNIT_PAGE}，{what}]({page})"]


def _preface(items: Sequence[NewsItem], reader: Reader) -> list[str]:
    if not reader.is_operator:
        return []
    if all(item.is_passed_on for item in items):
        return [UNDELIVERED, *_why_undelivered(items)]
    return ["请办公室核实以下情况。"] if any(item.kind in APP_STEPS for item in items) else []


def _why_undelivered(items: Sequence[NewsItem]) -> list[str]:
    """Return why what is passed on did not reach the unit, each reason once; the first few of many."""
    ends = [end for item in items if item.is_passed_on for end in item.failed]
    reasons = list(dict.fromkeys(f"发给{role.label}的消息{escaped(spoken(attempt), 100)}" for role, attempt in ends))
    if not reasons:
        return []
    more = f"等{len(reasons)}种情形" if len(reasons) > NAMED_REASONS else ""
    return [f"未送达的原因：{'；'.join(reasons[:NAMED_REASONS])}{more}。"]


def _paragraphs(items: Sequence[NewsItem], reader: Reader, setting: Setting, page: str | None) -> list[str]:
    if len(items) == 1:
        return list(_parts(items[0], reader, setting))
    mixed = reader.is_operator and len({item.is_passed_on for item in items}) > 1
    return [
        f"{number}. {''.join(_parts(item, reader, setting))}"
        f"{_by_hand(setting, page) if _must_be_told(item) else ''}"
        f"{_one_undelivered(item) if mixed and item.is_passed_on else ''}"
        for number, item in enumerate(items, 1)
    ]


def _one_undelivered(item: NewsItem) -> str:
    return "".join((ONE_UNDELIVERED, *_why_undelivered([item])))


def _parts(item: NewsItem, reader: Reader, setting: Setting) -> tuple[str, ...]:
    """Return what is so, and what is asked for."""
    if item.kind is StepKind.RECOVERED:
        return (_recovered(item, reader, setting),)
    if item.kind in APP_STEPS:
        return _about_app(item, reader, setting)
    if item.kind is StepKind.TASK:
        return _task(item, reader, setting)
    if item.days > setting.ladder.limit:
        return _overdue(item, reader, setting)
    if item.kind is StepKind.HOLIDAY and (pause := pause_of(item, setting)) and pause.block.name:
        return _before_holiday(item, pause, reader, setting)
    return _in_time(item, reader, setting)


def _task(item: NewsItem, reader: Reader, setting: Setting) -> tuple[str, ...]:
    said = f"{reader.owner(item.account)}主办的{quoted(item.account)}{escaped(item.finding.because, 300)}"
    if item.finding.rule != ORDERS:
        return (said,)
    if reader.is_operator:
        return said, "请核实办理情况，答复后登记“工单答复”。"
    return said, f"{_see_to_it(reader)}按期办理，并将办理结果告知{setting.office.contact}。"


def _recovered(item: NewsItem, reader: Reader, setting: Setting) -> str:
    whose = f"{reader.owner(item.account)}主办的{quoted(item.account)}"
    gravest = max((word.kind for word in item.told if word.kind is not StepKind.RECOVERED), key=weight, default=None)
    before = f"此前的{_called(gravest)}同时办结"
    if not item.is_about_updates:
        return f"{whose}截至{hour(setting.now)}已可正常下载和使用，{before}，无需回复。"
    last = item.finding.last_post
    said = f"已于{_day_of(last, setting)}更新" if last else f"截至{hour(setting.now)}已恢复更新"
    return f"{whose}{said}，{before}，无需回复。"


def _called(kind: StepKind | None) -> str:
    """Return what to call what was said before: the gravest of it."""
    if kind is None or kind in APP_STEPS:
        return "提醒"
    return StepKind.ESCALATE.label if kind in URGINGS else kind.label


def _about_app(item: NewsItem, reader: Reader, setting: Setting) -> tuple[str, ...]:
    said = DOUBTS.sub(lambda found: f"**{found[0]}**", escaped(item.finding.because, 300).removesuffix("。"))
    facts = f"经监测，{reader.owner(item.account)}主办的{quoted(item.account)}{said}。"
    match item.kind:
        case StepKind.SUSPECT if reader.is_operator and not item.is_passed_on:
            return facts, "请于今日内核实，并登记结果（确认或误报）。"
        case StepKind.SUSPECT:
            return facts, f"请于**今日内**核实，并将结果电话告知{setting.office.contact}。"
        case StepKind.TO_LEADER:
            return f"{facts}{_told_of_app(item, '联络员', setting)}", f"{_see_to_it(reader)}尽快核实、恢复。"
        case StepKind.TO_OFFICE:
            return f"{facts}{_told_of_app(item, '该单位', setting)}", "请与该单位联系，并登记结果。"
        case _:
            return facts, (
                f"{_cited(DOWNLOADS, setting)}拟列入清理整合建议名单，提请联合研判。"
                f"{_see_to_it(reader)}尽快恢复，研判时一并考虑。"
            )


def _see_to_it(reader: Reader) -> str:
    return "请予督促，" if reader.is_leader else "请"


def _told_of_app(item: NewsItem, whom: str, setting: Setting) -> str:
    roles = {Role.LIAISON} if whom == Role.LIAISON.label else {Role.LIAISON, Role.LEADER}
    first = next((word.on for word in item.told if word.role in roles), None)
    return f"{dated(first, setting.today)}已通知{whom}，至今未恢复。" if first else "至今未恢复。"


def _cited(rule: str, setting: Setting) -> str:
    quotation = setting.quotation(rule)
    return f"按照{quotation}，" if quotation else ""


def _in_time(item: NewsItem, reader: Reader, setting: Setting) -> tuple[str, ...]:
    moment, owner, pause = hour(setting.now), reader.owner(item.account), pause_of(item, setting)
    last = _last_day(item, pause, setting)
    if item.is_asked:
        records = f"近{item.days}天的发布记录（{_known(item, setting)}）"
        facts = f"截至{moment}，未收到{owner}{quoted(item.account)}{records}{last}。"
        return facts, f"如已发布，请提交链接；如未发布，{_wish(item, pause, setting)}"
    since = _known(item, setting)
    if item.finding.last_post is None:
        facts = f"截至{moment}，{owner}主办的{quoted(item.account)}{since}，已**{item.days}天**{last}。"
    else:
        facts = f"截至{moment}，{owner}主办的{quoted(item.account)}已**{item.days}天**未更新，{since}{last}。"
    clause = setting.clause(item.finding.rule)
    wish = f"{_wish(item, pause, setting)}{_urge(item, pause, reader, setting)}"
    return facts, f"按照政务新媒体检查单项否决指标{f'（{clause}）' if clause else ''}，{wish}"


def _last_day(item: NewsItem, pause: Pause | None, setting: Setting) -> str:
    """Return that today is the last day in time, or the last before the days off that the deadline falls in."""
    if setting.deadline(item) == setting.today:
        return "，今日为最后一天"
    if pause is None or pause.before != setting.today:
        return ""
    return f"，今日为{'节' if pause.block.name else '休息日'}前最后一天"


def _urge(item: NewsItem, pause: Pause | None, reader: Reader, setting: Setting) -> str:
    if not reader.is_leader:
        return ""
    last = pause.before if pause else setting.deadline(item)
    return f"请予关注，并督促{'今日' if last == setting.today else '按期'}更新。"


def _before_holiday(item: NewsItem, pause: Pause, reader: Reader, setting: Setting) -> tuple[str, ...]:
    """Return the word before a holiday: it accuses nobody, for the account may be a few days old."""
    calendar = setting.calendar.of(item.account.area)
    first, after = span(pause.block.first, pause.block.last, setting.today), pause.after
    silence = "此后如未发布且节前不更新" if item.is_asked else "节前不更新"
    facts = (
        f"{pause.block.name}假期为{first}，{day_with_week(after, setting.today, calendar)}上班。"
        f"{reader.owner(item.account)}主办的{quoted(item.account)}{_known(item, setting)}，"
        f"{silence}，上班时将达**{pause.days}天**，超过2周{_last_day(item, pause, setting)}。"
    )
    return facts, f"{_wish(item, pause, setting)}{_urge(item, pause, reader, setting)}"


def _wish(item: NewsItem, pause: Pause | None, setting: Setting) -> str:
    """Return by when to update."""
    deadline = setting.deadline(item)
    if pause is None:
        return f"请于**{setting.until(deadline, item)}**发布信息。"
    before, later = setting.until(pause.before, item), f"也可设置在{dated(deadline, setting.today)}前定时发布。"
    if item.kind is StepKind.HOLIDAY and pause.block.name:
        return f"请于**{before}**发布信息，{later}"
    off = weekday(deadline) if pause.block.is_plain_weekend else days_off_text(pause.block, setting.today)
    return f"更新期限{dated(deadline, setting.today)}适逢{off}，请提前于**{before}**更新，{later}"


def _known(item: NewsItem, setting: Setting) -> str:
    last = item.finding.last_post
    if last is None:
        return "无发布记录" if item.is_asked else f"自{dated(setting.begun(item), setting.today)}开设以来未见发布"
    return f"{'已知最近一次发布' if item.is_asked else '最近一次更新'}为{_day_of(last, setting)}"


def _day_of(moment: datetime, setting: Setting) -> str:
    return dated(beijing(moment).date(), setting.today)


def _overdue(item: NewsItem, reader: Reader, setting: Setting) -> tuple[str, ...]:
    ladder, days = setting.ladder, item.days_held
    over_20 = days >= ladder.propose
    is_late = item.finding.days_shown is not None
    reached = dated(setting.begun(item) + timedelta(days=days), setting.today) if is_late else hour(setting.now)
    facts = (
        f"经监测，{reader.owner(item.account)}主办的{quoted(item.account)}{_known(item, setting)}，"
        f"截至{reached}已**{days}天**未更新，超过{f'{ladder.propose - 1}天' if over_20 else '2周'}。"
        f"{_reminded(item, reader, setting)}"
    )
    now = f"{_see_to_it(reader)}**今日完成更新**"
    if is_late:
        now = f"此后已发布的，请提交链接；尚未发布的，{now}"
    if not item.may_be_listed:
        return facts, f"{now}。"
    if over_20:
        cited = _cited(LONG_GAPS, setting)
        return facts, f"{cited}拟列入清理整合建议名单，提请联合研判。{now}，研判时一并考虑。"
    last = setting.begun(item) + timedelta(days=ladder.propose - 1)
    when = setting.until(last, item) if last > setting.today else "此后"  # today has just been named
    return facts, (
        f"{now}。{when}仍未更新的，将超过{ladder.propose - 1}天，"
        f"按照{setting.plan()}拟列入清理整合建议名单，提请联合研判。"
    )


def _reminded(item: NewsItem, reader: Reader, setting: Setting) -> str:
    """Return on which days the liaison was told before."""
    days = sorted({word.on for word in item.told if word.role is Role.LIAISON and word.on < setting.today})
    if not days:
        return ""
    whom = "联络员" if reader.is_leader or reader.is_operator else ""
    if len(days) > NAMED_DAYS:
        return f"此前已提醒{whom}{len(days)}次，最近一次为{dated(days[-1], setting.today)}。"
    return f"{days_text(days, setting.today)}已提醒{whom}。"


def _must_be_told(item: NewsItem) -> bool:
    """True if only people can say that an account has been updated."""
    return misses_update(item) and not item.is_polled


def _by_hand(setting: Setting, page: str | None) -> str:
    pasted = f"请{UNIT_PAGE}提交链接，或" if page else "请"
    return f"本账号不能自动采集，发布后{pasted}将链接告知{setting.office.contact}。"


def _ending(items: Sequence[NewsItem], reader: Reader, setting: Setting, page: str | None) -> list[str]:
    """Return what the reader need not do, or must; nothing where the paragraphs have said it."""
    open_ones = [item for item in items if item.kind not in {StepKind.RECOVERED, StepKind.TASK}]
    seen = [item for item in open_ones if item.is_about_updates and item.is_polled]
    parts = []
    if len(items) == 1 and open_ones and _must_be_told(items[0]):
        parts.append(_by_hand(setting, page))
    if seen:
        which = "更新后" if len(seen) == len(open_ones) else "能自动采集的账号更新后"
        is_short = any(is_over(item, setting) or item.kind is StepKind.HOLIDAY for item in seen)
        parts.append(f"{which}系统自动办结，无需回复{'' if is_short else '、无需报送截图'}。")
    elif open_ones and all(item.kind in {StepKind.CONFIRM, StepKind.TO_LEADER} for item in open_ones):
        parts.append("恢复后系统自动办结，无需回复。")
    if any(item.kind in {StepKind.REMIND, StepKind.WARN} and not is_over(item, setting) for item in open_ones):
        parts.append("账号拟停用或注销的，注销办结前仍须按期更新，请同时与我们联系。")
    if all(item.kind is StepKind.HOLIDAY for item in items) and any(_names_holiday(item, setting) for item in items):
        parts.append("祝节日愉快。")
    return ["".join(parts)] if parts else []


def _names_holiday(item: NewsItem, setting: Setting) -> bool:
    pause = pause_of(item, setting)
    return pause is not None and pause.block.name is not None
