"""Feeds as sites write them: slips of markup, strange places and vocabularies, and what none of them may hide."""

from __future__ import annotations

import json
from time import thread_time

import pytest

from collectors.platforms import feed
from monitor.core.calendar import BEIJING
from monitor.core.collector import Page
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import AT

NEW, OLD = "Mon, 16 Nov 2026 08:30:00 +0800", "Mon, 02 Nov 2026 08:30:00 +0800"
NEWEST = "2026-11-16 08:30"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def item(date: str, more: str = "") -> str:
    return f"<item><title>一条</title><link>https://www.example.gov.cn/1.html</link>{more}{date}</item>"


def rss(*items: str, attributes: str = "") -> str:
    channel = "<title>示例</title><link>https://www.example.gov.cn/</link><description>动态</description>"
    return f'{HEAD}<rss version="2.0" {attributes}><channel>{channel}{"".join(items)}</channel></rss>'


def pub(date: str) -> str:
    return f"<pubDate>{date}</pubDate>"


TWO = (item(pub(NEW)), item(pub(OLD)))


def read(body: str) -> Timeline | Reason:
    page = Page(url="https://www.example.gov.cn/feed.xml", status=200, headers={}, body=body.encode(), at=AT)
    try:
        return feed.read(page)
    except LookFailedError as failed:
        return failed.reason


def told(body: str) -> tuple[str, int, str] | str:
    seen = read(body)
    if not isinstance(seen, Timeline):
        return str(seen.value)
    newest = seen.newest.published_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if seen.newest else ""
    return newest, len(seen.posts), seen.covers.value


SLIPS = {
    "a bare ampersand in an address": rss(item(pub(NEW), "<guid>https://a.example/?a=1&b=2</guid>"), TWO[1]),
    "a bare ampersand in a title": rss(item(pub(NEW), "<category>研究 & 发展 AT&T</category>"), TWO[1]),
    "an ampersand in an attribute": rss(item(pub(NEW), '<enclosure url="https://a.example/?a=1&b=2"/>'), TWO[1]),
    "a named character of HTML": rss(item(pub(NEW), "<author>甲&nbsp;乙&middot;丙&copy;</author>"), TWO[1]),
    "a named character in a date": rss(item(pub(NEW.replace(" ", "&nbsp;"))), TWO[1]),
    "a control character": rss(item(pub(NEW), "<author>甲\x0b乙\x1f</author>"), TWO[1]),
    "a control character in CDATA": rss(item(pub(NEW), "<description><![CDATA[a\x01b]]></description>"), TWO[1]),
    "a control character in a date": rss(item(pub(f"{NEW}\x00")), TWO[1]),
    "a reference to a control character": rss(item(pub(NEW), "<author>&#29;&#x1F;&#0;</author>"), TWO[1]),
    "a reference beyond all characters": rss(
        item(pub(NEW), "<author>&#x110000;&#xD800;&#99999999999;</author>"), TWO[1]
    ),
    "a warning in front": f"<br />\n<b>Warning</b>: Undefined variable in x.php<br />\n{rss(*TWO)}",
    "a notice in brackets in front": f"[2026-11-20] notice: x\n{rss(*TWO)}",
    "a script behind": f"{rss(*TWO)}\n<script src='/x.js'></script>",
    "words behind": f"{rss(*TWO)}\nexecuted in 0.3 s & more",
    "a second feed behind": rss(*TWO) + rss(item(pub("Tue, 17 Nov 2026 08:30:00 +0800"))),
    "a page of HTML around": f"<html><body>{rss(*TWO)[len(HEAD) :]}</body></html>",
    "a prefix that nobody declared": rss(item(pub(NEW), "<content:encoded><![CDATA[x]]></content:encoded>"), TWO[1]),
    "Dublin Core undeclared": rss(item("<dc:date>2026-11-16T08:30:00+08:00</dc:date>"), TWO[1]),
    "an attribute with a prefix that nobody declared": rss(item(pub(NEW), '<link xlink:href="x"/>'), TWO[1]),
    "an attribute twice": rss(item(pub(NEW), '<guid a="1" a="2">x</guid>'), TWO[1]),
    "an attribute without quotation marks": rss(item(pub(NEW), "<guid isPermaLink=false>x</guid>"), TWO[1]),
    "an attribute without a value": rss(item(pub(NEW), "<guid hidden>x</guid>"), TWO[1]),
    "markup of HTML in a description": rss(item(pub(NEW), "<description><p>甲<br>乙<img src=x></description>"), TWO[1]),
    "a sign for less": rss(item(pub(NEW), "<author>1 < 2</author>"), TWO[1]),
    "two hyphens in a comment": rss("<!-- a -- b -->", *TWO),
    "an item that is not closed": rss(TWO[0].removesuffix("</item>"), TWO[1]),
    "a date that is not closed": rss(item(f"<pubDate>{NEW}", ""), TWO[1]),
    "a date that is not closed in front of a description": rss(
        item(f"<pubDate>{NEW}<description>x</description>"), TWO[1]
    ),
    "a link that is not closed": rss(item(pub(NEW), "<link>https://www.example.gov.cn/2.html"), TWO[1]),
    "names in other letters": rss(item(f"<pubDate>{NEW}</PubDate>"), TWO[1]),
    "a declaration twice": HEAD + rss(*TWO),
    "an undeclared prefix of the root": f"{HEAD}<rdf:RDF>{''.join(TWO)}</rdf:RDF>",
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_markup_costs_what_it_damages_and_the_feed_shows_some(slip: str) -> None:
    assert told(SLIPS[slip]) == (NEWEST, 2, "some")


@pytest.mark.parametrize(
    "items",
    [
        f"<items>{''.join(TWO)}</items>",
        f"<list><page>{''.join(TWO)}</page></list>",
        f"{TWO[1]}<items>{TWO[0]}</items>",
        f"<x:items xmlns:x='urn:x'>{''.join(TWO)}</x:items>",
        f"</channel><channel2>{''.join(TWO)}</channel2><channel>",
    ],
)
def test_items_in_a_strange_place_are_read_and_show_some(items: str) -> None:
    assert told(rss(items)) == (NEWEST, 2, "some")


@pytest.mark.parametrize(
    "items",
    [
        f"<post><title>一条</title>{pub(NEW)}</post>",
        "<post><title>一条</title></post>",
        f"<x:item xmlns:x='urn:x'><title>一条</title>{pub(NEW)}</x:item>",
        f"<!-- {TWO[0]} -->",
        f"<description><![CDATA[{TWO[0]}]]></description>",
        "<description>&lt;item&gt;&lt;/item&gt;</description>",
        f"<rows><row>{pub(NEW)}</row></rows>",
        '<items xmlns:rdf="urn:r"><rdf:Seq><rdf:li resource="x"/></rdf:Seq></items>',
        "<item/>",
        "<item>一条</item>",
        "<image><item><title>一条</title></item></image>",
    ],
)
def test_what_looks_like_items_never_makes_an_empty_feed(items: str) -> None:
    assert told(rss(items)) == "unreadable"


@pytest.mark.parametrize(
    "body",
    [
        rss(),
        rss(
            "<image><url>x</url><title>示例</title><link>x</link></image>",
            pub(NEW),
            f"<lastBuildDate>{NEW}</lastBuildDate>",
        ),
        rss(
            "<textInput><title>搜</title><name>q</name><link>x</link></textInput><skipDays><day>Sunday</day></skipDays>"
        ),
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>示例</title><author><name>甲</name></author></feed>',
        '{"version": "https://jsonfeed.org/version/1.1", "title": "示例", "items": []}',
    ],
)
def test_a_feed_that_is_empty_is_empty(body: str) -> None:
    seen = read(body)
    assert isinstance(seen, Timeline)
    assert (seen.standing, seen.covers) == (Standing.EMPTY, Covers.ALL)


@pytest.mark.parametrize(
    "body", [f"{rss()}<script></script>", f"<br>{rss()}", rss("<a:b/>"), rss("<description>&</description>")]
)
def test_a_broken_feed_without_items_is_not_known_to_be_empty(body: str) -> None:
    assert told(body) == "unreadable"


@pytest.mark.parametrize("size", range(60, len(rss(*TWO)) - 1, 7))
def test_a_feed_that_is_cut_off_is_truncated_wherever_it_ends(size: int) -> None:
    assert told(rss(*TWO)[:size]) == "truncated"


@pytest.mark.parametrize("behind", ["</body></html>", "<b>Fatal error</b>: memory", "\n<!-- 0.3 s -->", "]]>"])
def test_a_feed_that_is_cut_off_stays_so_whatever_follows(behind: str) -> None:
    assert told(rss(*TWO).removesuffix("</rss>").removesuffix("</channel>") + behind) == "truncated"


@pytest.mark.parametrize(
    "dates",
    [
        f"{pub('Invalid Date')}<dc:date>2026-11-16T08:30:00+08:00</dc:date>",
        f"<dc:date>null</dc:date>{pub(NEW)}",
        f"{pub('')}<dc:date>2026-11-16T08:30:00+08:00</dc:date>",
        f"{pub('undefined')}{pub(NEW)}",
        f"{pub('-')}<published>2026-11-16T08:30:00+08:00</published>",
        f"{pub('NaN')}<t:issued xmlns:t='http://purl.org/dc/terms/'>2026-11-16T08:30:00+08:00</t:issued>",
        "<t:issued xmlns:t='http://purl.org/dc/terms/'>2026-11-16T08:30:00+08:00</t:issued>",
        "<p:publicationDate xmlns:p='http://prismstandard.org/namespaces/basic/2.0/'>2026-11-16T08:30+08:00</p:publicationDate>",
        f"<m:date xmlns:m='urn:m'>2026-11-19</m:date>{pub(NEW)}",
        f"<dc:date>2026-11-18T08:30:00+08:00</dc:date>{pub(NEW)}",
    ],
)
def test_the_first_date_that_can_be_read_counts_and_the_feeds_own_before_others(dates: str) -> None:
    assert told(rss(item(dates), TWO[1], attributes=DC)) == (NEWEST, 2, "all")


@pytest.mark.parametrize("first", ["2027-01-05T08:00:00+08:00", "2026-11-16 09:00-11:30", "16/17/2026", "11-16 08:30"])
def test_a_date_that_cannot_be_read_beside_one_that_can_leaves_it_open_which_is_right(first: str) -> None:
    body = rss(item(f"{pub(first)}<dc:date>2026-11-16T08:30:00+08:00</dc:date>"), TWO[1], attributes=DC)
    assert told(body) == (NEWEST, 2, "some")


@pytest.mark.parametrize(
    "foreign",
    [
        "<m:date xmlns:m='urn:meeting'>2026-11-19T09:00:00+08:00</m:date>",
        "<ev:startdate xmlns:ev='http://purl.org/rss/1.0/modules/event/'>2026-11-19T09:00:00+08:00</ev:startdate>",
        "<media:content xmlns:media='http://search.yahoo.com/mrss/'><media:date>2026-11-19</media:date></media:content>",
        "<x:pubDate xmlns:x='urn:film'>2026-11-19T09:00:00+08:00</x:pubDate>",
        "<t:modified xmlns:t='http://purl.org/dc/terms/'>2026-11-19T09:00:00+08:00</t:modified>",
        "<t:valid xmlns:t='http://purl.org/dc/terms/'>2026-11-19T09:00:00+08:00</t:valid>",
        "<a:updated xmlns:a='http://www.w3.org/2005/Atom'>2026-11-19T09:00:00+08:00</a:updated>",
        "<expirationDate>2026-11-19T09:00:00+08:00</expirationDate>",
        "<source><pubDate>Thu, 19 Nov 2026 09:00:00 +0800</pubDate></source>",
    ],
)
def test_a_date_of_something_else_is_no_publication(foreign: str) -> None:
    assert told(rss(item(pub(NEW)), item(foreign), TWO[1])) == (NEWEST, 2, "some")


ATOM = "http://www.w3.org/2005/Atom"


def atom(*entries: str) -> str:
    written = "".join(f"<entry><title>一条</title>{dates}</entry>" for dates in entries)
    return f'{HEAD}<feed xmlns="{ATOM}"><title>示例</title>{written}</feed>'


def test_a_doctype_without_entities_is_read_and_what_it_leaves_undefined_is_a_slip() -> None:
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    body = rss(*TWO)[len(HEAD) :]
    assert told(f"{HEAD}{doctype}{body}") == (NEWEST, 2, "all")
    assert told(f"{HEAD}{doctype}{body}".replace("示例", "&nbsp;")) == (NEWEST, 2, "some")


def test_an_edit_is_no_update_but_an_entry_with_nothing_else_counts_with_it() -> None:
    old, new, edited = (f"2026-11-{day}T08:30:00+08:00" for day in ("02", "16", "19"))
    published = f"<published>{old}</published><updated>{edited}</updated>"
    assert told(atom(published)) == ("2026-11-02 08:30", 1, "all")
    assert told(atom(published, f"<updated>{new}</updated>")) == (NEWEST, 2, "all")
    assert told(
        atom(f"<published>Invalid Date</published><updated>{edited}</updated>", f"<updated>{new}</updated>")
    ) == (
        NEWEST,
        1,
        "some",
    )


def test_atom_in_its_other_dialects() -> None:
    entry = (
        "<entry><title>一条</title><issued>2026-11-16T08:30:00+08:00</issued><modified>2026-11-19</modified></entry>"
    )
    assert told(f'<feed version="0.3" xmlns="http://purl.org/atom/ns#">{entry}</feed>') == (NEWEST, 1, "all")
    prefixed = "<a:entry><a:published>2026-11-16T08:30:00+08:00</a:published></a:entry>"
    assert told(f'<a:feed xmlns:a="{ATOM}">{prefixed}</a:feed>') == (NEWEST, 1, "all")


@pytest.mark.parametrize("namespace", ["http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"])
def test_rdf_has_its_items_beside_the_channel(namespace: str) -> None:
    head = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{namespace}" {DC}>'
    listed = '<items><rdf:Seq><rdf:li resource="1"/></rdf:Seq></items>'
    one = item("<dc:date>2026-11-16T08:30:00+08:00</dc:date>")
    assert told(f"{head}<channel><title>示例</title>{listed}</channel>{one}</rdf:RDF>") == (NEWEST, 1, "all")


def test_a_feed_with_a_default_namespace_of_its_own_is_read_with_it() -> None:
    assert told(rss(*TWO, attributes='xmlns="http://backend.userland.com/rss2"')) == (NEWEST, 2, "all")


LOST = {
    "no date": item(""),
    "a date ahead": item(pub("Wed, 06 Jan 2027 09:03:04 +0800")),
    "no date at all": item(pub("Invalid Date")),
    "a range": item(pub("2026-11-17 09:00-11:30")),
    "another item in it": item("<item><title>一条</title></item>"),
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_item_without_a_time_may_be_the_newest_wherever_it_stands(lost: str, place: int) -> None:
    for items in ([*TWO], [*reversed(TWO)]):
        items.insert(place, LOST[lost])
        assert told(rss(*items)) == (NEWEST, 2, "some")


def test_what_another_vocabulary_calls_an_item_within_an_item_is_a_part_of_it() -> None:
    part = f"<x:list xmlns:x='urn:x'><x:item>{pub(OLD)}</x:item><x:item/></x:list>"
    assert told(rss(item(pub(NEW), part), item(pub(OLD), part))) == (NEWEST, 2, "all")
    assert told(rss(item(pub(NEW), part), item(pub(OLD)), part)) == (NEWEST, 2, "some")


def test_items_beyond_the_bound_are_not_read_and_said_to_be_missing() -> None:
    assert told(rss(*(5000 * [TWO[1]]), attributes=DC)) == ("2026-11-02 08:30", 5000, "all")
    assert told(rss(*(5000 * [TWO[1]]), TWO[0])) == ("2026-11-02 08:30", 5000, "some")


def json_feed(*items: object, **more: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "示例", "items": [*items], **more})


JSON_NEW, JSON_OLD = ({"id": n, "date_published": f"2026-11-{n}T08:30:00+08:00"} for n in ("16", "02"))


@pytest.mark.parametrize("odd", ["x", 1, None, [], True, {}, {"date_published": None}, {"date_modified": "2026-11-19"}])
def test_an_odd_item_of_a_json_feed_is_an_item_without_a_time(odd: object) -> None:
    assert told(json_feed(JSON_NEW, JSON_OLD)) == (NEWEST, 2, "all")
    assert told(json_feed(JSON_OLD, odd, JSON_NEW)) == (NEWEST, 2, "some")
    assert told(json_feed(odd, odd)) == "unreadable"


@pytest.mark.parametrize(
    "body",
    [
        f"<br>Notice: x{json_feed(JSON_NEW, JSON_OLD)}",
        f"{json_feed(JSON_NEW, JSON_OLD)}<!-- 0.3 s -->",
        json_feed(JSON_NEW, JSON_OLD).replace("示例", "示\x01例\n").replace("\\u793a", "\t"),
    ],
)
def test_a_json_feed_amid_something_else_shows_some(body: str) -> None:
    assert told(body) == (NEWEST, 2, "some")


@pytest.mark.parametrize("items", ["", {"0": JSON_NEW}, None])
def test_a_json_feed_whose_items_are_no_list_is_unreadable(items: object) -> None:
    assert told(json_feed().replace("[]", json.dumps(items))) == "unreadable"


def test_a_json_feed_that_is_cut_off_is_truncated() -> None:
    body = json_feed(JSON_NEW, JSON_OLD)
    assert {told(body[:size]) for size in range(60, len(body) - 1)} <= {"truncated", "unreadable"}


@pytest.mark.parametrize("broken", ["", "&"])
def test_entities_are_refused_and_expand_nowhere(broken: str) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert (
        told(f'<?xml version="1.0"?>{broken}{bomb}{rss(item(pub(NEW), "<guid>&b;</guid>"))[len(HEAD) :]}')
        == "unreadable"
    )


HOSTILE = {
    "tags that do not end": "<a" * 100_000,
    "attributes that do not end": f"<item {'a=' * 100_000}",
    "quotation marks": "<item a='" * 30_000,
    "ampersands": "&" * 200_000,
    "references": "&#1" * 70_000,
    "a long reference": f"&#{'9' * 200_000};",
    "CDATA": "<![CDATA[" * 20_000,
    "comments": "<!--" * 50_000,
    "instructions": "<?" * 100_000,
    "end tags": "</item>" * 30_000,
    "blanks": f"<item {' ' * 200_000}",
    "a long name": f"<{'a' * 200_000}>",
    "depth": "<a>" * 60_000,
    "items in items": "<item>" * 30_000,
    "prefixes": "".join(f"<a xmlns:p{number}='u'>" for number in range(10_000)),
    "items of many vocabularies": "".join(f"<item xmlns='u{number}'/>" for number in range(20_000)),
    "a long prefix": f"<item xmlns:p='{'u' * 20_000}'>{'<p:a/>' * 15_000}</item>",
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_no_broken_feed_is_slow_to_read(shape: str) -> None:
    """Twice the text takes about twice as long: what grows with the square would take minutes here."""
    body = rss(*TWO).replace("</channel>", f"{HOSTILE[shape]}&</channel>")
    started = thread_time()
    read(body)
    assert thread_time() - started < 3
