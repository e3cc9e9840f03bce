"""True if a page is one article, and when it was published.

An article says so in its head (`<meta name=PubDate>` beside `ArticleTitle`, 《政府网站发展指引》 国办发〔2017〕47号;
the names' case varies), or once in its text: a date with a label (发布时间：…), or beside 来源, 浏览, 字号. A column's
page has a PubDate too, that of its making: a head that names a column and no article is no article's. Of the
head's time and the shown one the earlier is taken, for a page that is made again gets a new PubDate. A PubDate
that nothing on the page repeats is no proof of an article where the page shows a list; nor is the list one of all.

Dates of comments, attachments and lists beside an article are not its own: it is one post.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from collectors import datebox, dates, html, rows
from collectors.dated_addresses import in_address
from collectors.dates import Stamp
from collectors.frame import ROWS, is_strange, words
from collectors.row import Hit
from monitor.core.calendar import beijing_date
from monitor.core.collector import Page
from monitor.core.observation import Post, Precision

_PUB_DATES = (
    "firstpublishedtime",
    "pubdate",
    "publishdate",
    "article:published_time",
    "datepublished",
    "publish_time",
    "og:release_date",
)
_JOINED = re.compile(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{2}:)")
"""How one content system writes its `firstpublishedtime`."""
_TITLES = ("articletitle", "og:title")
_COLUMN = ("columnname", "columntype", "columndescription", "columnkeywords")
NAMES = frozenset({*_PUB_DATES, *_TITLES, *_COLUMN, "sitename", "og:type", "url"})
"""The names of the `<meta>` that are read; no other is looked at."""
_LABEL = re.compile(
    r"(?<![一-鿿])(?:(?:信息)?(?:发布|发表|发稿|刊发|发文|上传)(?:时间|日期|于)?|时间|日期)(?: ?[:：]|$| [0-9])|发布于"
)
_CALLED = re.compile(r"发布|发表|发稿|刊发|发文|上传")
_BESIDE = re.compile(
    r"(?:来源|作者|供稿|责任编辑|编辑|发布人|发布机构) ?[:：]"
    r"|(?:浏览|点击|阅读|访问)(?:次数|人数|量|数)? ?[:： (]? ?[0-9(]"
    r"|(?:浏览|点击|阅读|访问)(?:次数|人数|量|数) ?[:：]|字号|字体 ?[:：]"
)
_AROUND = 300
_STEPS = 3
_SHORTEST_TITLE = 5
_HITS = 200
_DATE = re.compile(
    r"(?<![0-9./-])(?:19|20)[0-9]{2}(?:-|/|\.| ?年 ?)[0-9]{1,2}(?:-|/|\.| ?月 ?)[0-9]{1,2}(?: ?日)?"
    r"(?:[ T]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_UPDATED = re.compile(r"更新|修改|截止|截至|结束|有效|生效|成文")
_COLUMN_ADDRESS = re.compile(r"/$|/(?:index|list|default|node)[\w-]*\.\w{2,6}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The post that a page is, and whether the page is nothing else for certain."""

    post: Post
    is_certain: bool
    is_likely: bool
    """True if nothing speaks for a column but a list, which may stand beside the article."""


def of(page: Page, tree: html.Tree, reading: rows.RowSearch) -> Article | None:
    """Return the article that the page is, or may be where it shows no list; None for a page of another kind."""
    metas = dict(reversed([entry for entry in html.metas(tree) if entry[0] in NAMES]))
    title = next((metas[name] for name in _TITLES if name in metas), "")
    names = {metas.get("columnname"), metas.get("sitename")}
    is_named = "articletitle" in metas and metas["articletitle"] not in names
    is_column = not is_named and any(name in metas for name in _COLUMN)
    written = (_JOINED.sub(r"\1 \2", metas[name]) for name in _PUB_DATES if name in metas)
    in_head = next(filter(None, (dates.read(text, page.at) for text in written)), None)
    shown, is_beside = _shown(page, reading)
    if is_column and shown is None:
        return None
    addressed = in_address(page.url, page.at)
    stamp = _earlier(None if is_column else in_head, shown) or addressed
    if stamp is None:
        return None
    is_likely = not is_column and not _COLUMN_ADDRESS.search(urlsplit(page.url).path or "/")
    is_article = is_named or (is_likely and bool(shown or addressed or metas.get("og:type") == "article"))
    is_certain = is_article or (not is_column and is_beside)
    return Article(
        post=Post(
            published_at=stamp.moment,
            precision=stamp.precision,
            title=html.plain(title) or html.title(tree),
            url=html.link(page.url, metas.get("url")) or html.link(page.url, page.url),
            is_year_guessed=stamp.is_year_guessed,
        ),
        is_certain=is_certain,
        is_likely=is_likely,
    )


def _shown(page: Page, reading: rows.RowSearch) -> tuple[Stamp | None, bool]:
    """Return the one time that the text says is its publication, and whether a source or a count stands beside it.

    None where there are several: those are the rows of a list.
    """
    called: list[tuple[Stamp, bool]] = []
    beside: list[Stamp] = []
    seen: set[int] = set()
    rows_known: dict[int, bool] = {}
    for hit in reading.hits[:_HITS]:
        if hit.is_linked or _is_in_row(hit, reading, rows_known):
            continue
        said = _said(hit, page, seen)
        if said is None:
            continue
        stamp, is_called, is_beside = said
        if is_called:
            called.append((stamp, is_beside))
        else:
            beside.append(stamp)
    if called:
        return called[0] if len(called) == 1 else (None, False)
    return (beside[0], True) if len(beside) == 1 else (None, False)


def _said(hit: Hit, page: Page, seen: set[int]) -> tuple[Stamp, bool, bool] | None:
    """Return the time around a text, whether it is called a publication, and whether a source stands beside it."""
    for block in hit.chain[:_STEPS]:
        if block.mem_id in seen:
            return None
        around = html.text(block, " ")
        around = datebox.clean(around) if len(around) < 4 * _AROUND else around
        if len(around) > _AROUND:
            seen.add(block.mem_id)
            return None
        label, is_beside = _LABEL.search(around), bool(_BESIDE.search(around))
        if not (label or is_beside):
            continue
        seen.add(block.mem_id)
        stamp = None if is_strange(block) else _read(around[label.start() :] if label else around, page)
        is_called = label is not None and (is_beside or bool(_CALLED.match(label[0])))
        return (stamp, is_called, is_beside) if stamp and (is_called or is_beside) else None
    return None


def _is_in_row(hit: Hit, reading: rows.RowSearch, known: dict[int, bool]) -> bool:
    """True if a text stands in one row with a title of another post."""
    scope = next((node for node in hit.chain[: _STEPS + 1] if reading.titles(node)), None)
    if scope is None:
        return False
    if len(hit.chain) > 1 and scope is hit.chain[1] and html.content(hit.node).isascii():
        return True
    if scope.mem_id not in known:
        is_small = scope.tag in ROWS or len(html.text(scope)) < _AROUND
        known[scope.mem_id] = is_small and any(len(words(node)) >= _SHORTEST_TITLE for node in reading.titles(scope))
    return known[scope.mem_id]


def _read(around: str, page: Page) -> Stamp | None:
    """Return the first time of a block that begins with its label, or holds one beside a source or a count."""
    box = datebox.read(around, page.at) or datebox.read(around[: datebox.LONGEST], page.at)
    if box:
        return box.stamp
    shown = _DATE.search(around)
    return dates.read(shown[0], page.at) if shown and not _UPDATED.search(around, 0, shown.start()) else None


def _earlier(entry: Stamp | None, other: Stamp | None) -> Stamp | None:
    """Return the earlier of two times; of two on one day the more exact."""
    if entry is None or other is None:
        return entry or other
    if beijing_date(entry.moment) == beijing_date(other.moment) and entry.precision is not other.precision:
        exact = (Precision.SECOND, Precision.MINUTE, Precision.DAY)
        return min(entry, other, key=lambda stamp: exact.index(stamp.precision))
    return min(entry, other, key=lambda stamp: stamp.moment)
