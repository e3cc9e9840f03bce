"""Answers as real servers write them, on real sockets: what browsers show is read, and never as more than it is."""

import asyncio
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import decoding, heads
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import OpenDoor, OpenFar, answer
from tests.collectors.lapses import PAGE, bound, chunks, failure, got, saying, zipped


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
