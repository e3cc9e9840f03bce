"""What a person types for the newest day of a list they have just read: a day in any of its short forms, or a sign.

Everything else is answered by one sentence that says what can be typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from monitor.core.phrases import dated, plain

LONGEST = 40
"""Characters that are read at all."""
FIRST_YEAR = 1994
"""Nothing that is watched is older than the first line of this country to the internet."""
FORMS = "12-1、12.1、1201、12月1日、2026-12-1、0（今天）、1（昨天）、=（没有更新的）或 -（没有发布过）"
"""What can be typed, in words."""


class Sign(Enum):
    """What is typed where there is no new day."""

    NOTHING_NEWER = "="
    NEVER_PUBLISHED = "-"


@dataclass(frozen=True, slots=True)
class Misread:
    """What was typed means nothing here; the sentence says why, and what to type instead."""

    sentence: str


Typed = date | Sign | Misread

_SIGNS = {
    "=": Sign.NOTHING_NEWER,
    "-": Sign.NEVER_PUBLISHED,
    "\N{EN DASH}": Sign.NEVER_PUBLISHED,
    "\N{EM DASH}": Sign.NEVER_PUBLISHED,
    "\N{EM DASH}\N{EM DASH}": Sign.NEVER_PUBLISHED,
    "\N{MINUS SIGN}": Sign.NEVER_PUBLISHED,
}
"""A Chinese keyboard has several dashes where others have a hyphen."""
_AGO = {"0": 0, "1": 1, "今天": 0, "今日": 0, "昨天": 1, "昨日": 1}
_WHOLE = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHORT = re.compile(r"(\d{1,2})(?:月|[-./])(\d{1,2})[日号]?|(\d{2})(\d{2})", re.ASCII)


def typed_day(written: str, today: date) -> Typed:
    """Return what was typed on `today`; never a later day. Blanks around it and full-width signs do not matter.

    A day without a year is the one nearest to today: on 2 January 12-30 was three days ago. Where the nearest has
    yet to come, it is a slip or needs its year.
    """
    if len(written) > LONGEST:
        return Misread(f"“{plain(written)}”太长，无法识别，请填 {FORMS}")
    folded = unicodedata.normalize("NFKC", written).strip().replace("。", ".")  # so a Chinese keyboard writes a stop
    if folded in _SIGNS:
        return _SIGNS[folded]
    if folded in _AGO:
        return today - timedelta(days=_AGO[folded])
    return _day(folded, today)


def _day(folded: str, today: date) -> date | Misread:
    if found := _WHOLE.fullmatch(folded):
        year, month, day = (int(part) for part in found.groups() if part)
        return _of_year(folded, year, month, day, today)
    if found := _SHORT.fullmatch(folded):
        month, day = (int(part) for part in found.groups() if part)
        return _nearest(folded, month, day, today)
    return Misread(_why_not(folded))


def _of_year(folded: str, year: int, month: int, day: int, today: date) -> date | Misread:
    found = _date(year, month, day)
    if found is None:
        return Misread(f"“{plain(folded)}”：没有{year}年{month}月{day}日这一天，请核对")
    if found > today:
        return Misread(f"{dated(found, today)}晚于今天，请改为今天或以前的日期")
    return found if year >= FIRST_YEAR else Misread(f"{year}年太早，请核对年份")


def _nearest(folded: str, month: int, day: int, today: date) -> date | Misread:
    near = sorted(_around(month, day, today.year), key=lambda found: (abs(found - today), found))
    if not near:
        return Misread(f"“{plain(folded)}”：没有{month}月{day}日这一天，请核对")
    if near[0] <= today:
        return near[0]
    before = max((found for found in near if found <= today), default=None)
    wish = f"；是{before.year}年的请写 {before.year}-{month}-{day}" if before else ""
    return Misread(f"{dated(near[0], today)}晚于今天，请改为今天或以前的日期{wish}")


def _around(month: int, day: int, year: int) -> Iterator[date]:
    """Yield that day of the years around one, where there is one."""
    for of in (year - 1, year, year + 1):
        if found := _date(of, month, day):
            yield found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _why_not(folded: str) -> str:
    if not folded:
        return f"请填最新发布日期：{FORMS}"
    if "://" in folded or folded.lower().startswith("www."):
        return "这是链接，请填在“或粘贴链接”一格"
    if ":" in folded:
        return f"“{plain(folded)}”请只填日期，不填时刻：{FORMS}"
    return f"“{plain(folded)}”无法识别，请填 {FORMS}"
