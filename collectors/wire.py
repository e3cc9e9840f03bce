"""The messages between the service and its reading process: lengths, JSON and bytes, and nothing that could run.

Each side checks what comes: a length against a limit, and every value against the type that it is to have, for
the reading process has just read what a stranger wrote, and may have been taken over by it.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, partial
from importlib import import_module
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from collectors.links import Signed
from monitor.core.collector import Continuation, Page
from monitor.core.download import Download
from monitor.core.observation import Blind, Seen, Timeline

LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes of one answer of the reading process."""
_LENGTHS = struct.Struct(">II")
HEAD = _LENGTHS.size
"""Bytes of what stands before each message: how long its JSON is, and what lies behind it."""


class GarbledError(Exception):
    """A message that does not have the form it is to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A parser that raised something other than LookFailedError: a bug in it."""

    error: str
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserAnswer:
    """The result of a parser on a page: exactly one of these."""

    signed: Signed | None = None
    timeline: Timeline | None = None
    download: Download | None = None
    told: Continuation | None = None
    blind: Blind | None = None
    crash: Crash | None = None
    other_from: datetime | None = None
    """From when on it would make something else of the same bytes; None: never."""

    @property
    def outcome(self) -> Seen | Continuation | Blind | Crash:
        """The one that is there; raises GarbledError for none."""
        for entry in (self.signed, self.timeline, self.download, self.told, self.blind, self.crash):
            if entry is not None:
                return entry
        raise GarbledError


def reading(outcome: Seen | Continuation | Blind | Crash, other_from: datetime | None = None) -> ParserAnswer:
    """Return an outcome as a reading."""
    match outcome:
        case Signed():
            return ParserAnswer(signed=outcome, other_from=other_from)
        case Timeline():
            return ParserAnswer(timeline=outcome, other_from=other_from)
        case Download():
            return ParserAnswer(download=outcome, other_from=other_from)
        case Continuation():
            return ParserAnswer(told=outcome, other_from=other_from)
        case Blind():
            return ParserAnswer(blind=outcome, other_from=other_from)
        case Crash():
            return ParserAnswer(crash=outcome, other_from=other_from)


def message(said: object, body: bytes = b"") -> bytes:
    """Return a message: its lengths, the JSON of what is said, and bytes."""
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def lengths(head: bytes) -> tuple[int, int]:
    """Return how many bytes of JSON and of anything else follow a message's first bytes."""
    text, body = _LENGTHS.unpack(head)
    return text, body


def job(parse: Callable[[Page], object], page: Page) -> bytes:
    """Return the message that has a page read by a function of a module, or by a partial of one with plain arguments.

    Raises TypeError for a function that another process cannot find.
    """
    function, arguments = (parse.func, parse.keywords) if isinstance(parse, partial) else (parse, {})
    if isinstance(parse, partial) and parse.args:
        raise TypeError("arguments without names")
    said = {
        "parse": _place(function),
        "arguments": {key: _argument(value) for key, value in arguments.items()},
        "url": page.url,
        "status": page.status,
        "headers": dict(page.headers),
        "at": page.at.isoformat(),
        "certificate_until": page.certificate_until.isoformat() if page.certificate_until else None,
    }
    return message(said, page.body)


def job_of(text: bytes, body: bytes) -> tuple[Callable[[Page], Seen | Continuation], Page]:
    """Return the parser and the page of a job, importing what it is in; called in the reading process alone."""
    said = json.loads(text)
    module, _, function = said["parse"].partition(":")
    parse = attrgetter(function)(import_module(module))
    hints = get_type_hints(parse)
    arguments = {key: decoder(hints[key])(value) for key, value in said["arguments"].items()}
    until = said["certificate_until"]
    page = Page(
        url=said["url"],
        status=said["status"],
        headers=said["headers"],
        body=body,
        at=datetime.fromisoformat(said["at"]),
        certificate_until=datetime.fromisoformat(until) if until else None,
    )
    return (partial(parse, **arguments) if arguments else parse), page


def _place(function: Callable[[Page], object]) -> str:
    """Return where another process finds a function: in its module, or as a method of its module's COLLECTOR."""
    owner = getattr(function, "__self__", None)
    if owner is None:
        name = f"{function.__module__}:{function.__qualname__}"
        if "<" in name:
            raise TypeError(name)
        return name
    module = type(owner).__module__
    if getattr(sys.modules[module], "COLLECTOR", None) is not owner:
        raise TypeError(module)
    return f"{module}:COLLECTOR.{function.__name__}"


def written(said: ParserAnswer) -> bytes:
    """Return a reading as a message."""
    return message(encoded(said))


def understood(text: bytes) -> ParserAnswer:
    """Return the reading that a message's JSON is; raises GarbledError."""
    try:
        found = decoder(ParserAnswer)(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise GarbledError from error
    if not isinstance(found, ParserAnswer):
        raise GarbledError
    return found


def _argument(value: object) -> object:
    return encoded(value) if not isinstance(value, tuple) else [_argument(entry) for entry in value]


def encoded(value: object) -> Any:  # noqa: ANN401 - what json writes
    """Return a value as what json writes; raises TypeError for one of a kind that is not passed on."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return value // timedelta(microseconds=1)
        case tuple():
            return [encoded(entry) for entry in value]
        case frozenset():
            return sorted(encoded(entry) for entry in value)
        case Mapping():
            return {str(name): encoded(item) for name, item in value.items()}
        case _ if is_dataclass(value):
            parts = ((field.name, getattr(value, field.name), field.default) for field in fields(value))
            return {name: encoded(part) for name, part, default in parts if part is not default}
        case _:
            raise TypeError(type(value).__name__)


@cache
def decoder(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type hint has no type of its own
    """Return what makes a value of this type of JSON; it raises what is caught in `understood`."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        (one,) = (part for part in inner if part is not NoneType)
        decode = decoder(one)
        return lambda value: None if value is None else decode(value)
    if origin is tuple:
        return _many(inner)
    if origin is frozenset:
        entries = _many((*inner, Ellipsis))
        return lambda value: frozenset(entries(value))
    if origin is not None and issubclass(origin, Mapping):
        names, values = decoder(inner[0]), decoder(inner[1])
        return lambda value: {names(name): values(item) for name, item in _a(dict, value).items()}
    if is_dataclass(kind):
        return _record(kind)
    if hasattr(kind, "_fields"):
        return _named_tuple(kind)
    if issubclass(kind, Enum):
        return {member.value: member for member in kind}.__getitem__
    if issubclass(kind, datetime):
        return _moment
    if issubclass(kind, date):
        return lambda value: date.fromisoformat(_a(str, value))
    if issubclass(kind, timedelta):
        return lambda value: timedelta(microseconds=_a(int, value))
    return partial(_a, kind)


def _many(inner: tuple[Any, ...]) -> Callable[[Any], Any]:
    if inner[1:] == (Ellipsis,):
        decode = decoder(inner[0])
        return lambda value: tuple([decode(entry) for entry in _a(list, value)])
    each = [decoder(entry) for entry in inner]
    return lambda value: tuple([decode(entry) for decode, entry in zip(each, _a(list, value), strict=True)])


def _record(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - as above
    hints = get_type_hints(kind)
    parts = {field.name: decoder(hints[field.name]) for field in fields(kind)}
    return lambda value: kind(**{name: parts[name](item) for name, item in _a(dict, value).items()})


def _named_tuple(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - as above
    each = _many(tuple(get_type_hints(kind)[name] for name in kind._fields))
    return lambda value: kind(*each(value))


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_a(str, value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _a(kind: type, value: object) -> Any:  # noqa: ANN401 - a value of that type
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value
