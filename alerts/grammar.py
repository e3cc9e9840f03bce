"""Apprise's URL grammar, read without a word of it reaching a log or an error.

A channel's URL is its settings, its identity and its secret at once. Seen in Apprise 2.2.0 (2026-11): invalid
parts, keys included, are logged as warnings, DEBUG prints tokens, urllib3 whole addresses; hence `hush`.
"""

from __future__ import annotations

import logging
import re
import warnings
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from apprise import Apprise, AppriseAsset
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk

with warnings.catch_warnings():
    # Apprise 2.2.0 imports imghdr for PGP's sake wherever Python (before 3.13) still has it.
    warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
    from apprise.plugins.email import NotifyEmail as MailPlugin

__all__ = [
    "STATUS",
    "AppUrl",
    "BadChannelError",
    "MailPlugin",
    "RobotUrl",
    "app",
    "hush",
    "plugin",
    "robot",
    "schema",
]

TALKATIVE = ("urllib3", "requests", "requests_oauthlib", "oauthlib")
"""Loggers of the libraries that Apprise sends with."""
STATUS = re.compile(r"error=(\d{3})\b")
"""How Apprise's plugins write the HTTP status of a refusal."""


_PLAIN = re.compile(r"[!-~]+")


class BadChannelError(ValueError):
    """A channel's settings cannot be used; the text is one sentence for the office and holds no part of the URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotUrl:
    """The parts of `robot://[secret@]token[/called…]`, nothing checked yet."""

    token: str = field(repr=False)
    secret: str | None = field(repr=False)
    called: tuple[str, ...]
    is_plain: bool
    """True if there is nothing else in it: no port, no password, no options."""


class _StatusOnly(logging.Filter):
    """Lets nothing out of Apprise but the HTTP status that a far side answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = STATUS.search(record.getMessage())
        record.msg, record.args, record.exc_info = status[0] if status else "", (), None
        return status is not None


_STATUS_ONLY = _StatusOnly()


def hush() -> None:
    """Silence the libraries that a channel's secrets pass through, whoever listens and however loud it is set."""
    logging.getLogger("apprise").setLevel(logging.WARNING)
    logging.getLogger("apprise").addFilter(_STATUS_ONLY)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def schema(url: str) -> str:
    """Return the URL's schema in lower case; empty where there is none."""
    before, separator, _ = url.strip().partition("://")
    return before.lower() if separator else ""


def robot(url: str) -> RobotUrl | None:
    """Return the parts of a robot's URL, whatever its schema, or None if it is not one.

    `?token=`, `?secret=` and `?to=` say the same as the path; any other option is counted as foreign.
    """
    parts = NotifyDingTalk.parse_url(url)  # type: ignore[no-untyped-call] # Apprise's plugins declare no types
    if not parts:
        return None
    foreign = set(parts["qsd"]) - {"token", "secret", "to"}
    return RobotUrl(
        token=parts["token"] or "",
        secret=parts.get("secret"),
        called=tuple(parts["targets"]),
        is_plain=not (foreign or parts["port"] or parts["password"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUrl:
    """The parts of `app://key:secret@id`: an application that an office has registered."""

    key: str
    secret: str = field(repr=False)
    id: str


def app(url: str) -> AppUrl | None:
    """Return the parts of an application's URL, or None where one is missing or there is anything else."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    if parts.path.strip("/") or parts.query or parts.fragment:
        return None
    login, at, id_ = parts.netloc.rpartition("@")
    key, colon, secret = login.partition(":")
    found = AppUrl(key=unquote(key), secret=unquote(secret), id=unquote(id_))
    return (
        found if at and colon and all(_PLAIN.fullmatch(text) for text in (found.key, found.secret, found.id)) else None
    )


def host_in_ascii(written: str) -> str:
    """Return a host, with its port if there is one, as servers know it (IDNA); raises BadChannelError."""
    name, colon, port = written.partition(":")
    if written.isascii():
        return written
    try:
        return f"{name.encode('idna').decode()}{colon}{port}"
    except UnicodeError:
        raise BadChannelError("服务器的域名写法不对") from None


def _with_host_in_ascii(url: str) -> str:
    """Return a URL with its host as servers know it: Apprise reads none in other letters."""
    schema, mark, rest = url.strip().partition("://")
    end = next((n for n, sign in enumerate(rest) if sign in "/?"), len(rest))
    login, at, host = rest[:end].rpartition("@")
    return (
        f"{schema}{mark}{login}{at}{host_in_ascii(unquote(host))}{rest[end:]}"
        if mark and not unquote(host).isascii()
        else url
    )


def plugin(url: str) -> NotifyBase | None:
    """Return Apprise's plugin for a URL, or None if the URL cannot be used.

    Options that would hide a failure or send twice are switched off: retries, `optional`, templates, redirects,
    throttling. Raises BadChannelError for a host that no server can have.
    """
    asset = AppriseAsset(
        app_id="Xuncha",  # becomes a User-Agent: ASCII
        app_desc="政务新媒体监测",
        storage_mode="memory",
        allow_templates=False,
        http_redirects=False,
        interpret_emojis=False,
        interpret_escapes=False,
        pgp_autogen=False,
        pem_autogen=False,
        service_timeout=0,  # else it would talk in threads of its own, which nobody cuts off and which never end
    )
    made = Apprise.instantiate(_with_host_in_ascii(url), asset=asset, suppress_exceptions=True)
    if made is not None:
        made.retry = 0
        made.optional = False
        made.request_rate_per_sec = 0
    return made
