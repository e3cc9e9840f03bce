"""The words people read: messages to units and to the operator, in the office's own register.

Facts first, dates as 5月19日, times as 9时; 提醒, 预警, 督办 in that order; 疑似 until a person confirmed. No
exclamation marks, no rankings, no demand for replies or screenshots. Everything a platform or a
roster wrote is made harmless before it stands in Markdown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.core.account import Account, Contact, Role
from monitor.core.calendar import DaysOff, WorkCalendar, beijing
from monitor.core.case import LADDER, Ladder, StepKind
from monitor.core.finding import Finding, Support
from monitor.core.message import Grid
from monitor.core.outage import Outage

_WEEKDAYS = "一二三四五六日"
_HARMLESS = str.maketrans("\\`*_[]()#!|<>~@", "＼｀＊＿［］（）＃！｜＜＞～＠")  # noqa: RUF001 - full-width twins are meant
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what is not seen, turns the line around, or is half a character."""
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
class Reader:
    """Who reads a message: in which roles, and of which units' accounts."""

    roles: frozenset[Role]
    units: tuple[str, ...]
    """Each once, in the order of the message."""

    @property
    def is_operator(self) -> bool:
        """Whether it is the office itself."""
        return self.roles == {Role.OPERATOR}

    @property
    def whose(self) -> str:
        """Return what all of the accounts belong to."""
        if len(self.units) > 1:
            return f"{len(self.units)}家单位"
        return plain(self.units[0]) if self.is_operator else "贵单位"

    def owner(self, account: Account) -> str:
        """Return what to call an account's unit: by its name to the office, and to whoever serves several."""
        return escaped(account.unit) if self.is_operator or len(self.units) > 1 else "贵单位"


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
    grid: Grid = ()
    """What the body says of accounts without updates, as a table."""


def plain(text: str, length: int = NAME_LENGTH) -> str:
    """Return text from outside made fit for one line: no control characters, not too long."""
    cleaned = " ".join("".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text).split())
    return cleaned if len(cleaned) <= length else cleaned[: length - 1] + "…"


def escaped(text: str, length: int = NAME_LENGTH) -> str:
    """Return text from outside that no Markdown reads as markup, links or a call by name.

    Full-width twins stand for the signs of Markdown: robots differ in what a backslash does.
    """
    return plain(text, length).translate(_HARMLESS).replace("://", "：//")


def day(when: date) -> str:
    """Return a date as 5月19日."""
    return f"{when.month}月{when.day}日"


def dated(when: date, today: date) -> str:
    """Return a date as 5月19日, with its year if it is not this one."""
    return day(when) if when.year == today.year else f"{when.year}年{day(when)}"


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
    heading = _title(ordered[0]) if len(ordered) == 1 else _merged_title(ordered)
    reader = Reader(roles=frozenset(roles), units=tuple(dict.fromkeys(item.account.unit for item in ordered)))
    paragraphs = [_paragraph(item, reader, setting) for item in ordered]
    preface = [UNDELIVERED] if reader.is_operator and not _is_task(ordered) else []
    lines = [
        f"### {heading}",
        *preface,
        *_numbered(paragraphs),
        _ending(ordered, setting),
        *_answers(ordered, links or Links()),
        _signature(message_id, setting),
    ]
    return Words(subject=_subject(ordered, reader, setting), body="\n\n".join(lines), grid=_grid(ordered, setting))


GRID_HEADS = ("账号", "平台", "最近更新", "天数", "期限")


def _grid(items: Sequence[Item], setting: Setting) -> Grid:
    """Return a row for each account that an update is missed of; no table where there is none."""
    rows = tuple(_row(item, setting) for item in items if _misses_update(item))
    return (GRID_HEADS, *rows) if rows else ()


def _misses_update(item: Item) -> bool:
    return _is_about_updates(item) and item.kind not in {StepKind.TASK, StepKind.RECOVERED}


def _row(item: Item, setting: Setting) -> tuple[str, ...]:
    today = beijing(setting.now).date()
    last, days = item.finding.last_post, item.finding.days or 0
    deadline = setting.ladder.deadline(today - timedelta(days=days))
    return (
        escaped(item.account.name),
        item.account.platform.label,
        dated(beijing(last).date(), today) if last else "未见发布",
        str(days),
        f"{day_with_week(deadline)}{'，已过' if days > setting.ladder.limit else ''}",
    )


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


def weight(kind: StepKind) -> float:
    """Return how grave a step is among those of one message: what is settled comes last."""
    return kind.weight if kind is not StepKind.RECOVERED else -1


def quoted(account: Account) -> str:
    """Return an account as people name it: “示例发布”（微信公众号）, for Markdown."""
    return f"“{escaped(account.name)}”（{account.platform.label}）"


def _quoted_with_unit(account: Account) -> str:
    """Return it as “示例发布”（微信公众号，主办单位：示例局）."""
    return f"“{escaped(account.name)}”（{account.platform.label}，主办单位：{escaped(account.unit)}）"


def _title(item: Item) -> str:
    return f"【{item.kind.label}】“{escaped(item.account.name)}”{item.account.platform.label}"


def _merged_title(items: Sequence[Item]) -> str:
    return f"【{items[0].kind.label}】{len(items)}个账号"


def _subject(items: Sequence[Item], reader: Reader, setting: Setting) -> str:
    first = items[0]
    today = day(beijing(setting.now).date())
    if len(items) > 1:
        return f"【{first.kind.label}】{reader.whose}{len(items)}个政务新媒体账号（{today}）"
    name = f"“{plain(first.account.name)}”{first.account.platform.label}"
    if first.kind is StepKind.RECOVERED:
        return f"【核销】{name}已恢复{'更新' if _is_about_updates(first) else '正常'}（{today}）"
    if first.kind in _APP_STEPS or first.kind is StepKind.TASK:
        return f"【{first.kind.label}】{name}（{today}）"
    if first.kind is StepKind.HOLIDAY and (pause := _pause(first, setting)):
        return f"【{first.kind.label}】{name}请于{day(pause.before)}前更新（{today}）"
    return f"【{first.kind.label}】{name}{first.finding.days or 0}天未更新（{today}）"


def _paragraph(item: Item, reader: Reader, setting: Setting) -> str:
    if item.kind in _APP_STEPS or (item.kind is StepKind.RECOVERED and not _is_about_updates(item)):
        return _about_app(item, reader, setting)
    if item.kind is StepKind.RECOVERED:
        owner = reader.owner(item.account)
        return f"{owner}主办的{quoted(item.account)}{_last_update(item, setting)}，此前的超期提醒已核销。"
    if item.kind is StepKind.TASK:
        return f"{quoted(item.account)}，主办单位：{escaped(item.account.unit)}。{escaped(item.finding.because, 200)}"
    if (item.finding.days or 0) > setting.ladder.limit:
        return _overdue(item, setting)
    if item.kind is StepKind.HOLIDAY and (pause := _pause(item, setting)):
        return _before_holiday(item, pause, reader, setting)
    return _in_time(item, reader, setting)


def _is_about_updates(item: Item) -> bool:
    return item.finding.rule == LADDER


_APP_STEPS = frozenset({StepKind.SUSPECT, StepKind.CONFIRM, StepKind.TO_LEADER, StepKind.TO_OFFICE})
_DOUBTS = re.compile(r"疑似(?:下架|无法使用)，待人工核实")


def _about_app(item: Item, reader: Reader, setting: Setting) -> str:
    if item.kind is StepKind.RECOVERED:
        whose = f"{reader.owner(item.account)}主办的{quoted(item.account)}"
        return f"{whose}截至{hour(setting.now)}已可正常下载和使用，此前的提醒已核销。"
    said = _DOUBTS.sub(lambda found: f"**{found[0]}**", escaped(item.finding.because, 300).removesuffix("。"))
    facts = f"经监测，{_quoted_with_unit(item.account)}{said}"
    if item.kind is StepKind.SUSPECT:
        return f"{facts}，请今日内确认并反馈。"
    if item.kind is StepKind.TO_LEADER:
        return f"{facts}。此前已通知联络员，尚未恢复，请{_named(item.account, Role.LEADER)}督促核实并尽快恢复。"
    if item.kind is StepKind.TO_OFFICE:
        return f"{facts}。此前已通知该单位，尚未恢复，请与该单位联系。"
    clause = "按照《实施方案》“移动客户端无法下载或使用的，原则上清理整合”的要求，"
    return f"{facts}。{clause}建议列入清理整合建议名单，待联合研判。请尽快恢复。"


def _in_time(item: Item, reader: Reader, setting: Setting) -> str:
    owner, pause = reader.owner(item.account), _pause(item, setting)
    outlook, wish = f"{pause.outlook}。" if pause else "", _wish(item, pause, setting)
    if item.finding.support in {Support.ASKED, Support.DELAYED}:
        return (
            f"截至{hour(setting.now)}，未收到{owner}{quoted(item.account)}的发布记录"
            f"（{_known_since(item, setting)}）。{outlook}"
            f"如已发布，请将文章链接告知{escaped(setting.office.name)}；如未发布，{wish}"
        )
    urge = ""
    if Role.LEADER in reader.roles and item.kind in {StepKind.WARN, StepKind.LAST_DAY}:
        urge = "请责任领导关注。"
    return (
        f"截至{hour(setting.now)}，{owner}主办的{quoted(item.account)}已连续**{item.finding.days}天**未更新，"
        f"{_known_since(item, setting)}。{outlook}按照“监测时间点前2周内无更新”单项否决要求，{wish}{urge}"
    )


def _before_holiday(item: Item, pause: _Pause, reader: Reader, setting: Setting) -> str:
    """Return the word before a holiday: it accuses nobody, for the account may be a few days old."""
    return (
        f"{days_off_text(pause.block)}后首个工作日为{day_with_week(pause.after)}。"
        f"{reader.owner(item.account)}主办的{quoted(item.account)}{_known_since(item, setting)}，"
        f"如节前不再更新，届时将达**{pause.days}天**，超过2周。{_wish(item, pause, setting)}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    """Days off that the deadline falls in, so that an update has to come before them."""

    block: DaysOff
    before: date
    after: date
    days: int
    """How many days without an update it would be on the first working day after."""

    @property
    def outlook(self) -> str:
        """What comes of waiting."""
        first = f"{days_off_text(self.block)}后首个工作日为{day_with_week(self.after)}"
        return f"{first}，如此前不再更新，届时将达{self.days}天"


def _pause(item: Item, setting: Setting) -> _Pause | None:
    """Return the days off that the deadline falls in; None on a working day, or when they have begun."""
    today, calendar = beijing(setting.now).date(), setting.calendar.of(item.account.area)
    days = item.finding.days or 0
    deadline = setting.ladder.deadline(today - timedelta(days=days))
    block = None if calendar.is_workday(deadline) else calendar.days_off_after(calendar.previous_workday(deadline))
    if block is None or block.first <= today:
        return None
    after = calendar.next_workday(block.last)
    return _Pause(
        block=block, before=calendar.previous_workday(block.first), after=after, days=days + (after - today).days
    )


def _wish(item: Item, pause: _Pause | None, setting: Setting) -> str:
    """Return by when to update."""
    if pause:
        return f"请于**{day_with_week(pause.before)}前**更新或设置定时发布。"
    today = beijing(setting.now).date()
    deadline = setting.ladder.deadline(today - timedelta(days=item.finding.days or 0))
    return f"请于**{day_with_week(deadline)}前**发布信息{_today_is_last(deadline, today)}。"


def _today_is_last(deadline: date, today: date) -> str:
    return "，今天是最后一天" if deadline == today else ""


def _known_since(item: Item, setting: Setting) -> str:
    if item.finding.last_post is None:
        return "自开设以来未见发布"
    return f"最近一次更新为{_day_of(item.finding.last_post, setting)}"


def _last_update(item: Item, setting: Setting) -> str:
    last = item.finding.last_post
    if last is None:
        return f"截至{hour(setting.now)}已恢复更新"
    return f"已于{_day_of(last, setting)}更新"


def _day_of(moment: datetime, setting: Setting) -> str:
    return dated(beijing(moment).date(), beijing(setting.now).date())


def _overdue(item: Item, setting: Setting) -> str:
    account, ladder = item.account, setting.ladder
    days = item.finding.days or 0
    over_20 = days >= ladder.propose
    facts = (
        f"经监测，{_quoted_with_unit(account)}{_known_since(item, setting)}，"
        f"截至{hour(setting.now)}已**{days}天**未更新，超过{'20天' if over_20 else '2周'}。"
    )
    when = "尽快" if over_20 else "今日"
    ask = f"请{_named(account, Role.LIAISON)}{when}完成更新；请{_named(account, Role.LEADER)}督促落实。"
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
    phone = f" · 联系电话{escaped(office.phone)}" if office.phone else ""
    return f"> {escaped(office.sender)}{phone} · 编号{message_id}"


def alarm(items: Sequence[Item], message_id: str, setting: Setting) -> Words:
    """Return what the duty officer is told at once, whatever the hour: what is wrong, and where to look.

    Nobody's number stands in it: the operator's robot may have more readers than the office.
    """
    ordered = sorted(items, key=lambda item: item.account.id)
    first, moment = ordered[0].account, hour(setting.now)
    several = f"{len(ordered)}个账号"
    facts = [
        f"{quoted(item.account)}，主办单位：{escaped(item.account.unit)}。{escaped(item.finding.because, 300)}"
        for item in ordered
    ]
    title = several if len(ordered) > 1 else f"“{escaped(first.name)}”{first.platform.label}"
    subject = several if len(ordered) > 1 else f"“{plain(first.name)}”{first.platform.label}"
    lines = [
        f"### 【紧急】{title}",
        *_numbered(facts),
        f"截至{moment}，以上情况不宜等到上班时间，请值班人员立即核实处置；联系人见台账。",
        *(f"账号情况：{item.link}" for item in ordered if item.link),
        _signature(message_id, setting),
    ]
    return Words(subject=f"【紧急】{subject}（{moment}）", body="\n\n".join(lines))


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
"""Lines of one section that the digest shows at most; the pages show the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much a digest may say, and where the rest stands."""

    longest: int = 100_000
    """Bytes of UTF-8."""
    page: str | None = None
    """The address of the pages, if they have one that others can open."""


AMPLE = Room()
NUMBERED = 32
"""Bytes to spare for the number that a message gets when its words are settled."""


def digest(sections: Sequence[Section], message_id: str, setting: Setting, room: Room = AMPLE) -> Words:
    """Return the operator's morning message: what is to be done today, by section.

    Where there is no room for all lines, every section is cut alike and says how many are left out; the closing
    quote, which no channel cuts away, leads to the pages.
    """
    today = beijing(setting.now).date()
    shown = [section for section in sections if section.lines]
    count = sum(len(section.lines) for section in shown)
    most, body = DIGEST_LINES, _digest_body(shown, DIGEST_LINES, message_id, setting, room)
    while most and len(body.encode()) + NUMBERED > room.longest:
        most -= 1
        body = _digest_body(shown, most, message_id, setting, room)
    return Words(subject=f"【每日摘要】政务新媒体监测{count}项（{day(today)}）", body=body)


def _digest_body(shown: Sequence[Section], most: int, message_id: str, setting: Setting, room: Room) -> str:
    """Return the digest with at most so many lines of each section."""
    parts = [f"### 【每日摘要】{day_with_week(beijing(setting.now).date())}"]
    for section in shown:
        parts.append(f"**{section.heading}（{len(section.lines)}）**")
        parts.extend(f"- {line}" for line in section.lines[:most])
        if left := len(section.lines[most:]):
            parts.append(f"- 另有{left}项，见[页面]({room.page})" if room.page else f"- 另有{left}项未列出")
    if not shown:
        parts.append("今日没有需要处理的事项。")
    more = f" · [查看全部]({room.page})" if room.page else ""
    return "\n\n".join([*parts, f"{_signature(message_id, setting)}{more}"])


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
