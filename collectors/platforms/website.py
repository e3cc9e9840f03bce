"""Government websites: a column's list of dated links, or one article.

Key: the address, and optionally CSS rules for its list, joined by `|`:
`website=https://…/col/|item=ul.list li|time=span|title=a|link=a`. Each but `item` may be left out
(the first time and the longest link inside the item); `time=span@title` reads an attribute.

Needs no login and no script. An article's time is its `<meta name=PubDate>` (《政府网站发展指引》
国办发〔2017〕47号; the name's case varies), or the one 发布时间：… on it. A list's times stand beside its
links (`2026-05-11`, `[05-11]`, `05-11 10:20`) or in their addresses (TRS `/202204/t20220417_974894.html`,
`/art/2022/4/17/`); both seen 2022 to 2026. Often only the day is known.

Where a CMS keeps its list as data (大汉 jpage: `<script type="text/xml"><datastore>`, as 2026's readers
of provincial sites describe it), the data is the list.

A list covers all, an article only itself; a list that shows only once its broken markup was
rebuilt covers some, because the newest post may be what broke. A page without any date is
unreadable, never silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

from collectors import dates, html, keys
from collectors.answers import judge_status, refuse_walls
from monitor.core.account import Account, Platform, Source
from monitor.core.calendar import beijing_date
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Timeline, timeline

_RULE = re.compile(r"\|(item|time|title|link)=")
_LINKS = 2_000
"""How many dated places of one page are read; a column page has 15 to 100."""
_CLIMB = 4
"""How far up from a date its link is looked for."""
_BESIDE = 3
_DATE_LENGTH = 40
_DEPTH = 12
_FOOTER = re.compile(r"\b(?:page|site)?_?-?(?:foot(?:er)?|copyright)", re.IGNORECASE)

_PUB_DATES = ("pubdate", "publishdate", "article:published_time", "datepublished", "publish_time", "og:release_date")
_ARTICLE_TITLES = ("articletitle", "og:title")
_LABELLED = re.compile(r"(?:发布|发表|发稿)(?:时间|日期)\s*[:：]?\s*(?:<[^<>]{0,200}>\s*){0,3}([^<]{6,40})")
_IN_ADDRESS = re.compile(
    r"/t(?P<trs>20[0-9]{6})_[0-9]+\.|/art/(?P<art>20[0-9]{2}/[0-9]{1,2}/[0-9]{1,2})/|/(?P<day>20[0-9]{2}-[0-9]{2}/[0-9]{2})/"
)
_TAIL = re.compile(r"[\[(（【]([^\[\]()（）【】]{5,20})[\])）】]\s*$")
_DATE_LIKE = re.compile(
    r"[0-9]{1,4}\s*[-/.年月:][0-9]|[0-9]{1,2}月|[0-9一二三四五六七八九]年|[前今昨]天|[时钟秒]前|刚刚"
)
_DATE_HINT = re.compile(r"[0-9年天前刚]")
"""One of these is in every piece of text that is like a date; most of a page's pieces have none."""
_PLAIN_SHORT = re.compile(r"[\[(（【\s]*[0-9]{1,2}[-/][0-9]{1,2}(?![0-9])")
_TWO_DIGITS = re.compile(r"[\[(（【\s]*[0-9]{2}[-/][0-9]{2}(?![0-9])")
_FRAME = frozenset({"body", "html", "head", "header", "footer", "nav", "script", "style", "option"})
"""Where a date or link is the page's, not a post's."""
_BOXES = frozenset({"li", "tr", "ul", "ol", "table", "tbody", "x-tr", "x-table", "x-tbody"})
"""What holds one post whole, or many: a date's link is inside it, never beside it."""
_CHROME = re.compile(
    r".{0,1}|设为首页|(?:加入|添加)?收藏(?:本站)?|无障碍.{0,4}|.{0,4}(?:登录|注册|首页)|更多.{0,4}|返回.{0,4}|网站地图|联系我们|关于我们"
    r"|.{0,40}(?:备案|ICP备|网安备).{0,40}|简体|繁体|English|手机版|长者.{0,4}|上一[页篇]|下一[页篇]"
)
"""What links are called that lead to no post: a site's clock and its footer stand beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a column's list is written: CSS selectors, `time` optionally with `@attribute`."""

    item: str
    time: str = ""
    title: str = ""
    link: str = ""


class Website:
    """A page of a website: what its roster row calls the homepage, or a declared column."""

    name = "website"
    version = 1
    platforms = frozenset({Platform.WEBSITE})
    key_form = KeyForm(
        lambda key: _is_key(key),  # noqa: PLW0108 - it stands below
        "网页的地址，后面可加 |item= 等规则",
    )

    def key_of(self, account: Account) -> str | None:
        """Return the homepage."""
        return account.homepage

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the page's dated links, or the article it is."""
        address, rules = read_key(source.key)
        page = await fetch(Request(url=address, conditional=True))
        return await fetch.read(partial(read, rules=rules) if rules else read, page)

    def parse(self, page: Page) -> Timeline:
        """Return the page's dated links, or the article it is, without declared rules."""
        return read(page)


COLLECTOR = Website()


@lru_cache(maxsize=10_000)
def read_key(key: str) -> tuple[str, Rules | None]:
    """Return the address and the rules of a key; raises LookFailedError for rules that name no item."""
    address, *parts = _RULE.split(key)
    rules = {name: css.strip() for name, css in zip(parts[::2], parts[1::2], strict=True)}
    if not rules:
        return address.strip(), None
    if not rules.get("item"):
        raise LookFailedError(Reason.UNREADABLE, "the key's rules name no item=")
    return address.strip(), Rules(**rules)


def _is_key(key: str) -> bool:
    """Whether it is an address, and rules that name an item."""
    try:
        return keys.is_address(read_key(key)[0])
    except LookFailedError:
        return False


def read(page: Page, rules: Rules | None = None) -> Timeline:
    """Return what the page shows; a module-level function, so that it can travel."""
    judge_status(page)
    refuse_walls(page)
    text = html.decode(page)
    for tree, covers in _trees(text):
        if rules is None and (article := _article(page, tree, text)):
            return timeline([article], covers=Covers.SOME)
        posts, is_whole = _list(page, tree, rules)
        if posts:
            ends = "</html" in text[-4000:].lower() or "</body" in text[-4000:].lower()
            return timeline(posts, covers=covers if is_whole and ends else Covers.SOME)
    raise LookFailedError(Reason.UNREADABLE, "a page without any publication date")


def _trees(text: str) -> Iterator[tuple[html.Tree, Covers]]:
    """Yield the ways to read a page, each dearer and less certain than the one before, and what it can prove.

    Where an open quote has taken some links along, the usual way would show the older ones left.
    """
    is_certain = not html.has_open_quote(text)
    if is_certain:
        yield html.tree(text), Covers.ALL
        yield html.mended(text), Covers.ALL
    for tree in html.rebuilt(text):
        yield tree, Covers.SOME
    if not is_certain:
        yield html.tree(text), Covers.SOME


def _article(page: Page, tree: html.Tree, text: str) -> Post | None:
    """Return the article that the page is, or None for a page of another kind."""
    metas = dict(reversed(list(html.metas(tree))))
    written = next((metas[name] for name in _PUB_DATES if name in metas), None)
    if written is None:
        labelled = list(islice(_LABELLED.finditer(text), 2))
        written = labelled[0][1] if len(labelled) == 1 else None
    stamp = dates.read(written, page.at) if written else _in_address(page.url, page)
    if stamp is None:
        return None
    title = next((metas[name] for name in _ARTICLE_TITLES if name in metas), "")
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(title) or html.title(tree),
        url=html.link(page.url, metas.get("url")) or html.link(page.url, page.url),
    )


def _list(page: Page, tree: html.Tree, rules: Rules | None) -> tuple[list[Post], bool]:
    """Return the posts of a list, one per link, and whether none could hide a newer one."""
    if rules is None:
        return _unique(_dated_links(page, tree)), True
    try:
        found = [_ruled(page, node, rules) for node in html.select(tree, rules.item)[:_LINKS]]
    except ValueError as error:
        raise LookFailedError(Reason.UNREADABLE, f"no CSS selector: {error}") from error
    posts = [post for post in found if post]
    newest = max((post.published_at for post in posts), default=None)
    first = next((place for place, post in enumerate(found) if post and post.published_at == newest), 0)
    return _unique(posts), None not in found[:first]


def _unique(posts: Iterator[Post] | list[Post]) -> list[Post]:
    """Return one post per key: a link shown twice is one post, at its greatest time."""
    unique: dict[str, Post] = {}
    for post in posts:
        before = unique.get(post.key)
        if before is None or post.published_at > before.published_at:
            unique[post.key] = post
    return list(unique.values())


def _ruled(page: Page, node: html.Node, rules: Rules) -> Post | None:
    """Return the post of one list item by the declared rules, or None if it has no date."""
    css = rules.link or rules.title
    anchor = _first(node, css) if css else _longest(node)
    href = anchor.attributes.get("href") if anchor else None
    stamp = _ruled_time(page, node, rules.time) or _in_address(href or "", page)
    if stamp is None:
        return None
    titled = (_first(node, rules.title) if rules.title else None) or anchor
    return _post(page, stamp, titled, href)


def _ruled_time(page: Page, node: html.Node, rule: str) -> dates.Stamp | None:
    if not rule:
        return next(filter(None, (_date_in(text.text(), page) for text in _texts(node))), None)
    css, _, attribute = rule.partition("@")
    if attribute:
        holders = html.select(node, css) if css else [node]
        written = (holder.attributes.get(attribute) or "" for holder in holders)
    else:
        written = (holder.text() for holder in html.select(node, css))
    return next(filter(None, (dates.read(text.strip(), page.at) for text in written)), None)


def _longest(node: html.Node) -> html.Node | None:
    """Return the link with the most words: the others lead to a category."""
    return max(node.css("a[href]"), key=lambda anchor: len(anchor.text(strip=True)), default=None)


def _first(node: html.Node, css: str) -> html.Node | None:
    found = html.select(node, css)
    return found[0] if found else None


def _dated_links(page: Page, tree: html.Tree) -> Iterator[Post]:
    """Yield the links that a date stands beside, then those whose address holds one."""
    body = tree.body
    if body is None:
        return
    beside: set[str] = set()
    for text in islice(_texts(body), _LINKS):
        stamp = _date_in(text.text(), page)
        anchor = _anchor_of(text) if stamp else None
        if stamp and anchor and not _is_in_footer(anchor) and not _CHROME.fullmatch(anchor.text().strip()):
            href = anchor.attributes.get("href")
            beside.add(href or "")
            yield _post(page, _agreed(stamp, _in_address(href or "", page)), anchor, href)
    for anchor in islice(tree.css("a[href*='20']"), _LINKS):  # an address that holds a date holds its century
        href = anchor.attributes.get("href") or ""
        if href not in beside and (in_address := _in_address(href, page)):
            yield _post(page, in_address, anchor, href)


def _texts(node: html.Node) -> Iterator[html.Node]:
    """Yield the pieces of text that could hold a date."""
    for text in node.traverse(include_text=True, skip_empty=True):
        if text.is_text_node:
            end = (text.text_content or "")[-_DATE_LENGTH:]
            if _DATE_HINT.search(end) and _DATE_LIKE.search(end):
                yield text


def _date_in(text: str, page: Page) -> dates.Stamp | None:
    """Return the date that a short piece of text is, or ends with in brackets; "1-10" is a page number."""
    text = text.strip()
    if len(text) > _DATE_LENGTH:
        tail = _TAIL.search(text)
        return dates.read(tail[1], page.at) if tail else None
    if _PLAIN_SHORT.match(text) and not _TWO_DIGITS.match(text):
        return None
    if "星期" in text or text.startswith(("更新", "最后")):  # the site's own clock, the page's own date
        return None
    tail = _TAIL.search(text)
    return dates.read(text, page.at) or (dates.read(tail[1], page.at) if tail else None)


def _anchor_of(text: html.Node) -> html.Node | None:
    """Return the link a date belongs to: the one around it, just before it, just after it, or alone in its box."""
    node = text
    for _ in range(_CLIMB):
        parent = node.parent
        if parent is None or parent.tag in _FRAME or node.tag in _BOXES:
            return None
        if parent.tag == "a" and parent.attributes.get("href"):
            return parent
        if anchor := _neighbour(node, forwards=False) or _neighbour(node, forwards=True):
            return anchor
        node = parent
    return None


def _is_in_footer(node: html.Node) -> bool:
    ancestor = node.parent
    for _ in range(_DEPTH):
        if ancestor is None:
            return False
        if _FOOTER.search(f"{ancestor.attributes.get('class')} {ancestor.attributes.get('id')}"):
            return True
        ancestor = ancestor.parent
    return False


def _neighbour(node: html.Node, *, forwards: bool) -> html.Node | None:
    """Return the only link of the nearest element beside a node, if it is one that names a post."""
    beside = node
    for _ in range(_BESIDE):
        following = beside.next if forwards else beside.prev
        if following is None:
            return None
        beside = following
        if not beside.is_element_node or beside.tag in _FRAME:
            continue
        anchors = [beside] if beside.tag == "a" else beside.css("a[href]")
        if anchors:
            hrefs = {anchor.attributes.get("href") for anchor in anchors}
            return anchors[0] if len(hrefs) == 1 and None not in hrefs else None
    return None


def _agreed(beside: dates.Stamp, in_address: dates.Stamp | None) -> dates.Stamp:
    """Return the time beside the link, with the year of the address where the two name the same day of the year."""
    if in_address is None or beside.precision is not in_address.precision:
        return beside
    shown, addressed = beijing_date(beside.moment), beijing_date(in_address.moment)
    return in_address if (shown.month, shown.day) == (addressed.month, addressed.day) else beside


def _in_address(address: str, page: Page) -> dates.Stamp | None:
    """Return the day that a CMS wrote into an article's address."""
    match = _IN_ADDRESS.search(address)
    return dates.read((match["trs"] or match["art"] or match["day"].replace("/", "-")), page.at) if match else None


def _post(page: Page, stamp: dates.Stamp, anchor: html.Node | None, href: str | None) -> Post:
    title = (anchor.attributes.get("title") or anchor.text(separator=" ")) if anchor else ""
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(title),
        url=html.link(page.url, href),
    )
