"""Redirects and cookies as real servers write them, on real sockets."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import heads
from collectors.cookies import MOST, Jar
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import NOW, OpenDoor, OpenFar, Script, answer
from tests.collectors.lapses import PAGE, bound, failure, got


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
