"""The small parts of what people read: dates, hours and names, fit for a message.

Everything a platform or a roster wrote is made harmless before it stands in Markdown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY, DaysOff, WorkCalendar, beijing

_WEEKDAYS = "一二三四五六日"
_HARMLESS = str.maketrans("\\`*_[]()#!|<>~@", "＼｀＊＿［］（）＃！｜＜＞～＠")  # noqa: RUF001 - full-width twins are meant
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what is not seen, turns the line around, or is half a character."""
NAME_LENGTH = 40
"""Characters of a name that stand in a message; the rest is cut."""


def plain(text: str, length: int = NAME_LENGTH) -> str:
    """Return text from outside made fit for one line: no control characters, not too long."""
    cleaned = " ".join("".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text).split())
    return cleaned if len(cleaned) <= length else cleaned[: length - 1] + "…"


def short(account: Account) -> str:
    """Return an account among several: 示例发布（微博）."""
    return f"{plain(account.name)}（{account.platform.label}）"


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


def weekday(when: date) -> str:
    """Return a date's day of the week as 周一."""
    return f"周{_WEEKDAYS[when.weekday()]}"


def day_with_week(when: date, today: date | None = None, calendar: WorkCalendar | None = None) -> str:
    """Return a date as 5月23日（周一）; as 2月28日（周六，调休上班） where the calendar has it worked in exchange.

    It has its year where it is not that of `today`.
    """
    note = "，调休上班" if calendar and when in calendar.makeup_workdays else ""
    return f"{dated(when, today) if today else day(when)}（{weekday(when)}{note}）"


def with_week(when: date, today: date) -> str:
    """Return a date as 5月23日（周一）, with its year if it is not this one."""
    return f"{dated(when, today).removesuffix(day(when))}{day_with_week(when)}"


def deadline_text(when: date, today: date) -> str:
    """Return a deadline with its weekday; in words where it is near, so that 前 and 到期 can follow."""
    near = {today: "今天", today + ONE_DAY: "明天"}
    return f"{near[when]}（{dated(when, today)}）" if when in near else with_week(when, today)


def until(when: date, today: date, calendar: WorkCalendar | None = None) -> str:
    """Return a last day that plainly counts itself: 5月23日（周一）前（含当日）, or 今日（5月23日）24时前."""
    if when == today:
        return f"今日（{day(when)}）24时前"
    return f"{day_with_week(when, today, calendar)}前（含当日）"


def hour(moment: datetime, today: date | None = None) -> str:
    """Return a moment as 5月19日9时, or 5月19日9时5分 off the hour; with its year where it is not that of `today`."""
    local = beijing(moment)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{dated(local.date(), today or local.date())}{local.hour}时{minutes}"


def span(first: date, last: date, today: date) -> str:
    """Return the days from one to another as 2月15日至23日."""
    if first == last:
        return dated(first, today)
    is_same_month = (first.year, first.month) == (last.year, last.month)
    return f"{dated(first, today)}至{f'{last.day}日' if is_same_month else dated(last, first)}"


def days_off_text(block: DaysOff, today: date) -> str:
    """Return a block of days off as 春节假期（2月15日至23日）."""
    return f"{f'{block.name}假期' if block.name else '休息日'}（{span(block.first, block.last, today)}）"


def days_text(days: Iterable[date], today: date) -> str:
    """Return dates, oldest first, as 11月25日、27日."""
    said: list[str] = []
    before: date | None = None
    for when in days:
        is_same = before is not None and (before.year, before.month) == (when.year, when.month)
        said.append(f"{when.day}日" if is_same else dated(when, before or today))
        before = when
    return "、".join(said)


def page_link(account: Account, address: str) -> str:
    """Return a link to an account's page, called as the account is: a unit's accounts often have one name."""
    return f"[{quoted(account)}账号情况]({address})"


def quoted(account: Account) -> str:
    """Return an account as people name it: “示例发布”（微信公众号）, for Markdown."""
    return f"“{escaped(account.name)}”（{account.platform.label}）"


@dataclass(frozen=True, slots=True)
class Names:
    """How units and their accounts are called: with their area where an office has several, for names come twice."""

    with_area: bool = False

    def unit(self, area: str, name: str) -> str:
        """Return a unit as it was written: 示例局, or 示例局（甲县）."""
        return f"{name}（{area}）" if self.with_area else name

    def of(self, account: Account) -> str:
        """Return an account's unit."""
        return self.unit(account.area, account.unit)

    def account(self, account: Account) -> str:
        """Return an account with whom to call, for Markdown: “示例发布”（微信公众号，示例局）."""
        area = f"，{escaped(account.area)}" if self.with_area else ""
        return f"“{escaped(account.name)}”（{account.platform.label}，{escaped(account.unit)}{area}）"


def for_days(days: int | str) -> str:
    """Return how long something has gone on, as the end of a sentence."""
    return f"已{days}天"


def silent_for(days: int) -> str:
    """Return how long there has been no update, as the end of a sentence."""
    return f"{for_days(days)}未更新" if days else "当日有更新"
