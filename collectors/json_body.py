"""JSON bodies, read without trusting their shape: a field that is not what it should be is missing."""

from __future__ import annotations

import json
import re

from collectors import html
from monitor.core.collector import Continuation, Page
from monitor.core.observation import LookFailedError, Reason, Timeline

Fields = dict[str, object]
"""One JSON object."""

_MESSAGES = ("message", "msg", "desc", "status_msg", "errmsg", "errMsg", "error_msg", "err_msg", "prompts", "error")
_LONGEST_CURSOR = 500
_COUNT = re.compile(r"\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*([万亿wW]?)\s*\+?\s*")
_SCALE = {"": 1, "万": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000}


def looks_like_json(page: Page) -> bool:
    """True if the body begins as a JSON object or array does."""
    return page.body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def load(page: Page) -> object:
    """Return the body's JSON value; raises LookFailedError: TRUNCATED where it just ends, else UNREADABLE."""
    text = html.decode(page).strip()
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        is_cut = bool(text) and (error.pos >= len(text) or error.msg.startswith("Unterminated string"))
        raise LookFailedError(Reason.TRUNCATED if is_cut else Reason.UNREADABLE, "no whole JSON") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 100,000 brackets
        raise LookFailedError(Reason.UNREADABLE, "JSON nobody would write") from error
    return value


def dig(value: object, *names: str) -> object:
    """Return what lies under the names, one below the other; None where there is nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def fields(value: object) -> Fields:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> tuple[Fields, ...]:
    """Return the objects of a JSON array; nothing for anything else."""
    return tuple(row for row in value if isinstance(row, dict)) if isinstance(value, list) else ()


def words(value: object) -> str:
    """Return a text or a number as text; nothing for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def count(value: object) -> int | None:
    """Return a count, be it a number or a text such as `1.2万+` or `169.8w`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    match = _COUNT.fullmatch(value[:40]) if isinstance(value, str) else None
    return round(float(match[1].replace(",", "")) * _SCALE[match[2]]) if match else None


def cursor(value: object) -> Continuation:
    """Return where a list goes on, as a platform writes it; nothing where it does not, or writes a whole page."""
    said = words(value)
    return Continuation(texts={"cursor": said} if 0 < len(said) <= _LONGEST_CURSOR else {})


def is_pinned_only(seen: Timeline) -> bool:
    """True if a first page shows none but pinned posts, so that the newest may stand on the second."""
    return all(post.is_pinned for post in seen.posts)


def said(answer: Fields) -> str:
    """Return what an answer says in words, under the names that platforms give to them; nothing if it is silent."""
    return " ".join(text for name in _MESSAGES if (text := words(answer.get(name)).strip()))
