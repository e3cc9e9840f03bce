"""Dataclasses as JSON and back, without loss.

Fields that hold their default are left out, so that rows stay small and an older row reads well
after a field with a default was added. Moments are written in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

Json = Any
"""The values that `json` reads and writes: its types are its own business."""

Convert = Callable[[Any], Any]


def json_text(value: Json) -> str:
    """Return JSON as the database keeps it, short."""
    return _JSON.encode(value)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(value: object) -> Json:
    """Return a dataclass as JSON; its type is not written down."""
    return _encoder(cast("Any", type(value)))(value)


def decode(kind: type[T], written: Json) -> T:
    """Return the dataclass of this type that `encode` wrote."""
    return cast("T", _decoder(cast("Any", kind))(written))


@cache
def _encoder(kind: Any) -> Convert:  # noqa: ANN401 - a type hint has no type of its own
    if optional := _optional(kind):
        inner = _encoder(optional)
        return lambda value: None if value is None else inner(value)
    if get_origin(kind) is tuple:
        inner = _encoder(get_args(kind)[0])
        return lambda values: [inner(value) for value in values]
    if is_dataclass(kind):
        return _fields_encoder(cast("type", kind))
    if issubclass(kind, Enum):
        return attrgetter("_value_")
    if issubclass(kind, datetime):
        return lambda value: value.astimezone(UTC).isoformat()
    if issubclass(kind, date):
        return lambda value: value.isoformat()
    if issubclass(kind, timedelta):
        return lambda value: value // timedelta(microseconds=1)
    if issubclass(kind, Decimal):
        return str
    return _same(kind)


@cache
def _decoder(kind: Any) -> Convert:  # noqa: ANN401 - as above
    if optional := _optional(kind):
        inner = _decoder(optional)
        return lambda written: None if written is None else inner(written)
    if get_origin(kind) is tuple:
        inner = _decoder(get_args(kind)[0])
        return lambda written: tuple([inner(value) for value in written])
    if is_dataclass(kind):
        return _fields_decoder(cast("type", kind))
    if issubclass(kind, Enum):
        return {member.value: member for member in kind}.__getitem__
    if issubclass(kind, datetime):
        return datetime.fromisoformat
    if issubclass(kind, date):
        return date.fromisoformat
    if issubclass(kind, timedelta):
        return lambda written: timedelta(microseconds=written)
    if issubclass(kind, Decimal):
        return Decimal
    return _same(kind)


def _fields_encoder(kind: type) -> Convert:
    hints = get_type_hints(kind)
    parts = [(field.name, _encoder(hints[field.name]), field.default) for field in fields(kind)]

    def write(value: object) -> Json:
        written = {}
        for name, convert, default in parts:
            part = getattr(value, name)
            if part is not default and (default is MISSING or part != default):
                written[name] = convert(part)
        return written

    return write


def _fields_decoder(kind: type) -> Convert:
    hints = get_type_hints(kind)
    parts = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def read(written: dict[str, Json]) -> object:
        return kind(**{name: parts[name](part) for name, part in written.items() if name in parts})

    return read


def _optional(kind: Any) -> Any:  # noqa: ANN401 - as above
    """Return X of `X | None`, else None."""
    if get_origin(kind) not in {Union, UnionType}:
        return None
    (inner,) = (part for part in get_args(kind) if part is not NoneType)
    return inner


def _same(kind: type) -> Convert:
    if kind not in {str, int, float, bool}:
        message = f"cannot be written as JSON: {kind}"
        raise TypeError(message)
    return lambda value: value
