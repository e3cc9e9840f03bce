"""Answers as real servers write them, on real sockets: what browsers show is read, and never as more than it is."""

import asyncio
import gzip
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import thread_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import decoding, heads
from collectors.cookies import MOST, Jar
from collectors.http import BoundFetch, Door, Policy
from collectors.platforms.website import read
from monitor.core.collector import Request
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import Covers, LookFailedError, Reason, Timeline, of_part
from tests.collectors.conftest import FREE, LOOPBACK, NOW, Far, OpenDoor, OpenFar, Script, answer

PAGE = b"<html><body>found</body></html>"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def zipped(content: bytes, level: int = 9) -> bytes:
    """Return the content as gzip, the same bytes in every second: tests are named after what they are given."""
    return gzip.compress(content, level, mtime=0)


def bound(door: Door, source: str = "website:1") -> BoundFetch:
    return door.bind(source, reader="website/1")


def chunks(content: bytes, size: int = 1_000_000, *, end: bool = True) -> bytes:
    """Return the content in chunks, with or without the last one."""
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + (b"0\r\n\r\n" if end else b"")


def saying(said: bytes) -> Script:
    async def say_and_leave(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    return say_and_leave


async def got(door: Door, there: Far, path: str = "/") -> bytes:
    return (await bound(door)(Request(url=there.url(path)))).body


async def failure(door: Door, there: Far, path: str = "/") -> Reason:
    with pytest.raises(LookFailedError) as caught:
        await bound(door)(Request(url=there.url(path)))
    return caught.value.reason


# --- codings


@pytest.mark.parametrize(
    "word", ["UTF-8", "utf8", "none", "GB2312", "gbk", "binary", "8bit", "text/html", "identity", "", "*", "chunked"]
)
async def test_a_word_that_names_no_coding_means_none(door: OpenDoor, far: OpenFar, word: str) -> None:
    assert await got(door(), await far(answer(PAGE, content_encoding=word))) == PAGE


@pytest.mark.parametrize(
    ("said", "wire"),
    [
        ("", zipped(PAGE)),
        ("UTF-8", zipped(PAGE)),
        ("gzip, identity", zipped(PAGE)),
        ("identity, GZIP", zipped(PAGE)),
        ('"gzip"', zipped(PAGE)),
        ("gzip;q=1.0", zipped(PAGE)),
        ("gzip, gzip", zipped(PAGE)),
        ("gzip, gzip", zipped(zipped(PAGE))),
        ("gzip, utf-8", zipped(PAGE)),
        ("gzip", zipped(PAGE) + b"\0" * 40),
        ("gzip", zipped(PAGE) + b"<!-- 0.1 s -->"),
        ("gzip", PAGE),
        ("br", PAGE),
        ("deflate", PAGE),
        ("deflate, gzip", zipped(zlib.compress(PAGE))),
        ("deflate", zlib.compress(PAGE) + b"junk"),
        ("deflate", zlib.compress(PAGE, 9)[2:-4] + b"junk"),
    ],
)
async def test_a_body_is_opened_as_it_is_and_not_as_it_is_called(
    door: OpenDoor, far: OpenFar, said: str, wire: bytes
) -> None:
    assert await got(door(), await far(answer(wire, content_encoding=said))) == PAGE


@pytest.mark.parametrize("said", ["gzip", "", "deflate"])
async def test_a_compressed_body_that_ends_early_is_truncated_and_not_unreadable(
    door: OpenDoor, far: OpenFar, said: str
) -> None:
    whole = zipped(PAGE * 9) if said != "deflate" else zlib.compress(PAGE * 9)
    here = door()
    for length in (12, 20, len(whole) // 2, len(whole) - 1):
        assert await failure(here, await far(answer(whole[:length], content_encoding=said))) is Reason.TRUNCATED, length


async def test_a_part_of_a_file_is_never_taken_for_a_compressed_body(door: OpenDoor, far: OpenFar) -> None:
    part = zipped(PAGE)
    there = await far(answer(part, "206 Partial Content", content_range=f"bytes 0-{len(part) - 1}/9000"))
    page = await bound(door())(Request(url=there.url(), stop_at=len(part)))
    assert page.body == part


@pytest.mark.parametrize("said", ["", "gzip", "UTF-8", "gzip, gzip"])
async def test_no_layers_however_named_unpack_to_more_than_the_cap(door: OpenDoor, far: OpenFar, said: str) -> None:
    bomb = zipped(zipped(bytes(50_000_000), 1), 1) if "," in said else zipped(bytes(50_000_000), 1)
    assert await failure(door(), await far(answer(bomb, content_encoding=said))) is Reason.TOO_LARGE


@given(
    st.sampled_from(["", "gzip", "x-gzip", "deflate", "UTF-8", "br", "gzip, deflate", "deflate, identity"]),
    st.binary(max_size=300),
    st.integers(0, 3),
    st.integers(0, 400),
)
def test_whatever_comes_is_opened_within_the_cap_or_refused(said: str, content: bytes, layers: int, cap: int) -> None:
    wire = content
    for _ in range(layers):
        wire = zipped(wire)
    try:
        assert len(decoding.decoded(wire, said, cap)) <= cap
    except LookFailedError as failed:
        assert failed.reason in {Reason.TOO_LARGE, Reason.TRUNCATED, Reason.UNREADABLE}  # noqa: PT017 - either will do


# --- lengths and chunks


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: 31", "Content-Length: 31"],
        ["Content-Length: 31", "X: y", "content-length:31", "CONTENT-LENGTH: 31"],
        ["Content-Length: 31, 31"],
        ["Content-Length : 31"],
        ["no header at all", "Content-Length: 31"],
        ["Bad Name: x", "Content-Length: 31"],
        ["X-Folded: a", "  b", "Content-Length: 31"],
        ["X-Long: " + "y" * 20_000, "Content-Length: 31"],
        ["标题: 内容", "X-内容: 标题", "Content-Length: 31"],
        [": empty", "Content-Length: 31", "Content-Length: 31"],
    ],
)
async def test_lengths_that_agree_and_lines_that_are_no_header_keep_nobody_from_the_page(
    door: OpenDoor, far: OpenFar, headers: list[str]
) -> None:
    there = await far("\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + PAGE)
    assert await got(door(), there) == PAGE


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: 31", "Content-Length: 30"],
        ["Content-Length: 30, 31"],
        ["Content-Length: 31", "Content-Length: x"],
        ["Content-Length: -31"],
        ["Content-Length: 31", "Content-Length: 1", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip", "Content-Length: 31"],
    ],
)
async def test_lengths_that_contradict_each_other_are_refused(door: OpenDoor, far: OpenFar, headers: list[str]) -> None:
    there = await far("\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + PAGE)
    assert await failure(door(), there) is Reason.HTTP_ERROR


@pytest.mark.parametrize(
    "headers",
    [
        ["Transfer-Encoding: chunked", "Content-Length: 31"],
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: identity, Chunked"],
        ["Transfer-Encoding: chunked, chunked", "Content-Length: 31", "Content-Length: 31"],
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_where_there_are_chunks_they_say_where_the_page_ends(
    door: OpenDoor, far: OpenFar, headers: list[str], size: int
) -> None:
    there = await far("\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + chunks(PAGE, size))
    assert await got(door(), there) == PAGE


@pytest.mark.parametrize(
    "status",
    [
        b"HTTP/1.1 200",
        "HTTP/1.1 200 成功".encode("gb18030"),
        "HTTP/1.1 200 成功".encode(),
        b"http/1.1 200 ok",
        b"HTTP/1.1  200  OK",
        b"HTTP/1 200 OK",
        b"HTTP/1.0 200 OK",
    ],
)
async def test_a_status_line_may_be_written_in_any_way(door: OpenDoor, far: OpenFar, status: bytes) -> None:
    assert await got(door(), await far(status + b"\r\nContent-Length: 31\r\n\r\n" + PAGE)) == PAGE


@pytest.mark.parametrize("pieces", [1, 3])
async def test_of_a_page_longer_than_it_says_as_much_is_read_as_it_says(
    door: OpenDoor, far: OpenFar, pieces: int
) -> None:
    async def say(_: bytes, writer: asyncio.StreamWriter) -> None:
        said = b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n" + PAGE
        for at in range(0, len(said), len(said) // pieces):
            writer.write(said[at : at + len(said) // pieces])
            await writer.drain()

    there, here = await far(say), door()
    assert [await got(here, there) for _ in range(2)] == [PAGE[:17]] * 2


async def test_a_page_whose_length_is_said_to_be_nothing_ends_with_its_connection(door: OpenDoor, far: OpenFar) -> None:
    there = await far(saying(b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n" + PAGE))
    assert await got(door(), there) == PAGE


async def test_an_answer_without_a_body_leaves_its_connection_in_use(door: OpenDoor, far: OpenFar) -> None:
    there = await far(b"HTTP/1.1 204 No Content\r\nContent-Length: 31\r\n\r\n")
    here = door()
    assert [await got(here, there) for _ in range(2)] == [b"", b""]
    page = await bound(here)(Request(url=there.url(), method="HEAD"))
    assert page.body == b""


async def test_a_connection_whose_head_was_mended_is_not_used_again(door: OpenDoor, far: OpenFar) -> None:
    smuggled = answer(b"<html>somebody else's answer</html>")
    there = await far(b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\nContent-Length: 31\r\n\r\n" + PAGE + smuggled)
    here = door()
    assert [await got(here, there) for _ in range(3)] == [PAGE] * 3


async def test_a_head_comes_in_pieces_and_behind_another(door: OpenDoor, far: OpenFar) -> None:
    said = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    said += b"HTTP/1.1 200 OK\nContent-Length: 31\nContent-Length: 31\n\n" + PAGE

    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(said), 7):
            writer.write(said[at : at + 7])
            await writer.drain()
            await asyncio.sleep(0)

    assert await got(door(), await far(drip)) == PAGE


def endless(head: bytes, unit: bytes) -> Script:
    """Say something again and again until nobody listens."""

    async def say(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        with suppress(ConnectionError):
            while True:
                writer.write(unit * 1_000)
                await writer.drain()

    return say


@pytest.mark.parametrize(
    ("head", "unit", "reason"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", Reason.HTTP_ERROR),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", Reason.HTTP_ERROR),
        (CHUNKED, b"1\r\n<\r\n", Reason.TRUNCATED),
        (CHUNKED, b"000000000000000000000002\r\n<a\r\n", Reason.TRUNCATED),
        (CHUNKED, b"1;a=bcdefgh\r\n<\r\n", Reason.TRUNCATED),
        (CHUNKED + b"5\r\n<html\r\n0\r\n", b"X-More: of it\r\n", Reason.TRUNCATED),
        (CHUNKED + b"5;", b"a=bcdefgh;", Reason.TRUNCATED),
    ],
)
async def test_what_costs_far_more_than_it_says_is_not_listened_to(
    door: OpenDoor, far: OpenFar, head: bytes, unit: bytes, reason: Reason
) -> None:
    there = await far(endless(head, unit))
    began = thread_time()
    assert await failure(door(), there) is reason
    assert thread_time() - began < 2  # and not all of the seconds that an answer may take


async def test_a_page_in_small_chunks_is_read_whole(door: OpenDoor, far: OpenFar) -> None:
    long = b"<html>" + b"a word or two " * 20_000 + b"</html>"
    assert await got(door(), await far(CHUNKED + chunks(long, 8))) == long
    assert await got(door(), await far(CHUNKED + chunks(long[:8_000], 1))) == long[:8_000]


async def test_an_answer_may_be_announced_a_few_times(door: OpenDoor, far: OpenFar) -> None:
    said = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 5
    assert await got(door(), await far(said + answer(PAGE))) == PAGE


HEADER = st.sampled_from(
    [
        b"Content-Length: 3",
        b"Content-Length: 4",
        b"content-length : 3",
        b"Content-Length: 3, 3",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: gzip, chunked",
        b"X: \xc4\xe3",
        b"no header",
        b" folded",
        b"Server: a\rb",
    ]
)


@given(st.lists(HEADER, max_size=7))
def test_a_mended_head_says_one_thing_and_mending_it_again_changes_nothing(lines: list[bytes]) -> None:
    head = b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])
    mended = heads.mended(head)
    assert heads.mended(mended) == mended
    assert heads.end_of(mended) == len(mended)
    if mended != head:
        assert mended.lower().count(b"content-length") + mended.lower().count(b"transfer-encoding") <= 1


# --- answers without their end


@pytest.mark.parametrize(
    "said",
    [
        CHUNKED + chunks(PAGE, end=False),
        CHUNKED + chunks(PAGE, 4, end=False),
        CHUNKED + chunks(PAGE, end=False) + b"0\r\n",
        CHUNKED + chunks(PAGE + b"\r\n<!-- 0.03 s -->\n", end=False),
        CHUNKED + chunks(b'{"list": [1, 2]}', end=False),
        CHUNKED + chunks(b'\xef\xbb\xbf [{"a": 1}]\n', end=False),
        CHUNKED + chunks(b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>\n', end=False),
        CHUNKED + chunks(b"<feed><entry></entry></feed>", end=False),
        CHUNKED + chunks(b"<!DOCTYPE html><HTML><p>\xc4\xe3</HTML >", end=False),
        answer(PAGE, content_length="40"),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n"
        + chunks(zipped(PAGE), end=False),
    ],
)
async def test_a_document_that_is_all_there_is_read_without_the_end_of_its_answer(
    door: OpenDoor, far: OpenFar, said: bytes
) -> None:
    fetch = bound(door())
    there = await far(saying(said))
    page = await fetch(Request(url=there.url(), conditional=True))
    assert page.body
    assert not fetch.is_whole
    assert fetch.validators is None, "what came in part must not stand for the page the next time"


@pytest.mark.parametrize(
    "said",
    [
        CHUNKED + chunks(PAGE[:-2], end=False),
        CHUNKED + chunks(b"<html><ul><li>2026-03-01</li>", end=False),
        CHUNKED + chunks(b'{"list": [1, 2]', end=False),
        CHUNKED + chunks(b"<rss><channel><item></item>", end=False),
        CHUNKED + chunks(b"<rss><channel></channel></rs", end=False),
        CHUNKED + chunks(b"plain words", end=False),
        CHUNKED + b"ff\r\n<html></html",
        answer(PAGE[:-3], content_length="31"),
        CHUNKED,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n"
        + chunks(zipped(PAGE)[:-9], end=False),
    ],
)
async def test_a_document_that_breaks_off_is_truncated(door: OpenDoor, far: OpenFar, said: bytes) -> None:
    assert await failure(door(), await far(saying(said))) is Reason.TRUNCATED


@pytest.mark.parametrize("broken", [b"zz\r\n", b"1g\r\n", b"-1\r\n", b"\xff\xfe"])
async def test_chunks_that_are_none_end_the_answer_at_once(door: OpenDoor, far: OpenFar, broken: bytes) -> None:
    async def say_and_stay(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunks(PAGE if b"/whole" in request else PAGE[:9], end=False))
        await writer.drain()
        writer.write(broken)
        await writer.drain()

    there, here = await far(say_and_stay), door()
    started = asyncio.get_running_loop().time()
    assert await failure(here, there) is Reason.TRUNCATED
    assert await got(here, there, "/whole") == PAGE
    assert asyncio.get_running_loop().time() - started < 10, "not by its time-out of 20 s"


async def test_a_page_that_is_there_counts_though_its_server_never_ends_the_answer(
    door: OpenDoor, far: OpenFar
) -> None:
    async def say_and_stay(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunks(PAGE, end=False))
        await writer.drain()
        await asyncio.Event().wait()

    fetch = bound(door(Policy(allow=LOOPBACK, pace=FREE, total=timedelta(milliseconds=300))))
    page = await fetch(Request(url=(await far(say_and_stay)).url()))
    assert (page.body, fetch.is_whole) == (PAGE, False)


def test_of_a_part_nothing_is_concluded_that_what_is_missing_may_change() -> None:
    seen = of_part(Timeline(covers=Covers.ALL))
    assert isinstance(seen, Timeline)
    assert seen.covers is Covers.SOME
    assert of_part(Download(link=Link.SERVICE)) == Download(link=Link.SERVICE)
    with pytest.raises(LookFailedError) as caught:
        of_part(Download(link=Link.SERVICE, fault=AppFault.NO_MARKER))
    assert caught.value.reason is Reason.TRUNCATED


DAYS = [datetime(2026, 2, day, tzinfo=UTC) for day in range(1, 21)]
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "UTF-8": bytes,
    "gzip": gzip.compress,
    "none": gzip.compress,
    "gzip, identity": gzip.compress,
    "deflate": zlib.compress,
    "identity, deflate": lambda content: zlib.compress(content)[2:-4],
}


def column(days: Sequence[datetime]) -> bytes:
    rows = "".join(f"<li><a href='/{day:%d}.html'>我县召开第{day:%d}次会议</a> {day:%Y-%m-%d}</li>" for day in days)
    return f"<html><head><meta charset='utf-8'></head><body><ul>{rows}</ul></body></html>".encode()


async def looked(said: bytes) -> Timeline | Reason:
    """Return how a look at a column ends, on sockets, as a look goes."""
    there = Far(saying(said))
    await there.open(None)
    try:
        async with Door(Policy(allow=LOOPBACK, pace=FREE, total=timedelta(seconds=5)), lambda: NOW) as here:
            fetch = bound(here)
            page = await fetch(Request(url=there.url()))
            seen = read(page)
            whole = seen if fetch.is_whole else of_part(seen)
            assert isinstance(whole, Timeline)
            return whole
    except LookFailedError as failed:
        return failed.reason
    finally:
        await there.close()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    newest_first=st.booleans(),
    coding=st.sampled_from(sorted(ENCODERS)),
    framing=st.sampled_from(["length", "lengths", "chunks", "both", "until the end", "no last chunk"]),
    size=st.integers(1, 3000),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_however_a_page_comes_it_never_covers_all_without_its_newest_post(
    *, newest_first: bool, coding: str, framing: str, size: int, kept: float
) -> None:
    wire = ENCODERS[coding](column(DAYS[::-1] if newest_first else DAYS))
    head = {"content-encoding": coding} if coding else {}
    lines = [f"{name}: {value}" for name, value in head.items()]
    if framing in {"length", "lengths", "both"}:
        lines += [f"Content-Length: {len(wire)}"] * (2 if framing == "lengths" else 1)
    is_chunked = framing in {"chunks", "both", "no last chunk"}
    if is_chunked:
        lines.append("Transfer-Encoding: chunked")
    sent = chunks(wire, size, end=framing != "no last chunk") if is_chunked else wire
    sent = sent[: round(len(sent) * kept)]
    seen = asyncio.run(looked("\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + sent))
    if isinstance(seen, Timeline) and seen.covers is Covers.ALL:
        assert seen.newest
        assert seen.newest.published_at.date() in {DAYS[-1].date(), (DAYS[-1] - timedelta(hours=8)).date()}
    if kept == 1.0:
        assert isinstance(seen, Timeline), f"{framing} {coding} {seen}"
        assert (seen.covers is Covers.ALL) == (framing != "no last chunk")


# --- where a redirect leads


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (b"/\xb6\xaf\xcc\xac/", "/%B6%AF%CC%AC/"),
        ("/动态/".encode(), "/%E5%8A%A8%E6%80%81/"),
        (b"  /a b/ \t", "/a%20b/"),
        (b"new/", "/old/new/"),
        (b"../up", "/up"),
        (b"?page=\xc4\xe3&x=a b", "/old/?page=%C4%E3&x=a%20b"),
        (b"/a#part\xc4", "/a"),
        (b"\\a\\b", "/a/b"),
        (b"/100%/%zz", "/100%25/%25zz"),
        (b"/a?u=http://h/\\x", "/a?u=http://h/%5Cx"),
        (b"/%B6%af", "/%B6%AF"),
    ],
)
async def test_a_redirect_is_asked_for_as_its_bytes_came(door: OpenDoor, far: OpenFar, said: bytes, asked: str) -> None:
    async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
        there = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + said + b"\r\n\r\n"
        writer.write(there if request.startswith(b"GET /old/ ") else answer(PAGE))

    there = await far(move)
    assert await got(door(), there, "/old/") == PAGE
    assert there.paths[1] == asked


@pytest.mark.parametrize("form", ["//{host}/new", "http://{host}/new", "http:\\\\{host}\\new", "HTTP://{host}/new"])
async def test_a_redirect_may_name_its_host_in_any_form(door: OpenDoor, far: OpenFar, form: str) -> None:
    async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
        moved = request.startswith(b"GET /new ")
        writer.write(answer(PAGE) if moved else answer(status="302 Found", location=form.format(host=host)))

    there = await far(move)
    host = f"127.0.0.1:{there.port}"
    assert await got(door(), there, "/old") == PAGE


@pytest.mark.parametrize("form", ["http://示例县.example:{port}/new", "//示例县.example:{port}/new"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
async def test_a_redirect_may_name_its_host_in_chinese(
    door: OpenDoor, far: OpenFar, names: dict[str, str], form: str, encoding: str
) -> None:
    names["示例县.example".encode("idna").decode()] = "127.0.0.1"

    async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
        where = form.format(port=there.port).encode(encoding)
        moved = request.startswith(b"GET /new ")
        writer.write(
            answer(PAGE) if moved else b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + where + b"\r\n\r\n"
        )

    there = await far(move)
    assert await got(door(), there, "/old") == PAGE


@pytest.mark.parametrize(
    "said", ["http://10.0.0.1/\xb6\xaf", "\\\\10.0.0.1\\a", "http:\\\\127.0.0.2/", "//0x7f.2/\xb6"]
)
async def test_no_form_of_a_redirect_leads_inside(door: OpenDoor, far: OpenFar, said: str) -> None:
    there = await far(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + said.encode("latin-1") + b"\r\n\r\n")
    assert await failure(door(), there) is Reason.GUARD_BLOCKED
    assert len(there.asked) == 1


async def test_the_same_redirect_said_twice_is_one_and_two_are_refused(door: OpenDoor, far: OpenFar) -> None:
    def to(second: bytes) -> Script:
        async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
            twice = b"HTTP/1.1 302 F\r\nContent-Length: 0\r\nLocation: /new\r\nLocation: " + second + b"\r\n\r\n"
            writer.write(answer(PAGE) if request.startswith(b"GET /new ") else twice)

        return move

    assert await got(door(), await far(to(b"/new"))) == PAGE
    assert await failure(door(), await far(to(b"/other"))) is Reason.HTTP_ERROR


@given(st.binary(max_size=60))
def test_whatever_a_redirect_says_is_an_address_in_ascii_or_a_host(said: bytes) -> None:
    where = heads.location([b"/" + said.replace(b"/", b"").replace(b"\\", b"")])
    assert where is not None
    assert where.isascii()
    assert where.isprintable()
    assert " " not in where


# --- cookies


def wanting(cookie: bytes, *, sets: bytes, to: bytes = b"/zwdt/") -> Script:
    """Return a script that shows its page only to whoever brings a cookie."""

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        brought = next((line for line in request.split(b"\r\n") if line.lower().startswith(b"cookie:")), b"")
        away = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n%s\r\n" % (to, sets)
        writer.write(answer(PAGE) if cookie in brought else away)

    return script


@pytest.mark.parametrize(
    ("cookie", "sets"),
    [
        (b"seen=1", b"Set-Cookie: seen=1; path=/\r\n"),
        (b"seen=1", b"Set-Cookie: seen=1\r\n"),
        (b"a=1; b=2", b"Set-Cookie: a=1; HttpOnly\r\nSet-Cookie: b=2; SameSite=Lax\r\n"),
        (b"s=a=b==", b"set-cookie: s=a=b==; Path=/zwdt; Expires=Wed, 01 Jan 2031 00:00:00 GMT\r\n"),
        (b"n=", b"Set-Cookie: n=; Max-Age=60\r\n"),
        ("名=值".encode(), "Set-Cookie: 名=值; path=/\r\n".encode()),
        (b"JSESSIONID=7", b"Set-Cookie: JSESSIONID=7; Domain=127.0.0.1; Path=/\r\n"),
    ],
)
async def test_a_cookie_is_returned_within_the_look_that_it_was_set_in(
    door: OpenDoor, far: OpenFar, cookie: bytes, sets: bytes
) -> None:
    there = await far(wanting(cookie, sets=sets))
    assert await got(door(), there, "/zwdt/") == PAGE
    assert len(there.asked) == 2


@pytest.mark.parametrize(
    "sets",
    [
        b"",
        b"Set-Cookie: seen=1; Path=/other/\r\n",
        b"Set-Cookie: seen=1; Secure\r\n",
        b"Set-Cookie: seen=1; Max-Age=0\r\n",
        b"Set-Cookie: seen=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        b"Set-Cookie: seen=1; Domain=other.example\r\n",
        b"Set-Cookie: seen=1" + b"1" * 5000 + b"\r\n",
    ],
)
async def test_a_loop_that_no_cookie_ends_is_bounded(door: OpenDoor, far: OpenFar, sets: bytes) -> None:
    there = await far(wanting(b"seen=1", sets=sets))
    assert await failure(door(), there, "/zwdt/") is Reason.HTTP_ERROR
    assert len(there.asked) == 6


async def test_cookies_are_never_shared_between_looks(door: OpenDoor, far: OpenFar) -> None:
    there = await far(wanting(b"seen=1", sets=b"Set-Cookie: seen=1; path=/\r\n"))
    here = door()
    for source in ("website:1", "website:2", "website:1"):
        await bound(here, source)(Request(url=there.url("/zwdt/")))
    assert ["cookie:" in asked.lower() for asked in there.asked] == [False, True] * 3


async def test_another_host_gets_no_cookie_of_the_first(door: OpenDoor, far: OpenFar, names: dict[str, str]) -> None:
    names |= {"a.example": "127.0.0.1", "b.example": "127.0.0.1"}

    async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
        away = there.url("/", host="b.example")
        at_home = b"host: a.example" in request.lower()
        writer.write(answer(status="302 F", location=away, set_cookie="s=1") if at_home else answer(PAGE))

    there = await far(move)
    assert (await bound(door())(Request(url=there.url("/", host="a.example")))).body == PAGE
    assert "cookie" not in there.asked[1].lower()


async def test_a_requests_own_cookie_wins_over_one_that_was_set(door: OpenDoor, far: OpenFar) -> None:
    there = await far(wanting(b"nobody has this", sets=b"Set-Cookie: SUB=theirs\r\nSet-Cookie: extra=1\r\n"))
    with pytest.raises(LookFailedError):
        await bound(door())(Request(url=there.url("/zwdt/"), cookies={"SUB": "ours"}))
    assert "cookie: SUB=ours; extra=1\r\n" in there.asked[1]


@pytest.mark.parametrize(
    ("domain", "host", "is_returned"),
    [
        ("example.gov.cn", "www.example.gov.cn", True),
        (".example.gov.cn", "zwfw.example.gov.cn", True),
        ("example.gov.cn", "otherexample.gov.cn", False),
        ("gov.cn", "www.example.gov.cn", False),
        ("cn", "www.example.gov.cn", False),
        ("zj.cn", "www.example.gov.cn", False),
        ("www.other.gov.cn", "www.other.gov.cn", False),
    ],
)
def test_a_domain_is_shared_by_its_owners_hosts_only(domain: str, host: str, *, is_returned: bool) -> None:
    jar = Jar()
    jar.take([f"s=1; Domain={domain}; path=/".encode()], host="news.example.gov.cn", path="/", now=NOW)
    assert (jar.returned(host=host, path="/", is_secure=True) == "s=1") is is_returned


def test_a_jar_is_bounded() -> None:
    jar = Jar()
    jar.take([b"n%d=%s; path=/" % (number, b"x" * 300) for number in range(5000)], host="h", path="/", now=NOW)
    returned = jar.returned(host="h", path="/", is_secure=False)
    assert 0 < returned.count("=") <= MOST
    assert len(returned) < 8000
