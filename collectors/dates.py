"""Times as pages write them, read without locale and without guessing.

The formats are those of the platforms' facts (1.1), seen 2019 to 2026: RFC 822 and 3339, Weibo's
`Tue Feb 23 12:28:47 +0800 2021`, dates with `-`, `/`, `.` or 年月日, dates without a year, "3分钟前",
"昨天 10:20", epochs. A time without a zone is Beijing's.

A time that cannot be a publication time is None: an edit (`编辑于`), a year before 1990, and a time more than a day
after the look. A site's typing error of a year ahead would otherwise show the account as fresh for a year; a caller
that drops such an item must not call its list complete.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from monitor.core.calendar import BEIJING, ONE_DAY, beijing, start_of_day
from monitor.core.observation import Precision

FIRST_YEAR = 1990
"""Nothing here was published on the Internet before it."""
LAST_YEAR = 2100
A_YEAR = timedelta(days=366)
AHEAD = timedelta(hours=24)
"""How far a publication time may lie after the look: clocks differ, and so do readings of a zone."""
_LONGEST = 200
"""No date is longer than this; a longer text is prose."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A publication time, and how exactly it is known."""

    moment: datetime
    """UTC; with day precision, the first moment of the day in Beijing."""
    precision: Precision
    is_year_guessed: bool = False
    """True if no year was written and the most recent one was taken."""


@contextmanager
def other_readings() -> Iterator[list[datetime]]:
    """Collect the moments from which what is read meanwhile would be read otherwise, though not a byte differed.

    So it is with "3小时前" at once, with "昨天" from midnight on, with a date ahead that is refused until its day
    comes, and with a day without a year when that day comes round again.
    """
    moments: list[datetime] = []
    before = _reads_otherwise.set(moments)
    try:
        yield moments
    finally:
        _reads_otherwise.reset(before)


_reads_otherwise: ContextVar[list[datetime] | None] = ContextVar("_reads_otherwise", default=None)


def _note_other_reading(since: datetime) -> None:
    moments = _reads_otherwise.get()
    if moments is not None:
        moments.append(since)


def read(text: str, at: datetime) -> Stamp | None:
    """Return the time that a text begins with, seen at `at`; None if it is none. Never raises.

    Words before it (发布时间：) and after it (来自…, 来源：…) are left out. A date without a year is
    the most recent such day that is not after the look. "3小时前" is the latest moment it can mean.
    """
    if len(text) > _LONGEST:
        text = text.strip()[:_LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip(_BRACKETS)
    if not text:
        return None
    try:
        stamp = _numeric(text, at) if "0" <= text[0] <= "9" else _worded(text, at)
    except (ValueError, OverflowError, KeyError):  # the 31st of June, 99 o'clock, a zone of 30 hours, Foo, 十十
        return None
    return stamp if stamp and _plausible(stamp.moment, at) else None


def epoch(number: object, at: datetime) -> Stamp | None:
    """Return the time of an epoch in seconds or milliseconds (told apart by magnitude), else None. Never raises.

    Takes what JSON may hold: a number, or a text of digits.
    """
    if isinstance(number, str):
        if not (number.isascii() and number.isdigit() and len(number) in {9, 10, 12, 13}):
            return None
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if not _FIRST_SECOND <= number < _LAST_SECOND * 1000:  # also refuses NaN
        return None
    seconds = number if number < _LAST_SECOND else number / 1000
    moment = datetime.fromtimestamp(seconds, UTC)
    return Stamp(moment, Precision.SECOND) if _plausible(moment, at) else None


def plausible(stamp: Stamp, at: datetime) -> Stamp | None:
    """Return the stamp if it can be a publication time, seen at `at`; else None."""
    return stamp if _plausible(stamp.moment, at) else None


_FIRST_SECOND = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
_LAST_SECOND = datetime(LAST_YEAR, 1, 1, tzinfo=UTC).timestamp()
_BRACKETS = " \t\r\n\v\f\x00[](){}【】「」<>|·•"

_TIME = r"(?:T|\s*)([0-9]{1,2})(?::|时|点)([0-9]{2})(?:分|(?::([0-9]{2})(?:[.,][0-9]{1,9})?))?(?:([0-9]{1,2})秒)?"
_OFFSET = r"(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?(?![0-9:])"
_ZONE = r"(?:\s*(" + _OFFSET + r"|(?:Z|UTC?|GMT|CST|BJT|HKT|[ECMP][SD]T)(?![A-Z])))?"
_FULL = re.compile(
    r"([0-9]{4})(?:-|/|\.|\s*年\s*)([0-9]{1,2})(?:-|/|\.|\s*月\s*)([0-9]{1,2})\s*日?(?:" + _TIME + _ZONE + ")?",
    re.IGNORECASE,
)
_SHORT = re.compile(r"([0-9]{1,2})(?:-|/|\s*月\s*)([0-9]{1,2})(?:\s*日)?(?:\s+(?=[0-9])" + _TIME + ")?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?(?![0-9])")
_AGO = re.compile(r"([0-9]{1,7})\s*(秒钟?|分钟?|个?小时|天)(?:之|以)?前")
_DAY_WORD = re.compile(r"(今天|今日|昨天|昨日|前天)(?:" + _TIME + ")?")
_CHINESE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十廿卅]{1,3})日"
)
_RFC822 = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?([0-9]{1,2})[\s-]+([a-z]{3,9})\.?[\s-]+([0-9]{2,4}),?\s+"
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*(" + _OFFSET + r"|[a-z]{1,5}\b)?",
    re.IGNORECASE,
)
_WEIBO = re.compile(
    r"[a-z]{3}\s+([a-z]{3})\s+([0-9]{1,2})\s+([0-9]{2}):([0-9]{2}):([0-9]{2})\s+"
    r"(?:(" + _OFFSET + r"|[a-z]{2,5})\s+)?([0-9]{4})(?![0-9:])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?:信息)?(?:发布|发表|更新|发稿|上传)(?:时间|日期|于|:)?|首发于|时间|日期"
    r"|published(?: on| at)?|posted(?: on| at)?|date)[\s:]*",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\s*$|\s*(?:来自|来源|作者|浏览|点击|阅读|已编辑|发布|[\])}】」>|·•,。;])"
    r"|\s+(?!至|到|~|-|—|–|编辑|修改|edited)",
)
"""The marks that may follow a time. A range (…至…) has no one time; `编辑` makes it an edit."""
_EDIT = re.compile(r"[\s(\[·|]*(?:最后)?(?:编辑|修改|edited)", re.IGNORECASE)

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "cst": 8, "bjt": 8, "hkt": 8,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Zones by name, in hours. CST is China's here: Java servers write it, and no feed from Chicago is watched."""
_ZONES_FROM, _ZONES_TO = timedelta(hours=-12), timedelta(hours=14)
_UNITS = {"秒": timedelta(seconds=1), "分": timedelta(minutes=1), "小": timedelta(hours=1)}
_DAYS_BACK = {"今": 0, "昨": 1, "前": 2}
_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}


def _plausible(moment: datetime, at: datetime) -> bool:
    if moment - at > AHEAD:
        _note_other_reading(moment - AHEAD)
        return False
    return moment.year >= FIRST_YEAR


def _numeric(text: str, at: datetime) -> Stamp | None:
    if match := _FULL.match(text):
        return _full(match) if _ends_well(text, match.end()) else None
    if match := _SHORT.match(text):
        return _yearless(match, at) if _ends_well(text, match.end()) else None
    if match := _AGO.match(text):
        return _ago(int(match[1]), match[2], at) if _ends_well(text, match.end()) else None
    if match := _RFC822.match(text):
        return _rfc822(match, at) if _ends_well(text, match.end()) else None
    if text.isdigit():
        return epoch(text, at) or _compact(text)
    return None


def _worded(text: str, at: datetime) -> Stamp | None:
    if match := _LABEL.match(text):
        return read(text[match.end() :], at)
    for pattern, reading in _WORDED:
        if match := pattern.match(text):
            return reading(match, at) if _ends_well(text, match.end()) else None
    return None


def _ends_well(text: str, end: int) -> bool:
    return end == len(text) or (bool(_REST.match(text, end)) and not _EDIT.match(text, end))


def _full(match: re.Match[str]) -> Stamp | None:
    year, month, day, hour, minute, second, spelt, zone = match.groups()
    if hour is None:
        return _stamp(int(year), int(month), int(day))
    if _is_range(second or spelt, zone) and "T" not in match[0].upper():
        return None
    return _stamp(int(year), int(month), int(day), (hour, minute, second or spelt), _zone(zone))


def _is_range(second: str | None, zone: str | None) -> bool:
    """True if a "zone" is the end of a stretch of hours: `09:00-11:30` is from nine to half past eleven."""
    return second is None and zone is not None and zone[0] == "-" and (":" in zone or len(zone) < len("-0500"))


def _compact(text: str) -> Stamp | None:
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = match.groups()
    return _stamp(int(year), int(month), int(day), (hour, minute, second) if hour else None)


def _yearless(match: re.Match[str], at: datetime) -> Stamp | None:
    """Return the most recent such day not after the look; the 29th of February may be seven years back."""
    month, day, hour, minute, second, spelt = match.groups()
    clock = (hour, minute, second or spelt) if hour else None
    this_year = beijing(at).year
    for year in range(this_year + 1, this_year - 9, -1):
        try:
            stamp = _stamp(year, int(month), int(day), clock)
        except ValueError:
            if (month.lstrip("0"), day) != ("2", "29"):
                raise
            continue
        if stamp.moment <= at:
            return replace(stamp, is_year_guessed=True)
        _note_other_reading(stamp.moment)
    return None


def _ago(count: int, unit: str, at: datetime) -> Stamp:
    step = _UNITS.get(unit.removeprefix("个")[0])
    _note_other_reading(at if step else _next_day(at))
    if step is None:
        return Stamp(start_of_day(beijing(at - count * ONE_DAY).date()), Precision.DAY)
    precision = Precision.SECOND if unit[0] == "秒" else Precision.MINUTE
    return Stamp((at - count * step).astimezone(UTC), precision)


def _day_word(match: re.Match[str], at: datetime) -> Stamp:
    word, hour, minute, second, spelt = match.groups()
    _note_other_reading(_next_day(at))
    day = beijing(at - _DAYS_BACK[word[0]] * ONE_DAY)
    return _stamp(day.year, day.month, day.day, (hour, minute, second or spelt) if hour else None)


def _just_now(match: re.Match[str], at: datetime) -> Stamp:
    _note_other_reading(at)
    return Stamp(at.astimezone(UTC), Precision.MINUTE)


def _next_day(at: datetime) -> datetime:
    return start_of_day(beijing(at).date() + ONE_DAY)


def _chinese(match: re.Match[str], at: datetime) -> Stamp:
    year = int("".join(str(_DIGITS[digit]) for digit in match[1]))
    return _stamp(year, spoken_number(match[2]), spoken_number(match[3]))


def spoken_number(text: str) -> int:
    """Return a number up to 39 as it is spoken: 十一, 二十, 廿三."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    return (10 * (_DIGITS[tens] if tens else 1) if ten else 0) + (_DIGITS[ones] if ones else 0)


def _rfc822(match: re.Match[str], at: datetime) -> Stamp | None:
    day, month, year, hour, minute, second, zone = match.groups()
    if _is_range(second, zone):
        return None
    century = 0 if len(year) > 2 else 2000
    return _stamp(century + int(year), _month(month), int(day), (hour, minute, second), _zone(zone))


def _weibo(match: re.Match[str], at: datetime) -> Stamp:
    month, day, hour, minute, second, zone, year = match.groups()
    return _stamp(int(year), _month(month), int(day), (hour, minute, second), _zone(zone))


def _month(name: str) -> int:
    return _MONTHS[name[:3].lower()]


def _zone(text: str | None) -> timezone:
    if text is None:
        return BEIJING
    named = _ZONES.get(text.lower())
    if named is not None:
        return timezone(timedelta(hours=named))
    sign, digits = text.upper().removeprefix("UTC").removeprefix("GMT")[:1], re.sub("[^0-9]", "", text)
    if sign not in {"+", "-"}:
        raise ValueError(text)
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    size = timedelta(hours=int(hours), minutes=int(minutes))
    offset = -size if sign == "-" else size
    if not _ZONES_FROM <= offset <= _ZONES_TO or int(minutes) >= 60:
        raise ValueError(text)
    return timezone(offset)


def _stamp(
    year: int,
    month: int,
    day: int,
    clock: tuple[str, str, str | None] | None = None,
    zone: timezone = BEIJING,
) -> Stamp:
    if clock is None:
        return Stamp(datetime(year, month, day, tzinfo=BEIJING).astimezone(UTC), Precision.DAY)
    hour, minute, second = clock
    seconds = int(second) if second and second != "60" else 59 if second else 0  # a leap second is the one before it
    moment = datetime(year, month, day, int(hour), int(minute), seconds, tzinfo=zone).astimezone(UTC)
    return Stamp(moment, Precision.SECOND if second else Precision.MINUTE)


_WORDED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Stamp | None]], ...] = (
    (_WEIBO, _weibo),
    (_RFC822, _rfc822),
    (_DAY_WORD, _day_word),
    (re.compile(r"刚刚|刚才"), _just_now),
    (_CHINESE, _chinese),
)
