"""Answers that never end, break off or come in parts, on real sockets."""

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

from collectors.http import Door, Policy
from collectors.platforms.website import read
from monitor.core.collector import Request
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import Covers, LookFailedError, Reason, Timeline, of_part
from tests.collectors.conftest import FREE, LOOPBACK, NOW, Far, OpenDoor, OpenFar, Script, answer
from tests.collectors.lapses import PAGE, bound, chunks, failure, got, saying, zipped
from tests.often import often

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


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


@settings(max_examples=often(120), suppress_health_check=[HealthCheck.too_slow])
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
