"""Pages of an office's website, written out by tests, and what a look at one shows."""

from __future__ import annotations

from datetime import datetime

from collectors.platforms import website
from monitor.core.calendar import BEIJING
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Timeline

URL = "https://www.example.gov.cn/zwdt/"
AT = datetime(2026, 11, 20, 12, tzinfo=BEIJING)
OLDER = (("关于停水的公告", "2026-03-10"), ("示例县举办职业技能比赛", "2026-03-02"), ("乡镇卫生院竣工", "2026-02-11"))


def html(body: str, head: str = "") -> str:
    opening = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>政务动态</title>'
    return f"{opening}{head}</head><body>{body}</body></html>"


def row(when: str, title: str = "县政府召开常务会议", number: int = 99) -> str:
    return f'<li><a href="/c/{number}.html">{title}</a><span>{when}</span></li>'


def below(first: str, when: str = "{0}") -> str:
    """Return a list in which three older posts stand below what is given; `when` is how their dates are written."""
    rest = "".join(row(when.format(day), title, place) for place, (title, day) in enumerate(OLDER))
    return f"<ul class=list>{first}{rest}</ul>"


def look(body: str, *, head: str = "", url: str = URL, at: datetime = AT, rules: str = "") -> Timeline:
    """Return what is seen of a page with this body; raises LookFailedError."""
    page = Page(url=url, status=200, headers={}, body=html(body, head).encode(), at=at)
    return website.read(page, website.read_key(url + rules)[1])


def told(body: str, *, head: str = "", url: str = URL, at: datetime = AT, rules: str = "") -> str:
    """Return the newest time in Beijing and what the list covers, or why nothing was seen: `2026-11-18 all`."""
    try:
        seen = look(body, head=head, url=url, at=at, rules=rules)
    except LookFailedError as error:
        return str(error.reason.value)
    assert seen.newest
    shown = seen.newest.published_at.astimezone(BEIJING)
    form = "%Y-%m-%d" if seen.newest.precision.value == "day" else "%Y-%m-%d %H:%M"
    guess = "?" if seen.newest.is_year_guessed else ""
    return f"{shown:{form}}{guess} {seen.covers.value}"
