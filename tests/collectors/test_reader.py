"""Reading pages: quick ones on the spot, doubtful ones where they can be stopped."""

import asyncio
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules
from time import monotonic, thread_time
from typing import get_args, get_type_hints

import pytest

from collectors import platforms, wire
from collectors import reader as reader_module
from collectors.links import Signed
from collectors.platforms import toutiao, website, wechat_article
from collectors.reader import ParserRunner, _Worker, is_harmless
from collectors.worker import BEGUN
from monitor.core.collector import Continuation, Page
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import (
    POSTS_MOST,
    Blind,
    Covers,
    LookFailedError,
    Post,
    Precision,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
    timeline,
)
from tests.collectors.conftest import NOW

ARTICLE = Path(__file__).parents[1] / "fixtures" / "wechat_article" / "normal.html"
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
    """Take longer than a page may twice, and not so long that it is broken off."""
    until = thread_time() + 0.1
    while thread_time() < until:
        pass
    return pid_of(page)


def endless_here(page: Page) -> Timeline:
    """Never end in the process whose number the body is; what cleans up and what catches errors does so."""
    while str(os.getpid()) == page.body.decode():
        with suppress(Exception):
            never_done(page)
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


def unlisted(page: Page) -> Timeline:
    return pid_of(page)


def thousands(page: Page) -> Timeline:
    return timeline([Post(published_at=page.at - timedelta(hours=n), title="x" * 5_000) for n in range(11_000)])


def unlisted_thousands(page: Page) -> Timeline:
    return thousands(page)


def away_for_a_year(page: Page) -> Timeline:
    raise LookFailedError(Reason.RATE_LIMITED, "stay away", retry_after=timedelta(days=365))


def trying(page: Page) -> Continuation:
    """Return what came of everything that a parser has no business to do; the body is the service's number."""
    kept, service = Path(page.url), int(page.body)
    told = {"environment": " ".join(sorted(name for name in os.environ if name != "LC_CTYPE"))}
    attempts: dict[str, Callable[[], object]] = {
        "network": lambda: socket.create_connection(("127.0.0.1", 9)),
        "datagrams": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": lambda: socket.socket(socket.AF_UNIX),
        "fork": os.fork,
        "program": lambda: subprocess.run(["/bin/true"], check=False),
        "signal": lambda: os.kill(service, 0),
        "reading": kept.read_text,
        "writing": lambda: kept.write_text("mine"),
        "emptying": lambda: os.truncate(kept, 0),
        "removing": kept.unlink,
        "its environment": Path(f"/proc/{service}/environ").read_bytes,
        "its memory": lambda: os.open(f"/proc/{service}/mem", os.O_RDONLY),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
            told[name] = "done"
        except OSError as error:
            told[name] = type(error).__name__
    return Continuation(texts=told)


def greedy(page: Page) -> Timeline:
    return timeline([Post(published_at=page.at, title=str(len(bytes(8 * 1024**3))))])


LINEAR = frozenset(
    f"{__name__}.{call.__name__}"
    for call in (
        posts_of,
        pid_of,
        busy,
        busy_if_slow,
        endless_here,
        never_done,
        collecting_of,
        rate_limited,
        broken,
        thousands,
    )
)


@pytest.fixture
def reader() -> Iterator[ParserRunner]:
    made = ParserRunner(timedelta(seconds=30), linear=LINEAR)
    yield made
    made.close()


@pytest.fixture
def impatient() -> Iterator[ParserRunner]:
    made = ParserRunner(timedelta(milliseconds=200), linear=LINEAR)
    yield made
    made.close()


def title(seen: Timeline) -> str:
    return seen.posts[0].title


async def test_a_usual_page_is_read_on_the_spot(reader: ParserRunner) -> None:
    assert title(await reader.read(pid_of, PAGE)) == str(os.getpid())


async def test_a_doubtful_page_is_read_elsewhere_with_the_same_result(reader: ParserRunner) -> None:
    assert title(await reader.read(pid_of, BIG)) != str(os.getpid())
    assert await reader.read(posts_of, BIG) == posts_of(BIG)


@pytest.mark.parametrize("page", [PAGE, BIG], ids=["here", "elsewhere"])
async def test_a_parsers_own_reason_arrives_whole(reader: ParserRunner, page: Page) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(rate_limited, page)
    failed = caught.value
    assert (failed.reason, failed.detail, failed.retry_after) == (Reason.RATE_LIMITED, "code 414", timedelta(minutes=5))
    assert reader.crashes == 0


@pytest.mark.parametrize("page", [PAGE, BIG], ids=["here", "elsewhere"])
async def test_a_parsers_bug_is_loud_and_costs_one_look(
    reader: ParserRunner, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(LookFailedError) as caught:
        await reader.read(broken, page)
    assert caught.value.reason is Reason.UNREADABLE
    assert "KeyError" in caught.value.detail
    assert "Traceback" in caplog.text
    assert "in broken" in caplog.text
    assert reader.crashes == 1
    assert await reader.read(posts_of, page) == posts_of(page)


async def test_a_parser_that_never_ends_is_ended(impatient: ParserRunner) -> None:
    with pytest.raises(LookFailedError) as caught:
        await impatient.read(never_done, BIG)
    assert caught.value.reason is Reason.UNREADABLE
    assert await impatient.read(posts_of, BIG) == posts_of(BIG)


async def test_closing_does_not_wait_for_a_parser(reader: ParserRunner) -> None:
    await reader.read(posts_of, BIG)
    reading = asyncio.create_task(reader.read(never_done, BIG))
    await asyncio.sleep(0)
    await asyncio.to_thread(reader.close)
    with pytest.raises(LookFailedError) as caught:
        await reading
    assert caught.value.reason is Reason.UNREADABLE


async def test_a_parser_that_takes_its_process_with_it_is_unreadable(reader: ParserRunner) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(dying, BIG)
    assert caught.value.reason is Reason.UNREADABLE
    assert await reader.read(posts_of, BIG) == posts_of(BIG)


async def test_a_worker_whose_daemon_was_killed_ends_by_itself() -> None:
    made = _Worker(0.1)
    made._tell(wire.job(never_done, BIG), monotonic() + 60)
    assert made._said(monotonic() + 60).keys() == {"open", "unshut"}
    assert made._said(monotonic() + 60) == BEGUN
    assert await asyncio.to_thread(made._process.wait, 30) in {-signal.SIGALRM, -signal.SIGXCPU}
    made.kill()


async def test_a_parser_that_wants_all_memory_does_not_get_it(reader: ParserRunner) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(greedy, BIG)
    assert "MemoryError" in caught.value.detail


async def test_a_page_that_takes_more_memory_than_there_is_is_unreadable_and_no_bug(reader: ParserRunner) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(website.read, replace(PAGE, body=b"<b><p>" * 300_000))
    assert caught.value.reason is Reason.UNREADABLE
    assert reader.crashes == 0


async def test_who_was_slow_twice_is_read_elsewhere_from_then_on(reader: ParserRunner) -> None:
    assert title(await reader.read(busy, PAGE, "one")) == str(os.getpid())
    assert title(await reader.read(busy, PAGE, "one")) == str(os.getpid())
    assert title(await reader.read(busy, PAGE, "one")) != str(os.getpid())
    assert title(await reader.read(busy, replace(PAGE, url="https://new.example/"), "one")) != str(os.getpid())
    assert title(await reader.read(busy, PAGE, "other")) == str(os.getpid())
    assert title(await reader.read(pid_of, PAGE, "one")) == str(os.getpid())


async def test_what_takes_too_long_on_the_loop_is_broken_off_and_read_elsewhere_from_then_on(
    reader: ParserRunner,
) -> None:
    page = replace(PAGE, body=str(os.getpid()).encode())
    began = thread_time()
    assert title(await reader.read(endless_here, page, "one")) != str(os.getpid())
    assert thread_time() - began < 2 * reader_module._LONGEST + 0.1
    assert gc.isenabled()
    assert title(await reader.read(endless_here, replace(page, body=b"0"), "one")) != str(os.getpid())
    assert title(await reader.read(endless_here, replace(page, body=b"0"), "other")) == str(os.getpid())


async def test_a_parser_that_never_ends_on_the_loop_is_ended_all_the_same(impatient: ParserRunner) -> None:
    with pytest.raises(LookFailedError) as caught:
        await impatient.read(never_done, PAGE)
    assert caught.value.reason is Reason.UNREADABLE


SHAPES = (
    "<frameset>12:30 2026年",
    "<item>3小时前<record>",
    "1<math>月来源：",
    "月<ul>",
    "<font><span>2026-05-01<a><b><i>",
)
"""What was found by trying: each is a tag that is never closed, around what may be a date."""


@pytest.mark.parametrize("shape", SHAPES)
async def test_no_page_of_what_is_read_on_the_loop_holds_it_up(reader: ParserRunner, shape: str) -> None:
    body = (shape * (7_900 // shape.count("<"))).encode()
    page = replace(PAGE, body=body)
    assert is_harmless(page)
    made = ParserRunner(timedelta(seconds=1))
    longest = 0.0
    reading = asyncio.create_task(made.read(website.read, page, "one"))
    while not reading.done():
        began = thread_time()
        await asyncio.sleep(0)
        longest = max(longest, thread_time() - began)
    made.close()
    with pytest.raises(LookFailedError):
        await reading
    assert longest < 2 * reader_module._LONGEST + 0.1


async def test_between_two_pages_that_are_read_on_the_loop_others_have_a_turn(reader: ParserRunner) -> None:
    turns: list[str] = []

    async def other() -> None:
        for _ in range(20):
            await asyncio.sleep(0)
            turns.append("other")

    async def read(source: str) -> None:
        await reader.read(pid_of, PAGE, source)
        turns.append("read")

    await asyncio.gather(*(read(str(number)) for number in range(5)), other())
    places = [place for place, text in enumerate(turns) if text == "read"]
    assert all("other" in turns[first:second] for first, second in pairwise(places))


async def test_no_name_of_a_host_makes_room_for_another_source(reader: ParserRunner) -> None:
    for number in range(20):
        await reader.read(busy if number < 2 else pid_of, replace(PAGE, url=f"https://{number}.example/"), "one")
    assert title(await reader.read(busy, replace(PAGE, url="https://fresh.example/"), "one")) != str(os.getpid())


async def test_a_single_hiccup_is_forgotten_at_the_next_quick_reading(reader: ParserRunner) -> None:
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
    assert is_harmless(replace(PAGE, body=body)) is harmless


@pytest.mark.parametrize("charset", ["utf-16", "utf-16le", "utf-16be"])
def test_what_makes_parsers_slow_is_seen_in_the_text_and_not_in_its_bytes(charset: str) -> None:
    body = ("<div>" * 9_000).encode("utf-16le" if charset == "utf-16" else charset)
    page = replace(PAGE, body=body, headers={"content-type": f"text/html; charset={charset}"})
    assert not is_harmless(page)


async def test_a_parser_that_is_not_on_the_list_is_read_elsewhere_whatever_the_page(reader: ParserRunner) -> None:
    assert title(await reader.read(unlisted, PAGE)) != str(os.getpid())


async def test_the_process_that_reads_knows_no_secret_and_can_do_nothing(
    reader: ParserRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XUNCHA_KEY", "a secret of the service")
    kept = tmp_path / "secrets.env"
    kept.write_text("a secret in a file")
    page = replace(PAGE, url=str(kept), body=str(os.getpid()).encode())
    told = await reader.read(trying, page)
    assert told.texts["environment"] == "LANG PATH"
    tried = {name: result for name, result in told.texts.items() if name != "environment"}
    assert len(tried) == 12
    assert {name for name, result in tried.items() if result == "done"} == set()
    assert kept.read_text() == "a secret in a file"


async def test_a_kernel_that_cannot_shut_the_process_in_is_told_once(
    reader: ParserRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reader_module, "_SERVE", UNSHUT)
    for _ in range(2):
        await reader.read(unlisted, PAGE)
    assert [record.getMessage() for record in caplog.records] == ["reading process not shut in by this kernel"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"timeline":{"posts":5}}',
        b'{"timeline":{"posts":[{"published_at":"2026-03-01T00:00:00"}]}}',
        b'{"timeline":{"covers":"everything"}}',
        b'{"told":{"texts":{"token":5}}}',
        b'{"download":{"link":"package","is_signed":"yes"}}',
        b'{"blind":{"reason":"because"}}',
        b'{"other":1}',
        b"[" * 100_000,
    ],
)
def test_what_a_taken_over_process_may_say_is_no_reading(answer: bytes) -> None:
    with pytest.raises(wire.GarbledError):
        _ = wire.understood(answer).outcome


UNSHUT = reader_module._SERVE.replace(
    "from collectors.worker", "from collectors import jail; jail.shut = lambda: ('network',); from collectors.worker"
)

SEEN = [
    timeline(
        [
            Post(published_at=NOW, precision=Precision.DAY, title="示例\ud800", url="https://a.cn/1", is_pinned=True),
            Post(published_at=NOW - timedelta(days=1), is_year_guessed=True),
        ],
        profile=Profile(name="示例发布", followers=10**12),
    ),
    Signed(
        posts=(Post(published_at=NOW),), covers=Covers.SOME, authors=frozenset({"MzkwMDAwMDAwMQ==", "gh_0123456789"})
    ),
    gone(Standing.BANNED),
    Download(link=Link.PACKAGE, fault=AppFault.UNSIGNED, package="cn.x", is_signed=False, certificate_until=NOW),
    Continuation(texts={"token": "x"}, numbers={"n": -1}, rows=(("1", "2"), ())),
    Blind(reason=Reason.RATE_LIMITED, detail="d", retry_after=timedelta(seconds=1.5)),
]


@pytest.mark.parametrize("seen", SEEN)
def test_what_was_seen_comes_back_whole(seen: Timeline | Download | Continuation | Blind) -> None:
    message = wire.written(wire.reading(seen, NOW))
    text, body = wire.lengths(message[: wire.HEAD])
    assert body == 0
    assert text == len(message) - wire.HEAD
    read = wire.understood(message[wire.HEAD :])
    assert (read.outcome, read.other_from) == (seen, NOW)


def test_every_kind_of_thing_that_a_parser_returns_has_a_place_of_its_own_in_an_answer() -> None:
    for module in iter_modules(platforms.__path__, f"{platforms.__name__}."):
        import_module(module.name)
    places = {part for hint in get_type_hints(wire.ParserAnswer).values() for part in get_args(hint)}
    general: tuple[type[object], ...] = (Timeline, Download, Continuation, Blind)
    found = set(general)
    for kind in general:
        found |= {one for one in kind.__subclasses__() if getattr(sys.modules[one.__module__], one.__qualname__) is one}
    assert found <= places
    assert Signed in found


async def test_a_page_that_names_its_author_is_read_elsewhere_with_the_same_result(reader: ParserRunner) -> None:
    page = replace(PAGE, body=ARTICLE.read_bytes(), at=NOW + timedelta(days=365))
    seen = await reader.read(wechat_article.signed, page)
    assert isinstance(seen, Signed)
    assert (seen, reader.crashes) == (wechat_article.signed(page), 0)
    assert seen.authors


async def test_of_thousands_of_posts_the_newest_few_hundred_are_kept_and_cover_some(reader: ParserRunner) -> None:
    for parse in (thousands, unlisted_thousands):
        seen = await reader.read(parse, PAGE)
        assert len(seen.posts) == POSTS_MOST
        assert seen.covers is Covers.SOME
        assert seen.posts[0].published_at == NOW
        assert len(seen.posts[0].title) <= 200


async def test_no_answer_has_us_stay_away_for_longer_than_a_day(reader: ParserRunner) -> None:
    with pytest.raises(LookFailedError) as caught:
        await reader.read(away_for_a_year, PAGE)
    assert caught.value.retry_after == timedelta(days=1)


async def test_collecting_garbage_is_no_pages_work(reader: ParserRunner) -> None:
    seen = await reader.read(collecting_of, PAGE)
    assert [post.title for post in seen.posts] == ["False"]
    assert gc.isenabled()


async def test_the_program_is_found_wherever_it_is_installed(
    reader: ParserRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process begins in another folder, and a place that is written as seen from this one is found all the same."""
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", [".", *(place for place in sys.path if place not in {"", str(root)})])
    page = replace(PAGE, body=b'{"ok":1}')
    with pytest.raises(LookFailedError) as caught:
        await reader.read(toutiao.read, page)
    assert "process" not in caught.value.detail
