"""Answers of servers, byte by byte, and what the door makes of them."""

import asyncio
import gzip

import pytest

from collectors.http import BoundFetch, Door
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import Far, Script

PAGE = b"<html><body>found</body></html>"


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
