"""Files behind links, got by ranges of at most 64 KiB each, and judged as packages.

A web page in a package's place that is no wall, a name that does not exist and a link that leads
nowhere are what people meet too; a time-out or a refusal is not. Of a server that knows no ranges
only the beginning is seen, and the signature stays unknown.

Nothing of a package is read where the requests are made: the reader is given all the pieces there are, and answers
which one it needs next, or what the package is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from collectors.answers import judge_status, refuse_walls
from collectors.packages import android, archive, harmony, ios
from collectors.packages.archive import Judge, Piece
from monitor.core.collector import Continuation, Fetch, Page, Request
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

JUDGES: dict[str, Judge] = {"apk": android.judge, "ipa": ios.judge, "hap": harmony.judge}
"""The judges of each kind of package."""
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)
_PIECES_MOST = 64
"""How many ranges of one package are asked for: `archive.MOST` bytes are fewer."""


async def look(key: str, kind: str, fetch: Fetch) -> Download:
    """Return whether the link of a key leads to a package of a kind (see JUDGES) that can be installed.

    A key is a link, and behind a `#` the package's name if it is to be checked. Raises LookFailedError.
    """
    url, _, name = key.partition("#")
    try:
        found = await _judge(url, kind, fetch)
    except LookFailedError as failed:
        if failed.fault is None:
            raise
        return Download(link=Link.PACKAGE, fault=failed.fault)
    if name and found.package and found.package != name:
        return replace(found, fault=AppFault.OTHER_APP)
    return found


def read(page: Page, judge: Judge) -> Download:
    """Return what a whole file is; raises LookFailedError for an answer that only keeps us out."""
    return refused(page) or archive.read_whole(page.body, judge, page.at)


def refused(page: Page) -> Download | None:
    """Return the fault of an answer that is no file at all; raises LookFailedError where it only keeps us out."""
    if page.status in {404, 410}:
        return Download(link=Link.PACKAGE, fault=AppFault.GONE)
    judge_status(page)
    if not page.body:
        raise LookFailedError(Reason.TRUNCATED, "an empty answer")
    if archive.begins_as_package(page.body):
        return None
    refuse_walls(page)
    return Download(link=Link.PACKAGE, fault=AppFault.NOT_A_PACKAGE)


def begun(page: Page, kind: str) -> Download:
    """Return what the beginning of a file shows: that it begins to come, and more only if that is all of it.

    Raises LookFailedError for an answer that only keeps us out.
    """
    if refusal := refused(page):
        return refusal
    length = page.headers.get("content-length", "")
    if page.status != 206 and (len(page.body) < archive.PIECE or length == str(len(page.body))):
        return archive.read_whole(page.body, JUDGES[kind], page.at)
    return Download(link=Link.PACKAGE)


def needed(page: Page, kind: str, total: int, pieces: tuple[Piece, ...]) -> Continuation:
    """Return which piece of a file of `total` bytes is to be had next: `start` and `end`; nothing where it is judged.

    The page's body is the pieces that were had, one behind the other.
    """
    piece, _ = _examined(page, kind, total, pieces)
    return Continuation(numbers={"start": piece[0], "end": piece[1]} if piece else {})


def judged(page: Page, kind: str, total: int, pieces: tuple[Piece, ...]) -> Download:
    """Return what a file is, once no piece of it is needed any more; raises LookFailedError."""
    _, found = _examined(page, kind, total, pieces)
    if found is None:
        raise LookFailedError(Reason.UNREADABLE, "a piece of the package is missing")
    return found


def _examined(page: Page, kind: str, total: int, pieces: Sequence[Piece]) -> tuple[Piece | None, Download | None]:
    """Return the piece that an examination needs next, or how it ends."""
    asking = archive.examine(total, JUDGES[kind], page.at)
    try:
        wanted = next(asking)
        while (had := _had(page.body, pieces, wanted)) is not None:
            wanted = asking.send(had)
    except StopIteration as done:
        found: Download = done.value
        return None, found
    return wanted, None


def _had(body: bytes, pieces: Sequence[Piece], wanted: Piece) -> bytes | None:
    """Return a piece from those that lie one behind the other in a body; None where none of them holds it."""
    at = 0
    for start, end in pieces:
        if start <= wanted[0] and wanted[1] <= end:
            return body[at + wanted[0] - start : at + wanted[1] - start]
        at += end - start
    return None


async def _judge(url: str, kind: str, fetch: Fetch) -> Download:
    head = await fetch(_ask(url, 0, archive.PIECE))
    if head.status != 206:
        return await fetch.read(partial(begun, kind=kind), head)
    total = _total(head, 0)
    beginning = await fetch.read(partial(begun, kind=kind), head)
    if beginning.fault is not None:
        return beginning
    pieces, seen = [(0, len(head.body))], head
    for _ in range(_PIECES_MOST):
        had = tuple(pieces)
        next_one = (await fetch.read(partial(needed, kind=kind, total=total, pieces=had), seen)).numbers
        if not next_one:
            return await fetch.read(partial(judged, kind=kind, total=total, pieces=had), seen)
        piece = (next_one["start"], next_one["end"])
        seen = replace(seen, body=seen.body + await _piece(url, fetch, piece, total))
        pieces.append(piece)
    raise LookFailedError(Reason.TOO_LARGE, f"judging the package takes more than {_PIECES_MOST} pieces of it")


async def _piece(url: str, fetch: Fetch, piece: Piece, total: int) -> bytes:
    page = await fetch(_ask(url, *piece))
    judge_status(page)
    if page.status != 206 or _total(page, piece[0]) != total:
        raise LookFailedError(Reason.UNREADABLE, "the second range is of another file, or of none")
    if len(page.body) != piece[1] - piece[0]:
        raise LookFailedError(Reason.TRUNCATED, "a range that is shorter than it says")
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
