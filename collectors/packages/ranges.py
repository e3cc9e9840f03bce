"""Files behind links, got by ranges of at most 64 KiB each, and judged as packages.

A web page in a package's place that is no wall, a name that does not exist and a link that leads
nowhere are what people meet too; a time-out or a refusal is not. Of a server that knows no ranges
only the beginning is seen, and the signature stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import replace

from collectors.answers import judge_status, refuse_walls
from collectors.packages import archive
from collectors.packages.archive import Judge, Piece
from monitor.core.collector import Fetch, Page, Request
from monitor.core.download import Download, Fault, Link
from monitor.core.observation import LookFailedError, Reason

_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)


async def look(key: str, judge: Judge, fetch: Fetch) -> Download:
    """Return whether the link of a key leads to a package that can be installed.

    A key is a link, and behind a `#` the package's name if it is to be checked. Raises LookFailedError.
    """
    url, _, name = key.partition("#")
    try:
        found = await _judge(url, judge, fetch)
    except LookFailedError as failed:
        if failed.fault is None:
            raise
        return Download(link=Link.PACKAGE, fault=failed.fault)
    if name and found.package and found.package != name:
        return replace(found, fault=Fault.OTHER_APP)
    return found


def read(page: Page, judge: Judge) -> Download:
    """Return what a whole file is; raises LookFailedError for an answer that only keeps us out."""
    return refused(page) or archive.read_whole(page.body, judge, page.at)


def refused(page: Page) -> Download | None:
    """Return the fault of an answer that is no file at all; raises LookFailedError where it only keeps us out."""
    if page.status in {404, 410}:
        return Download(link=Link.PACKAGE, fault=Fault.GONE)
    judge_status(page)
    if not page.body:
        raise LookFailedError(Reason.TRUNCATED, "an empty answer")
    if archive.begins_as_package(page.body):
        return None
    refuse_walls(page)
    return Download(link=Link.PACKAGE, fault=Fault.NOT_A_PACKAGE)


async def _judge(url: str, judge: Judge, fetch: Fetch) -> Download:
    head = await fetch(_ask(url, 0, archive.PIECE))
    if head.status != 206:
        return refused(head) or _without_ranges(head, judge)
    total = _total(head, 0)
    if refusal := refused(head):
        return refusal
    asking = archive.examine(total, judge, head.at)
    try:
        start, end = next(asking)
        while True:
            piece = head.body[start:end] if end <= len(head.body) else await _piece(url, fetch, (start, end), total)
            start, end = asking.send(piece)
    except StopIteration as done:
        found: Download = done.value
        return found


async def _piece(url: str, fetch: Fetch, piece: Piece, total: int) -> bytes:
    page = await fetch(_ask(url, *piece))
    judge_status(page)
    if page.status != 206 or _total(page, piece[0]) != total:
        raise LookFailedError(Reason.UNREADABLE, "the second range is of another file, or of none")
    return page.body


def _ask(url: str, start: int, end: int) -> Request:
    headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity", "User-Agent": _AGENT}
    return Request(url=url, headers=headers, stop_at=end - start)


def _total(page: Page, start: int) -> int:
    """Return the file's size, having made sure that the range is the one that was asked for."""
    said = _RANGE.fullmatch(page.headers.get("content-range", "").strip())
    if said is None or int(said[1]) != start or int(said[2]) + 1 - start != len(page.body):
        raise LookFailedError(Reason.UNREADABLE, "a range that was not asked for")
    return int(said[3])


def _without_ranges(head: Page, judge: Judge) -> Download:
    """Return what the beginning of a file shows: that it begins to come, and more only if that is all of it."""
    length = head.headers.get("content-length", "")
    if len(head.body) < archive.PIECE or length == str(len(head.body)):
        return archive.read_whole(head.body, judge, head.at)
    return Download(link=Link.PACKAGE)
