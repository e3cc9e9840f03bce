"""Conditional requests, and the pace at which hosts are asked, on real sockets."""

import asyncio
import gzip
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest

from collectors.http import BoundFetch, Door, Policy
from collectors.platforms import website
from collectors.politeness import Pace
from monitor.core.collector import Request, UnchangedError
from monitor.core.observation import Reason, Timeline, Validators
from tests.collectors import pages
from tests.collectors.conftest import FREE, LOOPBACK, NOW, Far, OpenDoor, OpenFar, Script, answer
from tests.collectors.door import bound, failure


def page_at(url: str) -> Request:
    return Request(url=url, conditional=True)


async def test_the_servers_own_words_are_sent_back(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body", etag='W/"7"', last_modified="Mon, 02 Mar 2026 09:00:00 +0800"))
    fetch = bound(door())
    await fetch(page_at(there.url()))
    assert fetch.validators
    assert (fetch.validators.etag, fetch.validators.reader) == ('W/"7"', "website/1")
    with pytest.raises(UnchangedError):
        await bound(door(), fetch.validators)(page_at(there.url()))
    assert 'if-none-match: W/"7"\r\nif-modified-since: Mon, 02 Mar 2026 09:00:00 +0800\r\n' in there.asked[1]


async def test_not_modified_is_unchanged(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(status="304 Not Modified", content_length=""))
    fetch = bound(door(), Validators(etag='"7"', reader="website/1"))
    with pytest.raises(UnchangedError):
        await fetch(page_at(there.url()))
    assert fetch.validators is None


async def test_not_modified_without_a_question_is_http_error(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(status="304 Not Modified", content_length=""))
    assert (await failure(door(), page_at(there.url()))).reason is Reason.HTTP_ERROR


async def test_the_same_bytes_are_unchanged_whatever_the_server_says(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(gzip.compress(b"body", mtime=1), content_encoding="gzip"))
    fetch = bound(door())
    await fetch(page_at(there.url()))
    assert fetch.raw == b"body"
    again = bound(door(), fetch.validators)
    with pytest.raises(UnchangedError):
        await again(page_at(there.url()))
    assert again.validators == fetch.validators


async def test_other_bytes_are_a_page(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body"))
    before = Validators(body_hash="0" * 32, reader="website/1")
    assert (await bound(door(), before)(page_at(there.url()))).body == b"body"


async def test_validators_of_another_reader_are_not_used(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body", etag='"7"'))
    first = bound(door())
    await first(page_at(there.url()))
    raised = door().bind("website:1", reader="website/2", validators=first.validators)
    assert (await raised(page_at(there.url()))).body == b"body"
    assert "if-none-match" not in there.asked[1]
    assert raised.validators
    assert raised.validators.reader == "website/2"


async def test_only_the_conditional_request_is_compared(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body", etag='"7"'))
    first = bound(door())
    await first(page_at(there.url()))
    again = bound(door(), first.validators)
    assert (await again(Request(url=there.url()))).body == b"body"
    assert "if-none-match" not in there.asked[1]
    assert again.validators is None


async def test_an_error_page_leaves_nothing_to_compare_with(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"", "403 Forbidden", etag='"7"'))
    fetch = bound(door())
    await fetch(page_at(there.url()))
    assert fetch.validators is None


async def test_cookies_are_shown_but_never_kept(door: OpenDoor, far: OpenFar) -> None:
    there = await far(
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nset-cookie: SUB=a; path=/\r\nset-cookie: SUBP=b\r\n\r\n"
    )
    here = door()
    page = await bound(here)(Request(url=there.url()))
    await bound(here)(Request(url=there.url()))
    assert page.headers["set-cookie"] == "SUB=a; path=/, SUBP=b"
    assert "cookie" not in there.asked[1].lower()


async def test_one_source_always_meets_the_same_agent(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body"))
    here = door(Policy(allow=LOOPBACK, pace=FREE, agents=("one", "two", "three")))
    for source in ("website:1", "website:1", "website:2", "website:3", "website:4", "website:5"):
        await here.bind(source, reader="r")(Request(url=there.url()))
    agents = [request.partition("user-agent: ")[2].partition("\r\n")[0] for request in there.asked]
    assert agents[0] == agents[1]
    assert len(set(agents)) > 1


@pytest.mark.parametrize(
    "said",
    [
        answer(b"", "500 Oops"),
        answer(b"", "302 Found", location="http://10.0.0.1/?token=s3cret"),
        answer(b"", "302 Found", location="http://\x1b[31m<b>10.0.0.1/?token=s3cret"),
        b"HTTP/1.1 \x1b[31m<script> s3cret\r\n\r\n",
    ],
)
async def test_a_detail_is_one_plain_line_without_parameters(door: OpenDoor, far: OpenFar, said: bytes) -> None:
    there = await far(said)
    failed = await failure(door(), Request(url=there.url("/?access_token=s3cret")))
    assert "s3cret" not in str(failed) + str(failed.__cause__)
    assert failed.detail.isprintable()
    assert not set("<>[]*`&") & set(failed.detail)


async def test_requests_keep_their_distance(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body"))
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=1200, at_once=4)))
    await asyncio.gather(*(bound(here)(Request(url=there.url())) for _ in range(4)))
    gaps = [after - before for before, after in zip(there.at, there.at[1:], strict=False)]
    assert min(gaps) > 0.03
    assert there.at[-1] - there.at[0] > 0.13


async def test_the_distance_counts_from_when_a_request_was_made_and_not_from_when_its_turn_was(
    door: OpenDoor, far: OpenFar
) -> None:
    there = await far(answer(b"body"))
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=200, at_once=4)))
    busy = threading.Event()
    asyncio.get_running_loop().call_later(
        0.2, busy.wait, 0.35
    )  # from before the second's turn to just before the third's
    await asyncio.gather(*(bound(here)(Request(url=there.url())) for _ in range(3)))
    assert there.at[2] - there.at[1] > 0.25


async def test_no_request_that_waited_for_a_place_is_followed_early(door: OpenDoor, far: OpenFar) -> None:
    leaves = asyncio.Event()

    async def slow(_: bytes, writer: asyncio.StreamWriter) -> None:
        await leaves.wait()
        writer.write(answer(b"body"))

    filling, there = await far(slow), await far(answer(b"body"))
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=200, at_once=2), paces={"weibo": FREE}, at_once=1))
    filled = asyncio.ensure_future(here.bind("weibo:1", reader="r", platform="weibo")(Request(url=filling.url())))
    asyncio.get_running_loop().call_later(0.25, leaves.set)
    await asyncio.sleep(0)
    await asyncio.gather(filled, *(bound(here)(Request(url=there.url())) for _ in range(2)))
    assert there.at[1] - there.at[0] > 0.25


async def test_who_succeeds_another_process_lets_the_gap_after_its_last_request_pass_first(
    door: OpenDoor, far: OpenFar
) -> None:
    there = await far(answer(b"body"))
    began = asyncio.get_running_loop().time()
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=300), is_successor=True))
    await bound(here)(Request(url=there.url()))
    assert there.at[0] - began > 0.19


async def test_no_more_requests_at_once_than_agreed(door: OpenDoor, far: OpenFar) -> None:
    under_way: list[int] = []
    both = asyncio.Barrier(2)

    async def pair_up(_: bytes, writer: asyncio.StreamWriter) -> None:
        under_way.append(both.n_waiting + 1)
        await both.wait()
        writer.write(answer(b"body"))

    there = await far(pair_up)
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=None, at_once=2)))
    await asyncio.gather(*(bound(here)(Request(url=there.url())) for _ in range(6)))
    assert under_way == [1, 2] * 3


async def test_a_platform_may_have_its_own_pace(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body"))
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=1), paces={"weibo": FREE}))
    for _ in range(3):
        await here.bind("weibo:1", reader="r", platform="weibo")(Request(url=there.url()))
    assert len(there.asked) == 3


@pytest.mark.parametrize("status", ["429 Slow Down", "503 Busy"])
@pytest.mark.parametrize("wait", ["120", format_datetime(NOW + timedelta(seconds=120), usegmt=True)])
async def test_a_host_that_asks_for_a_rest_gets_it(
    door: OpenDoor, far: OpenFar, names: dict[str, str], status: str, wait: str
) -> None:
    names["other.example"] = "127.0.0.1"
    there = await far(answer(status=status, retry_after=wait))
    here = door()
    first = await failure(here, Request(url=there.url()))
    assert first.reason is (Reason.RATE_LIMITED if status.startswith("429") else Reason.HTTP_ERROR)
    assert first.retry_after == timedelta(seconds=120)
    second = await failure(here, Request(url=there.url()))
    assert second.reason is Reason.RATE_LIMITED
    assert second.retry_after
    assert timedelta(seconds=100) < second.retry_after <= timedelta(seconds=120)
    assert len(there.asked) == 1
    await failure(here, Request(url=there.url(host="other.example")))
    assert len(there.asked) == 2


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("99999999999999", timedelta(hours=6)),
        ("-1", None),
        ("soon", None),
        ("Mon, 02 Mar 2020 00:00:00 GMT", timedelta()),
        ("", None),
    ],
)
async def test_an_unreasonable_rest_is_cut(door: OpenDoor, far: OpenFar, said: str, wait: timedelta | None) -> None:
    there = await far(answer(status="429 Slow Down", retry_after=said))
    assert (await failure(door(), Request(url=there.url()))).retry_after == wait


async def test_those_who_queue_learn_of_the_rest_too(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(status="429 Slow Down", retry_after="60"))
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=None, at_once=1)))
    failed = await asyncio.gather(*(failure(here, Request(url=there.url())) for _ in range(5)))
    assert {failure.reason for failure in failed} == {Reason.RATE_LIMITED}
    assert len(there.asked) == 1


async def test_a_look_that_is_called_off_gives_its_turn_back(door: OpenDoor, far: OpenFar) -> None:
    asked = asyncio.Event()

    async def hold_the_first(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        if request.startswith(b"GET /first"):
            await asyncio.Event().wait()
        writer.write(answer(b"body"))

    there = await far(hold_the_first)
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=None, at_once=1)))
    first = asyncio.create_task(_look(here, there.url("/first")))
    await asked.wait()
    second = asyncio.create_task(_look(here, there.url("/second")))
    first.cancel()
    assert await second == b"body"


async def _look(door: Door, url: str) -> bytes:
    return (await bound(door)(Request(url=url))).body


COLUMN = pages.html(pages.below("") + "<div>访问量<b>{0}</b>次</div><!-- {0} -->").replace(
    "</head>", "<script>t={0}</script></head>"
)


def in_turn(*answers: bytes) -> Script:
    waiting = iter(answers)

    async def script(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(next(waiting))

    return script


async def looked(door: Door, there: Far, before: Validators | None = None) -> tuple[BoundFetch, Timeline]:
    fetch = bound(door, before)
    return fetch, await fetch.read(website.read, await fetch(page_at(there.url())))


async def test_other_bytes_that_are_read_the_same_are_unchanged_from_the_third_look_on(
    door: OpenDoor, far: OpenFar
) -> None:
    counts = range(1234, 1239)
    answers = (answer(COLUMN.replace("{0}", str(count)).encode(), etag=f'"{count}"') for count in counts)
    there = await far(in_turn(*answers))
    first, seen = await looked(door(), there)
    assert first.validators
    assert first.validators.fingerprint is None
    second, again = await looked(door(), there, first.validators)
    assert second.validators
    assert (again, bool(second.validators.fingerprint)) == (seen, True)
    third = bound(door(), second.validators)
    with pytest.raises(UnchangedError):
        await third.read(website.read, await third(page_at(there.url())))
    assert third.validators
    assert third.validators.fingerprint == second.validators.fingerprint
    assert (third.validators.etag, third.raw) == ('"1236"', None)
    asked, said = await looked(door(), there, None)
    assert (said, asked.raw is not None) == (seen, True)  # somebody asks, and it is read


async def test_a_new_post_beside_what_changes_all_the_time_is_read(door: OpenDoor, far: OpenFar) -> None:
    news = COLUMN.replace("<ul class=list>", "<ul class=list>" + pages.row("2026-02-27"))
    shown = (text.replace("{0}", str(9_000 + place)) for place, text in enumerate((COLUMN, COLUMN, news)))
    there = await far(in_turn(*(answer(text.encode()) for text in shown)))
    first, _ = await looked(door(), there)
    second, seen = await looked(door(), there, first.validators)
    third, then = await looked(door(), there, second.validators)
    assert len(then.posts) == len(seen.posts) + 1
    assert third.validators
    assert second.validators
    assert third.validators.fingerprint != second.validators.fingerprint


async def test_an_answer_that_was_gone_on_from_says_nothing_of_the_whole_look(door: OpenDoor, far: OpenFar) -> None:
    """A first page of pinned posts only stays the same while the newest post stands on the second."""
    there = await far(in_turn(answer(b"body", etag='"7"'), answer(b"second")))
    fetch = bound(door())
    await fetch(page_at(there.url()))
    assert fetch.validators
    await fetch(Request(url=there.url()))
    assert fetch.validators is None
