"""Messages for the operator alone: the digest, an alarm, that the monitor runs, that it cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.finding import Finding
from monitor.core.news import NewsItem, Setting, Words, signature
from monitor.core.outage import NewOutage
from monitor.core.phrases import day_with_week, escaped, hour, page_link, plain
from monitor.core.rules.sec_01 import ID as CONTENT_SAFETY

_NAMED = 5
"""How many accounts one sentence names."""


def alarm(items: Sequence[NewsItem], message_id: str, setting: Setting) -> Words:
    """Return the message that the duty officer gets at once, at any hour: the trouble, and where to look.

    Nobody's number stands in it: the operator's robot may have more readers than the office. Of content safety it
    says that there is something and never what: what people recorded may be the very thing that nobody should read.
    """
    ordered = sorted(items, key=lambda item: item.account.id)
    first, moment = ordered[0].account, hour(setting.now)
    several = f"{len(ordered)}个账号"
    title = several if len(ordered) > 1 else f"“{escaped(first.name)}”{first.platform.label}"
    subject = several if len(ordered) > 1 else f"“{plain(first.name)}”{first.platform.label}"
    facts = [f"{setting.office.names.account(item.account)}：{told(item.finding)}" for item in ordered]
    lines = [
        f"### 【紧急】请立即核实：{title}",
        *(facts if len(facts) == 1 else (f"{number}. {text}" for number, text in enumerate(facts, 1))),
        f"截至{moment}，请值班人员立即核实处置，联系人见台账。",
        *(page_link(item.account, item.link) for item in ordered if item.link),
        signature(message_id, setting),
    ]
    return Words(subject=f"【紧急】请立即核实：{subject}（{moment}）", body="\n\n".join(lines))


def told(finding: Finding) -> str:
    """Return what a message to the operator says of a finding; of content safety, that there is something."""
    if finding.rule == CONTENT_SAFETY:
        return "有1项内容安全问题待处置，请登录系统查看。"
    return escaped(finding.because, 300)


def alive(message_id: str, setting: Setting) -> Words:
    """Return the message that says nothing but that the service runs: who misses it goes to look."""
    today, calendar = setting.today, setting.calendar
    after = day_with_week(calendar.next_workday(today), today, calendar)
    return Words(
        subject=f"【运行正常】政务新媒体监测（{day_with_week(today)}）",
        body="\n\n".join(
            [
                f"### 【运行正常】{day_with_week(today)}",
                f"截至{hour(setting.now)}，监测服务运行正常，无遗漏事项。",
                f"下次报告为{after}，届时未收到请检查服务。",
                signature(message_id, setting),
            ]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSection:
    """One heading of the operator's digest with its lines; an empty one is left out."""

    heading: str
    lines: tuple[str, ...]
    is_to_do: bool = True
    """True if its lines ask something of the operator."""
    is_over: bool = False
    """True if its lines are accounts that are overdue."""
    rest: str = ""
    """The last line: what stands on the list besides, and was told before."""
    besides: int = 0
    """How many that is."""

    @property
    def count(self) -> int:
        """How many things it is about."""
        return len(self.lines) + self.besides


DIGEST_LINES = 20
"""Lines of one section that the digest shows at most; the pages show the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRoom:
    """How much a digest may say, and where the rest stands."""

    longest: int = 100_000
    """Bytes of UTF-8."""
    page: str | None = None
    """The address of the pages, if they have one that others can open."""


AMPLE = DigestRoom()
NUMBERED = 32
"""Bytes to spare for the number that a message gets when its words are settled."""


def digest(sections: Sequence[DigestSection], message_id: str, setting: Setting, room: DigestRoom = AMPLE) -> Words:
    """Return the operator's morning message: what is to be done today, by section.

    Where there is no room for all lines, every section is cut alike and says how many are left out; the closing
    quote, which no channel cuts away, leads to the pages.
    """
    shown = [section for section in sections if section.lines or section.rest]
    most, body = DIGEST_LINES, _digest_body(shown, DIGEST_LINES, message_id, setting, room)
    while most and len(body.encode()) + NUMBERED > room.longest:
        most -= 1
        body = _digest_body(shown, most, message_id, setting, room)
    return Words(subject=_digest_title(shown, setting), body=body)


def _digest_title(shown: Sequence[DigestSection], setting: Setting) -> str:
    to_do = sum(section.count for section in shown if section.is_to_do)
    over = sum(len(section.lines) for section in shown if section.is_over)
    counts = [f"待办{to_do}项" if to_do else "今日无待办", *([f"超期{over}个"] if over else [])]
    today = day_with_week(setting.today).replace("（", "，").removesuffix("）")
    return f"【每日摘要】{'，'.join(counts)}（{today}）"


def _digest_body(shown: Sequence[DigestSection], most: int, message_id: str, setting: Setting, room: DigestRoom) -> str:
    """Return the digest with at most that number of lines of each section."""
    parts = [f"### {_digest_title(shown, setting)}"]
    for section in shown:
        note = "" if section.is_to_do or section.is_over else "，无需处理"
        parts.append(f"**{section.heading}（{section.count}{note}）**")
        parts.extend(f"- {line}" for line in section.lines[:most])
        if left := len(section.lines[most:]):
            parts.append(f"- 另有{left}项，见[页面]({room.page})" if room.page else f"- 另有{left}项未列出")
        if section.rest:
            parts.append(f"- {section.rest}")
    if not shown:
        parts.append("今日无待办。")
    more = f" · [查看全部]({room.page})" if room.page else ""
    return "\n\n".join([*parts, f"{signature(message_id, setting)}{more}"])


def quarantine_words(accounts: Sequence[str], until: datetime, message_id: str, setting: Setting) -> Words:
    """Return what the operator is told of accounts (as `quoted` names them) at which the service has died again."""
    shown = "、".join(accounts[:_NAMED])
    named = f"{shown}等{len(accounts)}个账号" if len(accounts) > _NAMED else shown
    subject = f"【监测提示】{len(accounts)}个账号的采集已暂停"
    again = f"{hour(until, setting.today)}起再试"
    facts = f"采集{named}时，服务不止一次异常中断，可能是其网页有问题。这些账号的采集已暂停，{again}。"
    wish = "暂停期间请人工核查并登记，并把日志交给技术人员；其他账号的采集不受影响。"
    return Words(subject=subject, body="\n\n".join([f"### {subject}", facts, wish, signature(message_id, setting)]))


def unserved_words(addresses: Sequence[str], since: datetime, message_id: str, setting: Setting) -> Words:
    """Return what the operator is told of exit addresses for which no worker makes looks."""
    named = "、".join(f"“{escaped(address, 60)}”" for address in addresses)
    subject = f"【监测提示】{len(addresses)}个出口地址没有采集进程"
    facts = f"{hour(since, setting.today)}起，出口地址{named}没有采集进程在运行。"
    rest = "由它采集的账号改由其他出口地址采集；没有其他出口地址的，暂停采集。"
    wish = "请检查该出口的机器、网络和采集进程（xuncha worker）；恢复后自动继续。"
    lines = [f"### {subject}", facts + rest, wish, signature(message_id, setting)]
    return Words(subject=subject, body="\n\n".join(lines))


def outage_words(outage: NewOutage, message_id: str, setting: Setting) -> Words:
    """Return what the operator is told when the monitor cannot trust its own eyes: what, since when, and what to do."""
    since = hour(outage.began_at, setting.today)
    if outage.ended_at is not None:
        over = hour(outage.ended_at, setting.today)
        facts = f"{since}至{over}，监测系统无法连接外部网络，采集暂停，现已恢复，暂停期间的采集正在补做。"
        lines = [f"### 【监测提示】{outage.name}已恢复", facts, signature(message_id, setting)]
        return Words(subject=f"【监测提示】{outage.name}已恢复（{since}起）", body="\n\n".join(lines))
    if outage.platform is None:
        facts = f"{since}起，监测系统无法连接外部网络，采集已暂停。"
        wish = "请检查本机的网络、代理和防火墙。"
        whose = "账号"
    else:
        facts = f"{since}起，{outage.platform.label}的采集结果异常，已暂停采用。{escaped(outage.detail, 200)}。"
        wish = "请查看“系统”页；临近更新期限的账号，请人工核查并登记。"
        whose = f"{outage.platform.label}账号"
    rest = f"恢复以前，对{whose}不作新的判定，不办结，也不发提醒；恢复后自动继续。"
    lines = [f"### 【监测提示】{outage.name}", facts, f"{rest}{wish}", signature(message_id, setting)]
    return Words(subject=f"【监测提示】{outage.name}（{since}起）", body="\n\n".join(lines))
