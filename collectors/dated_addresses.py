"""Days and years that content systems write into the addresses of articles."""

from __future__ import annotations

import re
from datetime import datetime

from collectors import dates
from collectors.dates import Stamp

_IN_ADDRESS = re.compile(
    r"/t?(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?=[/_.])"
    r"|/(20[0-9]{2})[-/]?(0[1-9]|1[0-2]|[1-9])[-/]?(0[1-9]|[12][0-9]|3[01]|(?<=/)[1-9])(?=/)"
    r"|[/_](20[0-9]{2})-([0-9]{2})-([0-9]{2})(?=[/_.])"
)

_YEAR_IN_ADDRESS = re.compile(r"/(20[0-9]{2})(?:[-/]?(0[1-9]|1[0-2]))?(?=/)")

FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|wps|et|pdf|zip|rar|jpe?g|png|gif|mp4|apk)(?:$|\?)", re.IGNORECASE)


def in_address(address: str, at: datetime) -> Stamp | None:
    """Return the day that a CMS wrote into an article's address: `/202611/27/`, `/t20261127_9.`, `/art/2026/11/27/`."""
    match = _IN_ADDRESS.search(address.partition("?")[0]) if "20" in address else None
    return dates.read("-".join(part for part in match.groups() if part), at) if match else None


def other_year(address: str, year: int) -> bool:
    """True if an address names a day of another year."""
    match = _IN_ADDRESS.search(address) if "20" in address else None
    return match is not None and (match[1] or match[4] or match[7]) != str(year)


def year_in(address: str, month: int | None = None) -> int | None:
    """Return the year that an address names (`/2026/`, `/202611/`), unless it names another month with it."""
    match = _YEAR_IN_ADDRESS.search(address.partition("?")[0]) if "20" in address else None
    if match is None or (match[2] and month and int(match[2]) != month):
        return None
    return int(match[1])
