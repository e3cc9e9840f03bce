"""The door, on real sockets: what it brings back, what it refuses, and the reason it gives."""

import asyncio
import gzip
import socket
import ssl
import tracemalloc
import zlib
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest
import trustme
from pytest_httpserver import HTTPServer

from collectors.http import BoundFetch, Door, Policy
from collectors.politeness import Pace
from monitor.core.collector import Request, UnchangedError
from monitor.core.observation import LookFailedError, Reason, Validators
from tests.collectors.conftest import FREE, LOOPBACK, NOW, OpenDoor, OpenFar, answer

QUICK = Policy(allow=LOOPBACK, pace=FREE, total=timedelta(milliseconds=200))


def bound(door: Door, before: Validators | None = None) -> BoundFetch:
    return door.bind("website:1", reader="website/1", validators=before)


async def failure(door: Door, request: Request) -> LookFailedError:
    with pytest.raises(LookFailedError) as caught:
        await bound(door)(request)
    return caught.value


async def reason(door: Door, url: str) -> Reason:
    return (await failure(door, Request(url=url))).reason


# --- what comes back


async def test_a_page_is_brought_back_whole(door: OpenDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/list").respond_with_data("内容", status=404, headers={"X-Kind": "a"})
    page = await bound(door())(Request(url=httpserver.url_for("/list")))
    assert (page.status, page.body.decode(), page.headers["x-kind"], page.at) == (404, "内容", "a", NOW)
    assert page.url == httpserver.url_for("/list")


async def test_a_form_is_posted(door: OpenDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/f", method="POST", data="a=1&b=%E6%9F%A5").respond_with_data("ok")
    page = await bound(door())(Request(url=httpserver.url_for("/f"), method="POST", form={"a": "1", "b": "查"}))
    assert page.body == b"ok"


async def test_an_object_is_posted_as_json(door: OpenDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/j", method="POST", json={"pkgName": "cn.gov.example", "名": [1]}).respond_with_data(
        "ok"
    )
    page = await bound(door())(
        Request(url=httpserver.url_for("/j"), method="POST", json={"pkgName": "cn.gov.example", "名": [1]})
    )
    assert page.body == b"ok"


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("gzip", gzip.compress(b"body", mtime=0)),
        ("x-gzip", gzip.compress(b"bo", mtime=0) + gzip.compress(b"dy", mtime=0)),
        ("deflate", zlib.compress(b"body")),
        ("deflate", zlib.compress(b"body")[2:-4]),
        ("identity", b"body"),
        ("gzip", gzip.compress(b"body", mtime=0) + b"trailing garbage"),
    ],
)
async def test_a_compressed_body_is_opened(door: OpenDoor, far: OpenFar, encoding: str, wire: bytes) -> None:
    there = await far(answer(wire, content_encoding=encoding))
    assert (await bound(door())(Request(url=there.url()))).body == b"body"


async def test_a_head_request_has_no_body_to_miss(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(content_length="50000000"))
    page = await bound(door())(Request(url=there.url("/app.apk"), method="HEAD"))
    assert (page.body, page.headers["content-length"]) == (b"", "50000000")


# --- why nothing comes back


async def test_nobody_there_is_connect(door: OpenDoor) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        assert await reason(door(), f"http://127.0.0.1:{unused.getsockname()[1]}/") is Reason.CONNECT


async def test_hanging_up_without_a_word_is_connect(door: OpenDoor, far: OpenFar) -> None:
    async def hang_up(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    assert await reason(door(), (await far(hang_up)).url()) is Reason.CONNECT


async def test_an_unknown_name_is_dns(door: OpenDoor, names: dict[str, str]) -> None:
    assert await reason(door(), "http://gone.example/") is Reason.DNS


async def test_a_name_that_cannot_be_one_is_dns(door: OpenDoor) -> None:
    assert await reason(door(), "http://a..b/") is Reason.DNS


async def test_a_certificate_nobody_vouches_for_is_tls(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body"), tls=certified("127.0.0.1", trustme.CA()))
    assert await reason(door(), there.url(scheme="https")) is Reason.TLS


async def test_a_certificate_for_another_host_is_tls(door: OpenDoor, far: OpenFar) -> None:
    ca = trustme.CA()
    there = await far(answer(b"body"), tls=certified("other.example", ca))
    assert await reason(door(trusting(ca)), there.url(scheme="https")) is Reason.TLS


async def test_talking_tls_to_a_plain_server_is_tls_or_connect(door: OpenDoor, httpserver: HTTPServer) -> None:
    there = httpserver.url_for("/").replace("http://localhost", "https://127.0.0.1")
    assert await reason(door(), there) in {Reason.TLS, Reason.CONNECT}


async def test_a_trusted_certificate_is_fine(door: OpenDoor, far: OpenFar) -> None:
    ca = trustme.CA()
    there = await far(answer(b"body"), tls=certified("127.0.0.1", ca))
    assert (await bound(door(trusting(ca)))(Request(url=there.url(scheme="https")))).body == b"body"


def certified(host: str, ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host).configure_cert(context)
    return context


def trusting(ca: trustme.CA) -> Policy:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return Policy(allow=LOOPBACK, pace=FREE, tls=context)


async def test_silence_is_timeout(door: OpenDoor, far: OpenFar) -> None:
    async def say_nothing(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    assert await reason(door(QUICK), (await far(say_nothing)).url()) is Reason.TIMEOUT


async def test_a_drip_feed_ends_with_the_total_time_out(door: OpenDoor, far: OpenFar) -> None:
    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert await reason(door(QUICK), (await far(drip)).url()) is Reason.TIMEOUT


async def test_a_chain_of_slow_redirects_shares_one_time_out(door: OpenDoor, far: OpenFar) -> None:
    async def hesitate(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.07)
        writer.write(answer(status="302 Found", location="/again"))

    assert await reason(door(QUICK), (await far(hesitate)).url()) is Reason.TIMEOUT


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nbody\r\n",
        answer(gzip.compress(b"body" * 100, mtime=0)[:-12], content_encoding="gzip"),
        answer(zlib.compress(b"body" * 100)[:-2], content_encoding="deflate"),
    ],
)
async def test_a_body_that_ends_early_is_truncated(door: OpenDoor, far: OpenFar, said: bytes) -> None:
    async def say_and_leave(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    assert await reason(door(), (await far(say_and_leave)).url()) is Reason.TRUNCATED


@pytest.mark.parametrize("said", [answer(b"." * 1001), b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"." * 1001])
async def test_a_body_over_the_cap_is_too_large(door: OpenDoor, far: OpenFar, said: bytes) -> None:
    policy = Policy(allow=LOOPBACK, pace=FREE, max_bytes=1000)
    there = await far(said)
    assert await reason(door(policy), there.url()) is Reason.TOO_LARGE


async def test_a_request_may_bring_its_own_cap(door: OpenDoor, far: OpenFar) -> None:
    policy = Policy(allow=LOOPBACK, pace=FREE, max_bytes=1000)
    there = await far(answer(b"." * 1001))
    assert len((await bound(door(policy))(Request(url=there.url(), max_bytes=1001))).body) == 1001


async def test_a_bomb_is_too_large_and_never_unpacked(door: OpenDoor, far: OpenFar) -> None:
    bomb = gzip.compress(bytes(300_000_000), 1)
    assert len(bomb) < 2_000_000
    there = await far(answer(bomb, content_encoding="gzip"))
    here = door()
    tracemalloc.start()
    try:
        assert await reason(here, there.url()) is Reason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("wire", "encoding"),
    [
        (gzip.compress(gzip.compress(gzip.compress(b"body", mtime=0), mtime=0), mtime=0), "gzip, gzip, gzip"),
        (b"body", "br"),
        (b"body", "gzip"),
        (b"\xff" * 10, "deflate"),
        (gzip.compress(b"", mtime=0) * 1000, "gzip"),
    ],
)
async def test_an_encoding_nobody_asked_for_is_unreadable(
    door: OpenDoor, far: OpenFar, wire: bytes, encoding: str
) -> None:
    there = await far(answer(wire, content_encoding=encoding))
    assert await reason(door(), there.url()) is Reason.UNREADABLE


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
        b"\x00\xff\xfe" * 50 + b"\r\n\r\n",
    ],
)
async def test_junk_is_http_error(door: OpenDoor, far: OpenFar, said: bytes) -> None:
    assert await reason(door(), (await far(said)).url()) is Reason.HTTP_ERROR


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad", "521 Challenge", "599 Odd"])
async def test_a_failing_server_is_http_error(door: OpenDoor, far: OpenFar, status: str) -> None:
    assert await reason(door(), (await far(answer(b"oops", status))).url()) is Reason.HTTP_ERROR


@pytest.mark.parametrize("status", [401, 403, 404, 410, 412, 418, 451])
async def test_what_a_refusal_means_is_left_to_the_platform(door: OpenDoor, far: OpenFar, status: int) -> None:
    there = await far(answer(b"no", f"{status} No"))
    assert (await bound(door())(Request(url=there.url()))).status == status


# --- redirects


async def test_a_redirect_is_followed_to_where_it_leads(door: OpenDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data(status=301, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data("moved")
    page = await bound(door())(Request(url=httpserver.url_for("/old")))
    assert (page.url, page.body) == (httpserver.url_for("/new"), b"moved")


async def test_a_redirect_loop_is_http_error(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(status="302 Found", location="/"))
    assert await reason(door(), there.url()) is Reason.HTTP_ERROR
    assert len(there.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0/",
        "http://0x7f.2/",
        "http://2130706434/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "ftp://example.cn/",
        "http://user:password@127.0.0.1/",
    ],
)
async def test_a_redirect_inside_is_blocked(door: OpenDoor, far: OpenFar, location: str) -> None:
    there = await far(answer(status="302 Found", location=location))
    assert await reason(door(), there.url()) is Reason.GUARD_BLOCKED


async def test_an_address_that_a_stranger_chose_leads_to_the_named_hosts_only(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(status="302 Found", location="http://127.0.0.2:1/"))
    loopback = door(Policy(allow=(ip_network("127.0.0.0/8"),), pace=FREE))

    async def asked(*hosts: str) -> tuple[Reason, int]:
        before = len(there.asked)
        failed = await failure(loopback, Request(url=there.url(), hosts=frozenset(hosts)))
        return failed.reason, len(there.asked) - before

    assert await asked("127.0.0.1", "127.0.0.2") == (Reason.CONNECT, 1)
    assert await asked("127.0.0.1") == (Reason.GUARD_BLOCKED, 1)
    assert await asked("127.0.0.2") == (Reason.GUARD_BLOCKED, 0)
    assert await asked() == (Reason.GUARD_BLOCKED, 0)


async def test_a_redirect_to_nowhere_is_http_error(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(status="302 Found", location="http://[:::/"))
    assert await reason(door(), there.url()) is Reason.HTTP_ERROR


async def test_another_host_learns_no_secret(door: OpenDoor, far: OpenFar, names: dict[str, str]) -> None:
    names["other.example"] = "127.0.0.1"
    second = await far(answer(b"body"))
    first = await far(answer(status="302 Found", location=second.url(host="other.example")))
    secrets = Request(
        url=first.url(), cookies={"SUB": "s3cret"}, headers={"access-token": "s3cret", "range": "bytes=0-9"}
    )
    await bound(door())(secrets)
    assert first.asked[0].count("s3cret") == 2
    assert "s3cret" not in second.asked[0]
    assert "range: bytes=0-9" in second.asked[0].lower()


async def test_the_same_host_keeps_the_cookies(door: OpenDoor, far: OpenFar) -> None:
    async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
        moved = request.startswith(b"GET /new")
        writer.write(answer(b"body") if moved else answer(status="302 Found", location="/new"))

    there = await far(move)
    await bound(door())(Request(url=there.url(), cookies={"SUB": "a", "SUBP": "b"}))
    assert "cookie: SUB=a; SUBP=b" in there.asked[1]


async def test_an_answer_that_is_a_secret_is_never_kept_as_evidence(door: OpenDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_data("t0ken")
    fetch = bound(door())
    page = await fetch(Request(url=httpserver.url_for("/token"), is_secret=True))
    assert page.body == b"t0ken"
    assert fetch.raw is None


async def test_a_form_is_never_sent_on_to_another_host(door: OpenDoor, far: OpenFar) -> None:
    second = await far(answer(b"body"))
    first = await far(answer(status="307 Moved", location=second.url()))
    failed = await failure(door(), Request(url=first.url(), method="POST", form={"secret": "s3cret"}))
    assert failed.reason is Reason.HTTP_ERROR
    assert second.asked == []


async def test_a_form_answered_by_a_redirect_is_followed_without_it(door: OpenDoor, far: OpenFar) -> None:
    async def move(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(status="302 Found", location="/new") if request.startswith(b"POST") else answer(b"body"))

    there = await far(move)
    await bound(door())(Request(url=there.url(), method="POST", form={"a": "1"}))
    assert there.asked[1].startswith("GET /new")
    assert "content-length" not in there.asked[1].lower()


# --- the guard, on the wire


@pytest.mark.parametrize("host", ["localhost", "inside.example", "127.0.0.1", "2130706433"])
async def test_without_leave_nothing_inside_is_reached(
    door: OpenDoor, far: OpenFar, names: dict[str, str], host: str
) -> None:
    names |= {"localhost": "127.0.0.1", "inside.example": "127.0.0.1", "2130706433": "127.0.0.1"}
    there = await far(answer(b"secret"))
    assert await reason(door(Policy(pace=FREE)), there.url(host=host)) is Reason.GUARD_BLOCKED
    assert there.asked == []


@pytest.mark.parametrize("url", ["", "example.cn/list", "file:///etc/passwd", "http://", "http://u:p@a.cn/"])
async def test_what_is_no_web_address_is_blocked(door: OpenDoor, url: str) -> None:
    assert await reason(door(), url) is Reason.GUARD_BLOCKED


async def test_a_proxy_is_used_and_keeps_addresses_inside_closed(door: OpenDoor, far: OpenFar) -> None:
    proxy = await far(answer(b"through"))
    here = door(Policy(pace=FREE, proxy=proxy.url().replace("//", "//office:s3cret@")))
    assert (await bound(here)(Request(url="http://example.cn/list?a=1"))).body == b"through"
    assert proxy.asked[0].startswith("GET http://example.cn/list?a=1 ")
    assert "proxy-authorization: basic" in proxy.asked[0].lower()
    assert await reason(here, "http://10.1.1.1/") is Reason.GUARD_BLOCKED
    assert "s3cret" not in repr(Policy(proxy="http://office:s3cret@10.0.0.1:3128"))


# --- sameness


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


# --- cookies, secrets, words


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


# --- politeness, as the server sees it


async def test_requests_keep_their_distance(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b"body"))
    here = door(Policy(allow=LOOPBACK, pace=Pace(per_minute=1200, at_once=4)))
    await asyncio.gather(*(bound(here)(Request(url=there.url())) for _ in range(4)))
    gaps = [after - before for before, after in zip(there.at, there.at[1:], strict=False)]
    assert min(gaps) > 0.03
    assert there.at[-1] - there.at[0] > 0.13


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
