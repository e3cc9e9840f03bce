"""The cursor of a list: where the next page begins, as text that callers hand back unread."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from monitor.queries.lists import Place

Kinds = tuple[type[str] | type[int] | type[datetime], ...]
"""The types of a place's values."""


class BadCursorError(ValueError):
    """A cursor is not one that this list gave out."""


def cursor_of(place: Place) -> str:
    """Return a place as text for an address."""
    values = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode().rstrip("=")


def place_of(cursor: str, kinds: Kinds) -> Place:
    """Return the place that a cursor names; raises BadCursorError."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw)
        place = tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadCursorError from error
    return place


def _read(value: object, kind: type) -> object:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    if type(value) is kind and (kind is not int or 0 <= int(str(value)) < 2**63):
        return value
    raise BadCursorError
