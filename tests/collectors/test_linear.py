"""What reads on the event loop what a far side wrote: each is known, and its work grows with the text, not its square.

Work is counted in steps of the interpreter, not timed. A step may be a call into C; those that occur (finding, parting,
decoding, unpacking) are linear themselves, and regular expressions are tried in tests/test_patterns.py.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import httpx
import pytest

from collectors import answers, charsets, decoding, failures, heads, html, reader, sina
from collectors.cookies import Jar
from collectors.http import _Ask, _headers, _with_cookies
from collectors.links import BILIBILI
from collectors.packages import ranges
from collectors.platforms import channels_link, feed, website
from collectors.wechat import is_article
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError
from tests.collectors.callgraph import graph
from tests.collectors.conftest import NOW
from tests.collectors.test_slow_lists import LINK

OF_OUR_OWN = {
    "collectors.http.BoundFetch.read": "hands on",
    "collectors.packages.ranges._judge": "hands on, and counts bytes",
    "collectors.packages.ranges._piece": "counts bytes",
    "collectors.platforms.douyin.Douyin._profile": "asks whether a body is empty",
    "collectors.platforms.bilibili.Bilibili.prove": "an id of twenty signs, found before",
    "collectors.platforms.channels_link.ChannelsLink.request": "a key of the roster, or a link that was pasted",
    "collectors.platforms.huawei_store.HuaweiStore.ask": "a key of the roster",
    "collectors.platforms.huawei_store._with_token": "what the session keeps",
    "collectors.platforms.ipa._manifest": "a key of the roster",
    "collectors.platforms.kuaishou.Kuaishou._visitor": "what the session keeps",
    "collectors.platforms.sohu.Sohu.collect": "a key of the roster",
    "collectors.platforms.thepaper.Thepaper.collect": "a key of the roster",
    "collectors.platforms.website.read_key": "a key of the roster",
    "collectors.platforms.wechat_album._named": "a key of the roster",
    "collectors.platforms.wechat_official._Ask._memory": "what the session keeps",
    "collectors.platforms.wechat_official._kept_posts": "what the session keeps",
    "collectors.platforms.wechat_official._message": "a number of twenty digits, checked before",
    "collectors.platforms.zhihu.Zhihu.collect": "a key of the roster",
    "collectors.reader._Worker._said": "the reading process, within a length",
    "collectors.sina_visitor._cookies": "what the session keeps",
    "collectors.stores.AppStore._linked": "a key of the roster",
    "collectors.stores.AppStore._named": "a key of the roster",
    "collectors.wire.job": "hands on",
    "collectors.wire.lengths": "eight bytes",
    "collectors.wire.understood": "the reading process, within a length",
}
"""What reads on the loop, and nothing that grows with what a far side wrote."""


def page(text: str, **headers: str) -> Page:
    return Page(url="https://a.example/x", status=200, headers=headers, body=text.encode("utf-8", "replace"), at=NOW)


def response(text: str) -> httpx.Response:
    value = text.replace("\n", " ").replace("\r", " ").encode("utf-8", "replace")[:8_000]
    return httpx.Response(302, headers=[(b"location", value), (b"x", value)])


def cookies_of_look(text: str) -> None:
    jar = Jar()
    jar.take([text[:4_000].encode("utf-8", "replace")] * 60, host="a.b.example", path="/x/y", now=NOW)
    jar.returned(host="a.b.example", path="/x/y", is_secure=True)


def asked(text: str) -> _Ask:
    return _Ask(method="GET", url=httpx.URL("https://a.example/"), headers={"cookie": text}, content=b"")


PROVED: dict[str, Callable[[str], object]] = {
    "collectors.answers.cookies_of": lambda text: answers.cookies_of(page("", **{"set-cookie": text})),
    "collectors.decoding._begins_as_document": lambda text: decoding._begins_as_document(text.encode()),
    "collectors.decoding._codings": decoding._codings,
    "collectors.decoding._first_element": lambda text: decoding._first_element(text.encode(), 0),
    "collectors.decoding._inflated": lambda text: decoding.decoded(gzip.compress(text.encode()), "gzip", 10**7),
    "collectors.decoding.is_whole_document": lambda text: decoding.is_whole_document(b"<a>" + text.encode() + b"</a>"),
    "collectors.cookies.Jar._take": cookies_of_look,
    "collectors.cookies.Jar.take": cookies_of_look,
    "collectors.cookies._may_share": cookies_of_look,
    "collectors.failures._words": lambda text: failures._words(OSError(1, text)),
    "collectors.failures.at": lambda text: failures.at("x", httpx.URL(f"https://{text[:60].encode().hex()}.example/")),
    "collectors.heads._name": lambda text: heads._name(text.encode()),
    "collectors.heads._parted": lambda text: heads._parted(text.encode()),
    "collectors.heads._trimmed": lambda text: heads._trimmed(text.encode()),
    "collectors.heads.location": lambda text: heads.location([text.encode()]),
    "collectors.html._declared": lambda text: list(html._declared(page(text, **{"content-type": text}))),
    "collectors.html._decode": lambda text: html._decode(page(text)),
    "collectors.html._known": charsets.codec_of,
    "collectors.http._headers": lambda text: _headers(response(text), httpx.URL("https://a.example/")),
    "collectors.http._with_cookies": lambda text: _with_cookies(asked(text), Jar()),
    "collectors.links.LinkForm.found": lambda text: BILIBILI._found(f"https://www.bilibili.com/video/{text}"),
    "collectors.links.PostLinks.found": lambda text: BILIBILI.is_post(f"https://b23.tv/{text}"),
    "collectors.packages.ranges._total": lambda text: ranges._total(page("", **{"content-range": f"bytes {text}"}), 0),
    "collectors.platforms.channels_link._address": lambda text: channels_link.COLLECTOR.is_post(
        f"https://weixin.qq.com/sph/{text}"
    ),
    "collectors.platforms.website._onward": lambda text: website._onward(page(text)),
    "collectors.reader.is_harmless": lambda text: reader.is_harmless(page(text)),
    "collectors.wechat._article": lambda text: is_article(f"https://mp.weixin.qq.com/s?{text}"),
    "collectors.wechat.is_biz": lambda text: is_article(f"https://mp.weixin.qq.com/s?__biz={text}"),
    "collectors.wechat.long_form": lambda text: is_article(f"https://mp.weixin.qq.com/s?__biz=M&mid={text}"),
}
"""What reads on the loop what a far side wrote, and how it is given a text."""


def work(act: Callable[[], object]) -> int:
    """Return how many steps of the interpreter something takes, whether or not it fails."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Trace:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type] # a function that returns itself
    try:
        with suppress(LookFailedError, ValueError):
            act()
    finally:
        sys.settrace(before)
    return count


Trace = Callable[[FrameType, str, object], object]
PIECES = ("a", " ", "<", "<!--", "<a>", "=", ";", ",", "a=b; ", "%", "/", "?", "#", "&", "=&", "\t", "0", "-", "\u4e00")
SPARE = 2_000
"""Steps that a caught failure or a first call may cost besides."""


def test_whatever_reads_on_the_loop_is_known() -> None:
    calls = graph()
    reading = {name for name in calls.on_the_loop() if calls.reads(name)}
    assert reading == PROVED.keys() | OF_OUR_OWN.keys()


def test_whoever_parses_packages_lists_or_json_is_not_on_the_loop() -> None:
    on_the_loop = graph().on_the_loop()
    for name in ("bodies.load", "plists.load", "packages.archive.read_whole", "packages.android.judge", "html.tree"):
        assert f"collectors.{name}" not in on_the_loop


def test_a_function_that_reads_on_the_loop_would_be_found() -> None:
    """The walk itself: through a method, a function beside it and another module; not into what is read elsewhere."""
    on_the_loop = graph().on_the_loop()
    assert {"collectors.http._headers", "collectors.heads.location", "collectors.cookies._may_share"} <= on_the_loop
    assert "collectors.platforms.website.read" not in on_the_loop


@pytest.mark.parametrize("name", PROVED)
def test_twice_the_text_is_at_most_twice_the_work(name: str) -> None:
    act = PROVED[name]
    work(lambda: act("a"))
    for piece in PIECES:
        once, twice = (work(lambda text=piece * times: act(text)) for times in (1_500, 3_000))  # type: ignore[misc]
        assert twice <= 2.1 * once + SPARE, (piece, once, twice)


def read_with(parse: Callable[[Page], object], there: Page) -> int:
    return work(lambda: parse(there))


def list_page(row: str) -> Callable[[int], str]:
    return lambda times: f"<html><body><ul>{row * times}</ul></body></html>"


def rss(item: str) -> Callable[[int], str]:
    return lambda times: f'<?xml version="1.0"?><rss version="2.0"><channel>{item * times}</channel></rss>'


def weibo(card: object) -> Callable[[int], str]:
    return lambda times: json.dumps({"ok": 1, "data": {"cards": [card] * times}})


MBLOG = {"id": "1", "mid": "1", "created_at": "Sun Mar 01 10:00:00 +0800 2026", "text": "x", "user": {"id": 1}}
PAGES: dict[str, dict[str, Callable[[int], str]]] = {
    "collectors.platforms.website.read": {
        "rows": list_page(f"<li>{LINK}<span>2026-02-18</span></li>"),
        "links": list_page(LINK),
        "dates": list_page("<i>2026-02-18</i>"),
        "years": list_page("<i>2026</i>"),
        "nested": lambda times: list_page(f"<div>2026-02-18 {LINK}")(3 * times),  # looked into up to some depth
        "texts": list_page("<p>发布时间：2026-02-18 来源：示例</p>"),
        "text": list_page("2026-02-18 "),
    },
    "collectors.platforms.feed.read": {
        "items": rss("<item><title>x</title><link>https://a.cn/1</link><pubDate>2026-02-18</pubDate></item>"),
        "open items": rss("<item><title>x</title><pubDate>2026-02-18"),
        "entities": rss("&nope; &amp; <title>"),
        "namespaces": rss('<a:item xmlns:a="b"><a:pubDate>1</a:pubDate></a:item>'),
        "json": lambda times: json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}] * times}
        ),
    },
    "collectors.platforms.feed.read_of_well_bridge": {
        "items": rss("<item><title>x</title><pubDate>2026-02-18</pubDate></item>"),
    },
    "collectors.sina.told_and_seen": {
        "cards": weibo({"card_type": 9, "mblog": MBLOG}),
        "groups": weibo({"card_type": 11, "card_group": [{"card_type": 9, "mblog": MBLOG}]}),
        "tabs": lambda times: json.dumps({"ok": 1, "data": {"tabsInfo": {"tabs": [{"tab_type": "x"}] * times}}}),
    },
}
READ: dict[str, Callable[[Page], object]] = {
    "collectors.platforms.website.read": website.read,
    "collectors.platforms.feed.read": feed.read,
    "collectors.platforms.feed.read_of_well_bridge": feed.read_of_well_bridge,
    "collectors.sina.told_and_seen": sina.told_and_seen,
}


def test_every_parser_that_may_be_used_on_the_loop_is_proved() -> None:
    assert PAGES.keys() == READ.keys() == reader.LINEAR


@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shapes in PAGES.items() for shape in shapes])
def test_twice_the_page_is_at_most_twice_the_work_for_whoever_reads_on_the_loop(name: str, shape: str) -> None:
    made = PAGES[name][shape]
    once, twice = (read_with(READ[name], page(made(times))) for times in (150, 300))
    assert twice <= 2.3 * once + SPARE, (once, twice)
