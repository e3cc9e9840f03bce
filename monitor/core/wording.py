"""What units are told, in the office's own register: what to do and by when first, then whose it is.

Facts before wishes; 提醒, 预警, 督办, 拟列名单 in that order and never back; 疑似 until a person confirmed. Where the
reader must answer it says how, and where a trouble ends by itself it says so; never both of one account. No exclamation
marks, no rankings, no demand for screenshots. A group reads nobody's name, and no word to the leader, who hears in
person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from monitor.core.account import Account, Role
from monitor.core.calendar import DaysOff, WorkCalendar, beijing
from monitor.core.case import DOWNLOADS, LADDER, REMINDERS, URGINGS, Ladder, StepKind
from monitor.core.finding import Finding, Support
from monitor.core.message import Grid
from monitor.core.phrases import (
    dated,
    day_with_week,
    days_off_text,
    days_text,
    escaped,
    hour,
    plain,
    quoted,
    span,
    until,
    weekday,
)
from monitor.core.rules.upd_03 import ID as LONG_GAPS

UNDELIVERED = "以下提醒未能送达该单位联系人，请协助转告："
ONE_UNDELIVERED = "本项未能送达该单位联系人，请协助转告。"
NAMED_DAYS = 4
"""So many days on which somebody was reminded are named one by one; more are counted."""
_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{1,20}〔\d{4}〕\d{1,5}号")
_DOUBTS = re.compile(r"疑似(?:下架|无法使用|无法下载或使用)")
_APP_STEPS = frozenset({StepKind.SUSPECT, StepKind.CONFIRM, StepKind.TO_LEADER, StepKind.TO_OFFICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who speaks: the name, phone and signature of the operating office (settings `office`)."""

    name: str
    phone: str
    sender: str
    """What messages are signed with, and whom their readers are told to call."""

    @property
    def contact(self) -> str:
        """Whom to call, for pages and Markdown alike: 示例县府办（0578-0000000）."""
        return f"{escaped(self.sender)}{f'（{escaped(self.phone)}）' if self.phone else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One word that somebody got about a case before: on which day, who, and of which step."""

    on: date
    role: Role
    kind: StepKind
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One account's news for one person."""

    account: Account
    kind: StepKind
    finding: Finding
    """As it is now, at the time of sending."""
    link: str | None = None
    """Where the account's page is, if the pages have an address of their own."""
    is_polled: bool = True
    """Whether the monitor itself sees what the account publishes, so that a trouble ends without a word."""
    is_passed_on: bool = False
    """Whether it is meant for the unit and reaches the operator instead."""
    number: int = 0
    """Which step of its kind it is."""
    told: tuple[Told, ...] = ()
    """What was said of it before, oldest first."""

    @property
    def is_about_updates(self) -> bool:
        """Whether an update is what it asks for, or what ended it."""
        return self.finding.rule == LADDER

    @property
    def is_asked(self) -> bool:
        """Whether the unit can only be asked: nothing was seen, and nobody entered anything."""
        return self.finding.support in {Support.ASKED, Support.DELAYED}

    @property
    def days(self) -> int:
        """The days without an update, as far as is known."""
        return self.finding.days or 0

    @property
    def days_held(self) -> int:
        """Those of them that may be held against the unit."""
        return self.finding.days_held or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every sentence may refer to: the moment, the calendar, the ladder, the office, the clauses."""

    now: datetime
    calendar: WorkCalendar
    ladder: Ladder
    office: Office
    clauses: Mapping[str, str] = field(default_factory=dict)
    """By rule: the instrument and what it says, 缙政办发〔2022〕13号三（二）1：单次超过20天……."""

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return beijing(self.now).date()

    def begun(self, item: Item) -> date:
        """Return the day from which the days without an update count."""
        return self.today - timedelta(days=item.days)

    def deadline(self, item: Item) -> date:
        """Return the last day on which an update is in time."""
        return self.ladder.deadline(self.begun(item))

    def until(self, when: date, item: Item) -> str:
        """Return a last day as the account's area works."""
        return until(when, self.today, self.calendar.of(item.account.area))

    def quotation(self, rule: str) -> str:
        """Return a clause word for word with its document: “……”（缙政办发〔2022〕13号）; empty where there is none."""
        instrument, _, clause = self.clauses.get(rule, "").partition("：")
        return f"“{clause}”{_numbered_document(instrument)}" if clause else ""

    def plan(self) -> str:
        """Return what to call the plan: 《实施方案》 with the number of its document."""
        return f"《实施方案》{_numbered_document(self.clauses.get(LONG_GAPS, '').partition('：')[0])}"


def _numbered_document(instrument: str) -> str:
    found = _DOCUMENT.search(instrument)
    return f"（{found[0]}）" if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a message: in which roles, of which units' accounts, alone or with others."""

    roles: frozenset[Role]
    units: tuple[str, ...]
    """Each once, in the order of the message."""
    is_group: bool = False
    """Whether others of the unit read it too."""

    @property
    def is_operator(self) -> bool:
        """Whether it is the office itself."""
        return self.roles == {Role.OPERATOR}

    @property
    def is_leader(self) -> bool:
        """Whether it is the leader alone, who is asked to see to it."""
        return self.roles == {Role.LEADER} and not self.is_group

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


ACKNOWLEDGE, PASTE = "已知悉，由我处理", "已发布，提交链接"
"""What the links are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message's subject and Markdown body."""

    subject: str
    body: str
    grid: Grid = ()
    """What the body says of accounts without updates, as a table."""


def weight(kind: StepKind) -> float:
    """Return how grave a step is among those of one message: what is settled comes last."""
    return kind.weight if kind is not StepKind.RECOVERED else -1


def to_person(
    items: Sequence[Item],
    roles: Iterable[Role],
    message_id: str,
    setting: Setting,
    links: Links | None = None,
    *,
    is_group: bool = False,
) -> Words:
    """Return the message that tells one person, or a group, of one or several accounts; the gravest first.

    `links` is where the reader may answer.
    """
    ordered = sorted(items, key=lambda item: (-weight(item.kind), item.account.id))
    units = tuple(dict.fromkeys(item.account.unit for item in ordered))
    reader = Reader(roles=frozenset(roles), units=units, is_group=is_group)
    offered = links or Links()
    lines = [
        f"### {_headline(ordered, reader, setting, escaped)}",
        *_preface(ordered, reader),
        *_paragraphs(ordered, reader, setting, offered),
        *_ending(ordered, reader, setting, offered),
        *(f"账号情况：{item.link}" for item in ordered if item.link and item.kind is not StepKind.RECOVERED),
        *_answers(ordered, offered),
        signature(message_id, setting),
    ]
    subject = _headline(ordered, reader, setting, plain)
    return Words(subject=subject, body="\n\n".join(lines), grid=_grid(ordered, setting))


def signature(message_id: str, setting: Setting) -> str:
    """Return the last line of every message: who speaks, by which phone, and the message's number."""
    office = setting.office
    phone = f" · 电话{escaped(office.phone)}" if office.phone else ""
    return f"> {escaped(office.sender)}{phone} · 编号{message_id}"


GRID_HEADS = ("账号", "平台", "最近更新", "天数", "更新期限")


def _grid(items: Sequence[Item], setting: Setting) -> Grid:
    """Return a row for each account that an update is missed of; no table where there is none."""
    rows = tuple(_row(item, setting) for item in items if _misses_update(item))
    return (GRID_HEADS, *rows) if rows else ()


def _misses_update(item: Item) -> bool:
    return item.is_about_updates and item.kind not in {StepKind.TASK, StepKind.RECOVERED}


def _row(item: Item, setting: Setting) -> tuple[str, ...]:
    last, calendar = item.finding.last_post, setting.calendar.of(item.account.area)
    deadline = day_with_week(setting.deadline(item), setting.today, calendar)
    return (
        escaped(item.account.name),
        item.account.platform.label,
        dated(beijing(last).date(), setting.today) if last else "未见发布",
        str(item.days_held if _is_over(item, setting) else item.days),
        f"{deadline}{'，已过' if item.days > setting.ladder.limit else ''}",
    )


def _answers(items: Sequence[Item], links: Links) -> list[str]:
    """Return the links by which the reader may answer; none to paste where no update is missed."""
    paste = links.paste if any(item.is_about_updates for item in items) else None
    offered = ((ACKNOWLEDGE, links.acknowledge), (PASTE, paste))
    return [f"[{text}]({address})" for text, address in offered if address]


# What stands first: the step, what is to be done and after how many days; the account comes last, for its name is long.


def _headline(items: Sequence[Item], reader: Reader, setting: Setting, name: Callable[[str], str]) -> str:
    first = items[0]
    account = f"“{name(first.account.name)}”{first.account.platform.label}"
    if len(items) == 1:
        return f"【{_step(first, setting)}】{_what_first(first, setting)}：{account}"
    over = [item for item in items if _is_over(item, setting)]
    if first.kind is StepKind.RECOVERED:
        wish = f"{reader.whose}{len(items)}个账号已恢复{'更新' if all(map(_misses, items)) else '正常'}"
    elif over or not _misses_update(first):
        wish = f"{account}等{len(items)}个账号{'须更新' if _misses_update(first) else '须处理'}"
    elif all(item.is_asked for item in items):
        wish = f"请确认是否已发布：{reader.whose}{len(items)}个账号"
    else:
        earliest = min(setting.deadline(item) for item in items if _misses_update(item))
        when = "今日" if earliest == setting.today else dated(earliest, setting.today)
        wish = f"{reader.whose}{len(items)}个账号须更新，最早{when}到期"
    step = StepKind.ESCALATE.label if first.kind in URGINGS else _step(first, setting)  # each has a count of its own
    return f"【{step}】{wish}"


def _misses(item: Item) -> bool:
    return item.is_about_updates


def _is_over(item: Item, setting: Setting) -> bool:
    return _misses_update(item) and item.days > setting.ladder.limit


def _step(item: Item, setting: Setting) -> str:
    """Return what a step is called at the head of its message."""
    match item.kind:
        case StepKind.PROPOSE:
            return StepKind.ESCALATE.label
        case StepKind.REPEAT:
            return f"{StepKind.ESCALATE.label}（第{_times_urged(item)}次）"
        case StepKind.SUSPECT:
            doubt = _DOUBTS.search(item.finding.because)
            return doubt[0] if doubt else item.kind.label
        case StepKind.TASK:
            return "注销提醒" if item.finding.due else item.kind.label
        case kind if kind in REMINDERS and _is_over(item, setting):
            return StepKind.OVERDUE.label  # what was written in time and goes out late
        case StepKind.LAST_DAY if _is_over(item, setting):
            return StepKind.OVERDUE.label
        case kind:
            return kind.label


def _times_urged(item: Item) -> int:
    """Return which urging this one is: those that were told before, and itself."""
    urged = {(one.kind, one.number) for one in item.told if one.kind in URGINGS}
    return len(urged - {(item.kind, item.number)}) + 1  # this one may have been told to somebody else before


def _what_first(item: Item, setting: Setting) -> str:
    if item.kind is StepKind.RECOVERED:
        return f"已恢复{'更新' if item.is_about_updates else '正常'}"
    if item.kind in _APP_STEPS:
        return {StepKind.SUSPECT: "请今日核实", StepKind.TO_OFFICE: "请联系该单位"}.get(item.kind, "请尽快恢复")
    if item.kind is StepKind.TASK:
        return _task_first(item, setting)
    if item.days > setting.ladder.limit:
        proposed = "拟列名单，" if item.kind is StepKind.PROPOSE else ""
        return f"{proposed}已{item.days_held}天未更新"
    if item.is_asked:
        today = "今日" if setting.deadline(item) == setting.today else ""
        return f"请{today}确认近{item.days}天是否已发布"
    pause = _pause(item, setting)
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


# The body.


def _preface(items: Sequence[Item], reader: Reader) -> list[str]:
    if not reader.is_operator:
        return []
    if all(item.is_passed_on for item in items):
        return [UNDELIVERED]
    return ["请办公室核实以下情况。"] if any(item.kind in _APP_STEPS for item in items) else []


def _paragraphs(items: Sequence[Item], reader: Reader, setting: Setting, links: Links) -> list[str]:
    if len(items) == 1:
        return list(_parts(items[0], reader, setting))
    mixed = reader.is_operator and len({item.is_passed_on for item in items}) > 1
    return [
        f"{number}. {''.join(_parts(item, reader, setting))}"
        f"{_by_hand(setting, links) if _must_be_told(item) else ''}"
        f"{ONE_UNDELIVERED if mixed and item.is_passed_on else ''}"
        for number, item in enumerate(items, 1)
    ]


def _parts(item: Item, reader: Reader, setting: Setting) -> tuple[str, ...]:
    """Return what is so, and what is asked for."""
    if item.kind is StepKind.RECOVERED:
        return (_recovered(item, reader, setting),)
    if item.kind in _APP_STEPS:
        return _about_app(item, reader, setting)
    if item.kind is StepKind.TASK:
        return (f"{reader.owner(item.account)}主办的{quoted(item.account)}{escaped(item.finding.because, 300)}",)
    if item.days > setting.ladder.limit:
        return _overdue(item, reader, setting)
    if item.kind is StepKind.HOLIDAY and (pause := _pause(item, setting)) and pause.block.name:
        return _before_holiday(item, pause, reader, setting)
    return _in_time(item, reader, setting)


def _recovered(item: Item, reader: Reader, setting: Setting) -> str:
    whose = f"{reader.owner(item.account)}主办的{quoted(item.account)}"
    gravest = max((one.kind for one in item.told if one.kind is not StepKind.RECOVERED), key=weight, default=None)
    before = f"此前的{_called(gravest)}同时办结"
    if not item.is_about_updates:
        return f"{whose}截至{hour(setting.now)}已可正常下载和使用，{before}，无需回复。"
    last = item.finding.last_post
    said = f"已于{_day_of(last, setting)}更新" if last else f"截至{hour(setting.now)}已恢复更新"
    return f"{whose}{said}，{before}，无需回复。"


def _called(kind: StepKind | None) -> str:
    """Return what to call what was said before: the gravest of it."""
    if kind is None or kind in _APP_STEPS:
        return "提醒"
    return StepKind.ESCALATE.label if kind in URGINGS else kind.label


def _about_app(item: Item, reader: Reader, setting: Setting) -> tuple[str, ...]:
    said = _DOUBTS.sub(lambda found: f"**{found[0]}**", escaped(item.finding.because, 300).removesuffix("。"))
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


def _told_of_app(item: Item, whom: str, setting: Setting) -> str:
    roles = {Role.LIAISON} if whom == Role.LIAISON.label else {Role.LIAISON, Role.LEADER}
    first = next((one.on for one in item.told if one.role in roles), None)
    return f"{dated(first, setting.today)}已通知{whom}，至今未恢复。" if first else "至今未恢复。"


def _cited(rule: str, setting: Setting) -> str:
    quotation = setting.quotation(rule)
    return f"按照{quotation}，" if quotation else ""


def _in_time(item: Item, reader: Reader, setting: Setting) -> tuple[str, ...]:
    moment, owner, pause = hour(setting.now), reader.owner(item.account), _pause(item, setting)
    last = "，今日为最后一天" if setting.deadline(item) == setting.today else ""
    if item.is_asked:
        records = f"近{item.days}天的发布记录（{_known(item, setting)}）"
        facts = f"截至{moment}，未收到{owner}{quoted(item.account)}{records}{last}。"
        return facts, f"如已发布，请提交链接；如未发布，{_wish(item, pause, setting)}"
    since = _known(item, setting)
    if item.finding.last_post is None:
        facts = f"截至{moment}，{owner}主办的{quoted(item.account)}{since}，已**{item.days}天**{last}。"
    else:
        facts = f"截至{moment}，{owner}主办的{quoted(item.account)}已**{item.days}天**未更新，{since}{last}。"
    clause = setting.clauses.get(item.finding.rule, item.finding.clause).rpartition("：")[2]
    wish = f"{_wish(item, pause, setting)}{_urge(item, reader, setting)}"
    return facts, f"按照政务新媒体检查单项否决指标（{clause}），{wish}"


def _urge(item: Item, reader: Reader, setting: Setting) -> str:
    if not reader.is_leader:
        return ""
    is_last = setting.deadline(item) == setting.today
    return f"请予关注，并督促{'今日' if is_last else '按期'}更新。"


def _before_holiday(item: Item, pause: _Pause, reader: Reader, setting: Setting) -> tuple[str, ...]:
    """Return the word before a holiday: it accuses nobody, for the account may be a few days old."""
    calendar = setting.calendar.of(item.account.area)
    first, after = span(pause.block.first, pause.block.last, setting.today), pause.after
    silence = "此后如未发布且节前不更新" if item.is_asked else "节前不更新"
    facts = (
        f"{pause.block.name}假期为{first}，{day_with_week(after, setting.today, calendar)}上班。"
        f"{reader.owner(item.account)}主办的{quoted(item.account)}{_known(item, setting)}，"
        f"{silence}，上班时将达**{pause.days}天**，超过2周。"
    )
    return facts, f"{_wish(item, pause, setting)}{_urge(item, reader, setting)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    """Days off that the deadline falls in, so that an update has to come before them."""

    block: DaysOff
    before: date
    after: date
    days: int
    """How many days without an update it would be on the first working day after."""


def _pause(item: Item, setting: Setting) -> _Pause | None:
    """Return the days off that the deadline falls in; None on a working day, or when they have begun."""
    today, calendar = setting.today, setting.calendar.of(item.account.area)
    deadline = setting.deadline(item)
    block = None if calendar.is_workday(deadline) else calendar.days_off_after(calendar.previous_workday(deadline))
    if block is None or block.first <= today:
        return None
    after = calendar.next_workday(block.last)
    return _Pause(
        block=block, before=calendar.previous_workday(block.first), after=after, days=item.days + (after - today).days
    )


def _wish(item: Item, pause: _Pause | None, setting: Setting) -> str:
    """Return by when to update."""
    deadline = setting.deadline(item)
    if pause is None:
        return f"请于**{setting.until(deadline, item)}**发布信息。"
    before, later = setting.until(pause.before, item), f"也可设置在{dated(deadline, setting.today)}前定时发布。"
    if item.kind is StepKind.HOLIDAY and pause.block.name:
        return f"请于**{before}**发布信息，{later}"
    off = weekday(deadline) if pause.block.is_plain_weekend else days_off_text(pause.block, setting.today)
    return f"更新期限{dated(deadline, setting.today)}适逢{off}，请提前于**{before}**更新，{later}"


def _known(item: Item, setting: Setting) -> str:
    last = item.finding.last_post
    if last is None:
        return "无发布记录" if item.is_asked else "自开设以来未见发布"
    return f"{'已知最近一次发布' if item.is_asked else '最近一次更新'}为{_day_of(last, setting)}"


def _day_of(moment: datetime, setting: Setting) -> str:
    return dated(beijing(moment).date(), setting.today)


def _overdue(item: Item, reader: Reader, setting: Setting) -> tuple[str, ...]:
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
    if over_20:
        cited = _cited(LONG_GAPS, setting)
        return facts, f"{cited}拟列入清理整合建议名单，提请联合研判。{now}，研判时一并考虑。"
    last = setting.begun(item) + timedelta(days=ladder.propose - 1)
    when = setting.until(last, item) if last >= setting.today else "此后"
    return facts, (
        f"{now}。{when}仍未更新的，将超过{ladder.propose - 1}天，"
        f"按照{setting.plan()}拟列入清理整合建议名单，提请联合研判。"
    )


def _reminded(item: Item, reader: Reader, setting: Setting) -> str:
    """Return on which days the liaison was told before."""
    days = sorted({one.on for one in item.told if one.role is Role.LIAISON and one.on < setting.today})
    if not days:
        return ""
    whom = "联络员" if reader.is_leader or reader.is_operator else ""
    if len(days) > NAMED_DAYS:
        return f"此前已提醒{whom}{len(days)}次，最近一次为{dated(days[-1], setting.today)}。"
    return f"{days_text(days, setting.today)}已提醒{whom}。"


def _must_be_told(item: Item) -> bool:
    """Whether only people can say that an account has been updated."""
    return _misses_update(item) and not item.is_polled


def _by_hand(setting: Setting, links: Links) -> str:
    clicked = f"请点击“{PASTE}”，或" if links.paste else "请"
    return f"本账号不能自动采集，发布后{clicked}将链接告知{setting.office.contact}。"


def _ending(items: Sequence[Item], reader: Reader, setting: Setting, links: Links) -> list[str]:
    """Return what the reader need not do, or must; nothing where the paragraphs have said it."""
    open_ones = [item for item in items if item.kind not in {StepKind.RECOVERED, StepKind.TASK}]
    seen = [item for item in open_ones if item.is_about_updates and item.is_polled]
    parts = []
    if len(items) == 1 and open_ones and _must_be_told(items[0]):
        parts.append(_by_hand(setting, links))
    if seen:
        which = "更新后" if len(seen) == len(open_ones) else "能自动采集的账号更新后"
        is_short = any(_is_over(item, setting) or item.kind is StepKind.HOLIDAY for item in seen)
        parts.append(f"{which}系统自动办结，无需回复{'' if is_short else '、无需报送截图'}。")
    elif open_ones and all(item.kind in {StepKind.CONFIRM, StepKind.TO_LEADER} for item in open_ones):
        parts.append("恢复后系统自动办结，无需回复。")
    if any(item.kind in {StepKind.REMIND, StepKind.WARN} and not _is_over(item, setting) for item in open_ones):
        parts.append("账号拟停用或注销的，注销办结前仍须按期更新，请同时与我们联系。")
    if all(item.kind is StepKind.HOLIDAY for item in items) and any(_names_holiday(item, setting) for item in items):
        parts.append("祝节日愉快。")
    return ["".join(parts)] if parts else []


def _names_holiday(item: Item, setting: Setting) -> bool:
    pause = _pause(item, setting)
    return pause is not None and pause.block.name is not None
