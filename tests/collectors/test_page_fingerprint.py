"""Two pages of one fingerprint are read the same, whatever was altered; and what sites change all the time is known."""

from __future__ import annotations

import ast
import inspect
import multiprocessing
import re
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from types import ModuleType

import pytest

from collectors import html, wire, worker
from collectors.page_fingerprint import UNREAD_VALUES
from collectors.platforms import website
from monitor.core.collector import Page
from monitor.core.schedule import BELIEVED
from tests.collectors import altered
from tests.collectors.pages import AT, URL, below, row
from tests.collectors.pages import html as html_page
from tests.collectors.test_linear import PIECES, SPARE, work

LATER = timedelta(hours=3)
ASKS_NODES = re.compile(
    r"(?<!\bhtml)\.(?:text\(|text_content|html\b|inner_html|raw_value|comment_content|attrs\b|text_lexbor|id\b)"
)
"""Ways to ask a node for what lies in it."""


def page(text: str) -> Page:
    return Page(url=URL, status=200, headers={}, body=text.encode("utf-8", "surrogatepass"), at=AT)


def read(shown: Page) -> tuple[wire.ParserAnswer, html.Watched]:
    with html.watching() as watched:
        return worker.read(website.read, shown), watched


def fingerprint(shown: Page) -> tuple[str | None, wire.ParserAnswer]:
    """Return the fingerprint that is kept of a page, and how it was read; none of one soon to be read otherwise."""
    made, watched = read(shown)
    lasts = made.other_from is None or made.other_from >= AT + BELIEVED
    return (website.FINGERPRINT.of(shown, watched) if made.timeline and lasts else None), made


@dataclass(slots=True)
class Tally:
    """What came of pages that were altered."""

    pages: int = 0
    marked: int = 0
    altered: int = 0
    known: int = 0
    missed: tuple[tuple[str, str], ...] = ()
    harmless: int = 0
    harmless_known: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def tried(seed: int, count: int) -> Tally:
    """Alter that many pages, and tell which are taken for what they were and yet are read otherwise."""
    tally = Tally()
    for text, dice in altered.pages(seed):
        tally.pages += 1
        mark, made = fingerprint(page(text))
        if mark is None:
            continue
        tally.marked += 1
        for _ in range(25):
            if tally.altered >= count:
                return tally
            soft = altered.harmless(text, dice) if dice.random() < 0.3 else None
            other = replace(page(soft or altered.any_way(text, dice)), at=AT + LATER)
            tally.altered += 1
            is_known = website.FINGERPRINT.fits(other, mark)
            tally.known += is_known
            if is_known and replace(read(other)[0], other_from=None) != replace(made, other_from=None):
                tally.missed += ((text, html.decode(other)),)
            if soft:
                tally.harmless += 1
                tally.harmless_known += is_known
    return tally


def test_no_altered_page_is_taken_for_what_it_was_when_it_is_read_otherwise() -> None:
    tally = tried(1, 1_500)
    assert not tally.missed
    assert tally.harmless_known > tally.harmless * 0.6 > 50


ROW = "<li><a href=/8.html>{0}关于领取证件的通知</a>{1}<span>2026-02-01</span></li>"
ODD = {
    "a comment that ends where it begins": ("<!-- 7 -->", "<!-->2026-11-19<a href=/9.html>第九条通知今天发布</a> -->"),
    "a comment that a dash ends": ("<!-- 7 -->", "<!--->2026-11-19<a href=/9.html>第九条通知今天发布</a> -->"),
    "a comment with another end": ("<!-- 7 -->", "<!-- --!>2026-11-19<a href=/9.html>第九条通知今天发布</a> -->"),
    "a value that ends as a quote begins": ('<img src="/i?t=1">', '<img src="/i?t=">'),
    "a quote in a value": ('<img src="/i?t=1">', """<img src="/i?t='>">"""),
    "a script that ends early": ("<script>f(7)</script>", "<script>f</script>2026-11-19<a href=/9.html>x</a></script>"),
    "a script in a drawing": ("<svg><script>7</script></svg>", "<svg><script><a href=/9.html>x</a></script></svg>"),
    "a number that is a date": ("</ul><div><b>1234567</b></div><ul>", "</ul><div><b>20261119</b></div><ul>"),
    "the publication": ('<meta name="pubdate" content="2026-11-01">', '<meta name="pubdate" content="2026-11-02">'),
    "a script in a title": (ROW.format("<script>7</script>", ""), ROW.format("<script>8</script>", "")),
    "words that also stand in a comment": (
        "<!-- 7 --><textarea><!-- 7 --></textarea>",
        "<!-- 7 --><textarea><!-- 8 --></textarea>",
    ),
    "what a parser leaves out amid a date": (
        "</ul><div><b>1234567</b></div><ul>",
        "</ul><div><b>202\x0061119</b></div><ul>",
    ),
    "a number in a row": (ROW.format("", "<i>1234</i>"), ROW.format("", "<i>1235</i>")),
}


@pytest.mark.parametrize("case", ODD)
def test_what_may_mean_something_else_is_not_taken_for_what_it_was(case: str) -> None:
    before, after = (html_page(below(row("2026-02-18")).replace("</ul>", f"{piece}</ul>")) for piece in ODD[case])
    mark, _ = fingerprint(page(before))
    assert mark
    assert website.FINGERPRINT.fits(page(before), mark)
    assert not website.FINGERPRINT.fits(page(after), mark)


@pytest.mark.parametrize(
    "piece", [*PIECES, "<script>", "<script src='", "<!-- -->", "<input value=7>", ">1234<", ">123"]
)
def test_twice_the_page_is_at_most_twice_the_work(piece: str) -> None:
    once, twice = (
        work(lambda text=piece * times: website.FINGERPRINT.fits(page(text), ":"))  # type: ignore[misc]
        for times in (1_500, 3_000)
    )
    assert twice <= 2.1 * once + SPARE


@pytest.mark.slow
def test_of_many_altered_pages_none_is_taken_for_what_it_was_when_it_is_read_otherwise() -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        parts = pool.starmap(tried, [(seed, 5_000) for seed in range(100, 120)])
    tally = sum(parts, Tally())
    assert tally.altered == 100_000
    assert not tally.missed
    assert tally.harmless_known > tally.harmless * 0.6


def readers() -> list[ModuleType]:
    """Return the modules that have a hand in reading a page's tree."""
    found = {website}
    for _ in range(9):
        used = {value for module in found for value in vars(module).values() if isinstance(value, ModuleType)}
        used |= {
            sys.modules[getattr(value, "__module__", "") or "sys"]
            for module in found
            for value in vars(module).values()
        }
        found |= {module for module in used if module.__name__.startswith("collectors.")}
    return [module for module in found if not module.__name__.endswith(("fingerprint", ".http", ".loose_xml"))]


def test_readers_ask_nodes_for_their_texts_where_it_is_noted() -> None:
    for module in readers():
        asking = {line.strip() for line in inspect.getsource(module).splitlines() if ASKS_NODES.search(line)}
        assert asking <= NOTED, module.__name__
    assert {"collectors.rows", "collectors.row", "collectors.hits", "collectors.years"} <= {
        one.__name__ for one in readers()
    }


NOTED = {
    'return _noted(node.text(separator=separator) or "")',
    'return _noted(node.text_content or "")',
    'yield node, node.text_content or ""',
    'yield node, node.comment_content or ""',
}


def test_no_reader_asks_for_an_attribute_that_is_left_out() -> None:
    for module in readers():
        words = {
            node.value for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Constant)
        }
        selectors = " ".join(word for word in words if isinstance(word, str) and "[" in word and "(?" not in word)
        assert not words & UNREAD_VALUES, module.__name__
        assert not any(f"[{name}" in selectors for name in UNREAD_VALUES), module.__name__
