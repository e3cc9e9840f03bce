"""The addresses to which the door goes, by redirects, forms and proxies, on real sockets."""

import asyncio
from ipaddress import ip_network

import pytest
from pytest_httpserver import HTTPServer

from collectors.http import Policy
from monitor.core.collector import Request
from monitor.core.observation import Reason
from tests.collectors.conftest import FREE, OpenDoor, OpenFar, answer
from tests.collectors.door import bound, failure, reason


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
