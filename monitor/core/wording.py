"""The words people read: messages to units and to the operator, in the office's own register.

Facts first, dates as 5月19日, times as 9时; 提醒, 预警, 督办 in that order; 疑似 until a person confirmed. No
exclamation marks, no rankings, no demand for replies or screenshots. Everything a platform or a
roster wrote is made harmless before it stands in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.core.account import Account, Contact, Role
from monitor.core.calendar import DaysOff, WorkCalendar, beijing
from monitor.core.case import LADDER, Ladder, StepKind
from monitor.core.finding import Finding, Support
from monitor.core.outage import Outage

_WEEKDAYS = "一二三四五六日"
_HARMLESS = str.maketrans("\\`*_[]()#!|<>~@", "＼｀＊＿［］（）＃！｜＜＞～＠")  # noqa: RUF001 - full-width twins are meant
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
UNDELIVERED = "以下提醒未能送达该单位联系人，请协助转告："
NAME_LENGTH = 40
"""Characters of a name that stand in a message; the rest is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who speaks: the name, phone and signature of the operating office (settings `office`)."""

    name: str
    phone: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One account's news for one person."""

    account: Account
    kind: StepKind
    finding: Finding
    """As it is now, at the time of sending."""
    link: str | None = None
    """Where the account's page is, if the pages have an address of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every sentence may refer to: the moment, the calendar, the ladder, the office."""

    now: datetime
    calendar: WorkCalendar
    ladder: Ladder
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the reader of a message may answer it without a login; None for what it does not offer."""

    acknowledge: str | None = None
    """To say that they have it."""
    paste: str | None = None
    """To paste the link of a new post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message's subject and Markdown body."""

    subject: str
    body: str


def plain(text: str, length: int = NAME_LENGTH) -> str:
    """Return text from outside made fit for one line: no control characters, not too long."""
    cleaned = " ".join(_UNSEEN.sub(" ", text).split())
    return cleaned if len(cleaned) <= length else cleaned[: length - 1] + "…"


def escaped(text: str, length: int = NAME_LENGTH) -> str:
    """Return text from outside that no Markdown reads as markup, links or a call by name.

    Full-width twins stand for the signs of Markdown: robots differ in what a backslash does.
    """
    return plain(text, length).translate(_HARMLESS).replace("://", "：//")


def day(when: date) -> str:
    """Return a date as 5月19日."""
    return f"{when.month}月{when.day}日"


def day_with_week(when: date) -> str:
    """Return a date as 5月23日（周一）."""
    return f"{day(when)}（周{_WEEKDAYS[when.weekday()]}）"


def hour(moment: datetime) -> str:
    """Return a moment as 5月19日9时, or 5月19日9时5分 off the hour."""
    local = beijing(moment)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{day(local.date())}{local.hour}时{minutes}"


def days_off_text(block: DaysOff) -> str:
    """Return a block of days off as 春节假期（2月15日至23日）."""
    name = f"{block.name}假期" if block.name else "休息日"
    if block.first == block.last:
        return f"{name}（{day(block.first)}）"
    same_month = block.first.month == block.last.month
    last = f"{block.last.day}日" if same_month else day(block.last)
    return f"{name}（{day(block.first)}至{last}）"


def to_person(
    items: Sequence[Item], roles: Iterable[Role], message_id: str, setting: Setting, links: Links | None = None
) -> Words:
    """Return the message that tells one person of one or several accounts; the gravest first.

    `links` is where the reader may answer.
    """
    ordered = sorted(items, key=lambda item: (-weight(item.kind), item.account.id))
    headings = [_title(ordered[0])] if len(ordered) == 1 else [_merged_title(ordered)]
    roles = tuple(roles)
    paragraphs = [_paragraph(item, roles, setting) for item in ordered]
    preface = [UNDELIVERED] if set(roles) == {Role.OPERATOR} and not _is_task(ordered) else []
    lines = [
        f"### {headings[0]}",
        *preface,
        *_numbered(paragraphs),
        _ending(ordered, setting),
        *_answers(ordered, links or Links()),
        _signature(message_id, setting),
    ]
    return Words(subject=_subject(ordered, setting), body="\n\n".join(lines))


def _answers(items: Sequence[Item], links: Links) -> list[str]:
    """Return the links by which the reader may answer; none to paste where no update is missed."""
    paste = links.paste if any(_is_about_updates(item) for item in items) else None
    offered = (("已知悉，由我处理", links.acknowledge), ("已发布，粘贴链接", paste))
    return [f"[{text}]({address})" for text, address in offered if address]


def _is_task(items: Sequence[Item]) -> bool:
    return all(item.kind is StepKind.TASK for item in items)


def _numbered(paragraphs: Sequence[str]) -> list[str]:
    if len(paragraphs) == 1:
        return list(paragraphs)
    return [f"{number}. {text}" for number, text in enumerate(paragraphs, 1)]


def weight(kind: StepKind) -> int:
    """Return how grave a step is among those of one message: what is settled comes last."""
    return tuple(StepKind).index(kind) if kind is not StepKind.RECOVERED else -1


def quoted(account: Account) -> str:
    """Return an account as people name it: “示例发布”（微信公众号）, for Markdown."""
    return f"“{escaped(account.name)}”（{account.platform.label}）"


def _title(item: Item) -> str:
    return f"【{item.kind.label}】“{escaped(item.account.name)}”{item.account.platform.label}"


def _merged_title(items: Sequence[Item]) -> str:
    return f"【{items[0].kind.label}】{len(items)}个账号"


def _subject(items: Sequence[Item], setting: Setting) -> str:
    first = items[0]
    today = day(beijing(setting.now).date())
    if len(items) > 1:
        return f"【{first.kind.label}】贵单位{len(items)}个政务新媒体账号（{today}）"
    name = f"“{plain(first.account.name)}”{first.account.platform.label}"
    if first.kind is StepKind.RECOVERED:
        return f"【核销】{name}已恢复{'更新' if _is_about_updates(first) else '正常'}（{today}）"
    if first.kind in _APP_STEPS:
        return f"【{first.kind.label}】{name}（{today}）"
    return f"【{first.kind.label}】{name}{first.finding.days or 0}天未更新（{today}）"


def _paragraph(item: Item, roles: tuple[Role, ...], setting: Setting) -> str:
    if item.kind in _APP_STEPS or (item.kind is StepKind.RECOVERED and not _is_about_updates(item)):
        return _about_app(item, setting)
    if item.kind is StepKind.RECOVERED:
        return f"贵单位主办的{quoted(item.account)}{_last_update(item, setting)}，此前的超期提醒已核销。"
    if item.kind is StepKind.TASK:
        return f"{quoted(item.account)}，主办单位：{escaped(item.account.unit)}。{escaped(item.finding.because, 200)}"
    if (item.finding.days or 0) > setting.ladder.limit:
        return _overdue(item, setting)
    return _in_time(item, roles, setting)


def _is_about_updates(item: Item) -> bool:
    return item.finding.rule == LADDER


_APP_STEPS = frozenset({StepKind.SUSPECT, StepKind.CONFIRM, StepKind.TO_LEADER, StepKind.TO_OFFICE})
_DOUBTS = re.compile(r"疑似(?:下架|无法使用)，待人工核实")


def _about_app(item: Item, setting: Setting) -> str:
    if item.kind is StepKind.RECOVERED:
        return f"贵单位主办的{quoted(item.account)}截至{hour(setting.now)}已可正常下载和使用，此前的提醒已核销。"
    said = _DOUBTS.sub(lambda found: f"**{found[0]}**", escaped(item.finding.because, 300).removesuffix("。"))
    facts = f"经监测，{quoted(item.account)}（主办单位：{escaped(item.account.unit)}）{said}"
    if item.kind is StepKind.SUSPECT:
        return f"{facts}，请今日内确认并反馈。"
    if item.kind is StepKind.TO_LEADER:
        return f"{facts}。此前已通知联络员，尚未恢复，请{_named(item.account, Role.LEADER)}督促核实并尽快恢复。"
    if item.kind is StepKind.TO_OFFICE:
        return f"{facts}。此前已通知该单位，尚未恢复，请与该单位联系。"
    clause = "按照《实施方案》“移动客户端无法下载或使用的，原则上清理整合”的要求，"
    return f"{facts}。{clause}建议列入清理整合建议名单，待联合研判。请尽快恢复。"


def _in_time(item: Item, roles: tuple[Role, ...], setting: Setting) -> str:
    ending = _wish(item, setting)
    if item.finding.support is Support.ASKED:
        return (
            f"截至{hour(setting.now)}，未收到贵单位{quoted(item.account)}的发布记录"
            f"（{_known_since(item)}）。如已发布，请将文章链接告知{escaped(setting.office.name)}；如未发布，{ending}"
        )
    urge = ""
    if Role.LEADER in roles and item.kind in {StepKind.WARN, StepKind.LAST_DAY}:
        urge = "请责任领导关注。"
    return (
        f"截至{hour(setting.now)}，贵单位主办的{quoted(item.account)}已连续**{item.finding.days}天**未更新，"
        f"{_known_since(item)}。按照“监测时间点前2周内无更新”单项否决要求，{ending}{urge}"
    )


def _wish(item: Item, setting: Setting) -> str:
    """Return by when to update, days off and holidays before the deadline spelled out."""
    today = beijing(setting.now).date()
    deadline = setting.ladder.deadline(today - timedelta(days=item.finding.days or 0))
    block = _block_over(deadline, setting.calendar)
    if block is None or block.first <= today:
        return f"请于**{day_with_week(deadline)}前**发布信息{_today_is_last(deadline, today)}。"
    before = setting.calendar.previous_workday(block.first)
    first_after = setting.calendar.next_workday(block.last)
    late = (first_after - today).days + (item.finding.days or 0)
    return (
        f"{days_off_text(block)}后首个工作日为{day_with_week(first_after)}，如此前不再更新，届时将达{late}天，"
        f"请于**{day_with_week(before)}前**更新或设置定时发布。"
    )


def _today_is_last(deadline: date, today: date) -> str:
    return "，今天是最后一天" if deadline == today else ""


def _block_over(deadline: date, calendar: WorkCalendar) -> DaysOff | None:
    """Return the days off that the deadline falls in, or None on a working day."""
    if calendar.is_workday(deadline):
        return None
    return calendar.days_off_after(calendar.previous_workday(deadline))


def _known_since(item: Item) -> str:
    if item.finding.last_post is None:
        return "自开设以来未见发布"
    return f"最近一次更新为{day(beijing(item.finding.last_post).date())}"


def _last_update(item: Item, setting: Setting) -> str:
    last = item.finding.last_post
    if last is None:
        return f"截至{hour(setting.now)}已恢复更新"
    return f"已于{day(beijing(last).date())}更新"


def _overdue(item: Item, setting: Setting) -> str:
    account, ladder = item.account, setting.ladder
    days = item.finding.days or 0
    over_20 = days >= ladder.propose
    facts = (
        f"经监测，{quoted(account)}（主办单位：{escaped(account.unit)}）{_known_since(item)}，"
        f"截至{hour(setting.now)}已**{days}天**未更新，超过{'20天' if over_20 else '2周'}。"
    )
    ask = f"请{_named(account, Role.LIAISON)}尽快完成更新；请{_named(account, Role.LEADER)}督促落实。"
    if over_20:
        clause = "按照《实施方案》“单次超过20天未更新的，原则上清理整合”的要求，"
        return f"{facts}{clause}建议列入清理整合建议名单，待联合研判。{ask}"
    left = ladder.propose - days
    soon = f"{left}天后将超过20天。" if item.kind is StepKind.ESCALATE and left > 0 else ""
    return f"{facts}{soon}{ask}超过20天未更新的，将按《实施方案》列入清理整合建议名单。"


def _named(account: Account, role: Role) -> str:
    people: tuple[Contact, ...] = account.people(role)
    if not people:
        return role.label
    return f"{'、'.join(escaped(person.name) for person in people)}同志（{role.label}）"


def _ending(items: Sequence[Item], setting: Setting) -> str:
    if _is_task(items):
        return "请核实处理。"
    if all(item.kind is StepKind.RECOVERED for item in items):
        return "无需回复。"
    links = [f"账号情况：{item.link}" for item in items if item.link]
    cured = "更新后" if any(_is_about_updates(item) for item in items) else "恢复后"
    closing = (
        f"{cured}系统自动核销，无需回复、无需报送截图。如账号已停用或拟注销，请联系{escaped(setting.office.name)}。"
    )
    return "\n\n".join([closing, *links])


def _signature(message_id: str, setting: Setting) -> str:
    office = setting.office
    return f"> {escaped(office.sender)} · 联系电话{escaped(office.phone)} · 编号{message_id}"


def alive(message_id: str, setting: Setting) -> Words:
    """Return the message that says nothing but that the service runs: who misses it goes to look."""
    today = beijing(setting.now).date()
    after = day_with_week(setting.calendar.next_workday(today))
    return Words(
        subject=f"【运行正常】政务新媒体监测（{day(today)}）",
        body="\n\n".join(
            [
                f"### 【运行正常】{day_with_week(today)}",
                f"截至{hour(setting.now)}，监测服务运行正常，每个案件都有下一步或有人负责。",
                f"下一次报告在{after}，届时没有收到，请检查服务。",
                _signature(message_id, setting),
            ]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading of the operator's digest with its lines; an empty one is left out."""

    heading: str
    lines: tuple[str, ...]


DIGEST_LINES = 20
"""Lines of one section that the digest shows; the pages show the rest."""


def digest(sections: Sequence[Section], message_id: str, setting: Setting) -> Words:
    """Return the operator's morning message: what is to be done today, by section."""
    today = beijing(setting.now).date()
    shown = [section for section in sections if section.lines]
    count = sum(len(section.lines) for section in shown)
    parts = [f"### 【每日摘要】{day_with_week(today)}"]
    for section in shown:
        parts.append(f"**{section.heading}（{len(section.lines)}）**")
        parts.extend(f"- {line}" for line in section.lines[:DIGEST_LINES])
        if len(section.lines) > DIGEST_LINES:
            parts.append(f"- 另有{len(section.lines) - DIGEST_LINES}项，见页面")
    if not shown:
        parts.append("今日没有需要处理的事项。")
    parts.append(_signature(message_id, setting))
    return Words(subject=f"【每日摘要】政务新媒体监测{count}项（{day(today)}）", body="\n\n".join(parts))


def outage_words(outage: Outage, message_id: str, setting: Setting) -> Words:
    """Return what the operator is told when the monitor cannot trust its own eyes: what, since when, and what to do."""
    since = hour(outage.began_at)
    if outage.ended_at is not None:
        facts = f"{since}至{hour(outage.ended_at)}，监测系统连不上外部网络，采集停止，现已恢复，落下的核查正在补上。"
        lines = [f"### 【监测提示】{outage.name}已恢复", facts, _signature(message_id, setting)]
        return Words(subject=f"【监测提示】{outage.name}已恢复（{since}起）", body="\n\n".join(lines))
    if outage.platform is None:
        facts = f"{since}起，监测系统连不上外部网络，采集已停止。"
        wish = "请检查本机的网络、代理和防火墙。"
        whose = "账号"
    else:
        facts = f"{since}起，{outage.platform.label}的采集结果不可信，已暂停采用。{escaped(outage.detail, 200)}。"
        wish = "请查看“系统”页；临近期限的账号，请人工核查后登记。"
        whose = f"{outage.platform.label}账号"
    rest = f"恢复以前，不对任何{whose}作新的认定，不核销，也不提醒任何单位；恢复后自动继续。"
    lines = [f"### 【监测提示】{outage.name}", facts, f"{rest}{wish}", _signature(message_id, setting)]
    return Words(subject=f"【监测提示】{outage.name}（{since}起）", body="\n\n".join(lines))
