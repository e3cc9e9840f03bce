"""Times as feeds write them: what every program that prints a date makes of one, in English and in Chinese.

RFC 822 and 3339 in all their dialects; JavaScript's `Fri Nov 27 2026 08:30:00 GMT+0800 (中国标准时间)`; Java's
`Fri Nov 27 08:30:00 CST 2026`, `2026-11-27T08:30:00+08:00[Asia/Shanghai]` and `星期五, 27 十一月 2026 …`; twelve
hours with 上午, 下午, AM or PM; a day without a time. A time without a zone is Beijing's.

A date of a feed is nothing but a date. So the whole text has to be understood, piece by piece, and each piece may
come once: a second clock, the end of a range, an unknown zone or a word behind make it no time at all. A date that
reads in two ways (05/06/2026) is none either, and neither is a day without a year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from collectors import dates
from collectors.dates import Stamp
from monitor.core.calendar import BEIJING, ONE_DAY, start_of_day
from monitor.core.observation import Precision

_LONGEST = 200
"""No date is longer than this, in characters."""
_ZONES_FROM, _ZONES_TO = timedelta(hours=-12), timedelta(hours=14)
_BRACKETS = frozenset({("[", "]"), ("(", ")"), ("【", "】"), ("<", ">")})
_NOON = 12
_MONTHS_A_YEAR = 12

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_SPOKEN = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MORNING = frozenset({"am", "上午", "凌晨", "清晨", "早晨", "早上"})
_MIDDAY = "中午"

_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet", "etc/utc", "etc/gmt", "zulu", "utc/gmt"), 0),
    **dict.fromkeys(("协调世界时", "世界标准时间", "格林威治标准时间", "格林尼治标准时间", "格林尼治时间"), 0),
    **dict.fromkeys(("coordinated universal time", "greenwich mean time"), 0),
    **dict.fromkeys(("cst", "bjt", "hkt", "sgt", "prc", "china standard time", "china time", "beijing time"), 8),
    **dict.fromkeys(("hong kong standard time", "taipei standard time", "singapore standard time"), 8),
    **dict.fromkeys(("中国标准时间", "中國標準時間", "北京时间", "香港标准时间", "台北标准时间", "新加坡标准时间"), 8),
    **{f"asia/{city}": 8 for city in ("shanghai", "beijing", "chongqing", "harbin", "hong_kong", "macau", "taipei")},
    **dict.fromkeys(("asia/chungking", "asia/macao", "asia/singapore", "asia/kuala_lumpur", "asia/manila"), 8),
    **dict.fromkeys(("asia/urumqi", "asia/kashgar"), 6),
    **dict.fromkeys(("jst", "kst", "asia/tokyo", "asia/seoul", "日本标准时间", "japan standard time"), 9),
    **dict.fromkeys(("cet", "met"), 1), **dict.fromkeys(("cest", "mest", "eet"), 2), "eest": 3, "msk": 3,
    "edt": -4, "est": -5, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "aest": 10, "aedt": 11, "nzst": 12,
}  # fmt: skip
"""Zones by name, in hours; CST is China's. A name that means several (IST, BST), or one that moves, is not here."""

_USUAL = re.compile(
    r"(?:[a-z]{3},? )?([0-9]{1,2}) ([a-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) "
    r"(?:([+-])([0-9]{2})([0-9]{2})|gmt)"
    r"|([0-9]{4})-([0-9]{2})-([0-9]{2})[t ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:([+-])([0-9]{2}):?([0-9]{2})|z)?"
)
"""The form that nine feeds of ten write: read at once."""
_LABEL = re.compile(
    r"(?:(?:信息)?(?:发布|发表|发稿)(?:时间|日期|于|:)?|时间|日期|published(?: on| at)?|posted(?: on| at)?|date)[\s:]*"
)
_SOURCE = re.compile(r"\s(?:来源|来自|作者|浏览|点击|阅读)")
_SPOKEN = re.compile(
    r"[0-9]{1,7}\s*(?:秒钟?|分钟?|个?小时|天)(?:之|以)?前|刚刚|刚才|今天|今日|昨天|昨日|前天|[〇零○一二三四五六七八九]{4}年"
)
"""The forms left to the reader of pages: days as they are spoken."""
_WRITTEN_DAY = re.compile(r"[0-9]{1,2}\s?[-/.月][0-9\s]|[0-9]{1,2}\s?[日号]|月")
"""A day that stands behind a spoken one may be another, and of a year that nobody wrote."""


@dataclass(slots=True)
class _Found:
    """The pieces of a date, each of which may come once."""

    day: tuple[int, int, int] | None = None
    """Year, month and day, where they are written together."""
    has_weekday: bool = False
    has_t: bool = False
    """True if day and clock are joined by the T of ISO 8601."""
    month: int | None = None
    before: list[str] = field(default_factory=list)
    """Numbers in front of the month's name."""
    behind: list[str] = field(default_factory=list)
    clock: tuple[int, int, int | None] | None = None
    half: str | None = None
    """The half of the day, where the clock has twelve hours."""
    offset: timedelta | None = None
    """The zone as a number."""
    zones: set[timedelta] = field(default_factory=set)
    """The zone by its names."""


def read(text: str, at: datetime) -> Stamp | None:
    """Return the time that a feed's date is, seen at `at`; None if it is none, or none for certain. Never raises."""
    if len(text) > _LONGEST:
        return None
    text = text.strip().lower()
    try:
        stamp = _usual(text) or _pieced(text, at)
    except (ValueError, OverflowError):  # the 31st of June, 99 o'clock, a zone of 30 hours
        return None
    return dates.plausible(stamp, at) if stamp else None


def _usual(text: str) -> Stamp | None:
    match = _USUAL.fullmatch(text)
    if match is None:
        return None
    if match[1]:
        day, name, year, *clock, sign, hours, minutes = match.groups()[:9]
        if name not in _MONTHS:
            return None
        zone = timezone(_offset(sign, hours, minutes)) if sign else UTC
        date = (int(year), _MONTHS.index(name) + 1, int(day))
    else:
        year, month, day, *clock, sign, hours, minutes = match.groups()[9:]
        zone = timezone(_offset(sign, hours, minutes)) if sign else UTC if text.endswith("z") else BEIJING
        date = (int(year), int(month), int(day))
    return _stamp(date, (int(clock[0]), int(clock[1]), int(clock[2])), zone)


def _pieced(text: str, at: datetime) -> Stamp | None:
    text = unicodedata.normalize("NFKC", text).strip()
    if (text[:1], text[-1:]) in _BRACKETS:
        text = text[1:-1].strip()
    if text.isdigit() and text.isascii():
        if stamp := dates.epoch(text, at):
            return stamp
    elif spoken := _SPOKEN.match(text):
        return (
            None if _WRITTEN_DAY.search(text, spoken.end()) and not spoken[0].endswith("年") else dates.read(text, at)
        )
    if label := _LABEL.match(text):
        text = text[label.end() :]
    if source := _SOURCE.search(text):
        text = text[: source.start()]
    found = _pieces(text)
    day = _day(found) if found else None
    if found is None or day is None:
        return None
    zones = {found.offset} if found.offset is not None else found.zones
    if found.clock is None:
        return Stamp(start_of_day(datetime(*day, tzinfo=BEIJING).date()), Precision.DAY) if not found.half else None
    if len(zones) > 1:
        return None
    hour, minute, second = found.clock
    hour = _hour(hour, found.half)
    return _stamp(day, (hour, minute, second), timezone(zones.pop()) if zones else BEIJING)


def _pieces(text: str) -> _Found | None:
    """Return the pieces of a date; None where one is not understood or comes twice."""
    found = _Found()
    here = 0
    while True:
        gap = (_BEHIND_CLOCK if found.clock else _BEFORE_CLOCK).match(text, here)
        here = gap.end() if gap else here
        if here >= len(text):
            return found
        for pattern, take in _PIECES:
            if (match := pattern.match(text, here)) and take(found, match):
                here = match.end()
                break
        else:
            return None


def _take_clock(found: _Found, match: re.Match[str]) -> bool:
    if found.clock:
        return False
    hour, minute, second, spelt = match.groups()
    second = second or spelt
    found.clock = (int(hour), int(minute), int(second) if second else None)
    return True


def _take_day(found: _Found, match: re.Match[str]) -> bool:
    return _set_day(found, match[1], match[4] or match[2], match[5])


def _take_turned_day(found: _Found, match: re.Match[str]) -> bool:
    """Take a day with the year at its end, if only one of the other numbers can be a month."""
    first, _, second, year = match.groups()
    if first != second and int(first) <= _MONTHS_A_YEAR and int(second) <= _MONTHS_A_YEAR:
        return False
    month, day = (second, first) if int(first) > _MONTHS_A_YEAR else (first, second)
    return _set_day(found, year, month, day)


def _take_compact_day(found: _Found, match: re.Match[str]) -> bool:
    year, month, day, hour, minute, second = match.groups()
    if hour:
        if found.clock:
            return False
        found.clock = (int(hour), int(minute), int(second))
    return _set_day(found, year, month, day)


def _set_day(found: _Found, year: str, month: str, day: str) -> bool:
    if found.day:
        return False
    found.day = (int(year), int(month), int(day))
    return True


def _take_weekday(found: _Found, match: re.Match[str]) -> bool:
    if found.has_weekday:
        return False
    found.has_weekday = True
    return True


def _take_month(found: _Found, match: re.Match[str]) -> bool:
    if found.month:
        return False
    name, spoken, number = match.groups()
    found.month = _MONTHS.index(name) + 1 if name else _MONTHS_SPOKEN.index(spoken) + 1 if spoken else int(number)
    return True


def _take_t(found: _Found, match: re.Match[str]) -> bool:
    found.has_t = True
    return True


def _take_half(found: _Found, match: re.Match[str]) -> bool:
    if found.half:
        return False
    found.half = match[0].replace(".", "")
    return True


def _take_offset(found: _Found, match: re.Match[str]) -> bool:
    """Take a zone as a number: behind a clock, or behind the name of the zone that it counts from."""
    name, sign, hours, minutes = match.groups()
    if found.offset is not None:  # +08:00[GMT+08:00]
        return bool(name or match[0][0] in "[(") and found.offset == _offset(sign, hours, minutes)
    if not (name or found.clock or (found.day and minutes and ":" in match[0])):
        return False
    if sign == "-" and found.clock and found.clock[2] is None and not found.has_t and _is_hours(match):
        return False
    found.offset = _offset(sign, hours, minutes)
    return True


def _is_hours(match: re.Match[str]) -> bool:
    """True if a "zone" may be the end of a stretch of hours: `09:00-11:30` is from nine to half past eleven."""
    return not match[1] and (":" in match[0] or not match[4])


def _take_place(found: _Found, match: re.Match[str]) -> bool:
    """Take the name of a zone; behind the zone as a number it may be any that looks like one."""
    name = match[0].strip("[]() ")
    hours = _ZONES.get(name)
    if hours is not None:
        found.zones.add(timedelta(hours=hours))
        return True
    return found.offset is not None and match[0][0] in "[(" and bool(_ZONE_NAME.fullmatch(name))


def _take_number(found: _Found, match: re.Match[str]) -> bool:
    if found.day or len(found.before) + len(found.behind) > 1:
        return False
    (found.behind if found.month else found.before).append(match[0])
    return True


def _day(found: _Found) -> tuple[int, int, int] | None:
    """Return year, month and day; None where it is not certain which number is which."""
    if found.day:
        return None if found.month or found.before else found.day
    numbers = [*found.before, *found.behind]
    if found.month is None or len(numbers) != 2:
        return None
    years = [
        number for number in numbers if (number[:4].isdigit() and len(number) >= len("2026")) or number.endswith("年")
    ]
    if not years and len(found.before) == 1 and found.behind[0].isdigit():  # 27 Nov 26
        years = [found.behind[0]]
    if len(years) != 1:
        return None
    numbers.remove(years[0])
    year, day = int(years[0].rstrip("年")), int(re.sub("[^0-9]", "", numbers[0]))
    return (year if year >= 100 else 2000 + year, found.month, day)


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of twenty-four; raises ValueError where the half of the day denies it."""
    if half is None:
        return hour
    if half in _MORNING:
        if hour > _NOON:
            raise ValueError(half)
        return hour % _NOON
    if half == _MIDDAY:
        return hour + _NOON if hour in {0, 1, 2} else hour
    if half == "晚上" and hour == _NOON:
        raise ValueError(half)  # midnight, but of which day?
    return hour if hour >= _NOON else hour + _NOON


def _offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    """Return a zone; raises ValueError where no place on earth has it."""
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    offset = -size if sign == "-" else size
    if not _ZONES_FROM <= offset <= _ZONES_TO or int(minutes or 0) % 15:
        raise ValueError(hours)
    return offset


def _stamp(day: tuple[int, int, int], clock: tuple[int, int, int | None], zone: tzinfo) -> Stamp:
    hour, minute, second = clock
    second = 59 if second == 60 else second
    is_midnight = (hour, minute, second or 0) == (24, 0, 0)
    moment = datetime(*day, 0 if is_midnight else hour, minute, second or 0, tzinfo=zone).astimezone(UTC)
    moment += ONE_DAY if is_midnight else timedelta()
    return Stamp(moment, Precision.MINUTE if second is None else Precision.SECOND)


_ZONE_NAME = re.compile(
    r"(?:[a-z]{2}t|[a-z_]{2,20}/[a-z0-9_/+-]{2,40}|[\w ]{1,40}(?:time|时间|時間|时区)"
    r"|(?=.*[^\x00-\x7f])[^:\u2e80-\u9fff]{2,60})"
)
"""The forms of the name of a zone; the last one is a Chinese one in the wrong encoding."""
_BEFORE_CLOCK = re.compile(r"(?:[\s,./]|-(?![0-9]{1,2}:)|at\b)*")
_BEHIND_CLOCK = re.compile(r"[\s,]*")
_MONTH = (
    rf"({'|'.join(_MONTHS)})(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b\.?"
    rf"|({'|'.join(reversed(_MONTHS_SPOKEN))})月|(1[0-2]|0?[1-9])\s?月"
)
_PIECES: tuple[tuple[re.Pattern[str], Callable[[_Found, re.Match[str]], bool]], ...] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        (
            r"([0-9]{1,2})(?::|时|時|点|點)([0-9]{2})(?:分|:([0-9]{2})(?:[.,][0-9]{1,9})?)?(?:([0-9]{1,2})秒)?(?![0-9:])",
            _take_clock,
        ),
        (
            r"([0-9]{4})(?:\s?年\s?([0-9]{1,2})\s?月\s?|([-/.])\s?([0-9]{1,2})\3\s?)([0-9]{1,2})(?:\s?[日号]|(?![0-9]))",
            _take_day,
        ),
        (r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?![0-9])", _take_turned_day),
        (r"([0-9]{4})([0-9]{2})([0-9]{2})(?:t?([0-9]{2})([0-9]{2})([0-9]{2}))?(?![0-9])", _take_compact_day),
        (
            r"\(?(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?|(?:星期|礼拜|禮拜|周|週)[一二三四五六日天])\)?",
            _take_weekday,
        ),
        (_MONTH, _take_month),
        (r"上午|下午|中午|凌晨|清晨|早晨|早上|傍晚|晚上|[ap](?:m|\.m\.)(?![a-z])", _take_half),
        (r"(?<=[0-9日号])t(?=[0-9])", _take_t),
        (r"[\[(]?(utc|gmt)?\s?([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9:])[\])]?", _take_offset),
        (
            r"\[[a-z0-9_/+:-]{1,40}\]|\([^()]{1,60}\)|[a-z]{2,12}/[a-z_]{2,30}|[^\W\d_]{1,12}(?: [a-z]{2,12}){0,3}",
            _take_place,
        ),
        (r"(?:[0-9]{4}|[0-9]{1,2})(?:年|日|号|st|nd|rd|th)?(?![0-9])", _take_number),
    )
)
