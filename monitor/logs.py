"""Logs: one line per event, readable on a terminal, JSON elsewhere; secrets never get in.

Modules log through the standard library with constant messages and fields in `extra`; this is
where those become lines.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

_OURS = ("monitor", "collectors", "alerts")

_NAMES = (
    r"(?:[\w-]{0,40}(?:token|secret|passw(?:or)?d|signature|credentials?|ticket|[_-]key|aeskey)|pwd|sign|key|api_?key"
    r"|authorization|auth_?code|session_?id|sid|jwt)"
)
_WITHIN = r"(?<=%3[Ff])|(?<=%26)"
"""Where a parameter begins of an address that stands in another one's."""
_SAYS = r"(?:[\"']?\s{0,3}(?:=>|[=:])\s{0,3}|%3[AaDd]|[\"'],\s{0,3}(?=b?[\"']))"
"""The marks between a name and its value: as it is written, within an address, or in a pair of Python's."""
_SECRET_NAME = re.compile(rf"{_NAMES}|[\w-]{{0,40}}cookies?", re.IGNORECASE)
_SECRETS = (
    # An Apprise URL is all secret: settings, identity and key at once.
    (
        re.compile(r"\b(?!https?:|sqlite\b|postgresql\b|file:)([a-z][a-z0-9+.-]{1,30}://)[^\s'\"]+", re.IGNORECASE),
        r"\1***",
    ),
    (re.compile(r"(://[^/\s:@]{0,200}:)[^/\s]{1,2000}(?=@)"), r"\1***"),
    (re.compile(r"(://)[^/\s:@'\"]{1,200}(?=@)"), r"\1***"),
    # A header of cookies, or of a log-in, is secret to its end, however many there are and whatever the scheme.
    (re.compile(rf"\b((?:set-)?cookies?{_SAYS})[^\r\n]+", re.IGNORECASE), r"\1***"),
    (re.compile(rf"\b((?:proxy-)?authorization{_SAYS})[^\r\n]+", re.IGNORECASE), r"\1***"),
    (re.compile(rf"(?:\b|{_WITHIN})({_NAMES}{_SAYS}b?[\"']?(?:Bearer\s)?)[^&\s'\"]+", re.IGNORECASE), r"\1***"),
    # the value of a header without its name: an error over it quotes the value alone
    (re.compile(r"\b(Bearer\s{1,3})[\w.~+/=-]{4,}", re.IGNORECASE), r"\1***"),
    (re.compile(r"\b(Basic\s{1,3})(?=[a-z+/]{0,200}[0-9A-Z=])[\w+/=-]{8,}"), r"\1***"),
    (re.compile(r"\b(AUTH\s(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)\s)[^\s'\"\\]+", re.IGNORECASE), r"\1***"),
    # the answer to an owner's consent; error codes are short numbers
    (
        re.compile(
            rf"(?:(?<![\w-])|{_WITHIN})(code(?:[\"']?=|%3[Dd]))(?!-?[0-9]{{1,8}}(?![\w.~%-]))[^&\s'\"]+", re.IGNORECASE
        ),
        r"\1***",
    ),
    # Paths that are the secret themselves: hooks, pings, bots, the links in our own messages, and any UUID.
    (
        re.compile(
            r"(/(?:(?:hook|services|webhooks?|ping|k|login/link)/|bot(?=[0-9]{5,20}:)))[^\s'\"?#]+", re.IGNORECASE
        ),
        r"\1***",
    ),
    (re.compile(r"(?<=/)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE), "***"),
    (re.compile(r"(?<=/)(?=[\w~-]{0,200}[0-9])(?=[\w~-]{0,200}[A-Z])(?=[\w~-]{0,200}[a-z])[\w~-]{32,200}"), "***"),
)
"""The look of a secret in a text, and its replacement."""
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters that a terminal obeys; line breaks and tabs stay."""


def set_up(stream: TextIO | None = None, *, debug: bool = False) -> None:
    """Send our own logs and everybody's warnings to a stream, by default stderr.

    A terminal gets one line for a bug, its traceback with `debug` only; a log file always gets the traceback.
    """
    out = stream or sys.stderr
    is_terminal = out.isatty()
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _brief if is_terminal and not debug else structlog.processors.format_exc_info,
        redacted,
    ]
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if is_terminal:
        renderer = structlog.dev.ConsoleRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a pass still runs is said by its metric
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # the cause of a failed statement is raised, and logged once
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.INFO)


def redacted(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out what looks like a secret anywhere in an event: the last line of defence, not the first."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: object) -> object:
    is_consent = key == "code" and not str(value).lstrip("-").isdigit()
    if (_SECRET_NAME.fullmatch(key) or is_consent) and value is not None:
        return "***"
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(name): _clean(str(name), part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean("", part) for part in value]
        case _:
            return _clean_text(str(value))


def _clean_text(text: str) -> str:
    for secret, rest in _SECRETS:
        text = secret.sub(rest, text)
    return _STEERING.sub(lambda mark: f"\\x{ord(mark[0]):02x}", text)


def whereabouts(error: BaseException) -> str:
    """Return an exception's kind and the line of ours that it passed last: `KeyError, looks.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(f"/{name}/" in frame.filename for name in _OURS)] or frames
    place = f", {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"


def _brief(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the place of a bug instead of its traceback, and keep an event to one line."""
    event["event"] = str(event["event"]).partition("\n")[0]
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[1] is not None:
        event["error"] = whereabouts(info[1])
    return event
