from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import html, json_body
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Reason
from tests.fakes import AT


def page(body: bytes, content_type: str = "") -> Page:
    return Page(url="https://www.example.gov.cn/", status=200, headers={"content-type": content_type}, body=body, at=AT)


META = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">示例县公告㐀'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("示例县公告".encode(), ""),
        ("示例县公告".encode("gb18030"), ""),
        ("示例县公告".encode("gb18030"), "text/html; charset=GBK"),
        ("示例县公告".encode(), "text/html; charset=gbk"),
        ("示例县公告".encode("gb18030"), "text/html; charset=ISO-8859-1"),
        ("示例县公告".encode("gb18030"), "text/html; charset=utf-8"),
        ("示例县公告".encode("gb18030"), "text/html; charset=nonsense"),
        (codecs.BOM_UTF8 + "示例县公告".encode(), ""),
        (codecs.BOM_UTF16_LE + "示例县公告".encode("utf-16-le"), ""),
    ],
)
def test_a_page_is_decoded_as_it_was_written(body: bytes, content_type: str) -> None:
    assert html.decode(page(body, content_type)) == "示例县公告"


def test_the_meta_names_the_encoding() -> None:
    assert html.decode(page(META.encode("gb18030"))) == META


@pytest.mark.parametrize(
    "named", ["utf-16", "UTF-16LE", "utf-16be", "big5", "shift_jis", "windows-1252", "koi8-r", "euc-kr"]
)
def test_an_encoding_that_the_bytes_refute_is_not_believed(named: str) -> None:
    xml = f'<?xml version="1.0" encoding="{named}"?><title>示例县公告</title>'
    assert html.decode(page(xml.encode())) == xml
    assert html.decode(page(xml.encode(), f"application/xml; charset={named}")) == xml


def test_wide_characters_without_a_mark_are_read_as_they_are_named() -> None:
    xml = "<title>示例县公告</title>"
    assert html.decode(page(xml.encode("utf-16-le"), "text/html; charset=utf-16")) == xml
    assert html.decode(page(xml.encode("utf-16-be"), "text/html; charset=utf-16be")) == xml


def test_a_character_cut_off_at_the_end_does_not_change_the_encoding() -> None:
    assert html.decode(page("示例县".encode()[:-1])).startswith("示例")
    assert html.decode(page("示例县".encode("gb18030")[:-1], "text/html;charset=gbk")) == "示例"


@given(body=st.binary(), content_type=st.text())
def test_any_bytes_are_some_text(body: bytes, content_type: str) -> None:
    assert isinstance(html.decode(page(body, content_type)), str)


def test_metas_are_found_whatever_their_case() -> None:
    tree = html.tree('<META NAME="PubDate" CONTENT=" 2026-05-11 "><meta property="og:title" content="x"><meta name=a>')
    assert list(html.metas(tree)) == [("pubdate", "2026-05-11"), ("og:title", "x")]


def test_a_title_is_plain_words() -> None:
    assert html.plain("<b>县政府</b>\n会议&nbsp;&lt;一&gt;\x1b[31m\u202e\ud800") == "县政府 会议 <一> [31m"
    assert len(html.plain("公" * 500)) == 120
    assert html.title(html.tree("<title> 示例县 </title>")) == "示例县"


@given(markup=st.text())
def test_every_title_can_be_printed(markup: str) -> None:
    assert html.plain(markup).isprintable()
    assert len(html.plain(markup)) <= html.TITLE_LENGTH


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("../a.html#top", "https://www.example.gov.cn/a.html"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example/x?y=1", "http://other.example/x?y=1"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.cn", None),
        ("http://[::1", None),
        ("/a\x00b", None),
        ("", None),
        (None, None),
        ("/" + "a" * 3000, None),
    ],
)
def test_a_link_is_an_absolute_web_address_or_nothing(href: str | None, address: str | None) -> None:
    assert html.link("https://www.example.gov.cn/zwxw/", href) == address


@pytest.mark.parametrize(
    "opening", ["<title>示例", "<textarea>", "<xmp>", "<iframe>", "<noframes>", "<plaintext>", "<template>", "<!-- x "]
)
def test_a_page_swallowed_by_an_element_never_closed_is_mended(opening: str) -> None:
    text = opening + "<ul><li>x</li></ul>"
    assert html.select(html.tree(text), "li") == []
    assert len(html.select(html.mended(text), "li")) == 1


LINK = '<a href="/1.html">公告</a>'


@pytest.mark.parametrize(
    "text",
    [
        f"<script>var a = 1;</scrip></head><body>{LINK}<script>var b;</script>",
        f"<script>document.write('x');<\\/script><body>{LINK}",
        f"<script src=/a.js /><iframe src=/b />{LINK}<iframe></iframe><script></script>",
        f"<style>a {{}}</stlye>{LINK}<style>b {{}}</style>",
        f"<textarea>{LINK}<textarea></textarea>",
        f"<title>示例县</title<body>{LINK}",
        f"<!--[if lt IE 9]><p><![endif]>{LINK}<!-- x -->",
        f"<!-- x -- >{LINK}<!-- x -->",
        f"<!-- x ->{LINK}<!-- x -->",
        f"<frameset><noframes><body>{LINK}",
        f'<p class="x>{LINK}<i>x</i>',
        f"<p class='x>{LINK}<i id='y'>x</i>",
        '<p<a href="/1.html"<b>公告</b</a>',
        '< a href="/1.html">公告< /a>',
        f"<noframes><textarea><title>{LINK}</title></textarea></noframes>",
    ],
)
def test_a_page_that_shows_no_link_to_a_browser_is_rebuilt(text: str) -> None:
    assert html.select(html.mended(text), "a[href='/1.html']") == []
    assert [len(html.select(tree, "a[href='/1.html']")) for tree in html.rebuilt(text)] == [1]


@pytest.mark.parametrize(
    "hidden",
    [
        f"<!-- 样例 {LINK} -->",
        f"<!-- 样例 <!-- {LINK} -->",
        f"<script>document.write('{LINK}')</script>",
        f"<script>document.write('<script src=x></scr' + 'ipt>{LINK}')</script>",
        f"<template>{LINK}</template>",
    ],
)
def test_what_is_hidden_on_purpose_stays_hidden(hidden: str) -> None:
    for tree in html.rebuilt(f"<html><body>{hidden}<p>x</p></body></html>"):
        assert html.select(tree, "body > a, p a, div a") == []


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        (f'<p class="x>{LINK}<i id="y">', True),
        (f"<p class='x>{LINK}<i id='y'>", True),
        (f'<p class="x" title="a > b">{LINK}', False),
        (f"<p class=x\">{LINK}<i id='y'>", False),
        (f"""<script>s='<p class="'+c+'">'; s+='">{LINK}'</script>""", False),
        (f"""<!-- <p class="x>{LINK}<i id="y"> --><p>""", False),
        ("""<p onmouseover="show('<b><a href=x>')">x</p>""", False),
    ],
)
def test_a_quote_that_takes_a_link_along_is_noticed(text: str, *, is_open: bool) -> None:
    assert html.has_open_quote(text) is is_open


def test_what_stands_between_the_cells_of_a_table_is_left_there() -> None:
    rows = "<table><tr><a href=/1>公告</a><td>2026-11-16</td></tr></table>"
    assert html.select(html.tree(rows), "tr a") == []
    _, unfolded = html.rebuilt(rows)
    assert len(html.select(unfolded, "x-tr > a")) == 1


def test_a_page_too_long_to_be_worth_it_is_not_rebuilt() -> None:
    page = f"<body>{LINK}{{}}</body>"
    assert len(list(html.rebuilt(page.format("x" * 400_000)))) == 1
    assert list(html.rebuilt(page.format("x" * 500_000))) == []


PIECES = (
    *("<title>", "</title>", "<script>", "<script/>", "</script>", "<style>", "<textarea>", "<frameset>", "<noframes>"),
    *("<table>", "<tr>", "<td>", "</td>", "<a href=x>", "<a\xa0", "<", ">", "< /", '="', "='", "公告", "2026-11-16"),
    *("<!--", "-->", "->", "<![CDATA[", "]]>", "<?xml ", "<!x", "<![endif]>", "&", "&#0;", "\x00", "\ud800"),
)


@given(pieces=st.lists(st.sampled_from(PIECES)), rest=st.text())
def test_any_text_is_rebuilt_into_some_trees(pieces: list[str], rest: str) -> None:
    for tree in html.rebuilt("".join(pieces) + rest):
        assert isinstance(html.title(tree), str)


def test_what_is_no_selector_is_said_so() -> None:
    with pytest.raises(ValueError, match="ul >>>"):
        html.select(html.tree("<p>"), "ul >>>[")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": [1, 2', Reason.TRUNCATED),
        (b'{"a": "b', Reason.TRUNCATED),
        (b'{"a": nonsense}', Reason.UNREADABLE),
        (b'{"a": ' + b"9" * 6000 + b"}", Reason.UNREADABLE),
        (b"", Reason.UNREADABLE),
    ],
)
def test_broken_json_is_told_from_json_that_ends_early(body: bytes, reason: Reason) -> None:
    with pytest.raises(LookFailedError) as caught:
        json_body.load(page(body))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (12, 12),
        ("1.2万", 12_000),
        ("1.2万+", 12_000),
        ("3亿", 300_000_000),
        ("1,286", 1286),
        ("-", None),
        (True, None),
        (-1, None),
        (None, None),
    ],
)
def test_a_count_may_be_written_in_ten_thousands(written: object, number: int | None) -> None:
    assert json_body.count(written) == number
