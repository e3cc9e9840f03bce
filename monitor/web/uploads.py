"""Uploads: a form with a file, read piece by piece as it comes and kept nowhere but in a file of our own name.

The form's token stands before the file: of a form that is not ours no byte is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from monitor.ledger import bounds
from monitor.ledger.uploads import Incoming, TooLargeError, TooManyError, Uploads
from monitor.web.bodies import readable
from monitor.web.forms import TOKEN, Form, require_own_page, require_token

FILE = "file"
"""The field with the file."""
_FIELDS = 20
_LONGEST_FIELD = 4096
_LONGEST_HEAD = 4096
"""Bytes of the headers of one part."""
_LONGEST_NAME = 100
_AROUND = 64 * 1024
"""Bytes of a form beside its file."""
_HEARD = 64 * 1024 * 1024
"""Bytes that are listened to although they are too many, so that the browser hears why."""
AT_ONCE = 4
"""Files that come in at the same time."""
TOO_LARGE = "文件超过 20 MB，没有保存；请删去图片和多余的工作表，或分成几个文件再上传。"
_BROKEN = "上传的内容不完整，没有保存；请重新选择文件再上传。"
_TOO_MANY = "同时上传的文件过多，没有保存；请等前面的传完再上传。"
_ALL_WAIT = "等待核对的文件已满，没有保存；请先导入或放弃其中几个，再上传。"
_NO_ROOM = "服务器磁盘写不下这个文件，没有保存；请告诉信息技术人员。"
_ONE = "一次只能上传一个文件，没有保存；请逐个上传。"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A form with a file, as it came."""

    form: Form = field(repr=False)
    name: str = ""
    """How the visitor calls the file, fit to be shown; empty if they chose none."""
    incoming: Incoming | None = None
    """The file, not yet finished."""


_coming = 0


async def upload_of(request: Request, uploads: Uploads) -> SentForm:
    """Return an upload that a page of ours sent; raises HTTPException, with a sentence, and then nothing is kept."""
    global _coming  # noqa: PLW0603 - one loop, one count
    require_own_page(request)
    if _coming >= AT_ONCE:
        raise HTTPException(503, _TOO_MANY)
    _coming += 1
    parts = _Parts(request, uploads)
    try:
        return await _read(request, parts)
    except BaseException:
        parts.discard()
        raise
    finally:
        _coming -= 1


class _Parser(MultipartParser):
    """Reads a form as it comes."""

    def hear(self, piece: bytes) -> None:
        """Hear a piece; raises FormParserError."""
        self.write(piece)


async def _read(request: Request, parts: _Parts) -> SentForm:
    parser = _Parser(_boundary(request), parts.callbacks(), max_size=bounds.PACKED + _AROUND + 1)
    heard = 0
    try:
        async for chunk in request.stream():
            heard += len(chunk)
            if heard > bounds.PACKED + _AROUND or parts.is_too_large:
                parts.discard()
                if heard > _HEARD:
                    break
                continue
            parser.hear(chunk)
        if heard > bounds.PACKED + _AROUND or parts.is_too_large:
            raise HTTPException(413, TOO_LARGE)
        parser.finalize()
    except ClientDisconnect as error:
        raise HTTPException(400, _BROKEN) from error
    except FormParserError as error:
        raise HTTPException(400, _BROKEN) from error
    return parts.sent()


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary: bytes | None = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:  # noqa: PLR2004 - RFC 2046 says 70
        raise HTTPException(415, _BROKEN)
    return boundary


@dataclass(slots=True)
class _Parts:
    """Hears of the parts of a form as they come."""

    request: Request
    uploads: Uploads
    fields: dict[str, list[bytearray]] = field(default_factory=dict)
    name: str = ""
    incoming: Incoming | None = None
    is_too_large: bool = False
    is_ended: bool = False
    _head: dict[bytes, bytes] = field(default_factory=dict)
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _heard: int = 0
    _take: Callable[[bytes], object] = bytes

    def callbacks(self) -> Any:  # noqa: ANN401 - the library's own type is private
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._hear(self._header, data[start:end]),
            "on_header_value": lambda data, start, end: self._hear(self._value, data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": lambda data, start, end: self._take(data[start:end]),
            "on_end": self._end,
        }

    def sent(self) -> SentForm:
        """Return all of it; raises HTTPException where it was cut off, or is not our own form."""
        if not self.is_ended:
            raise HTTPException(400, _BROKEN)
        self._require_token()
        if self.incoming is not None and not self.name and self.incoming.size == 0:
            self.discard()
        return SentForm(form=self._form(), name=self.name, incoming=self.incoming)

    def discard(self) -> None:
        """Leave nothing of the file."""
        if self.incoming is not None:
            self.incoming.discard()
            self.incoming = None

    def _form(self) -> Form:
        return Form(
            {
                name: tuple(readable(text.decode("utf-8", "replace")) for text in texts)
                for name, texts in self.fields.items()
            }
        )

    def _require_token(self) -> None:
        require_token(self.request, self._form().get(TOKEN))

    def _begin(self) -> None:
        self._head, self._header, self._value, self._heard = {}, bytearray(), bytearray(), 0

    def _hear(self, into: bytearray, piece: bytes) -> None:
        self._heard += len(piece)
        if self._heard > _LONGEST_HEAD:
            raise HTTPException(400, _BROKEN)
        into += piece

    def _header_end(self) -> None:
        self._head[bytes(self._header).lower()] = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._head.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name == FILE:
            self._begin_file(options.get(b"filename", b"").decode("utf-8", "replace"))
        else:
            self._begin_field(readable(name))

    def _begin_field(self, name: str) -> None:
        text = bytearray()
        self.fields.setdefault(name, []).append(text)
        if sum(map(len, self.fields.values())) > _FIELDS:
            raise HTTPException(413, _BROKEN)

        def take(piece: bytes) -> None:
            nonlocal text
            text += piece
            if len(text) > _LONGEST_FIELD:
                raise HTTPException(413, _BROKEN)

        self._take = take

    def _begin_file(self, name: str) -> None:
        if self.incoming is not None:
            raise HTTPException(400, _ONE)
        self._require_token()
        try:
            self.incoming = self.uploads.receive()
        except TooManyError as error:
            raise HTTPException(503, _ALL_WAIT) from error
        except OSError as error:
            raise HTTPException(507, _NO_ROOM) from error
        self.name, self._take = shown_name(name), self._take_piece

    def _take_piece(self, piece: bytes) -> None:
        try:
            if self.incoming is not None:
                self.incoming.take(piece)
        except TooLargeError:
            self.is_too_large = True
            self.discard()
        except OSError as error:
            raise HTTPException(507, _NO_ROOM) from error

    def _end(self) -> None:
        self.is_ended = True


_BIDI = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def shown_name(written: str) -> str:
    """Return what a visitor calls a file without folders and invisible signs, and no longer than a line."""
    last = _BIDI.sub("", readable(re.split(r"[/\\]", written)[-1]))
    name = " ".join(last.split()).lstrip(".")
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 8]}…{name[-7:]}"
