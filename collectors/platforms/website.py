"""Government websites: a column's list of dated links, or one article.

Key: the address, and optionally CSS rules for its list, joined by `|`:
`website=https://…/col/|item=ul.list li|time=span|title=a|link=a`. Each but `item` may be left out
(the surest date and the link with the most words inside the item); `time=span@title` reads an attribute.

Needs no login and no script. How lists are found and their dates read: `collectors.rows` and
`collectors.datebox`; what makes a page an article: `collectors.article`. Often only the day is known.

Where a CMS keeps its list as data (大汉 jpage: `<script type="text/xml"><datastore>`, as 2026's readers
of provincial sites describe it), the data is the list. A page that sends the visitor on at once to
another one of its host (`<meta http-equiv=refresh>`) is followed once, as a redirect is.

A list covers all if each of its rows has a link and a date that is certain, with a written year; one
or two dated links that no rule declared prove nothing. An article covers only itself; a list that
shows only once its broken markup was rebuilt covers some, because the newest post may be what broke.
A page without any date is unreadable, never silent.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial

from collectors import article, datebox, dates, html, keys, rows
from collectors.answers import judge_status, refuse_walls
from collectors.page_fingerprint import PageFingerprint
from collectors.rows import ListRow
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Timeline, timeline

_RULE = re.compile(r"\|(item|time|title|link)=")
_ITEMS = 2_000
"""How many items of one page are read; a column page has 15 to 100."""
_PROVING = 3
"""How many dated links make a list."""
_REFRESH = re.compile(
    r"""<meta\s[^<>]{0,80}http-equiv\s?=\s?["']?refresh["']?[^<>]{0,40}content\s?=\s?["']?\s?([0-9]{1,3})(?:\.[0-9]+)?\s?[;,]\s?"""
    r"""url\s?=\s?["']?([^"'<>\s]{1,500})""",
    re.IGNORECASE,
)
_REFRESH_WITHIN = 16_384
_AT_ONCE = 10
"""A page that is left after more seconds than this is there to be read."""
_REFRESH_KEPT = timedelta(days=90)


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
    version = 2
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
        mark = f"refresh {address}"
        # An unchanged page that only sends on says nothing of where it sends to: that one's sameness counts.
        page = await fetch(Request(url=address, conditional=session.get(mark) is None))
        if onward := _onward(page):
            session.put(mark, onward, _REFRESH_KEPT)
            page = await fetch(Request(url=onward, conditional=True))
        elif session.get(mark) is not None:
            session.drop(mark)
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
    """True if it is an address, and rules that name an item."""
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
        # An article is looked for on the way to the lists: both begin with what may be a date.
        reading = rows.RowSearch(page, tree.body) if rules is None and tree.body is not None else None
        alone = article.of(page, tree, reading) if reading else None
        if alone and alone.is_certain:
            return timeline([alone.post], covers=Covers.SOME)
        posts, is_whole = _ruled_list(page, tree, rules) if rules else _found(page, reading)
        if alone and len(posts) < _PROVING:
            return timeline([alone.post], covers=Covers.SOME)
        if posts:
            ends = "</html" in text[-html.ENDING :].lower() or "</body" in text[-html.ENDING :].lower()
            is_whole = is_whole and ends and not (alone and alone.is_likely)
            return timeline(posts, covers=covers if is_whole else Covers.SOME)
    raise LookFailedError(Reason.UNREADABLE, "a page without any publication date")


FINGERPRINT = PageFingerprint(read)


def _onward(page: Page) -> str | None:
    """Return the address of the same host that a page sends its visitor on to; None for a page to be read."""
    match = _REFRESH.search(html.decode(page)[:_REFRESH_WITHIN]) if page.status < 400 else None
    if match is None or int(match[1]) > _AT_ONCE:
        return None
    onward = html.link(page.url, entities.unescape(match[2]))
    here = html.link(page.url, page.url)
    return onward if onward and onward != here and html.host(onward) == html.host(page.url) else None


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


def _found(page: Page, reading: rows.RowSearch | None) -> tuple[list[Post], bool]:
    """Return the posts of a page's lists, one per link, and whether none could hide a newer one."""
    if reading is None:
        return [], False
    found = reading.found()
    posts = _unique(_post(page, row) for row in found.rows)
    return posts, found.is_whole and len(posts) >= _PROVING


def _ruled_list(page: Page, tree: html.Tree, rules: Rules) -> tuple[list[Post], bool]:
    """Return the posts of a declared list, one per link, and whether each of its items is one for certain."""
    try:
        items = html.select(tree, rules.item)[:_ITEMS]
        read_items = [_ruled(page, node, rules) for node in items]
    except ValueError as error:
        raise LookFailedError(Reason.UNREADABLE, f"no CSS selector: {error}") from error
    shown = [(row, is_sure) for row, is_sure in read_items if row is not None]
    return _unique(_post(page, row) for row, _ in shown if row.stamp), all(is_sure for _, is_sure in shown)


def _unique(posts: Iterator[Post]) -> list[Post]:
    """Return one post per key: a link shown twice is one post, at its greatest time that no guess made."""
    unique: dict[str, Post] = {}
    for post in posts:
        before = unique.get(post.key)
        if before is None or (not post.is_year_guessed, post.published_at) > (
            not before.is_year_guessed,
            before.published_at,
        ):
            unique[post.key] = post
    return list(unique.values())


def _ruled(page: Page, node: html.Node, rules: Rules) -> tuple[ListRow | None, bool]:
    """Return what one list item tells by the declared rules, and whether surely; None for an item that is no post."""
    css = rules.link or rules.title
    anchor = _first(node, css) if css else None
    titled = _first(node, rules.title) if rules.title else None
    boxes = _ruled_boxes(page, node, rules.time) if rules.time else None
    row, is_sure = rows.one(page, node, anchor=anchor, titled=titled, boxes=boxes)
    if row.stamp is None and row.href is None and not datebox.is_date_like(html.text(node, " ")):
        return None, True
    return row, is_sure


def _ruled_boxes(page: Page, node: html.Node, rule: str) -> list[datebox.Box]:
    css, _, attribute = rule.partition("@")
    holders = html.select(node, css) if css else [node]
    written = [(node.attributes.get(attribute) or "") if attribute else html.text(node, " ") for node in holders[:20]]
    return [box for text in written if (box := _ruled_box(text, page))]


def _ruled_box(text: str, page: Page) -> datebox.Box | None:
    if (stamp := dates.epoch(text.strip(), page.at)) is not None:
        return datebox.Box(stamp)
    return datebox.read(text, page.at)


def _first(node: html.Node, css: str) -> html.Node | None:
    found = html.select(node, css)
    return found[0] if found else None


def _post(page: Page, row: ListRow) -> Post:
    if row.stamp is None:
        raise ValueError(row)
    return Post(
        published_at=row.stamp.moment,
        precision=row.stamp.precision,
        title=html.plain(row.title),
        url=html.link(page.url, row.href),
        is_year_guessed=row.stamp.is_year_guessed,
    )
