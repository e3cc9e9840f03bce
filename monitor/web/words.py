"""How pages write moments, and what they do not write: nobody's phone number or mail address."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from monitor.core.account import UnitKey
from monitor.core.calendar import ONE_DAY, beijing, beijing_date
from monitor.core.message import Attempt, spoken
from monitor.core.phrases import Names, dated, plain
from monitor.core.token import concealed

_CHOICES = 5
"""Of units with the same name, how many a refusal names."""
LONG = 300
"""Characters of a title or a sentence that are shown."""
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def moment(when: datetime, now: datetime) -> str:
    """Return a moment on Beijing's clock as 5月19日09:05."""
    return f"{dated(beijing_date(when), beijing_date(now))}{beijing(when):%H:%M}"


def ago(when: datetime, now: datetime) -> str:
    """Return how long ago a moment lies, as people say it; from the day before yesterday on, the moment itself."""
    passed = now - when
    if passed < timedelta(minutes=1):
        return "刚刚"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)}分钟前"
    if beijing_date(when) == beijing_date(now):
        return f"{passed // timedelta(hours=1)}小时前"
    if beijing_date(when) == beijing_date(now) - ONE_DAY:
        return f"昨天{beijing(when):%H:%M}"
    return moment(when, now)


def until(when: datetime, now: datetime) -> str:
    """Return when something comes, as people say it; what is due already comes soon."""
    ahead = when - now
    if ahead < timedelta(minutes=1):
        return "即将"
    if ahead < timedelta(hours=1):
        return f"{ahead // timedelta(minutes=1)}分钟后"
    if beijing_date(when) == beijing_date(now):
        return f"今天{beijing(when):%H:%M}"
    if beijing_date(when) == beijing_date(now) + ONE_DAY:
        return f"明天{beijing(when):%H:%M}"
    return moment(when, now)


def tried_text(attempt: Attempt) -> str:
    """Return how a try to deliver ended."""
    return masked(spoken(attempt))


def dialled(phone: str) -> str:
    """Return what a phone is told to dial: the signs of a number alone."""
    return "".join(sign for sign in phone if sign in "+0123456789")


def masked(text: str) -> str:
    """Return the text without mobile numbers, mail addresses and the links that only one person may use."""
    return concealed(_MAIL.sub("［邮箱已隐去］", _MOBILE.sub("［手机号已隐去］", text)))


def safe_link(address: str | None) -> str | None:
    """Return the address if a browser may follow it from our pages: http or https with a host, else None."""
    if address is None:
        return None
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    return address.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


CHOICES = 300
"""More units than this are not listed to choose from, for the list would be the page: their name is typed."""


def unit_typed(text: str, units: Iterable[UnitKey], names: Names) -> UnitKey | None:
    """Return the one unit that somebody typed, by its name or as pages call it; None for none, or one of several."""
    wanted = text.strip()
    found = [
        unit for unit in units if wanted in {plain(unit.name, LONG), names.unit(unit.area, plain(unit.name, LONG))}
    ]
    return found[0] if len(found) == 1 else None


def unit_asked(written: str, area: str, units: Collection[UnitKey], names: Names) -> UnitKey:
    """Return the unit that an address asks for, or what is written where there is none: former ones have cases, too.

    Of a name that units of several areas have one is asked for by its area, or as pages call it; raises HTTPException.
    """
    wanted = written.strip()
    found = unit_typed(wanted, units, names)
    alike = [unit for unit in units if plain(unit.name, LONG) == wanted and area in {"", unit.area}]
    if wanted and found is None and len(alike) > 1:
        choices = "、".join(names.unit(unit.area, plain(unit.name)) for unit in alike[:_CHOICES])
        raise HTTPException(400, f"{len(alike)}个地区有“{plain(wanted, 50)}”，请写明是哪个地区的：{choices}。")
    one = found or (alike[0] if alike else None)
    return one if one and area in {"", one.area} else UnitKey(area, wanted)


def unit_called(name: str, units: Iterable[UnitKey], area: str | None = None) -> UnitKey | None:
    """Return the unit that a field of a page names, as pages write names: without invisible signs; None for none."""
    return next(
        (unit for unit in units if plain(unit.name, LONG) == name and area in {None, plain(unit.area, LONG)}), None
    )
