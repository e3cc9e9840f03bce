"""Targets of the collectors: every function that reads an answer, found by its signature, and what stands before it."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import is_dataclass, replace
from functools import cache, partial
from ipaddress import ip_network
from itertools import islice
from types import ModuleType
from typing import Any

import httpx

import collectors
from collectors import (
    charsets,
    cookies,
    datebox,
    dated_addresses,
    dates,
    decoding,
    feed_dates,
    guard,
    heads,
    html,
    ids,
    json_body,
    loose_xml,
    markers,
    plists,
    politeness,
    seal,
    wechat,
    wire,
    worker,
)
from collectors.http import _url
from collectors.links import PostLinks, Signed
from collectors.packages import ranges
from collectors.packages.archive import PIECE
from collectors.page_fingerprint import PageFingerprint
from collectors.platforms import feed, website
from monitor.core.collector import Continuation, KeyedCollector, Page, ProvingCollector
from monitor.core.download import Download
from monitor.core.observation import LookFailedError, Profile, Timeline, within_bounds
from tests.collectors.test_linear import PROVED
from tests.fuzz.heads import HOME, NOW, page_of, parted, written
from tests.fuzz.target import FIXTURES, OpenError, Target

Parser = Callable[[Page], object]
SEEN = (Timeline, Signed, Download, Continuation)
NAMES = {kind.__name__ for kind in SEEN}
ARGUMENTS: Mapping[str, Sequence[object]] = {
    "kind": tuple(ranges.JUDGES),
    "marker": ("ok", '{"ok": true}'),
    "day": ("2026-03-01",),
    "rules": (None,),
    "about": (None, Profile(name="示例县发布")),
    "judge": tuple(ranges.JUDGES.values()),
}
"""What a reader is given besides its page, by the argument's name."""
PIECES = {"collectors.packages.ranges.needed", "collectors.packages.ranges.judged"}
"""Readers whose page is pieces of a file: tried together, as they are used."""


def modules() -> Iterator[ModuleType]:
    """Yield all modules of the collectors."""
    for found in pkgutil.walk_packages(collectors.__path__, "collectors."):
        yield importlib.import_module(found.name)


def is_reader(function: object, module: ModuleType) -> bool:
    """True if a function is one that a page is read with: public, of a page, and returning what a look sees."""
    if not inspect.isfunction(function) or function.__module__ != module.__name__ or function.__name__[0] == "_":
        return False
    written = inspect.signature(function)
    first = next(iter(written.parameters.values()), None)
    return first is not None and first.annotation == "Page" and written.return_annotation in NAMES


@cache
def readers() -> Mapping[str, Parser]:
    """Return whatever reads a page, by its name: functions of modules, and each collector's `parse`."""
    found: dict[str, Parser] = {}
    for module in modules():
        for name, value in vars(module).items():
            if is_reader(value, module):
                found[f"{module.__name__}.{name}"] = value
        if hasattr(module, "COLLECTOR"):
            found[f"{module.__name__}.COLLECTOR.parse"] = module.COLLECTOR.parse
    return found


def ready(parser: Parser) -> Iterator[Parser]:
    """Yield a reader that needs its page alone, for each of the other arguments that it may be given."""
    others = [name for name, one in inspect.signature(parser).parameters.items() if one.kind is not one.VAR_KEYWORD][1:]
    if not others:
        yield parser
        return
    (name,) = others
    for value in ARGUMENTS[name]:
        yield partial(parser, **{name: value})


def seen_by(parsers: Sequence[Parser], data: bytes) -> tuple[object, ...]:
    """Return what each reader sees in an answer, cut and sent over as the reading process does it."""
    page = page_of(data)
    found: list[object] = []
    for parser in parsers:
        with suppress(LookFailedError), dates.other_readings():
            seen = parser(page)
            if not isinstance(seen, SEEN):
                raise OpenError(f"{parser} gave a {type(seen).__name__}")
            seen = worker.bounded(seen)
            message = wire.written(wire.reading(seen))
            if wire.understood(message[wire.HEAD :]).outcome != seen:
                raise OpenError(f"what {parser} saw is another thing once it was sent over")
            found.append(seen)
    return tuple(found)


def fixtures_of(name: str) -> Iterator[bytes]:
    """Yield a platform's recorded answers."""
    folder = FIXTURES / name
    manifest = json.loads((folder / "expected.json").read_text("utf-8"))
    for one in manifest["fixtures"]:
        body = (folder / one["file"]).read_bytes()
        yield written(body, one["url"], one.get("status", 200), one.get("headers"))


def seeds_of(module: str) -> Iterator[bytes]:
    """Yield what a module's readers are first tried with: its platform's answers, else some of every platform."""
    name = module.rpartition(".")[2]
    if (FIXTURES / name).is_dir():
        yield from fixtures_of(name)
        return
    for folder in sorted(FIXTURES.iterdir()):
        if (folder / "expected.json").exists():
            yield from islice(fixtures_of(folder.name), 2)


def module_of(name: str) -> str:
    """Return the module that a reader is in."""
    return name.removesuffix(".COLLECTOR.parse") if name.endswith(".COLLECTOR.parse") else name.rpartition(".")[0]


def pages() -> Iterator[Target]:
    """Yield a target for each module with readers of pages."""
    grouped: dict[str, list[Parser]] = {}
    for name, parser in readers().items():
        if name not in PIECES:
            grouped.setdefault(module_of(name), []).extend(ready(parser))
    for module, parsers in grouped.items():
        yield Target(
            name=module,
            read=partial(seen_by, tuple(parsers)),
            gives=tuple,
            closed=(LookFailedError,),
            seeds=partial(seeds_of, module),
        )


def known_again(data: bytes) -> tuple[object, ...]:
    """Return whether a second page is taken for the first, whose reading then is the second's too.

    Raises LookFailedError.
    """
    first, _, second = data.partition(b"\n=====\n")
    page = page_of(first)
    other = replace(page, body=parted(second)[1] or page.body.replace(b"1", b"7"))
    known = PageFingerprint(website.read)
    with html.watching() as watched, dates.other_readings():
        seen = website.read(page)
    mark = known.of(page, watched)
    if mark is None:
        return (None,)
    fits = known.fits(other, mark)
    with suppress(LookFailedError), dates.other_readings():
        if fits and website.read(other) != seen:
            raise OpenError("a page is taken for another that is read otherwise")
    return fits, known.fits(page, mark)


def pair_seeds() -> Iterator[bytes]:
    """Yield pages of websites, each with itself and with a page that differs in what nobody reads."""
    rows = "".join(f'<li><a href="/a/{n}.html">示例新闻标题{n}</a><span>2026-02-1{n}</span></li>' for n in range(1, 8))
    loose = '<!-- made in 12 ms --><input type="hidden" name="token" value="abc{0}"><p>访问量12345次</p>'
    pages = [f"<html><body>{loose.format(n)}<ul>{rows}</ul></body></html>".encode() for n in (12_345, 67_890)]
    yield b"\n=====\n".join(written(one) for one in pages)
    for one in fixtures_of("website"):
        yield one + b"\n=====\n" + one.replace(b"0", b"8")


def packaged(data: bytes) -> tuple[object, ...]:
    """Return what each judge makes of a file that is had piece by piece, as the look asks for the pieces."""
    found: list[object] = []
    for kind in ranges.JUDGES:
        with suppress(LookFailedError):
            found.append(_by_pieces(data, kind))
    return tuple(found)


def _by_pieces(data: bytes, kind: str) -> Download:
    body, pieces = data[:PIECE], [(0, min(PIECE, len(data)))]
    for _ in range(64):
        page = Page(url="https://a.example/x", status=206, headers={}, body=body, at=NOW)
        arguments = {"kind": kind, "total": len(data), "pieces": tuple(pieces)}
        wanted = ranges.needed(page, **arguments).numbers  # type: ignore[arg-type] # by name
        if not wanted:
            return ranges.judged(page, **arguments)  # type: ignore[arg-type] # as above
        start, end = wanted["start"], wanted["end"]
        if not 0 <= start <= end <= len(data):
            raise OpenError(f"a piece that is none: {start} to {end} of {len(data)}")
        body += data[start:end]
        pieces.append((start, end))
    raise OpenError("it never has enough pieces")


def package_seeds() -> Iterator[bytes]:
    """Yield the packages among the recorded answers."""
    for ending in ("apk", "ipa", "hap", "app"):
        yield from (path.read_bytes() for path in sorted((FIXTURES / ending).glob(f"*.{ending}")))


def dated(data: bytes) -> tuple[object, ...]:
    """Return what every reader of dates makes of a text."""
    text = data.decode("utf-8", "replace")
    with dates.other_readings():
        found = [read(text, NOW) for read in (dates.read, feed_dates.read, datebox.read, datebox.tail)]
        found += [read(text, NOW) for read in (ids.weibo, ids.bilibili, ids.douyin, ids.toutiao)]
        found += [dates.epoch(number, NOW) for number in (text, *_numbers(text))]
        found.append(dated_addresses.in_address(text, NOW))
        boxes = [datebox.read(text, NOW, 2025), datebox.only_year(text), datebox.year_in(text), datebox.month_in(text)]
        readings = (datebox.clean(text), datebox.has_weekday(text), datebox.is_date_like(text), datebox.label_of(text))
        return (*found, *boxes, *readings, datebox.is_unread(text, NOW))


def _numbers(text: str) -> Iterator[object]:
    """Yield the numbers that a text is as JSON: those are what `epoch` is given."""
    with suppress(ValueError):
        number = json.loads(text[:400])
        if isinstance(number, int | float):
            yield number


def date_seeds() -> Iterator[bytes]:
    """Yield texts that stand for moments, in many forms."""
    texts = (
        *(
            "2026-02-18",
            "2026年2月18日 9:05",
            "02-18 09:05",
            "昨天 12:30",
            "3小时前",
            "刚刚",
            "2026/2/18T09:05:01+08:00",
        ),
        *("Wed, 18 Feb 2026 09:05:00 GMT", "Wed Feb 18 09:05:00 +0800 2026", "二〇二六年二月十八日", "18/02/2026"),
        *("发布时间：2026-02-18 来源：示例", "1771376700", "1771376700000", "1e999", "20260218", "星期三", "半小时前"),
        *("2026-02-18 下午3:05", "Feb 18, 2026 3:05 PM", "[2026-02-18]", "https://a.cn/2026-02/18/c_1.htm", "2026.02"),
        *("5114214141414141", "7330000000000000000", "900000000000000000"),
    )
    yield from (text.encode() for text in texts)


def linked(data: bytes) -> tuple[object, ...]:
    """Return what every collector makes of a link, and of a key."""
    text = data.decode("utf-8", "replace")
    link = wechat.permalink("https://mp.weixin.qq.com/", text)
    found: list[object] = [link, wechat.message_id(link or "")]
    found += [wechat.is_article(text), wechat.is_biz(text)]
    for module in modules():
        collector = getattr(module, "COLLECTOR", None)
        if isinstance(collector, ProvingCollector):
            found += [collector.is_post(text), collector.may_be_post(text)]
        if isinstance(collector, KeyedCollector):
            found.append(bool(collector.key_form.fits(text)))
    for links in (value for module in modules() for value in vars(module).values() if isinstance(value, PostLinks)):
        if post := links._found(text):
            with suppress(LookFailedError):
                found.append(post.by_id())
    return tuple(found)


def link_seeds() -> Iterator[bytes]:
    """Yield links as people paste them."""
    links = (
        *("https://m.weibo.cn/detail/5114214141414141", "https://weibo.com/1234567890/OxYz12345"),
        *("https://www.douyin.com/video/7330000000000000000", "https://v.douyin.com/abcdef/", "https://b23.tv/abcdef"),
        *("https://www.toutiao.com/article/7330000000000000000/", "https://www.bilibili.com/video/BV1xx411c7mD"),
        *("https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv", "https://weixin.qq.com/sph/AbCdEf"),
        *(
            "https://mp.weixin.qq.com/s?__biz=MzA4MDAxMjM0NQ==&mid=2650000001&idx=1&sn=0123456789abcdef0123456789abcdef",
        ),
        *("https://t.bilibili.com/900000000000000000", "https://[::1", "https://a.example/#列表=ul>li"),
    )
    yield from (link.encode() for link in links)


def on_the_loop(data: bytes) -> tuple[object, ...]:
    """Return what each function makes of a text that reads where everybody waits for it."""
    text = data.decode("utf-8", "replace")
    found: list[object] = []
    for act in PROVED.values():
        with suppress(LookFailedError):
            found.append(act(text))
    return tuple(found)


def unpacked(data: bytes) -> bytes:
    """Return a body as `Content-Encoding` says it is packed; raises LookFailedError."""
    coding, body = parted(data)
    found = decoding.decoded(body, coding.decode("latin-1"), 1 << 20)
    decoding.is_whole_document(found)
    if len(found) > 1 << 20:
        raise OpenError("more than was to be unpacked")
    return found


def headed(data: bytes) -> tuple[object, ...]:
    """Return the head of an answer, mended; what is mended is not mended again."""
    end = heads.end_of(data)
    head = data[:end] if end >= 0 else data
    mended = heads.mended(head)
    if mended != head and heads.mended(mended) != mended:
        raise OpenError("a mended head is mended again")
    location = heads.location([value.strip() for name, _, value in (_.partition(b":") for _ in head.split(b"\r\n"))])
    with suppress(LookFailedError):
        if location and not str(_url(location, base=httpx.URL(HOME))).isprintable():
            raise OpenError("an address with signs that steer")
    return heads.is_interim(head), heads.body_of(mended), location


def led_on(data: bytes) -> tuple[object, ...]:
    """Return where an answer leads, and how long it would have us stay away; raises LookFailedError."""
    text = data.decode("utf-8", "replace")
    first, _, pause = text.partition("\n")
    url = _url(first, base=httpx.URL(HOME))
    guards = (guard.AddressGuard(), guard.AddressGuard((ip_network("127.0.0.0/8"),)))
    found = [(one.allows_host(url.host), one.allows_host(url.host, is_resolved_elsewhere=True)) for one in guards]
    if found[0][0] and (address := guard.literal(url.host)) is not None and not guards[0].allows(address):
        raise OpenError(f"a host that may be named and not be connected to: {url.host}")
    page = Page(url=str(url), status=200, headers={}, body=b"", at=NOW)
    return (*found, politeness.retry_after(pause, NOW), feed._host(page.url))


LEADS = (
    b"//[::1]/x\n120",
    b"https://0x7f.1/\nWed, 18 Feb 2026 09:05:00 GMT",
    b"http://127.0.0.1.:80/\n-1",
    b"/list?a#b\n1e9",
)


def kept_cookies(data: bytes) -> str:
    """Return the cookies that a host's answer leaves in a look."""
    jar = cookies.Jar()
    jar.take(data.split(b"\n"), host="www.example.gov.cn", path="/list/x", now=NOW)
    said = jar.returned(host="www.example.gov.cn", path="/list/x", is_secure=True)
    if not said.isprintable() or len(said) > cookies.LONGEST_HEADER:
        raise OpenError("cookies that are no header")
    return said


def worded(data: bytes) -> tuple[object, ...]:
    """Return what stands in a text of unknown kind: a label of a charset, XML as it may be, a marker."""
    text = data.decode("utf-8", "replace")
    marker = text.partition("\n")[0]
    with suppress(loose_xml.CutOffXmlError):
        loose_xml.read(text, frozenset({"rss", "feed", "RDF"}))
    return (
        charsets.codec_of(text),
        markers.spoken(marker),
        markers.says(text, marker),
        json_body.count(text),
    )


def answered(data: bytes) -> wire.ParserAnswer:
    """Return an answer of a reading process that may have been taken over; raises GarbledError."""
    found = wire.understood(data)
    if not is_dataclass(found):
        raise OpenError("no answer")
    return found


def answer_seeds() -> Iterator[bytes]:
    """Yield answers of the reading process."""
    for body in islice(fixtures_of("weibo"), 4):
        with suppress(LookFailedError):
            page = page_of(body)
            seen: Any = importlib.import_module("collectors.platforms.weibo").COLLECTOR.parse(page)
            yield wire.written(wire.reading(within_bounds(seen)))[wire.HEAD :]


def opened(data: bytes) -> str | None:
    """Return what a sealed text says; None for what nobody sealed."""
    return seal.Seal("k" * 40).open(data, ("a", "b"))


def texts(folder: str) -> Iterator[bytes]:
    """Yield the bodies of a platform's recorded answers."""
    yield from (parted(one)[1] for one in fixtures_of(folder))


def lists() -> Iterator[bytes]:
    """Yield property lists."""
    yield from (path.read_bytes() for path in sorted((FIXTURES / "ipa").glob("*.plist")))


HEADS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b; Path=/; Domain=.example.gov.cn\r\n\r\nhello",
    b"http/1.0 302 \xd6\xd0\r\nLocation: //\xe4\xb8\xad.cn/a b?c#d\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\ncontent-length: 5, 5\r\n folded\r\n\r\n",
)
COOKIES = (b"a=b; Path=/; Domain=example.gov.cn; Secure\nc=d; Max-Age=-1\ne=f; Expires=Wed, 18 Feb 2026 09:05:00 GMT",)
CODED = (b"gzip\n\n\x1f\x8b\x08", b"deflate\n\n<html></html>", b"br\n\n{}", b"\n\n<!-- a --><?xml?><rss></rss>")


def targets() -> Iterator[Target]:
    """Yield the targets of the collectors."""
    yield from pages()
    yield Target(name="pages-known-again", read=known_again, gives=tuple, closed=(LookFailedError,), seeds=pair_seeds)
    yield Target(name="packages", read=packaged, gives=tuple, seeds=package_seeds)
    yield Target(name="dates", read=dated, gives=tuple, seeds=date_seeds, longest=2_000)
    yield Target(name="links", read=linked, gives=tuple, seeds=link_seeds, longest=4_000)
    yield Target(name="on-the-loop", read=on_the_loop, gives=tuple, seeds=date_seeds, longest=4_000)
    yield Target(
        name="content-codings",
        read=unpacked,
        gives=bytes,
        closed=(LookFailedError,),
        seeds=lambda: CODED,
        longest=8_000,
    )
    yield Target(name="heads", read=headed, gives=tuple, seeds=lambda: HEADS, longest=16_000)
    yield Target(
        name="redirects", read=led_on, gives=tuple, closed=(LookFailedError,), seeds=lambda: LEADS, longest=4_000
    )
    yield Target(name="cookies", read=kept_cookies, gives=str, seeds=lambda: COOKIES, longest=16_000)
    yield Target(name="words", read=worded, gives=tuple, seeds=partial(texts, "feed"), longest=16_000)
    yield Target(name="property-lists", read=plists.load, gives=(dict, type(None)), seeds=lists)
    yield Target(
        name="answers-of-the-reading-process",
        read=answered,
        gives=wire.ParserAnswer,
        closed=(wire.GarbledError,),
        seeds=answer_seeds,
    )
    yield Target(name="sealed", read=opened, gives=(str, type(None)), seeds=lambda: (b"\x01" * 60,), longest=400)
