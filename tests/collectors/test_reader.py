"""Reading pages: quick ones on the spot, doubtful ones where they can be stopped."""

import asyncio
import gc
import logging
import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.reader import Reader, _serve, is_harmless
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Post, Reason, Timeline, timeline
from tests.collectors.conftest import NOW

LARGE = b"<p>x</p>" * 100_000
PAGE = Page(url="https://example.cn/list", status=200, headers={}, body=b"<p>2026-03-01</p>", at=NOW)
BIG = replace(PAGE, body=LARGE)


def posts_of(page: Page) -> Timeline:
    return timeline([Post(published_at=page.at, title=str(len(page.body)))])


def pid_of(page: Page) -> Timeline:
    return timeline([Post(published_at=page.at, title=str(os.getpid()))])


def never_done(page: Page) -> Timeline:
    count = 0
    while count >= 0:
        count += len(page.body)
    raise AssertionError


def busy(page: Page) -> Timeline:
    sum(range(10_000_000))
    return pid_of(page)


def busy_if_slow(page: Page) -> Timeline:
    return busy(page) if page.body == b"slow" else pid_of(page)


def collecting_of(page: Page) -> Timeline:
    return timeline([Post(published_at=page.at, title=str(gc.isenabled()))])


def rate_limited(page: Page) -> Timeline:
    raise LookFailedError(Reason.RATE_LIMITED, "code 414", retry_after=timedelta(minutes=5))


def broken(page: Page) -> Timeline:
    raise KeyError(page.url)


def dying(page: Page) -> Timeline:
    os._exit(3)


def greedy(page: Page) -> Timeline:
    return timeline([Post(published_at=page.at, title=str(len(bytes(8 * 1024**3))))])


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(timedelta(seconds=30))
    yield made
    made.close()


@pytest.fixture
def impatient() -> Iterator[Reader]:
    made = Reader(timedelta(milliseconds=200))
    yield made
    made.close()


def title(seen: Timeline) -> str:
    return seen.posts[0].title


async def test_a_usual_page_is_read_on_the_spot(reader: Reader) -> None:
    assert title(await reader.read(pid_of, PAGE)) == str(os.getpid())


async def test_a_doubtful_page_is_read_elsewhere_with_the_same_result(reader: Reader) -> None:
    assert title(await reader.read(pid_of, BIG)) != str(os.getpid())
    assert await reader.read(posts_of, BIG) == posts_of(BIG)


@pytest.mark.parametrize("page", [PAGE, BIG], ids=["here", "elsewhere"])
async def test_a_parsers_own_reason_arrives_whole(reader: Reader, page: Page) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(rate_limited, page)
    failed = caught.value
    assert (failed.reason, failed.detail, failed.retry_after) == (Reason.RATE_LIMITED, "code 414", timedelta(minutes=5))
    assert reader.crashes == 0


@pytest.mark.parametrize("page", [PAGE, BIG], ids=["here", "elsewhere"])
async def test_a_parsers_bug_is_loud_and_costs_one_look(
    reader: Reader, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(LookFailedError) as caught:
        await reader.read(broken, page)
    assert caught.value.reason is Reason.UNREADABLE
    assert "KeyError" in caught.value.detail
    assert "Traceback" in caplog.text
    assert "in broken" in caplog.text
    assert reader.crashes == 1
    assert await reader.read(posts_of, page) == posts_of(page)


async def test_a_parser_that_never_ends_is_ended(impatient: Reader) -> None:
    with pytest.raises(LookFailedError) as caught:
        await impatient.read(never_done, BIG)
    assert caught.value.reason is Reason.UNREADABLE
    assert await impatient.read(posts_of, BIG) == posts_of(BIG)


async def test_closing_does_not_wait_for_a_parser(reader: Reader) -> None:
    await reader.read(posts_of, BIG)
    reading = asyncio.create_task(reader.read(never_done, BIG))
    await asyncio.sleep(0)
    await asyncio.to_thread(reader.close)
    with pytest.raises(LookFailedError) as caught:
        await reading
    assert caught.value.reason is Reason.UNREADABLE


async def test_a_parser_that_takes_its_process_with_it_is_unreadable(reader: Reader) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(dying, BIG)
    assert caught.value.reason is Reason.UNREADABLE
    assert await reader.read(posts_of, BIG) == posts_of(BIG)


def test_a_worker_whose_daemon_was_killed_ends_by_itself() -> None:
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, 0.1), daemon=True)
    worker.start()
    ours.send_bytes(pickle.dumps((never_done, PAGE)))
    assert ours.recv_bytes() == b"begun"
    worker.join(30)
    assert worker.exitcode == -signal.SIGALRM


async def test_a_parser_that_wants_all_memory_does_not_get_it(reader: Reader) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(greedy, BIG)
    assert "MemoryError" in caught.value.detail


async def test_who_was_slow_twice_is_read_elsewhere_from_then_on(reader: Reader) -> None:
    other = replace(PAGE, url="https://other.example/list")
    assert title(await reader.read(busy, PAGE)) == str(os.getpid())
    assert title(await reader.read(busy, PAGE)) == str(os.getpid())
    assert title(await reader.read(busy, PAGE)) != str(os.getpid())
    assert title(await reader.read(busy, PAGE)) != str(os.getpid())
    assert title(await reader.read(busy, other)) == str(os.getpid())
    assert title(await reader.read(pid_of, PAGE)) == str(os.getpid())


async def test_a_single_hiccup_is_forgotten_at_the_next_quick_reading(reader: Reader) -> None:
    for body in (b"slow", b"quick", b"slow", b"quick"):
        assert title(await reader.read(busy_if_slow, replace(PAGE, body=body))) == str(os.getpid())
    assert title(await reader.read(busy_if_slow, replace(PAGE, body=b"slow"))) == str(os.getpid())


@pytest.mark.parametrize(
    ("body", "harmless"),
    [
        (b"", True),
        (b'{"a": 1}' * 20_000, True),
        (b"<li><a href='/1.html'>x</a><span>2026-03-01</span></li>\n" * 1_300, True),
        (b"<div>" * 60_000, False),
        (b"<div>" * 8_001, False),
        (b"<a " + b" ".join(b"a%d" % number for number in range(60_000)) + b">", False),
        (b"<a " + b" ".join(b"a%d" % number for number in range(6_000)) + b">", False),
        (b"x" * 300_000, False),
    ],
)
def test_what_makes_parsers_slow_is_seen_beforehand(body: bytes, harmless: bool) -> None:  # noqa: FBT001 - the expected answer
    assert is_harmless(body) is harmless


async def test_collecting_garbage_is_no_pages_work(reader: Reader) -> None:
    seen = await reader.read(collecting_of, PAGE)
    assert [post.title for post in seen.posts] == ["False"]
    assert gc.isenabled()
