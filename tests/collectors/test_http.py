"""The door, on real sockets: what it brings back, what it refuses, and the reason it gives."""

import asyncio
import gzip
import socket
import ssl
import tracemalloc
import zlib
from contextlib import closing
from datetime import timedelta

import pytest
import trustme
from pytest_httpserver import HTTPServer

from collectors.http import Policy
from monitor.core.collector import Request
from monitor.core.observation import Reason
from tests.collectors.conftest import FREE, LOOPBACK, NOW, OpenDoor, OpenFar, answer
from tests.collectors.door import bound, reason

QUICK = Policy(allow=LOOPBACK, pace=FREE, total=timedelta(milliseconds=200))


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
