"""The lists of a page: which repeated siblings are rows, and in each row one link and one publication date.

Rows are read first, dates second. Every piece of text that may be meant as a date is a *hit*. From a hit the
way leads up to the first element that also holds a title's link; that element is a row if it stands among
siblings that are like it (`<li>`, `<tr>`, cards, one `<ul>` or table per post), or else, where links and hits
alternate in it, a flat run of rows (`<dt>`/`<dd>`, `<a>…</a> <span>…</span><br>`, two posts in a table's row).
Texts beside the rows in their container are looked at too, so that a row without a readable date is noticed.

A hit is nobody's where it is in a pager, a footer, a site's head, a form, a comment; where its row would be
a site's clock or weather; and where it has no row at all.

Of a row, the *title* is the link with the most words (an icon, a category, a count of comments is none), and the
*date* is the surest box outside of it (`collectors.datebox`): of several that are equally sure the earlier. Where
no box tells a time, a `title` or `datetime` attribute does, then the address of the link, then brackets at the
end of the title. A year that a box lacks is looked for in the row, its address, the same post elsewhere on the
page, the heading above, the rows below, and the page's own address, before it is guessed.

Every page's work is bounded: HITS pieces of text, frame.DEPTH steps up from each, CHILDREN of a container.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from collectors import datebox, days, frame, html, row, runs, years
from collectors.datebox import Box, Trust
from collectors.dates import Stamp
from collectors.frame import FRAME, HEADINGS, ROWS, anchors, kind, up, words
from collectors.hits import Hits
from collectors.row import Hit, PageRow
from collectors.titles import LINKS, RUN, Titles, is_column_name, titles
from collectors.years import Heading
from monitor.core.calendar import beijing_date
from monitor.core.collector import Page

CHILDREN = 1_000
_HOMELESS = 3
"""The number of dates without a row that is no clock and no footer."""
_LIST = 3
"""The number of rows that make a list."""
_LINE_WITHIN = 4
_SHORT_TITLE = 5
"""A link with fewer characters beside a date is no post for certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One post of a list: its title and its link's address, and its time where it tells one."""

    title: str
    href: str | None
    stamp: Stamp | None


@dataclass(slots=True)
class FoundRows:
    """The content of the lists of a page."""

    rows: list[ListRow] = field(default_factory=list)
    is_whole: bool = True
    """True if every row has a link and a date that nothing makes doubtful, and no year was guessed."""


@dataclass(slots=True)
class _Group:
    """A container and those of its children that are rows, each with its hits."""

    container: html.Node
    rows: dict[int, list[Hit]] = field(default_factory=dict)


def one(
    page: Page,
    node: html.Node,
    *,
    anchor: html.Node | None = None,
    titled: html.Node | None = None,
    boxes: list[Box] | None = None,
) -> tuple[ListRow, bool]:
    """Return what an element tells that is a row for certain, and whether surely.

    `anchor`, `titled` and `boxes` are its link, its title and its dates where those are known.
    """
    reading = RowSearch(page, node)
    hits = reading.hits if boxes is None else []
    written = reading.line(node, hits, anchor)
    if boxes is not None:
        written = replace(written, box=row.surest([box for box in boxes if box.stamp]) or written.box)
    if node.parent is not None and not written.year:
        written = _under(years.heading_above(node.parent), written)
    stamp = years.stamp_of(written, page.at, page.url)
    title = titled.attributes.get("title") or html.text(titled, " ") if titled is not None else written.title
    is_sure = stamp is not None and written.href is not None and not stamp.is_year_guessed and not written.is_doubtful
    return ListRow(title=title, href=written.href, stamp=stamp), is_sure


_Scopes = dict[int, tuple[html.Node, list[Hit]]]
"""The first element above some hits that holds a title, by its id in memory."""


class RowSearch:
    """One page while its rows are found: what may be dates on it, then its lists."""

    def __init__(self, page: Page, top: html.Node) -> None:
        self.at = page.at
        self._url = page.url
        self._found = Hits(top, page.at)
        self._below = self._found.below
        self.titles = Titles(self._below).of
        self._known: set[int] = set()
        """The elements that have been read as a row, or beside one."""
        self._headings: years.Headings = {}
        self._lists: list[list[PageRow]] = []
        self._is_whole = True
        self.hits = self._found.texts

    def found(self) -> FoundRows:
        """Return the rows of all lists of the page, in its order."""
        self._read(self.hits)
        self._read(list(self._found.dated_anchors(self._known)))
        parts = [hit for hit in self._found.parts if not hit.is_linked and not self._is_known(hit)]
        for hit in parts:
            self._found.count(hit)
        self._read(parts)
        found = self._settled()
        newest = max((row.stamp.moment for row in found.rows if row.stamp), default=None)
        if found.is_whole and (self._has_homeless(newest) or self._has_unread()):
            found.is_whole = False
        return found

    def _is_known(self, hit: Hit) -> bool:
        return any(node.mem_id in self._known for node in hit.chain)

    def _read(self, hits: list[Hit]) -> None:
        """Find the rows that hits lie in, and read them and what stands beside them."""
        rows, wide = self._scopes(hits)
        self._untangle(rows, wide)
        above: set[int] = set()
        for scope, _ in (*rows.values(), *wide.values()):
            ancestor = scope.parent
            while ancestor is not None and ancestor.mem_id not in above:
                above.add(ancestor.mem_id)
                ancestor = ancestor.parent
        groups: dict[int, _Group] = {}
        for key, (scope, within) in rows.items():
            if key in above:
                continue
            whole = self._whole(scope)
            container = whole.parent
            if container is not None:
                group = groups.setdefault(container.mem_id, _Group(container))
                group.rows.setdefault(whole.mem_id, []).extend(within)
        for group in groups.values():
            self._read_group(group, above)
        for key, (scope, within) in wide.items():
            if key not in above and not frame.is_strange(scope):
                self._take_run(scope, within)

    def _scopes(self, hits: list[Hit]) -> tuple[_Scopes, _Scopes]:
        """Return the first elements above hits that hold a title too: those that are one row, and the others."""
        rows: _Scopes = {}
        wide: _Scopes = {}
        for hit in sorted(hits, key=lambda entry: entry.is_linked):
            if hit.is_linked and hit.node.is_text_node:
                own = next((rows[node.mem_id] for node in hit.chain if node.mem_id in rows), None)
                if own is not None:
                    own[1].append(hit)
                    continue
            scope = self._scope(hit)
            if scope is not None:
                place = rows if self._is_row(scope) else wide
                place.setdefault(scope.mem_id, (scope, []))[1].append(hit)
        return rows, wide

    def _scope(self, hit: Hit) -> html.Node | None:
        """Return the first element above a hit that holds a title too; a line of date, author and kind is none."""
        place = next((place for place, node in enumerate(hit.chain) if self.titles(node)), None)
        if place is None:
            return None
        scope = hit.chain[place]
        small = self.titles(scope)
        if scope.tag in ROWS or scope.tag == "a" or any(not frame.is_name(node) for node in small):
            return scope
        for outer in hit.chain[place + 1 : place + 1 + _LINE_WITHIN]:
            titles = self.titles(outer)
            is_one = len(titles) == len(small) + 1 and sum(not frame.is_name(node) for node in titles) == 1
            if is_one and (outer.tag in ROWS or self._has_peers(outer)):
                return outer
            if len(titles) > len(small) and not is_one:
                break
        return scope

    def _untangle(self, rows: _Scopes, wide: _Scopes) -> None:
        """Make one of each row and what is found within it, such as a summary with a day in it.

        An element that holds rows of several titles is no row itself; a run of rows holds no rows but those of a
        headline's or summary's words.
        """
        for key, (scope, within) in list(wide.items()):
            around = next((node for node in within[0].chain if node.mem_id in rows), None)
            if around is not None and len(self.titles(around)) == len(self.titles(scope)):
                rows[around.mem_id][1].extend(within)
                del wide[key]
        within_rows, within_wide = _nested(rows, wide)
        for outer_key, inner in within_wide.items():
            outer, own = wide[outer_key]
            is_run = len(own) > 1 and len(list(islice(self._dated(outer, own, RUN), 2))) > 1
            if is_run and not any(any(self._dated(*rows[key])) for key in inner):
                for key in inner:
                    del rows[key]
        for outer_key, inner in within_rows.items():
            kept = [key for key in inner if key in rows]
            if outer_key not in rows:
                continue
            named = {title.attributes.get("href") for key in kept for title in self.titles(rows[key][0])}
            if len(named) == 1:
                for key in kept:
                    rows[outer_key][1].extend(rows.pop(key)[1])
            elif kept:
                del rows[outer_key]

    def _dated(self, scope: html.Node, hits: list[Hit], most: int = LINKS) -> Iterator[Hit]:
        """Yield the hits whose boxes tell a time, and not only words with a day in them."""
        walls = row.walls_of(titles(anchors(scope), most), scope)
        for hit in hits:
            box = row.box_around(hit, walls, scope, self.at) if hit.node.is_text_node else None
            if box is not None and box.stamp is not None:
                yield hit

    def _has_homeless(self, newest: datetime | None) -> bool:
        """True if that many dates without a row mean a list not found, or one newer than all rows' has none."""
        count = 0
        for hit in self.hits:
            if hit.is_linked or any(node.mem_id in self._known for node in hit.chain):
                continue
            text = html.content(hit.node)
            box = datebox.read(text, self.at)
            if (
                box is None
                or datebox.has_weekday(text)
                or frame.is_weather(text)
                or frame.is_strange(hit.chain[0] if hit.chain else hit.node)
            ):
                continue
            if box.stamp is None or beijing_date(box.stamp.moment) != beijing_date(self.at):
                count += 1
                is_newer = box.stamp and not box.yearless and newest and box.stamp.moment > newest
                if count == _HOMELESS or (is_newer and box.trust >= Trust.ALONE):
                    return True
        return False

    def _has_unread(self) -> bool:
        """True if rows beside each other have dates that were not read, or boxes that are called dates."""
        unread: dict[int, dict[int, str]] = {}
        called = list(self._found.called(self._known))
        for hit in called:
            self._found.count(hit)
        for hit in (*self.hits, *self._found.parts, *called):
            if self._is_known(hit) or not self._may_be_unread(hit):
                continue
            scope = self._scope(hit)
            if scope is None or frame.is_strange(scope):
                continue
            text = html.content(hit.node) if hit.node.is_text_node else html.text(hit.node)
            if self._is_row(scope):
                whole = self._whole(scope)
                if whole.parent is not None and not frame.is_weather(html.text(whole)):
                    key = whole.mem_id if len(self.titles(scope)) == 1 else hit.node.mem_id
                    unread.setdefault(whole.parent.mem_id, {}).setdefault(key, text)
            elif not hit.is_linked:
                unread.setdefault(scope.mem_id, {})[hit.node.mem_id] = text
        return any(len(texts) >= _LIST and not days.is_ranking(list(texts.values())) for texts in unread.values())

    def _may_be_unread(self, hit: Hit) -> bool:
        """True if a hit is meant as the date of a row: in a link only beside the words of its title."""
        text = html.content(hit.node) if hit.node.is_text_node else ""
        if hit.is_linked:
            link = next((node for node in hit.chain if node.tag == "a"), None)
            if link is None or not self.titles(link) or len(words(link)) < len(text.strip()) + _SHORT_TITLE:
                return False
        return not hit.node.is_text_node or days.is_part(text) or datebox.is_unread(text, self.at)

    def _is_row(self, node: html.Node) -> bool:
        """True if the first element that holds a hit and a title is one row, and not a run of them."""
        count = len(self.titles(node))
        if count >= LINKS:
            return False
        return count == 1 or node.tag in ROWS or node.tag == "a" or (count <= 4 and self._has_peers(node))

    def _has_peers(self, node: html.Node) -> bool:
        """True if a sibling is like it: of its tag and class, with a hit and a link of its own."""
        own = kind(node)
        for step in ("next", "prev"):
            beside = node
            for _ in range(6):
                following = getattr(beside, step)
                if following is None:
                    break
                beside = following
                if (
                    beside.tag == node.tag
                    and self._below.get(beside.mem_id)
                    and (kind(beside) == own or node.tag in ROWS)
                    and 0 < len(self.titles(beside)) < LINKS
                ):
                    return True
        return False

    def _whole(self, scope: html.Node) -> html.Node:
        """Return the whole row around what holds its hit and title: up to where it has siblings that are like it."""
        node, count, below = scope, len(self.titles(scope)), self._below.get(scope.mem_id)
        for _ in range(frame.DEPTH):
            is_list = node.tag in {"ul", "ol"} and scope.tag == "li"  # two lists of one row each are not one list
            if self._has_peers(node) and not (is_list and not kind(node)):
                return node
            parent = node.parent
            if parent is None or parent.tag in FRAME or self._below.get(parent.mem_id) != below:
                break
            if len(self.titles(parent)) != count or (node.tag in ROWS and _has_other_links(parent, node)):
                break
            node = parent
        return next((other_node for other_node in up(scope, node) if other_node.tag in ROWS), scope)

    def _read_group(self, group: _Group, above: set[int]) -> None:
        """Read the rows of a container in their order, and judge what else it holds."""
        children = list(islice(group.container.iter(), CHILDREN))
        dated = [child for child in children if child.mem_id in group.rows]
        if not dated or frame.is_strange(dated[0]):
            return
        lines, has_others = self._lines_of(group, children, above)
        if len(dated) == 1 and not has_others and not self._is_sure_alone(dated[0], lines):
            return
        if frame.is_weather(html.text(dated[0])) and (
            has_others or sum(frame.is_weather(html.text(child)) for child in dated) > 1
        ):
            return
        if not self._take(lines):
            self._known.difference_update(child.mem_id for child in children)

    def _lines_of(self, group: _Group, children: list[html.Node], above: set[int]) -> tuple[list[PageRow], bool]:
        """Return the rows among a container's children, and whether any of them was found beside those with hits."""
        lines: list[PageRow] = []
        has_others = False
        above_all = heading = years.heading_above(group.container, self._headings)
        columns = row.columns_of(group.container)
        dated = [child for child in children if child.mem_id in group.rows]
        kinds, tags = {kind(child) for child in dated}, {child.tag for child in dated}
        for child in children:
            if child.mem_id in group.rows:
                self._known.add(child.mem_id)
                own = self._rows_in(child, group.rows[child.mem_id], columns)
                lines.extend(_under(heading, written) for written in own)
            elif between := self._heading(child, tags):
                named = next((entry for entry in (between, heading, above_all) if entry.year), between)
                heading = replace(named, month=between.month)
            elif child.tag in tags and child.mem_id not in above:
                is_row = child.tag in ROWS or kind(child) in kinds
                if (written := self._beside(child, is_row=is_row, is_first=not lines, kinds=kinds)) is not None:
                    self._known.add(child.mem_id)
                    lines.append(_under(heading, written))
                    has_others = True
        return lines, has_others

    def _heading(self, node: html.Node, tags: set[str | None]) -> Heading | None:
        """Return what an element between rows names as their heading; None where it is none."""
        is_alike = node.tag in HEADINGS or node.tag in tags
        if not is_alike and (node.tag not in {"dt", "div", "p", "b", "strong"} or self._below.get(node.mem_id, 0) > 1):
            return None
        if node.tag not in HEADINGS and anchors(node):
            return None
        text = html.text(node, " ")
        heading = years.heading_in(text)
        if not is_alike and heading.month is None and datebox.only_year(text) is None:
            return None
        return heading if heading.year or heading.month else None

    def _rows_in(self, node: html.Node, hits: list[Hit], columns: dict[int, Trust | None]) -> list[PageRow]:
        """Return the one post of a row, or those of a row that holds several side by side."""
        titles = self.titles(node)
        if len(titles) > 1:
            told = runs.dated(node, hits, titles, self.at) if len(hits) > 1 else []
            if len(told) > 1 and runs.is_run(runs.events(node, told, titles)):
                return runs.lines(node, hits, titles, self.at)
            if runs.is_of_several(node, titles):
                return [replace(self.line(node, hits, columns=columns), is_doubtful=True)]
        return [self.line(node, hits, columns=columns)]

    def _beside(self, node: html.Node, *, is_row: bool, is_first: bool, kinds: set[str]) -> PageRow | None:
        """Return what a sibling of rows is that no hit made one: a row of another making; None for none."""
        titles = self.titles(node)
        if not titles:
            if not self._below.get(node.mem_id) or node.css_first("th") is not None:
                return None
            text = html.text(node, " ")
            if frame.is_pager(node, text) or datebox.only_year(text) or not datebox.is_date_like(text):
                return None
            return PageRow(title="", box=datebox.NO_PUBLICATION)
        if is_first and kind(node) not in kinds and is_column_name(node, titles):
            return None
        if not is_row or len(titles) >= LINKS or frame.is_pager(node, html.text(node, " ")):
            return None
        return self.line(node, [])

    def _is_sure_alone(self, row: html.Node, lines: list[PageRow]) -> bool:
        """True if a row that stands alone is a post: no clock, no weather, nothing in the page's head."""
        text = html.text(row, " ")
        if len(lines) > 1:
            return True
        if not lines or frame.is_weather(text) or not any(row.box and row.box.stamp for row in lines):
            return False
        if row.tag not in ROWS and len(lines[0].title) < _SHORT_TITLE:
            return False
        written = lines[0]
        if datebox.has_weekday(text.replace(written.title, " ")) or frame.is_strange(row, frame.HEAD):
            return False
        is_today = (
            written.box is not None
            and written.box.stamp is not None
            and beijing_date(written.box.stamp.moment) == beijing_date(self.at)
        )
        return row.tag in ROWS or not is_today

    def line(
        self,
        node: html.Node,
        hits: list[Hit],
        link: html.Node | None = None,
        *,
        columns: dict[int, Trust | None] | None = None,
    ) -> PageRow:
        """Return what one row tells: the title with the most words, and the surest box outside of it."""
        titles = [link] if link is not None else self.titles(node)
        anchor = max(titles, key=lambda entry: len(words(entry)), default=None)
        if anchor is None and link is None:
            anchor = next(iter(anchors(node)), None)
        walls = row.walls_of(titles, node)
        written = row.line_of(self.at, node, anchor, walls, hits, columns or {})
        if (written.box is None or written.box.stamp is None) and hits:
            parts = (days.part_around(hit, walls, node) for hit in hits[: row.HITS_OF_ROW] if hit.node.is_text_node)
            written = replace(written, part=next(filter(None, parts), ""))
        return written

    def _take_run(self, node: html.Node, hits: list[Hit]) -> None:
        lines = runs.lines(node, hits, titles(anchors(node), RUN), self.at)
        if runs.is_list(lines):
            self._known.add(node.mem_id)
            self._take(lines)

    def _take(self, lines: list[PageRow]) -> bool:
        """Keep the rows of a list, unless none of them tells a time; return whether they were kept."""
        kept = days.settled(lines, self.at, self._url)
        if not any(row.box and row.box.stamp for row in kept):
            tails = [datebox.tail(row.title, self.at) for row in kept]
            if not all(tails):
                if any(row.box for row in kept):
                    self._is_whole = False
                return False
            kept = [replace(row, box=tail) for row, tail in zip(kept, tails, strict=True)]
        else:
            kept = [
                replace(row, box=tail)
                if (row.box is None)
                and (tail := datebox.tail(row.title, self.at))
                and row.title.rstrip().endswith(tuple("])】)"))
                else row
                for row in kept
            ]
        self._lists.append(kept)
        return True

    def _settled(self) -> FoundRows:
        """Return all rows with their years: those that stand somewhere, else guessed."""
        result = FoundRows(is_whole=self._is_whole)
        written: dict[str, Stamp] = {}
        for lines in self._lists:
            for line in lines:
                if line.href and line.box and line.box.stamp and not line.box.yearless:
                    written.setdefault(line.href, line.box.stamp)
        for lines in self._lists:
            floor = years.floors(lines)
            for page_row, lowest in zip(lines, floor, strict=True):
                stamp = years.stamp_of(page_row, self.at, self._url, written, lowest)
                has_link = page_row.href is not None
                if stamp is None or not has_link or page_row.is_doubtful or stamp.is_year_guessed:
                    result.is_whole = False
                if stamp is not None and has_link:
                    result.rows.append(ListRow(title=page_row.title, href=page_row.href, stamp=stamp))
        return result


def _under(heading: Heading, line: PageRow) -> PageRow:
    """Return a row with what the headings above it say."""
    if line.year or not (heading.year or heading.month):
        return line
    return replace(
        line,
        year=heading.year,
        month=heading.month,
        is_year_of_subject=not heading.is_certain,
        is_doubtful=line.is_doubtful or (bool(line.part) and not heading.is_certain),
    )


def _has_other_links(parent: html.Node, node: html.Node) -> bool:
    return len(anchors(parent)) != len(anchors(node))


def _nested(rows: _Scopes, wide: _Scopes) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return which rows lie in other rows, and which in what is no row, by the ids of what they lie in."""
    within_rows: dict[int, list[int]] = {}
    within_wide: dict[int, list[int]] = {}
    for key, (_, hits) in rows.items():
        chain = hits[0].chain
        place = next(place for place, node in enumerate(chain) if node.mem_id == key)
        for outer in chain[place + 1 :]:
            if outer.mem_id in rows:
                within_rows.setdefault(outer.mem_id, []).append(key)
                break
            if outer.mem_id in wide:
                within_wide.setdefault(outer.mem_id, []).append(key)
                break
    return within_rows, within_wide
