"""True if an answer says what was agreed upon, in whatever way it is written.

An answer means what its reader takes it for: text in its own charset, entities and tags as a browser shows them, JSON
with its escapes, its blanks and the order of its members as a program reads them. A marker that is JSON itself
(`"status":"ok"`, `{"code":0}`) is sought as members of one object or as a value; any other as words.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

_TAG = re.compile(r"<[^<>]{0,2000}>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PADDED = re.compile(r"\s*[\w.$]{1,80}\s*\((.*)\)\s*;?\s*", re.DOTALL)
"""JSON that a script calls a function with."""
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""Characters that draw nothing."""


def spoken(written: str) -> str:
    """Return a marker as an address writes it: percent signs undone, in UTF-8 or GB18030."""
    raw = unquote_to_bytes(written)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def says(text: str, marker: str) -> bool:
    """True if a decoded answer says a marker."""
    if marker in text:
        return True
    answer = _json(text)
    if answer is not _NOTHING:
        return _says_json(answer, marker)
    form = _plain if _members(marker) is _NOTHING else _compact
    wanted = form(marker)
    return bool(wanted) and any(wanted in form(reading) for reading in _readings(text))


def _readings(text: str) -> Iterator[str]:
    """Yield what a page says to those who see it, and what its scripts hold."""
    yield html.unescape(text)
    yield html.unescape(_TAG.sub("", text))
    yield html.unescape(_TAG.sub(" ", text))
    if "\\u" in text:
        yield _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text.translate(_UNSEEN)).split())


def _compact(text: str) -> str:
    return _plain(text).replace(" ", "")


_NOTHING = object()


def _json(text: str) -> object:
    """Return the JSON that a text is, or that a function is called with; `_NOTHING` for any other."""
    bare = text.translate(_UNSEEN).strip() if text[:1] == "\ufeff" else text.strip()
    padded = None if bare[:1] in {"{", "["} else _PADDED.fullmatch(bare)
    try:
        value: object = json.loads(padded[1] if padded else bare)
    except (ValueError, RecursionError):
        return _NOTHING
    return value


def _says_json(answer: object, marker: str) -> bool:
    wanted = _members(marker)
    if wanted is not _NOTHING:
        return any(_has(value, wanted) for value in _values(answer))
    words = _plain(marker)
    return any(words in _plain(value) for value in _values(answer) if isinstance(value, str))


def _members(marker: str) -> object:
    """Return the JSON that a marker is, or an object with the members that it is; `_NOTHING` for any other."""
    value = _json(marker)
    return _json("{" + marker.strip().strip(",") + "}") if value is _NOTHING else value


def _values(answer: object) -> Iterator[object]:
    """Yield a value and all that lies in it, names of members too."""
    waiting = [answer]
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, dict):
            yield from value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _has(value: object, wanted: object) -> bool:
    """True if a value is what is wanted: an object at least its members, anything else exactly."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            name in value and _has(value[name], member) for name, member in wanted.items()
        )
    if isinstance(wanted, list):
        same = isinstance(value, list) and len(value) == len(wanted)
        return same and all(map(_has, value, wanted))  # type: ignore[call-overload] # a list by now
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted
