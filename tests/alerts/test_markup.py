"""Messages as HTML: the words and nothing else, whatever a platform or a roster wrote."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.markup import html
from monitor.core.message import Grid

OURS = {"html", "head", "meta", "body", "h3", "p", "small", "br", "strong", "a", "table", "tr", "th", "td"}
WORDS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n*[]()<>&\"'#>/:"))


class Reader(HTMLParser):
    """Takes down the elements, their attributes and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markdown: str, grid: Grid = ()) -> Reader:
    reader = Reader()
    reader.feed(html(markdown, grid))
    return reader


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("### 【提醒】甲", "<h3>【提醒】甲</h3>"),
        ("已**10天**未更新", "<p>已<strong>10天</strong>未更新</p>"),
        ("一\n二", "<p>一<br>\n二</p>"),
        ("> 县府办 · 编号1", "<p><small>县府办 · 编号1</small></p>"),
        (
            "[已知悉](https://x.example/k/a?b=1&c=2)",
            '<p><a href="https://x.example/k/a?b=1&amp;c=2">已知悉</a></p>',
        ),
        ("[点我](javascript:alert(1))", "<p>[点我](javascript:alert(1))</p>"),
        ("<b>甲</b> & 乙", "<p>&lt;b&gt;甲&lt;/b&gt; &amp; 乙</p>"),
    ],
)
def test_the_small_markdown_becomes_simple_html(markdown: str, shown: str) -> None:
    assert shown in html(markdown)


def test_the_table_stands_before_the_signature() -> None:
    page = html("### 甲\n\n正文\n\n> 县府办", (("账号", "天数"), ("甲", "12")))
    assert [page.index(part) for part in ("正文", "<th", "<td", "县府办")] == sorted(
        page.index(part) for part in ("正文", "<th", "<td", "县府办")
    )


@given(WORDS, WORDS)
def test_nothing_that_somebody_wrote_is_markup_or_fetched(words: str, cell: str) -> None:
    found = read(words, (("账号",), (cell,)))
    assert set(found.elements) <= OURS
    assert {name for name, _ in found.attributes} <= {"lang", "charset", "style", "href"}
    assert all(re.match("https?://", value or "") for name, value in found.attributes if name == "href")
    assert cell in found.text
