"""Government websites: a column with a dated list, and its articles with the standard head (国办发〔2017〕47号)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime

from monitor.core.calendar import beijing
from monitor.sample.answers import SampleAnswer, disturbed, not_found, page, revalidated
from monitor.sample.script import Behaviour, Script, ScriptedPost, SitePlace

_LISTED = 15
_ARTICLE = re.compile(r"/20[0-9]{4}/t20[0-9]{6}_([0-9]+)\.html")


def answer(script: Script, place: SitePlace, path: str, headers: Mapping[str, str], at: datetime) -> SampleAnswer:
    """Return a column or an article as it is at this moment, or 304, or what stands in its way."""
    posts = script.visible(at)
    if path == place.path:
        whole = page(_column(script, place, posts[:_LISTED]), encoding=place.encoding)
    else:
        post = next((post for post in posts if f"/{place.host}{path}".endswith(_address(post))), None)
        if post is None:
            return not_found()
        form = "%Y-%m-%d %H:%M" if place.shows_minutes else "%Y-%m-%d"
        whole = article(script, post, form, encoding=place.encoding)
    behaviour = script.behaviour(at)
    if behaviour is Behaviour.OK:
        return revalidated(whole, headers, script.changed_at(at))
    return disturbed(whole, behaviour)


def serves(place: SitePlace, path: str) -> bool:
    """True if an address of the host belongs to this column: itself, or an article under it."""
    folder = place.path.rpartition("/")[0]
    return path == place.path or (path.startswith(folder) and bool(_ARTICLE.fullmatch(path.removeprefix(folder))))


def _address(post: ScriptedPost) -> str:
    """Return an article's address below its column, as TRS writes it: the day, and a number."""
    return f"/{beijing(post.published_at):%Y%m/t%Y%m%d}_{int(post.published_at.timestamp()) % 10_000_000}.html"


def _column(script: Script, place: SitePlace, posts: tuple[ScriptedPost, ...]) -> str:
    rows = "\n".join(_row(post) for post in posts)
    head = _head(
        place.encoding,
        script.account.name,
        {"SiteName": script.account.unit, "ColumnName": "通知公告", "ColumnType": "政务公开"},
    )
    return (
        f'{head}<body><div class="header"><a href="/">首页</a> &gt; 通知公告</div>\n'
        f'<ul class="list">\n{rows}\n</ul>\n<div class="pages">共{max(len(posts), 1)}条 1/1</div>\n'
        f'<div class="footer">主办：{html.escape(script.account.unit)}</div></body></html>\n'
    )


def _row(post: ScriptedPost) -> str:
    title = html.escape(post.title)
    return (
        f'<li><a href=".{_address(post)}" title="{title}" target="_blank">{title}</a>'
        f"<span>{beijing(post.published_at):%Y-%m-%d}</span></li>"
    )


def article(script: Script, post: ScriptedPost, form: str, *, encoding: str = "utf-8") -> SampleAnswer:
    """Return an article's page; its time is written as `form` says."""
    written = f"{beijing(post.published_at):{form}}"
    metas = {
        "SiteName": script.account.unit,
        "ColumnName": "通知公告",
        "ArticleTitle": post.title,
        "PubDate": written,
        "ContentSource": script.account.unit,
    }
    title, source = html.escape(post.title), html.escape(script.account.unit)
    markup = (
        f"{_head(encoding, post.title, metas)}<body><h1>{title}</h1>\n<p>发布时间：{written} 来源：{source}</p>\n"
        f"<div class=content><p>{title}。</p></div></body></html>\n"
    )
    return page(markup, encoding=encoding)


def _head(encoding: str, title: str, metas: Mapping[str, str]) -> str:
    charset = "gbk" if encoding == "gb18030" else encoding
    lines = "\n".join(f'<meta name="{name}" content="{html.escape(content)}">' for name, content in metas.items())
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head>'
        f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
        f"<title>{html.escape(title)}</title>\n{lines}\n</head>\n"
    )
